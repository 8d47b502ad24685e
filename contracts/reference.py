"""The reference judge: naive, exact, and independent of Great Expectations.

It compares numbers as the source wrote them and never a float. Great Expectations must give the
same answer to every question, or the run stops.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from contracts.criterion import Criterion
from contracts.numbers import decimal_of
from contracts.observation import Bound, Number, Text
from contracts.question import Answer, Point, Question, provisional_day
from contracts.rounding import rounded
from contracts.rule import Agrees, OneOf, Present, Range


def judge(questions: Iterable[Question]) -> dict[tuple[str, str], Answer]:
    """Answer every point of every question, for each of its criterion's limits."""
    return {
        (one.criterion.id, point.id): answer(one.criterion, point)
        for question in questions
        for one in question.by_kind()
        for point in question.points
    }


def answer(criterion: Criterion, point: Point) -> Answer:  # noqa: PLR0911 (one a kind of rule)
    """Judge one point by the criterion's one limit.

    What is not of the rule's kind, or in a unit that does not convert to the criterion's, cannot be
    evaluated: it is never taken for conforming.
    """
    match criterion.limit.rule, point.value:
        case Range() as rule, Number(number, bound):
            converted = in_unit_of(criterion, number, point.observation.unit)
            if converted is None:
                return Answer.NOT_EVALUABLE
            return _in_range(rule, converted, bound, criterion.rounding)
        case _ if point.observation.unit != criterion.unit:
            return Answer.NOT_EVALUABLE
        case OneOf() as rule, Text(text):
            return _among(rule, text)
        case Present(), _:
            return Answer.MET if point.observation.as_written.strip() else Answer.NOT_EVALUABLE
        case Agrees(), Text(text) if point.other is not None:
            return _same(text, point.other.value)
        case _:
            return Answer.NOT_EVALUABLE


def in_unit_of(criterion: Criterion, number: Decimal, unit: str) -> Fraction | None:
    """Return a number in the criterion's unit, exactly; None if its unit does not convert to it."""
    if unit == criterion.unit:
        return Fraction(number)
    for conversion in criterion.conversions:
        if conversion.unit == unit:
            return conversion.ratio(number)
    return None


def _among(rule: OneOf, text: str) -> Answer:
    if text in rule.values:
        return Answer.MET
    day = provisional_day(rule, text)
    if day is not None and rule.from_day is not None and day >= rule.from_day:
        return Answer.MET
    if rule.unacceptable and text not in rule.unacceptable:
        return Answer.NOT_EVALUABLE
    return Answer.NOT_MET


def _same(text: str, other: object) -> Answer:
    if not isinstance(other, Text):
        return Answer.NOT_EVALUABLE
    return Answer.MET if text == other.text else Answer.NOT_MET


def _in_range(rule: Range, number: Fraction, bound: Bound, rounding: str) -> Answer:
    """Judge a number, or the whole stretch that a censored number leaves open."""
    if bound is Bound.EXACT:
        inside = _reaches(rule, number, rounding) and _keeps_below(rule, number, rounding)
        return Answer.MET if inside else Answer.NOT_MET
    if bound is Bound.BELOW:
        return _stretch_below(rule, number, rounding)
    return _stretch_above(rule, number, rounding)


def _reaches(rule: Range, number: Fraction, rounding: str) -> bool:
    if rule.low is None:
        return True
    value, low = rounded(number, rule.low, rounding), Fraction(rule.low)
    return value >= low if rule.low_inclusive else value > low


def _keeps_below(rule: Range, number: Fraction, rounding: str) -> bool:
    if rule.high is None:
        return True
    value, high = rounded(number, rule.high, rounding), Fraction(rule.high)
    return value <= high if rule.high_inclusive else value < high


def _stretch_below(rule: Range, bound: Fraction, rounding: str) -> Answer:
    """Judge `< bound`: every number strictly below it is possible, however small.

    So a low end can only be missed: it is missed by all of them if it is by those next to the
    bound. A high end is kept by all of them if it is by those.
    """
    if rule.low is not None:
        reached = _reaches(rule, _beside(bound, rule.low, below=True), rounding)
        return Answer.NOT_EVALUABLE if reached else Answer.NOT_MET
    if rule.high is None:
        return Answer.MET
    kept = _keeps_below(rule, _beside(bound, rule.high, below=True), rounding)
    return Answer.MET if kept else Answer.NOT_EVALUABLE


def _stretch_above(rule: Range, bound: Fraction, rounding: str) -> Answer:
    """Judge `> bound`: every number strictly above it is possible, however large."""
    if rule.high is not None:
        kept = _keeps_below(rule, _beside(bound, rule.high, below=False), rounding)
        return Answer.NOT_EVALUABLE if kept else Answer.NOT_MET
    if rule.low is None:
        return Answer.MET
    reached = _reaches(rule, _beside(bound, rule.low, below=False), rounding)
    return Answer.MET if reached else Answer.NOT_EVALUABLE


def _beside(bound: Fraction, end: Decimal, *, below: bool) -> Fraction:
    """Return a number that close beside a bound that no end and no rounding edge lies between.

    An end and the edges of rounding to it are multiples of half of its last digit. The number lies
    a hair, less than the gap between the bound and any other such multiple, on the asked side.
    """
    half = Fraction(1, 2) * Fraction(10) ** int(end.as_tuple().exponent)
    hair = Fraction(1, 4 * bound.denominator * half.denominator)
    return bound - hair if below else bound + hair


def inside_guard_band(criterion: Criterion, point: Point) -> tuple[Decimal, Decimal] | None:
    """Return the end of the limit that an exact number cannot be told from, and the uncertainty.

    None where the number is further away, one-sided, or of a method that declares no uncertainty
    (guard band: JCGM 106:2012, 8.3).
    """
    rule, value = criterion.limit.rule, point.value
    if not isinstance(rule, Range) or not isinstance(value, Number) or value.bound != Bound.EXACT:
        return None
    number = in_unit_of(criterion, value.number, point.observation.unit)
    if number is None:
        return None
    band = criterion.method.guard_band(decimal_of(number))
    if band is None:
        return None
    near = [end for end in rule.ends if abs(number - Fraction(end)) <= Fraction(band)]
    return (near[0], band) if near else None
