"""The points to judge as one table: a row a point, with the number or text that decides it."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Final

from contracts.criterion import Criterion
from contracts.observation import Bound, Number, Text, Value
from contracts.question import Point, Question, provisional_day
from contracts.rule import Agrees, OneOf, Present, Range
from expectations.exact import exact_float

if TYPE_CHECKING:
    from pandas import DataFrame

_WIDE: Final = Context(prec=3000, Emin=-9999, Emax=9999)
_ROUND: Final = {
    "half_up": Context(prec=3000, rounding=ROUND_HALF_UP, Emin=-9999, Emax=9999),
    "half_even": Context(prec=3000, rounding=ROUND_HALF_EVEN, Emin=-9999, Emax=9999),
}
"""Wide enough that only the rounding to a limit's precision rounds."""


def frame(questions: Iterable[Question]) -> "DataFrame":
    """Return one row a point and limit: criterion, point, number (float64), text, other.

    A cell is null where it does not take part, or where nothing can be compared.
    """
    import pandas as pd  # noqa: PLC0415 (half a second, and most commands judge nothing)

    rows = [
        (one.criterion.id, point.id, *_cells(one.criterion, point))
        for question in questions
        for one in question.by_kind()
        for point in one.points
    ]
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return pd.DataFrame(
        {
            "criterion": pd.Series(columns[0], dtype=object),
            "point": pd.Series(columns[1], dtype=object),
            "number": pd.Series(columns[2], dtype="float64"),
            "text": pd.Series(columns[3], dtype=object),
            "other": pd.Series(columns[4], dtype=object),
        }
    )


def _cells(criterion: Criterion, point: Point) -> tuple[float | None, str | None, str | None]:
    """Return number, text and other of a point; all null where nothing can be compared."""
    observed = point.observation
    rule, value = criterion.limit.rule, point.value
    if isinstance(rule, Range) and isinstance(value, Number):
        return _number(criterion, rule, value, observed.unit), None, None
    if observed.unit != criterion.unit:
        return None, None, None
    match rule, value:
        case OneOf(), Text(text):
            return None, _word(rule, text), None
        case Present(), _:
            return None, observed.as_written if observed.as_written.strip() else None, None
        case Agrees(), Text(text):
            other = _text_of(point.other.value if point.other else None)
            return None, None if other is None else text, other
        case _:
            return None, None, None


def _text_of(value: Value | None) -> str | None:
    return value.text if isinstance(value, Text) else None


def _word(rule: OneOf, text: str) -> str | None:
    """Return the word to look up; none if the rule knows neither what it means nor its kind."""
    day = provisional_day(rule, text)
    if day is not None and rule.from_day is not None and day >= rule.from_day:
        return provisional_word(rule)
    allowed, refused = rule.values, rule.unacceptable  # noqa: PD011 (no pandas object)
    known = not refused or text in (*allowed, *refused)
    return text if known else None


def provisional_word(rule: OneOf) -> str:
    """Return the one word that stands for every provisional result late enough to be taken."""
    return f"{rule.provisional}, day {rule.from_day} or later"


def _number(criterion: Criterion, rule: Range, value: Number, unit: str) -> float | None:
    """Return the double to compare; none in another unit, or if a one-sided number leaves it open.

    `< 0.5` is every number below 0.5. It is decided only by an end that the whole stretch lies on
    one side of, and then the number next to the bound speaks for them all.
    """
    number = _in_unit(criterion, value.number, unit)
    if number is None:
        return None
    if value.bound is Bound.EXACT:
        return exact_float(_rounded(criterion, rule, number))
    below = value.bound is Bound.BELOW
    far, near = (rule.low, rule.high) if below else (rule.high, rule.low)
    end = near if far is None else far
    if end is None:
        return None
    beside = _rounded(criterion, rule, _beside(number, end, below=below))
    kept = _is_above(beside, rule) and _is_below(beside, rule)
    return exact_float(beside) if kept is (far is None) else None


def _in_unit(criterion: Criterion, number: Decimal, unit: str) -> Decimal | None:
    if unit == criterion.unit:
        return number
    by_unit = {conversion.unit: conversion for conversion in criterion.conversions}
    return by_unit[unit].apply(number) if unit in by_unit else None


def _rounded(criterion: Criterion, rule: Range, number: Decimal) -> Decimal:
    """Return the number at the precision of the limit, whose ends are written with the same one."""
    if not criterion.rounding:
        return number
    return number.quantize(
        Decimal(1).scaleb(_exponent(rule.ends[0])), context=_ROUND[criterion.rounding]
    )


def _beside(number: Decimal, end: Decimal, *, below: bool) -> Decimal:
    hair = Decimal(1).scaleb(min(_exponent(number), _exponent(end)) - 2)
    return _WIDE.subtract(number, hair) if below else _WIDE.add(number, hair)


def _exponent(number: Decimal) -> int:
    return int(number.as_tuple().exponent)


def _is_above(number: Decimal, rule: Range) -> bool:
    if rule.low is None:
        return True
    return number >= rule.low if rule.low_inclusive else number > rule.low


def _is_below(number: Decimal, rule: Range) -> bool:
    if rule.high is None:
        return True
    return number <= rule.high if rule.high_inclusive else number < rule.high
