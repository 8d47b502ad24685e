"""Members of a record as JSON gives them, each asked for by its kind; another kind is refused."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from contracts.observation import Number
from contracts.times import read_time

_RATIO: Final = re.compile(r"-?[0-9]{1,400}(?:/[1-9][0-9]{0,399})?")

Record: TypeAlias = Mapping[str, object]
"""What `json.loads` gives for an object; every member is checked by the noun it becomes."""


def mapping(value: object) -> Record:
    """Return an object's members; TypeError if it is none."""
    if not isinstance(value, Mapping):
        raise TypeError("object")
    return value


def items(value: object) -> list[object]:
    """Return the items of a list; TypeError if it is none."""
    if not isinstance(value, list):
        raise TypeError("list")
    return value


def text(record: Record, name: str) -> str:
    """Return a member that is text; TypeError if it is not."""
    value = record[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def digest(record: Record, name: str) -> str:
    """Return a member that is a SHA-256 in lower-case hex; ValueError if it is not."""
    value = text(record, name)
    if re.fullmatch("[0-9a-f]{64}", value) is None:
        raise ValueError(name)
    return value


def texts(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    found = items(value)
    return tuple(text({"text": one}, "text") for one in found)


def integer(record: Record, name: str) -> int:
    """Return a member that is a whole number."""
    value = record[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(name)
    return value


def flag(record: Record, name: str) -> bool:
    """Return a member that is true or false."""
    value = record[name]
    if not isinstance(value, bool):
        raise TypeError(name)
    return value


def decimal(value: object) -> Decimal | None:
    """Return a finite decimal number written as text, or None; IntegrityError if it is too wide."""
    return None if value is None else Number(Decimal(text({"number": value}, "number"))).number


def moment(value: object) -> datetime | None:
    """Return an aware moment written as text, or None."""
    return None if value is None else read_time(text({"time": value}, "time"))


def pairs(value: object) -> tuple[tuple[str, str], ...]:
    """Return a list of pairs of texts."""
    return tuple((name, said) for name, said in (texts(one) for one in items(value)))


def day(value: object) -> date | None:
    """Return a date written as text, or None."""
    return None if value is None else date.fromisoformat(text({"day": value}, "day"))


def fraction(record: Record, name: str) -> Fraction:
    """Return a fraction written as `1/60`; ValueError in any other spelling."""
    said = text(record, name)
    if _RATIO.fullmatch(said) is None or str(Fraction(said)) != said:
        raise ValueError(name)
    return Fraction(said)
