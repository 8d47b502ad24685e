"""Whether an overlay admits what the layer below it refuses, and on whose word."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from contracts.applicability import Context
from contracts.criterion import Criterion
from contracts.rule import Limit, OneOf, Range

_ANY_OTHER = "any other"
"""A value that no limit names."""


def loosened(before: Criterion, after: Criterion) -> Iterator[str]:
    """Yield where a criterion admits more after an override than before it without citing why.

    A limit that admits more names a document that no limit below it names. None may be lost: what
    was judged by a limit on a day stays judged on that day. Each said once a batch's variant.
    """
    cited = {limit.cites for limit in before.limits}
    for context in _contexts(before, after):
        yield from itertools.islice(_in_context(before, after, context, cited), 1)


def _in_context(
    before: Criterion, after: Criterion, context: Context, cited: set[str]
) -> Iterator[str]:
    for day in _days((before, after)):
        old, new = _decides(before, day, context), _decides(after, day, context)
        if old is None:
            continue
        batch = f" for {', '.join(context.values())}" if context else ""
        was = f"{before.in_words(old)}, as below, on {day}{batch}"
        if new is None:
            yield f"no limit is left of {before.id} where there was one: {was}"
        elif _admits_more(old, new) and new.cites in cited:
            yield (
                f"{before.id} is loosened to {after.in_words(new)} and cites only “{new.cites}”, "
                f"which says {was}"
            )


def _decides(criterion: Criterion, day: date, context: Context) -> Limit | None:
    taken = criterion.on(day, context)
    return None if taken is None or taken.obstacle(context) else taken.limit


def _days(criteria: Iterable[Criterion]) -> list[date]:
    """Return every day on which another limit may begin to decide."""
    limits = [limit for one in criteria for limit in one.limits]
    ended = [one.until + timedelta(days=1) for one in limits if one.until is not None]
    return sorted({*(one.effective for one in limits), *ended})


def _contexts(before: Criterion, after: Criterion) -> Iterator[dict[str, str]]:
    """Yield every batch that the limits tell apart, as what is known of it."""
    known: dict[str, dict[str, None]] = {}
    for one in (before, after):
        for applies in (one.applies, *(limit.applies for limit in one.limits)):
            for name, values in applies.to:
                known.setdefault(name, {_ANY_OTHER: None}).update(dict.fromkeys(values))
    for values in itertools.product(*known.values()):
        yield dict(zip(known, values, strict=True))


def _admits_more(old: Limit, new: Limit) -> bool:
    match old.rule, new.rule:
        case Range() as one, Range() as other:
            return _lower(one, other) or _higher(one, other)
        case OneOf() as one, OneOf() as other:
            sooner = one.from_day is None or (
                other.from_day is not None and other.from_day < one.from_day
            )
            provisional = other.from_day is not None and sooner
            return not set(other.values) <= set(one.values) or provisional
        case _:
            return False


def _lower(old: Range, new: Range) -> bool:
    if old.low is None or new.low is None:
        return old.low is not None
    return new.low < old.low or (new.low == old.low and new.low_inclusive and not old.low_inclusive)


def _higher(old: Range, new: Range) -> bool:
    if old.high is None or new.high is None:
        return old.high is not None
    return new.high > old.high or (
        new.high == old.high and new.high_inclusive and not old.high_inclusive
    )
