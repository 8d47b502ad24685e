"""Names as people write them: units and sources. Records keep the codes, sentences use these."""

WORDING = "1"
"""Changes when a sentence of a verdict or exception is worded anew: older packages keep theirs."""

_SHOWN = {
    "1": "",
    "Cel": "°C",
    "[pH]": "pH",
    "10*6": "10⁶",
    "10*9": "10⁹",
    "10*6/mL": "10⁶/mL",
    "{EU}/mL": "EU/mL",
    "/min": "per min",
    "ug/(10*6.{cells})": "µg per 10⁶ cells",
    "ug/mL": "µg/mL",
    "mosm/kg": "mOsm/kg",
    "{AU}": "AU",
    "{NTU}": "NTU",
    "{bp}": "bp",
    "{vg}": "vg",
    "{vg}/mL": "vg/mL",
    "{capsids}/mL": "capsids/mL",
    "[TCID_50]/mL": "TCID50/mL",
    "[CFU]/(10.mL)": "CFU per 10 mL",
    "{rcAAV}/(10*10.{vg})": "rcAAV per 10¹⁰ vg",
    "{particles}/{container}": "particles per container",
    "{copies}/{cell}": "copies/cell",
    "{TU}/mL": "TU/mL",
    "{beads}/(3.10*6.{cells})": "beads per 3·10⁶ cells",
}


_SOURCES = {"batch_record": "batch record", "lims": "LIMS", "equipment": "equipment history"}


def source_in_words(source: str) -> str:
    """Return a source's name as people say it; a name without other words as it is."""
    return _SOURCES.get(source, source)


def shown(unit: str) -> str:
    """Return a UCUM code as people write it; a code without other spelling as it is."""
    return _SHOWN.get(unit, unit)


def with_unit(text: str, unit: str) -> str:
    """Return a value or limit followed by its unit, as people write it."""
    power = "× " if unit.startswith("10*") else ""  # noqa: RUF001 (the sign people write)
    return f"{text} {power}{shown(unit)}".rstrip()


def step_in_words(step: str) -> str:
    """Return the path of a step as people say it: `expansion, sampling, day 5`."""
    return step.replace("/", ", ").replace("_", " ")
