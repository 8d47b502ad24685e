"""A result as its source wrote it: a number, one side of a number, a time, or words."""

import re
from decimal import Decimal

from contracts.errors import UnreadableError
from contracts.observation import Bound, Moment, Number, Text, Value
from contracts.sources.contract import Term
from contracts.sources.record import Record, Written
from contracts.times import end_of_day, in_utc, read_time

_NUMBER = re.compile(
    r"\s*([<>])?\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)\s*", re.ASCII
)
_LONGEST = 100
_DAY = len("2026-11-30")
NUMERIC_TYPES = frozenset(
    {"decimal", "integer", "int", "long", "float", "double", "nonNegativeInteger"}
)


def read_result(written: Written, term: Term, zone: str) -> Value:
    """Return our reading of a text by what the contract says its code means.

    A numeric result that is no number (`TNTC`, `>LOQ`, `76,3`) stays the words it is: it is kept,
    and no judge takes it for a number. So does a day that is none (`n/a`). `zone` is the source's
    IANA zone: a day ends by the clock of its plant.

    Raises:
        UnreadableError: a time that is no time or has no zone.
    """
    if term.kind == "time":
        return Moment(written.time())
    if term.kind == "number":
        return read_number(written.text) or Text(written.text)
    if term.kind == "day":
        return _read_day(written.text, zone) or Text(written.text)
    return Text(written.text)


def _read_day(text: str, zone: str) -> Moment | None:
    """Return the moment at which a day ends, or the time that is written out; None for neither."""
    try:
        return Moment(end_of_day(text, zone) if len(text) == _DAY else in_utc(read_time(text)))
    except UnreadableError:
        return None


def read_number(text: str) -> Number | None:
    """Return the number a text says, `<0.5` as everything below it; None if it says none."""
    match = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    return Number(Decimal(match[2]), Bound(match[1] or "="))


def require_unit(record: Record, term: Term, written: Written | None) -> None:
    """Check that a value has the unit that the contract promises, in its spelling.

    Raises:
        UnreadableError: no unit, a unit nobody promised, or another one. A unit is never inferred.
    """
    unit = "" if written is None else written.text
    if unit == term.unit_as_written:
        return
    promised = f"the unit '{term.unit_as_written}'" if term.unit_as_written else "no unit"
    found = f"the unit '{unit[:40]}'" if unit else "no unit"
    raise record.breach(f"{term.code} with {found}", f"{promised}, as the contract says")
