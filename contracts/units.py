"""Units as people write them. The record keeps the UCUM code; only words for people use these."""

_SHOWN = {
    "1": "",
    "Cel": "°C",
    "[pH]": "pH",
    "10*6": "10⁶",
    "10*9": "10⁹",
    "10*6/mL": "10⁶/mL",
    "[EU]/mL": "EU/mL",
    "/min": "per min",
    "{copies}/{cell}": "copies/cell",
    "{TU}/mL": "TU/mL",
    "{beads}/(3.10*6.{cells})": "beads per 3·10⁶ cells",
}


def shown(unit: str) -> str:
    """Return a UCUM code as people write it; a code without other spelling as it is."""
    return _SHOWN.get(unit, unit)


def with_unit(text: str, unit: str) -> str:
    """Return a value or limit followed by its unit, as people write it."""
    return f"{text} {shown(unit)}".rstrip()
