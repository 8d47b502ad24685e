"""Which of a tag's readings speak over the time of a step, and how many of each kind there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from contracts.reading_kinds import Kind, kind
from contracts.reduction_result import Found
from contracts.series_number import Counts
from contracts.subject import Reduction
from expectations.readings import Columns, Whole
from expectations.reductions import found_in
from expectations.span import Span


class Heard(Protocol):
    """What one tag said over the time of a step."""

    @property
    def counts(self) -> Counts:
        """How many readings of each kind there were."""
        ...

    def __len__(self) -> int:
        """Return how many readings speak."""
        ...

    def row(self, position: int) -> int:
        """Return the row, in the tag's columns, of a reading by its position in time."""
        ...

    def time(self, position: int) -> int:
        """Return when a reading was taken, in nanoseconds."""
        ...

    def found(self, subject: Reduction) -> Found:
        """Return the number of a reduction; at least one reading speaks."""
        ...


class Tag(Protocol):
    """All readings of one tag, ready to be asked."""

    def over(self, start: int, end: int, speak: Collection[Kind]) -> Heard:
        """Return what it said from `start` to `end`, both included, in nanoseconds."""
        ...


class Engine(Protocol):
    """A way of calculating: takes a tag's columns and its unit."""

    def __call__(self, columns: Columns, unit: str) -> Tag:
        """Return the tag, ready to be asked."""
        ...


def counts_of(numbers: Sequence[int], without_number: int) -> Counts:
    """Return the counts, from the number of readings of each `Kind` in its order."""
    return Counts(
        good=int(numbers[Kind.GOOD]),
        substituted=int(numbers[Kind.SUBSTITUTED]) + int(numbers[Kind.DOUBTFUL]),
        uncertain=int(numbers[Kind.UNCERTAIN]),
        bad=int(numbers[Kind.BAD]),
        without_number=without_number,
    )


@dataclass(frozen=True, slots=True)
class ColumnsHeard:
    """What one tag said, as columns."""

    counts: Counts
    span: Span
    first: int
    """The position, in the order of time, of the first reading of the step."""
    silent: Whole
    """(m,) which of the step's readings do not speak, rising."""
    order: NDArray[np.intp] | None
    """The row of each of the tag's readings in the order of time; None if that is their order."""

    def __len__(self) -> int:
        """Return how many readings speak."""
        return len(self.span.times)

    def row(self, position: int) -> int:
        """Return the row of a reading in the tag's columns.

        Before it lie as many silent readings as have fewer speaking ones before them.
        """
        spoken_before = self.silent - np.arange(len(self.silent))
        skipped = int(np.searchsorted(spoken_before, position, "right"))
        at = self.first + position + skipped
        return at if self.order is None else int(self.order[at])

    def time(self, position: int) -> int:
        """Return when a reading was taken."""
        return int(self.span.times[position])

    def found(self, subject: Reduction) -> Found:
        """Return the number of a reduction."""
        return found_in(subject, self.span)


class ColumnsTag:
    """A tag's readings, put in the order of time and looked at once for all that is asked of it."""

    def __init__(self, columns: Columns, unit: str) -> None:
        times, values, statuses = columns.times, columns.values, columns.statuses
        self._unit = unit
        self._order: NDArray[np.intp] | None = None
        if not (times[1:] >= times[:-1]).all():
            self._order = np.argsort(times, kind="stable")
            times, values = times[self._order], values[self._order]
            statuses = statuses[self._order]
        self._times, self._values = times, values
        self._infinite = np.flatnonzero(~np.isfinite(values))
        self._other = np.flatnonzero(statuses)
        self._kinds = _kinds(statuses[self._other])

    def over(self, start: int, end: int, speak: Collection[Kind]) -> ColumnsHeard:
        """Return what the tag said from `start` to `end`, both included, in nanoseconds."""
        first = int(np.searchsorted(self._times, start, "left"))
        after = max(first, int(np.searchsorted(self._times, end, "right")))
        times, values = self._times[first:after], self._values[first:after]
        inside = slice(*np.searchsorted(self._other, (first, after)).tolist())
        kinds = self._kinds[inside]
        numbers = np.bincount(kinds, minlength=len(Kind))
        numbers[Kind.GOOD] += after - first - len(kinds)
        mute = self._other[inside][~np.array([one in speak for one in Kind])[kinds]]
        ends = slice(*np.searchsorted(self._infinite, (first, after)).tolist())
        infinite = np.setdiff1d(self._infinite[ends], mute, assume_unique=True)
        silent = np.sort(np.concatenate([mute, infinite])) - first
        if len(silent):
            times, values = np.delete(times, silent), np.delete(values, silent)
        counts = counts_of(numbers.tolist(), len(infinite))
        span = Span(times, values, start, end, self._unit)
        return ColumnsHeard(counts, span, first, silent, self._order)


def _kinds(statuses: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.uint8]:
    """Return the kind of each reading."""
    codes, code_of = np.unique(statuses, return_inverse=True)
    return np.array([kind(int(code)) for code in codes], np.uint8)[code_of]
