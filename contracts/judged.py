"""What was done to a value before it was judged, and what each of the two judges said of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from contracts.answered import Answered
from contracts.criterion import Criterion
from contracts.explain import Step
from contracts.numbers import decimal_of
from contracts.observation import Bound, Number, Observation
from contracts.question import Answer, Point
from contracts.reference import answer, in_unit_of
from contracts.rounding import rounded
from contracts.rule import Agrees, Range
from contracts.subject import Observed
from contracts.words import cut, shown, value_in_words, with_unit


def judged(
    criterion: Criterion, answers: Iterable[Answered], observations: Mapping[str, Observation]
) -> Iterator[Step]:
    """Yield each point's way to its answers: read as a number, converted, rounded, judged.

    The numbers are worked out again here, by the one exact arithmetic of the reference judge; an
    answer that does not come out again is told as such.
    """
    by_name = {one.id: one for one in criterion.by_kind()}
    converted: set[str] = set()
    for recorded in answers:
        part, point = by_name[recorded.criterion], _point(criterion, recorded.point, observations)
        if point.id not in converted:
            converted.add(point.id)
            yield from _as_number(part, point)
        yield from _rounded(part, point)
        yield Step("judged", point.observation.id, _said(part, point, recorded))


def _point(criterion: Criterion, name: str, observations: Mapping[str, Observation]) -> Point:
    first, _, second = name.partition("~")
    one = observations[first]
    if second:
        return Point(one, observations[second])
    read = isinstance(criterion.subject, Observed)
    return Point(one, reading=criterion.reading_of(one.value) if read else None)


def _as_number(part: Criterion, point: Point) -> Iterator[Step]:
    """Yield what the method's word stands for, and the way from the result's unit."""
    one, value = point.observation, point.value
    if not isinstance(part.limit.rule, Range) or not isinstance(value, Number):
        return
    if value != one.value:
        words = f"“{one.as_written}” stands for {value} in results of {part.method.code}"
        yield Step("read as", one.id, words, one.as_written, str(value))
    if one.unit == part.unit:
        return
    way = next((known for known in part.conversions if known.unit == one.unit), None)
    if way is None:
        words = f"{shown(one.unit)} does not convert to {shown(part.unit)}: nothing can be compared"
        yield Step("converted", one.id, words)
        return
    after = str(replace(value, number=decimal_of(way.ratio(value.number))))
    plus = f" and {way.offset} added" if way.offset else ""
    words = (
        f"{with_unit(cut(str(value)), one.unit)} multiplied by {way.factor}{plus} is "
        f"{with_unit(cut(after), part.unit)}"
    )
    yield Step("converted", one.id, words, str(value), after)


def _rounded(part: Criterion, point: Point) -> Iterator[Step]:
    """Yield what rounding made of the number, for each end of the limit that it is compared to."""
    rule, value = part.limit.rule, point.value
    if not part.rounding or not isinstance(rule, Range) or not isinstance(value, Number):
        return
    one = point.observation
    exact = in_unit_of(part, value.number, one.unit)
    if exact is None:
        return
    if value.bound is not Bound.EXACT:
        words = f"{value} is one side of a number: every number that it can be is rounded by itself"
        yield Step("rounded", one.id, words)
        return
    before = str(Number(decimal_of(exact)))
    told = with_unit(cut(before), part.unit)
    for after, ends in _by_result(exact, part).items():
        changed = "is rounded to" if Decimal(after) != Decimal(before) else "stays"
        words = f"{told} {changed} {with_unit(cut(after), part.unit)} at the precision of {ends}"
        yield Step("rounded", one.id, words, before, after)


def _by_result(exact: Fraction, part: Criterion) -> dict[str, str]:
    """Return the ends of a limit in words, by what a number is when it is rounded to them."""
    found: dict[str, list[Decimal]] = {}
    for end in part.limit.rule.ends if isinstance(part.limit.rule, Range) else ():
        found.setdefault(_at_precision(rounded(exact, end, part.rounding), end), []).append(end)
    return {after: " and ".join(map(str, dict.fromkeys(ends))) for after, ends in found.items()}


def _at_precision(number: Fraction, end: Decimal) -> str:
    """Return a rounded number with the decimals that the end of the limit is written with."""
    exponent = int(end.as_tuple().exponent)
    steps = int(number / Fraction(10) ** exponent)
    return format(Decimal(steps).scaleb(exponent), "f")


def _said(part: Criterion, point: Point, recorded: Answered) -> str:
    """Say what was compared with what, and both answers."""
    limit = part.limit
    if isinstance(limit.rule, Agrees) and point.other is not None:
        told = f"{value_in_words(point.observation)} and {value_in_words(point.other)}"
    else:
        told = value_in_words(point.observation) or "“”"
    judges = (
        f"Great Expectations says {_words(recorded.great_expectations)}, "
        f"the reference judge says {_words(recorded.reference)}"
    )
    again = answer(part, point)
    doubt = "" if again is recorded.reference else f"; asked again it says {_words(again)}"
    return f"{told} against the {limit.kind.in_words()} {part.in_words(limit)}: {judges}{doubt}"


def _words(one: Answer) -> str:
    return one.value.replace("_", " ")
