"""The readings of one tag that speak over the time of a step, as Arrow's arrays."""

from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class ArrowSpan:
    """The readings that speak, in the order of time, and the time they speak for: n at least 1."""

    times: pa.Array
    """(n,) int64, nanoseconds, not falling."""
    values: pa.Array
    """(n,) float64, finite."""
    start: int
    end: int
    unit: str

    def __len__(self) -> int:
        """Return how many readings there are."""
        return len(self.times)

    def time(self, position: int) -> int:
        """Return when a reading was taken."""
        return int(self.times[position].as_py())

    def value(self, position: int) -> Decimal:
        """Return a reading's number: the shortest decimal text of its double."""
        return Decimal(repr(self.values[position].as_py()))

    @property
    def until(self) -> pa.Array:
        """The time of the reading after each; of the last one the end."""
        return pa.concat_arrays([self.times[1:], pa.array([self.end], pa.int64())])


def once(*positions: int) -> tuple[int, ...]:
    """Return positions in their order, each once."""
    return tuple(dict.fromkeys(positions))
