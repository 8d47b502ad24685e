"""Whether the examples beside a criterion hold, and stand where a rule is easily got wrong."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from contracts.criterion import Criterion, Limit, OneOf, Present, Range
from contracts.observation import Bound, Number
from contracts.verdict import Outcome
from expectations.examples import Example, reading_of

_BOTH = (Outcome.MET, Outcome.NOT_MET)
"""A rule shows what keeps it and what breaks it; only `present` cannot be broken."""


def example_problem(example: Example) -> str:
    """Return how the reference judge contradicts an example, or nothing."""
    verdict = example.verdict()
    if verdict.outcome is example.outcome:
        return ""
    written = ", ".join(example.written) or example.awaited or "nothing"
    return (
        f"the example '{written}' on {example.day} says {example.outcome.value}, "
        f"but against {verdict.limit} it is {verdict.outcome.value}"
    )


def lacking(criterion: Criterion, examples: Sequence[Example]) -> Iterator[str]:
    """Yield what the examples of a criterion do not show, in words.

    Each limit needs its boundary on both sides, and the criterion what absence comes to.
    """
    if not any(one.outcome is Outcome.MISSING for one in examples):
        yield f"{criterion.id} has no example of absence (written: null, outcome: missing)"
    for limit in criterion.limits:
        own = [one for one in examples if one.criterion.limit == limit]
        for words in _of_limit(limit, own):
            yield f"{criterion.id} has no example {words} for the limit of {limit.effective}"


def _of_limit(limit: Limit, own: Sequence[Example]) -> Iterator[str]:
    if isinstance(limit.rule, Range):
        shown = {number for one in own for number in _numbers(one)}
        yield from (f"on the boundary, at {one}" for one in _edges(limit.rule) if one not in shown)
    if isinstance(limit.rule, OneOf):
        written = {one.written for one in own}
        yield from (f"with “{one}”" for one in limit.rule.values if (one,) not in written)
    outcomes = {one.outcome for one in own}
    for outcome in _BOTH[: 1 if isinstance(limit.rule, Present) else 2]:
        if outcome not in outcomes:
            yield f"that is {outcome.value}"


def _edges(rule: Range) -> Iterator[Decimal]:
    """Yield each end and the number one last digit beyond it, on the side where it turns."""
    if rule.low is not None:
        step = _last_digit(rule.low)
        yield from (rule.low, rule.low - step if rule.low_inclusive else rule.low + step)
    if rule.high is not None:
        step = _last_digit(rule.high)
        yield from (rule.high, rule.high + step if rule.high_inclusive else rule.high - step)


def _last_digit(number: Decimal) -> Decimal:
    """Return one unit of a finite number's last digit: 0.1 for 80.0."""
    return Decimal(1).scaleb(int(number.as_tuple().exponent))


def _numbers(example: Example) -> Iterator[Decimal]:
    for text in example.written:
        value = reading_of(text, numeric=True)
        alone = len(example.written) == 1 and example.unit == example.criterion.unit
        if isinstance(value, Number) and value.bound is Bound.EXACT and alone:
            yield value.number
