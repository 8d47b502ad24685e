"""How times, units, steps and codes are spelled for a reviewer; the record keeps its own codes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from contracts.times import read_time
from contracts.words import shown, source_in_words

OUTCOMES: Mapping[str, str] = {
    "not_met": "not met",
    "not_evaluable": "not evaluable",
    "missing": "missing",
    "pending": "pending",
    "met": "met",
    "not_applicable": "not applicable",
}
"""The six outcomes, those that need a reviewer first."""

READINESS: Mapping[str, str] = {
    "ready": "Ready",
    "not_ready": "Not ready",
    "incomplete": "Incomplete",
}

CLASSES: Mapping[str, str] = {
    "CQA": "Critical quality attributes",
    "COI": "Chain of identity",
    "CPP": "Critical process parameters",
    "CMA": "Critical material attributes",
    "IPC": "In-process controls",
    "GMP": "Good manufacturing practice",
}
"""The classes of criteria in the order of what they mean for the patient."""

PROVENANCE: Mapping[str, str] = {
    "instrument": "read from an instrument",
    "interface": "came through an interface",
    "manual_verified": "typed by hand, verified by a second person",
    "manual_unverified": "typed by hand, not verified",
    "transcribed": "copied from another record",
    "calculated": "calculated from other values",
}

_SPELLED: Mapping[str, str] = {
    "a260": "A260",
    "a280": "A280",
    "aav": "AAV",
    "b": "B",
    "car": "CAR",
    "cd3": "CD3",
    "co2": "CO₂",
    "coi": "COI",
    "dmso": "DMSO",
    "dna": "DNA",
    "il2": "IL-2",
    "pei": "PEI",
    "ph": "pH",
    "um": "µm",
    "uv": "UV",
}
"""Parts of codes that a person writes otherwise."""


def source(name: str) -> str:
    """Return a source's name as people say it."""
    return plain(source_in_words(name))


def plain(code: str) -> str:
    """Return a code such as `release_testing` as words."""
    return " ".join(_SPELLED.get(part, part) for part in code.split("_"))


def title(text: str) -> str:
    """Return words with their first letter raised, unless it is spelled small (`pH`)."""
    return text if text.startswith("pH") else text[:1].upper() + text[1:]


def step(path: str) -> str:
    """Return an ISA-88 path as words: `expansion, sampling, day 3`."""
    return ", ".join(plain(part) for part in path.split("/"))


def unit(code: str) -> str:
    """Return a UCUM code as people write it, empty for what has no dimension."""
    return shown(code)


def utc(moment: str | None) -> str:
    """Return a time of the record as a person reads it; the page says once that it is UTC."""
    if not moment:
        return ""
    read = read_time(moment).astimezone(UTC)
    seconds = f":{read:%S}" if read.second or read.microsecond else ""
    return f"{read:%Y-%m-%d %H:%M}{seconds}"


def moment_of(milliseconds: float) -> datetime:
    """Return a time of a curve (ms since 1970-01-01 UTC)."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def value(record: Mapping[str, Any]) -> str:
    """Return a value record as text, with its bound where the source censored it."""
    if record["kind"] == "number":
        bound = "" if record["bound"] == "=" else record["bound"]
        return f"{bound}{Decimal(record['number']):f}"
    return utc(record["text"]) if record["kind"] == "moment" else str(record["text"])


def says_the_same(text: str, record: Mapping[str, Any]) -> bool:
    """Tell whether a text needs no word about how it was read: the same text, or number."""
    if record["kind"] != "number" or record["bound"] != "=":
        return record["kind"] == "text" or text == value(record)
    try:
        return Decimal(text.strip()) == Decimal(record["number"])
    except InvalidOperation:
        return False


def amount(written: str) -> str:
    """Return a quantity such as `2 1` or `0.2 mL` with its unit as people write it."""
    number, _, code = written.rpartition(" ")
    return f"{number} {unit(code)}".strip() if number else written


def figure(number: float) -> str:
    """Return a number of a curve with at most five significant digits."""
    return f"{number:.5g}"


def rule(record: Mapping[str, Any]) -> str:
    """Return which document and day a criterion's limit comes from."""
    limit = record["limits"][0]
    return f"{limit['cites']}, from {limit['effective']}"


def count(number: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 value`, `3 values`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def lasted(milliseconds: float) -> str:
    """Return a length of time in its two largest units: `9 d 4 h`, `47 min`."""
    minutes = round(milliseconds / 60_000)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def saved_as(digest: str, capture: Mapping[str, Any] | None) -> str:
    """Return under which name a capture is saved: as text, or as bytes that nothing opens."""
    text = capture is not None and capture["system"] != "opcua-ha"
    return f"{digest[:8]}.{'txt' if text else 'bin'}"


def place(pointer: str) -> str:
    """Return where in a capture something stands; of a long path its end: the bytes are exact."""
    parts = pointer.split("/")
    return pointer if len(parts) <= 6 else f"…/{'/'.join(parts[-4:])}"  # noqa: PLR2004 (two more than are kept)
