"""Names as people write them: units and sources. Records keep the codes, sentences use these."""

import re
from typing import Final

from contracts.observation import Number, Observation, Provenance

WORDING = "2"
"""Changes when a sentence of a verdict or exception is worded anew: older packages keep theirs."""
WORDINGS: Final = (WORDING,)
"""Every wording that packages of this format were ever written with."""

_SHOWN = {
    "1": "",
    "Cel": "°C",
    "[pH]": "pH",
    "10*6": "10⁶",
    "10*9": "10⁹",
    "10*6/mL": "10⁶/mL",
    "10*9/L": "10⁹/L",
    "10*6/kg": "10⁶/kg",
    "{EU}": "EU",
    "{EU}/mL": "EU/mL",
    "{EU}/kg": "EU/kg",
    "Cel/min": "°C/min",
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
    "{vg}/uL": "vg/µL",
    "{vg}/[TCID_50]": "vg/TCID50",
    "[TCID_50]/mL": "TCID50/mL",
    "[CFU]/(10.mL)": "CFU per 10 mL",
    "{rcAAV}/(10*10.{vg})": "rcAAV per 10¹⁰ vg",
    "{particles}/{container}": "particles per container",
    "{copies}/{cell}": "copies/cell",
    "{TU}/mL": "TU/mL",
    "{beads}/(3.10*6.{cells})": "beads per 3·10⁶ cells",
    "{beads}/(10*6.{cells})": "beads per 10⁶ cells",
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


_MANY: Final = 8
"""More digits than that are those of a quotient, and nobody reads them."""
_FIRST: Final = 6
_IN_POWERS: Final = re.compile(r"[<>]? ?-?[0-9]+(?:[.][0-9]+)?[eE][+]?[0-9]{1,2}")


def value_in_words(one: Observation) -> str:
    """Return an observation's value with its unit; a calculated one without its endless digits.

    A titre stays as its source wrote it (`1.90E+13`), a calculated one is written alike.
    """
    if not isinstance(one.value, Number):
        return with_unit(str(one.value), one.unit)
    if one.provenance is Provenance.CALCULATED:
        return with_unit(cut(str(one.value)), one.unit)
    written = one.as_written.strip()
    told = written if _IN_POWERS.fullmatch(written) else number_in_words(str(one.value))
    return with_unit(told, one.unit)


def number_in_words(number: str) -> str:
    """Return a whole number of many digits as a power of ten, `1.88E+13`: exact, never rounded."""
    parts = re.fullmatch(r"([<>]?-?)([1-9])([0-9]+)", number)
    if parts is None or len(parts[3]) < _MANY:
        return number
    sign, first, others = parts.groups()
    decimals = others.rstrip("0")
    return f"{sign}{first}{'.' if decimals else ''}{decimals}E+{len(others)}"


def cut(number: str) -> str:
    """Return a number of many digits cut off after the sixth one, with the sign that it was.

    It is not rounded: what is shown never reaches a limit that the number does not. A whole one is
    written with a power of ten instead.
    """
    parts = re.fullmatch(r"([<>]?-?)([0-9]+)[.]([0-9]+)", number)
    if parts is None or len((parts[2] + parts[3]).lstrip("0")) <= _MANY:
        return number_in_words(number)
    sign, whole, decimals = parts.groups()
    if len(whole) > _MANY:
        return f"{sign}{whole[0]}.{whole[1:_FIRST]}…E+{len(whole) - 1}"
    zeros = len(decimals) - len(decimals.lstrip("0")) if not whole.strip("0") else 0
    places = max(_FIRST - len(whole.lstrip("0")), 1) + zeros
    return f"{sign}{whole}.{decimals[:places]}…"


def step_in_words(step: str) -> str:
    """Return the path of a step as people say it: `expansion, sampling, day 5`."""
    return step.replace("/", ", ").replace("_", " ")
