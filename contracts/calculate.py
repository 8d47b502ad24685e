"""Values calculated from results: ratios, yields, differences and reportable values, exactly."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from contracts.calculated import Calculation, calculated_from
from contracts.criterion import Criterion
from contracts.numbers import decimal_of, short
from contracts.observation import (
    Awaited,
    Bound,
    Number,
    Observation,
    Status,
    Text,
    Value,
)
from contracts.question import selected
from contracts.subject import Difference, Observed, Operand, Quotient, Reportable

_WIDE: Final = Context(prec=50, rounding=ROUND_HALF_EVEN)
_MOST: Final = 64
"""More combinations of results than a person could look through: then nothing is calculated."""


def calculated(
    criteria: Iterable[Criterion], observations: Sequence[Observation]
) -> dict[str, tuple[Observation, ...]]:
    """Return the calculated observations of every quotient, difference and reportable value.

    Each result counts, also a failing original beside its retest: one value is calculated for every
    combination, so that none hides another. What cannot be calculated is said in the value's words,
    and a result still awaited makes the value awaited. Nothing recorded at all gives nothing.
    """
    found: dict[str, tuple[Observation, ...]] = {}
    for criterion in criteria:
        match criterion.subject:
            case Quotient() | Difference() as subject:
                found[criterion.id] = tuple(_combined(criterion, subject, observations))
            case Reportable() as subject:
                found[criterion.id] = tuple(_reportable(criterion, subject, observations))
            case _:
                pass
    return {name: values for name, values in found.items() if values}


def valid(observed: Observed, observations: Iterable[Observation]) -> list[Observation]:
    """Return the results that were not invalidated by their source."""
    return [one for one in selected(observed, observations) if one.status is not Status.INVALIDATED]


def _combined(
    criterion: Criterion, subject: Quotient | Difference, observations: Sequence[Observation]
) -> Iterator[Observation]:
    results = [
        valid(operand.observed, observations)
        for operand in subject.operands
        if operand.observed is not None
    ]
    if not all(results):
        return
    for count, chosen in enumerate(itertools.product(*results)):
        if count == _MOST:
            words = f"more than {_MOST} combinations of results"
            yield _observation(criterion, chosen, Text(words), subject.in_words())
            return
        yield _observation(
            criterion, chosen, _value(criterion, subject, chosen), subject.in_words()
        )


def _value(
    criterion: Criterion, subject: Quotient | Difference, chosen: Sequence[Observation]
) -> Value:
    awaited = next((one.value for one in chosen if isinstance(one.value, Awaited)), None)
    if awaited is not None:
        return awaited
    numbers: list[Number] = []
    left = iter(chosen)
    for operand in subject.operands:
        number = _number(criterion, operand, left)
        if isinstance(number, Text):
            return number
        numbers.append(number)
    if isinstance(subject, Difference):
        return _difference(subject, numbers)
    return _quotient(subject, numbers)


def _number(criterion: Criterion, operand: Operand, left: Iterator[Observation]) -> Number | Text:
    if operand.observed is None:
        return Number(operand.constant or Decimal(0))
    one = next(left)
    value = criterion.method.reading_of(one.value)
    if not isinstance(value, Number):
        return Text(f"{operand.in_words()} is “{one.as_written}”, no number")
    if one.unit != operand.unit:
        return Text(f"{operand.in_words()} is in {one.unit}, not in {operand.unit}")
    return value


_OTHER_SIDE = {Bound.EXACT: Bound.EXACT, Bound.BELOW: Bound.ABOVE, Bound.ABOVE: Bound.BELOW}


def _quotient(subject: Quotient, numbers: Sequence[Number]) -> Value:
    above = numbers[: len(subject.product)]
    below = numbers[len(subject.product) :]
    if any(one.number == 0 for one in below):
        return Text("divided by zero")
    bounds = {one.bound for one in above} | {_OTHER_SIDE[one.bound] for one in below}
    bounds -= {Bound.EXACT}
    if bounds and any(one.number <= 0 for one in numbers):
        return Text("a one-sided number times one that is not positive")
    if len(bounds) > 1:
        return Text("one-sided numbers in opposite directions")
    result = subject.factor
    for one in above:
        result *= Fraction(one.number)
    for one in below:
        result /= Fraction(one.number)
    return Number(decimal_of(result), bounds.pop() if bounds else Bound.EXACT)


def _difference(subject: Difference, numbers: Sequence[Number]) -> Value:
    of, less = numbers
    bounds = {of.bound, _OTHER_SIDE[less.bound]} - {Bound.EXACT}
    if len(bounds) > 1:
        return Text("one-sided numbers in opposite directions")
    result = Fraction(of.number) * subject.of_factor - Fraction(less.number) * subject.less_factor
    return Number(decimal_of(result), bounds.pop() if bounds else Bound.EXACT)


def _reportable(
    criterion: Criterion, subject: Reportable, observations: Sequence[Observation]
) -> Iterator[Observation]:
    """Yield one value for the original determinations, and one for each round of retests."""
    results = valid(subject.observed, observations)
    rounds: dict[int, list[Observation]] = {}
    by_key = {one.source_key: one for one in results if one.source_key}
    for one in results:
        rounds.setdefault(_round(one, by_key), []).append(one)
    for _, own in sorted(rounds.items()):
        yield _observation(criterion, own, _reported(criterion, subject, own), subject.in_words())


def _round(one: Observation, by_key: dict[str, Observation]) -> int:
    """Return how often a determination was repeated before: 0 for an original."""
    seen: set[str] = set()
    while one.retest_of and one.retest_of not in seen:
        seen.add(one.retest_of)
        if one.retest_of not in by_key:
            return len(seen)
        one = by_key[one.retest_of]
    return len(seen)


def _reported(criterion: Criterion, subject: Reportable, own: Sequence[Observation]) -> Value:
    awaited = next((one.value for one in own if isinstance(one.value, Awaited)), None)
    if awaited is not None:
        return awaited
    if len(own) != subject.replicates:
        return Text(f"{len(own)} of {subject.replicates} replicates")
    operand = Operand(criterion.unit, subject.observed)
    numbers = []
    for one in own:
        number = _number(criterion, operand, iter((one,)))
        if isinstance(number, Text):
            return number
        numbers.append(number)
    return formula(subject.formula, numbers)


def formula(name: str, numbers: Sequence[Number]) -> Value:
    """Return what the formula makes of at least one number, or words that say why it cannot.

    All formulas rise with each of their numbers: bounds in one direction bound the result. Which
    of some numbers is the lowest, highest or middle one is open where one-sided ones are among
    others.
    """
    among = {one.bound for one in numbers}
    bounds = among - {Bound.EXACT}
    if len(bounds) > 1:
        return Text("one-sided numbers in opposite directions")
    if len(among) > 1 and name in ("lowest", "highest", "median"):
        return Text(f"the {name} of numbers of which some are one-sided")
    bound = bounds.pop() if bounds else Bound.EXACT
    ordered = sorted(one.number for one in numbers)
    if name == "geometric_mean" and ordered[0] <= 0:
        return Text("a geometric mean of a number that is not positive")
    return Number(_FORMULAS[name](ordered), bound)


def _geometric_mean(ordered: Sequence[Decimal]) -> Decimal:
    logarithm = Decimal(0)
    for one in ordered:
        logarithm = _WIDE.add(logarithm, one.ln(_WIDE))
    return short(_WIDE.divide(logarithm, Decimal(len(ordered))).exp(_WIDE))


def _mean(ordered: Sequence[Decimal]) -> Decimal:
    return decimal_of(_total(ordered) / len(ordered))


def _median(ordered: Sequence[Decimal]) -> Decimal:
    middle = len(ordered) // 2
    return _mean((ordered[middle], ordered[-middle - 1]))


def _total(ordered: Sequence[Decimal]) -> Fraction:
    return sum((Fraction(one) for one in ordered), Fraction(0))


_FORMULAS: Final[Mapping[str, Callable[[Sequence[Decimal]], Decimal]]] = {
    "mean": _mean,
    "median": _median,
    "geometric_mean": _geometric_mean,
    "lowest": lambda ordered: ordered[0],
    "highest": lambda ordered: ordered[-1],
    "sum": lambda ordered: decimal_of(_total(ordered)),
}
"""Each of at least one number, in rising order; the names are `contracts.subject.FORMULAS`."""


def _observation(
    criterion: Criterion, used: Sequence[Observation], value: Value, recipe: str
) -> Observation:
    written = ", ".join(f"“{one.as_written}”" if one.as_written else str(one.value) for one in used)
    calculation = Calculation(
        criterion=criterion.id,
        what=recipe,
        recipe=f"{recipe}, from {written}, in {criterion.unit}",
        unit=criterion.unit,
        step=criterion.unit_procedure or used[-1].step,
    )
    return calculated_from(used, value, calculation)
