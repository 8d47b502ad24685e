"""The readings of one tag that speak over the time of a step, as columns in the order of time."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from contracts.subject import Reduction
from expectations.exact import limit_float
from expectations.readings import Real, Whole

Truth: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Span:
    """The readings that speak, in the order of time, and the time they speak for: n at least 1."""

    times: Whole
    """(n,) nanoseconds since 1970-01-01 UTC, not falling, from `start` to `end`."""
    values: Real
    """(n,) finite numbers."""
    start: int
    end: int
    unit: str
    _outside: dict[tuple[Decimal | None, Decimal | None], Truth] = field(default_factory=dict)

    def outside(self, subject: Reduction) -> Truth:
        """Return which readings lie outside the range; computed once for each range."""
        low, high = subject.low, subject.high
        if (low, high) not in self._outside:
            below = -np.inf if low is None else limit_float(low)
            above = np.inf if high is None else limit_float(high)
            self._outside[low, high] = (self.values < below) | (self.values > above)
        return self._outside[low, high]

    def ends(self) -> tuple[int, ...]:
        """Return the positions of the first and the last reading."""
        return once(0, len(self.times) - 1)

    def held(self) -> Whole:
        """Return how long each reading holds: until the next one, the last one until the end."""
        return np.diff(self.times, append=self.end)

    def each_holds(self) -> bool:
        """Tell whether every reading before the last holds some time: none shares its time."""
        return bool((self.times[1:] > self.times[:-1]).all())

    def number(self, position: int) -> Decimal:
        """Return a reading's number: the shortest decimal text of its double."""
        return decimal_of(self.values[position])


def once(*positions: int) -> tuple[int, ...]:
    """Return positions in their order, each once."""
    return tuple(dict.fromkeys(positions))


def decimal_of(double: float) -> Decimal:
    """Return the shortest decimal that is read as this double again."""
    return Decimal(repr(float(double)))
