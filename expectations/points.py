"""The points to judge as one table: a row a point, with the number or text that decides it."""

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from contracts.criterion import Agrees, Criterion, OneOf, Present, Range
from contracts.observation import Bound, Number, Text, Value
from contracts.question import Point, Question
from expectations.exact import exact_float

if TYPE_CHECKING:
    from pandas import DataFrame


def frame(questions: Iterable[Question]) -> "DataFrame":
    """Return one row a point: criterion, point, number (float64), text, other; null where not."""
    import pandas as pd  # noqa: PLC0415 (half a second, and most commands judge nothing)

    rows = [
        (question.criterion.id, point.id, *_cells(question.criterion, point))
        for question in questions
        for point in question.points
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
    if observed.unit != criterion.unit:
        return None, None, None
    match criterion.limit.rule, observed.value:
        case Range() as rule, Number() as value:
            return _deciding_number(rule, value), None, None
        case OneOf(), Text(text):
            return None, text, None
        case Present(), _:
            return None, observed.as_written if observed.as_written.strip() else None, None
        case Agrees(), Text(text):
            other = _text_of(point.other.value if point.other else None)
            return None, None if other is None else text, other
        case _:
            return None, None, None


def _text_of(value: Value | None) -> str | None:
    return value.text if isinstance(value, Text) else None


def _deciding_number(rule: Range, value: Number) -> float | None:
    """Return the double to compare; none if a censored number leaves the answer open.

    `< 0.5` is every number below 0.5. It is decided only by an end that the whole stretch lies on
    one side of, and then the number next to the bound speaks for them all.
    """
    number = exact_float(value.number)
    if value.bound is Bound.EXACT:
        return number
    if value.bound is Bound.BELOW:
        end = rule.high if rule.low is None else rule.low
        return math.nextafter(number, -math.inf) if _at_most(value.number, end) else None
    end = rule.low if rule.high is None else rule.high
    return math.nextafter(number, math.inf) if _at_most(end, value.number) else None


def _at_most(one: Decimal | None, other: Decimal | None) -> bool:
    return one is None or other is None or one <= other
