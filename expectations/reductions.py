"""From many readings to one number: the arithmetic in columns, the same on every machine.

`contracts.reduction_loops` says in words what each function is. Times are integers (nanoseconds); a
reading's number is the shortest decimal text of its double; floats are compared, and no sum of them
takes part. Where readings are added up, it is their decimals over whole nanoseconds, exactly.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.reduction_result import NAMED, Found, hold_of
from contracts.subject import Reduction
from expectations import quotients
from expectations.readings import Whole
from expectations.span import Span, Truth, once


def found_in(subject: Reduction, span: Span) -> Found:
    """Return the number of a reduction that `contracts.reduction_result.check` let through.

    Raises:
        StrategyError: a limit that no double stands for.
    """
    return _FUNCTIONS[subject.function](subject, span)


def _max(_: Reduction, span: Span) -> Found:
    position = int(np.argmax(span.values))
    return Found(span.number(position), (position,))


def _min(_: Reduction, span: Span) -> Found:
    position = int(np.argmin(span.values))
    return Found(span.number(position), (position,))


def _runs(outside: Truth) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each run of readings outside starts, and the position after its end."""
    edges = np.flatnonzero(outside[1:] != outside[:-1]) + 1
    before = [0] if outside[:1].any() else []
    after = [len(outside)] if outside[-1:].any() else []
    edges = np.concatenate([np.array(before, np.intp), edges, np.array(after, np.intp)])
    return edges[::2], edges[1::2]


def _time_outside(subject: Reduction, span: Span) -> Found:
    outside, hold = span.outside(subject), hold_of(subject)
    if hold is None and not outside.any():
        return Found(Decimal(0), (0,))
    if hold is None and span.each_holds():
        first, after = _runs(outside)
        ends = np.where(after < len(outside), span.times[after % len(outside)], span.end)
        return _stretch(subject, ends - span.times[first], (first, after - 1))
    if hold is None:
        kept = np.flatnonzero(outside | (span.held() > 0))
        pieces = kept, span.times[kept], (span.times + span.held())[kept], outside[kept]
    else:
        pieces = _pieces(span, outside, span.held(), min(hold, span.end - span.start))
    owners, starts, ends, outside = pieces
    first, after = _runs(outside)
    if not len(first):
        return Found(Decimal(0), (0,))
    return _stretch(subject, ends[after - 1] - starts[first], (owners[first], owners[after - 1]))


def _stretch(subject: Reduction, lasted: Whole, ends: tuple[Whole, Whole]) -> Found:
    """Return the total or the longest of stretches; `ends` are each one's first and last."""
    longest = int(np.argmax(lasted))
    number = lasted.sum() if subject.function == "time_outside" else lasted[longest]
    return Found(Decimal(int(number)), once(int(ends[0][longest]), int(ends[1][longest])))


def _pieces(
    span: Span, outside: Truth, held: Whole, hold: int
) -> tuple[Whole, Whole, Whole, Truth]:
    """Return the step's time in pieces: whose, from when, to when, and whether it is outside.

    Each reading has a piece it speaks for and one, of unknown, that it does not; the first one also
    speaks for the `hold` before it. Pieces of no time are left out, but for readings outside.
    """
    count, first = len(span.times), int(span.times[0])
    known = span.times + np.minimum(held, hold)
    spoken_for = max(span.start, first - hold)
    edges = np.empty(2 * count + 3, np.int64)
    edges[:2] = span.start, spoken_for
    edges[2::2] = np.append(span.times, span.end)
    edges[3::2] = known
    flags = np.ones(2 * count + 2, bool)
    flags[1], flags[2::2] = outside[0], outside
    owners = np.repeat(np.arange(-1, count), 2)
    owners[:2] = 0
    kept = edges[1:] > edges[:-1]
    kept[2::2] |= outside
    return owners[kept], edges[:-1][kept], edges[1:][kept], flags[kept]


def _longest_gap(_: Reduction, span: Span) -> Found:
    """Compare the gaps between readings with those at both ends; of equal ones the first."""
    times = span.times
    gaps = times[1:] - times[:-1]
    longest, found = int(times[0]) - span.start, 0
    if len(gaps) and gaps.max() > longest:
        longest, found = int(gaps.max()), int(gaps.argmax()) + 1
    if span.end - int(times[-1]) > longest:
        longest, found = span.end - int(times[-1]), len(times)
    around = (one for one in (found - 1, found) if 0 <= one < len(times))
    return Found(Decimal(longest), tuple(around))


def _readings_outside(subject: Reduction, span: Span) -> Found:
    outside = span.outside(subject)
    beyond = np.flatnonzero(outside)
    if not len(beyond):
        return Found(Decimal(0), span.ends())
    first, after = _runs(outside)
    named = zip(first[:NAMED].tolist(), (after[:NAMED] - 1).tolist(), strict=True)
    deciding = tuple(beyond[:NAMED].tolist())
    return Found(Decimal(len(beyond)), deciding, tuple(named), len(first))


def _count_true(_: Reduction, span: Span) -> Found:
    counted = np.flatnonzero(span.values)
    ends = once(int(counted[0]), int(counted[-1])) if len(counted) else span.ends()
    return Found(Decimal(len(counted)), ends)


def _count_readings(_: Reduction, span: Span) -> Found:
    return Found(Decimal(len(span.times)), span.ends())


_FUNCTIONS: Final[Mapping[str, Callable[[Reduction, Span], Found]]] = {
    "max": _max,
    "min": _min,
    "mean": quotients.mean,
    "mean_kinetic_temperature": quotients.mean,
    "time_outside": _time_outside,
    "longest_outside": _time_outside,
    "longest_gap": _longest_gap,
    "readings_outside": _readings_outside,
    "count_true": _count_true,
    "count_readings": _count_readings,
    "ramp_rate": quotients.ramp,
    "fastest_change": quotients.fastest_change,
}
