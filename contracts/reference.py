"""The reference judge: naive, exact, and independent of Great Expectations.

It compares decimals as the source wrote them and never a float. Great Expectations must give the
same answer to every question, or the run stops.
"""

from collections.abc import Iterable
from decimal import Decimal

from contracts.criterion import Agrees, Criterion, OneOf, Present, Range
from contracts.observation import Bound, Number, Text
from contracts.question import Answer, Point, Question


def judge(questions: Iterable[Question]) -> dict[tuple[str, str], Answer]:
    """Answer every point of every question."""
    return {
        (question.criterion.id, point.id): answer(question.criterion, point)
        for question in questions
        for point in question.points
    }


def answer(criterion: Criterion, point: Point) -> Answer:
    """Judge one point by the criterion's limit in force.

    What is not of the rule's kind, or not in the criterion's unit, cannot be evaluated: it is never
    taken for conforming.
    """
    observed = point.observation
    if observed.unit != criterion.unit:
        return Answer.NOT_EVALUABLE
    match criterion.limit.rule, observed.value:
        case Range() as rule, Number() as value:
            return _in_range(rule, value)
        case OneOf(values), Text(text):
            return Answer.MET if text in values else Answer.NOT_MET
        case Present(), _:
            return Answer.MET if observed.as_written.strip() else Answer.NOT_EVALUABLE
        case Agrees(), Text(text) if point.other is not None:
            return _same(text, point.other.value)
        case _:
            return Answer.NOT_EVALUABLE


def _same(text: str, other: object) -> Answer:
    if not isinstance(other, Text):
        return Answer.NOT_EVALUABLE
    return Answer.MET if text == other.text else Answer.NOT_MET


def _in_range(rule: Range, value: Number) -> Answer:
    """Judge a number, or the whole stretch that a censored number leaves open."""
    if value.bound is Bound.EXACT:
        inside = _reaches(rule, value.number) and _keeps_below(rule, value.number)
        return Answer.MET if inside else Answer.NOT_MET
    if value.bound is Bound.BELOW:
        return _stretch_below(rule, value.number)
    return _stretch_above(rule, value.number)


def _stretch_below(rule: Range, bound: Decimal) -> Answer:
    """Judge `< bound`: every number strictly below it is possible."""
    if rule.low is not None:
        return Answer.NOT_MET if bound <= rule.low else Answer.NOT_EVALUABLE
    return Answer.MET if rule.high is None or bound <= rule.high else Answer.NOT_EVALUABLE


def _stretch_above(rule: Range, bound: Decimal) -> Answer:
    """Judge `> bound`: every number strictly above it is possible."""
    if rule.high is not None:
        return Answer.NOT_MET if bound >= rule.high else Answer.NOT_EVALUABLE
    return Answer.MET if rule.low is None or bound >= rule.low else Answer.NOT_EVALUABLE


def _reaches(rule: Range, number: Decimal) -> bool:
    if rule.low is None:
        return True
    return number >= rule.low if rule.low_inclusive else number > rule.low


def _keeps_below(rule: Range, number: Decimal) -> bool:
    if rule.high is None:
        return True
    return number <= rule.high if rule.high_inclusive else number < rule.high
