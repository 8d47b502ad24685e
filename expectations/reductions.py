"""From many readings to one number: the arithmetic, exact and the same on every machine.

Times are integers (nanoseconds); a reading's number is the shortest decimal text of its double; no
sum of floats takes part. Each function also says which readings decided, by their position.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contracts.errors import StrategyError
from contracts.subject import Reduction
from expectations.exact import limit_float

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """The readings that speak, in the order of time, and the time they speak for: n at least 1."""

    times: Whole
    """(n,) nanoseconds since 1970-01-01 UTC, not falling, from `start` to `end`."""
    values: Real
    """(n,) finite numbers."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reduced:
    """One number: a reading's own, a count, or nanoseconds; and the readings that decided it."""

    number: Decimal
    deciding: tuple[int, ...]
    """Positions in the span, in the order of time, one or two of them."""


def reduced(subject: Reduction, span: Span) -> Reduced:
    """Reduce a span by the function that a criterion names.

    Raises:
        StrategyError: there is no such function.
    """
    match subject.function:
        case "max":
            return _reading(span, int(np.argmax(span.values)))
        case "min":
            return _reading(span, int(np.argmin(span.values)))
        case "time_outside":
            return _time_outside(span, subject.low, subject.high)
        case "longest_gap":
            return _longest_gap(span)
        case "count_true":
            return _count(np.flatnonzero(span.values), span)
        case "count_readings":
            return _count(np.arange(len(span.values)), span)
        case other:
            raise StrategyError(f"the reduction “{other}”", expected="one that is known")


def _reading(span: Span, position: int) -> Reduced:
    return Reduced(Decimal(repr(float(span.values[position]))), (position,))


def _time_outside(span: Span, low: Decimal | None, high: Decimal | None) -> Reduced:
    """Add up how long readings outside the range held, and find the longest stretch of them.

    A reading holds until the next one; the last one holds until the end.
    """
    below = np.zeros(len(span.values), bool) if low is None else span.values < limit_float(low)
    outside = below if high is None else below | (span.values > limit_float(high))
    until = np.append(span.times, span.end)
    edges = np.flatnonzero(np.diff(outside, prepend=False, append=False))
    if not len(edges):
        return Reduced(Decimal(0), (0,))
    first, after = edges[::2], edges[1::2]
    held = until[after] - until[first]
    longest = int(np.argmax(held))
    deciding = (int(first[longest]), int(after[longest]) - 1)
    return Reduced(Decimal(int(held.sum())), tuple(dict.fromkeys(deciding)))


def _longest_gap(span: Span) -> Reduced:
    """Find the longest time without a reading, before the first and after the last included."""
    gaps = np.diff(span.times, prepend=span.start, append=span.end)
    longest = int(np.argmax(gaps))
    around = (one for one in (longest - 1, longest) if 0 <= one < len(span.times))
    return Reduced(Decimal(int(gaps[longest])), tuple(around))


def _count(counted: NDArray[np.intp], span: Span) -> Reduced:
    """Count readings; the first and the last of them decide, or of all if there is none."""
    ends = counted if len(counted) else np.arange(len(span.values))
    return Reduced(Decimal(len(counted)), tuple(dict.fromkeys((int(ends[0]), int(ends[-1])))))
