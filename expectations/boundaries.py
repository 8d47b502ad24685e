"""Whether the examples beside a criterion hold, and stand where a rule is easily got wrong."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from contracts.criterion import Criterion
from contracts.observation import Bound, Number
from contracts.rule import Limit, OneOf, Present, Range
from contracts.verdict import Outcome
from expectations.examples import Example, reading_of

_BOTH = (Outcome.MET, Outcome.NOT_MET)
"""A rule shows what keeps it and what breaks it; only `present` cannot be broken."""


def example_problem(example: Example) -> str:
    """Return how the reference judge contradicts an example, or nothing."""
    verdict = example.verdict()
    crossed = example.crossed()
    written = ", ".join(example.written) or example.awaited or "nothing"
    if verdict.outcome is example.outcome:
        if crossed == tuple(sorted(example.warns)):
            return ""
        return (
            f"the example '{written}' on {example.day} warns of {_listed(example.warns)}, "
            f"but it crosses {_listed(crossed)}"
        )
    return (
        f"the example '{written}' on {example.day} says {example.outcome.value}, "
        f"but against {verdict.limit} it is {verdict.outcome.value}"
    )


def _listed(kinds: Sequence[str]) -> str:
    return ", ".join(sorted(kinds)) or "no limit"


def lacking(criterion: Criterion, examples: Sequence[Example]) -> Iterator[str]:
    """Yield what the examples of a criterion do not show, in words.

    Each limit needs its boundary on both sides, and the criterion what absence comes to.
    """
    if not any(one.outcome is Outcome.MISSING for one in examples):
        yield f"{criterion.id} has no example of absence (written: null, outcome: missing)"
    for limit in criterion.limits:
        own = [one for one in examples if limit in one.criterion.limits]
        for words in _of_limit(criterion, limit, own):
            kind = "limit" if limit.kind.blocks else limit.kind.in_words()
            variant = f" for {limit.applies.in_words()}" if limit.applies.to else ""
            what = f"the {kind} of {limit.effective}{variant}"
            yield f"{criterion.id} has no example {words} for {what}"


def _of_limit(criterion: Criterion, limit: Limit, own: Sequence[Example]) -> Iterator[str]:
    if isinstance(limit.rule, Range):
        shown = {number for one in own for number in _numbers(one)}
        edges = _edges(limit.rule, criterion.rounding)
        yield from (f"on the boundary, at {one}" for one in edges if one not in shown)
    if not limit.kind.blocks:
        for crossed in (True, False):
            if not any((limit.kind.value in one.warns) is crossed for one in own):
                yield f"that {'warns' if crossed else 'does not warn'}"
        return
    if isinstance(limit.rule, OneOf):
        written = {one.written for one in own}
        yield from (f"with “{one}”" for one in limit.rule.values if (one,) not in written)
    outcomes = {one.outcome for one in own}
    for outcome in _BOTH[: 1 if isinstance(limit.rule, Present) else 2]:
        if outcome not in outcomes:
            yield f"that is {outcome.value}"


def _edges(rule: Range, rounding: str) -> Iterator[Decimal]:
    """Yield the numbers on both sides of where each end turns, one last digit apart.

    Without rounding it turns at the end itself. With it, half of the end's last digit away, and the
    numbers have one more digit.
    """
    if rule.low is not None:
        inward = -1 if rule.low_inclusive else 1
        yield from _pair(rule.low, inward, rounding)
    if rule.high is not None:
        yield from _pair(rule.high, 1 if rule.high_inclusive else -1, rounding)


def _pair(end: Decimal, side: int, rounding: str) -> Iterator[Decimal]:
    step = _last_digit(end)
    if not rounding:
        yield from (end, end + side * step)
        return
    tie = end + side * step / 2
    yield from (tie, tie - step / 10, tie + step / 10)


def _last_digit(number: Decimal) -> Decimal:
    """Return one unit of a finite number's last digit: 0.1 for 80.0."""
    return Decimal(1).scaleb(int(number.as_tuple().exponent))


def _numbers(example: Example) -> Iterator[Decimal]:
    for text in example.written:
        value = reading_of(text, numeric=True)
        alone = len(example.written) == 1 and example.unit == example.criterion.unit
        if isinstance(value, Number) and value.bound is Bound.EXACT and alone:
            yield value.number
