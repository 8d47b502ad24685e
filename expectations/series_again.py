"""The numbers of a series a second time, by another engine: which readings speak, told by Arrow."""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from contracts.reading_kinds import Kind, kind
from contracts.reduction_result import Found
from contracts.series_number import Counts
from contracts.subject import Reduction
from expectations.arrow_span import ArrowSpan
from expectations.readings import Columns
from expectations.reductions_again import found_in
from expectations.spoken import counts_of


class ArrowTag:
    """All readings of one tag as Arrow's arrays, in the order of its captures."""

    def __init__(self, columns: Columns, unit: str) -> None:
        self._unit = unit
        self._times, self._values = pa.array(columns.times), pa.array(columns.values)
        statuses = pc.dictionary_encode(pa.array(columns.statuses))
        kinds = [int(kind(one)) for one in statuses.dictionary.to_pylist()]
        self._kinds = pa.array(kinds, pa.int8()).take(statuses.indices)
        self._finite = pc.is_finite(self._values)

    def over(self, start: int, end: int, speak: Collection[Kind]) -> "ArrowHeard":
        """Return what the tag said from `start` to `end`, both included, in nanoseconds."""
        inside = pc.and_(pc.greater_equal(self._times, start), pc.less_equal(self._times, end))
        counted = pc.value_counts(self._kinds.filter(inside)).to_pylist()
        numbers = {one["values"]: one["counts"] for one in counted}
        said = pc.and_(inside, pc.is_in(self._kinds, pa.array(sorted(speak), pa.int8())))
        heard = pc.and_(said, self._finite)
        counts = counts_of(
            [numbers.get(int(one), 0) for one in Kind], said.true_count - heard.true_count
        )
        span = ArrowSpan(
            self._times.filter(heard), self._values.filter(heard), start, end, self._unit
        )
        return ArrowHeard(counts, span, heard)


class ArrowHeard:
    """What one tag said over the time of a step: the readings that speak, in the order of time."""

    def __init__(self, counts: Counts, span: ArrowSpan, heard: pa.Array) -> None:
        self.counts = counts
        self._span, self._heard = span, heard
        self._order: pa.Array | None = None
        times = span.times
        if not pc.all(pc.less_equal(times[:-1], times[1:])).as_py():
            self._order = pc.array_sort_indices(times)  # stable: equal times keep their order
            self._span = ArrowSpan(
                times.take(self._order),
                span.values.take(self._order),
                span.start,
                span.end,
                span.unit,
            )
        self._rows: pa.Array | None = None

    def __len__(self) -> int:
        """Return how many readings speak."""
        return len(self._span)

    def row(self, position: int) -> int:
        """Return the row of a reading in the tag's columns."""
        if self._rows is None:
            self._rows = pc.indices_nonzero(self._heard)
        at = position if self._order is None else self._order[position].as_py()
        return int(self._rows[at].as_py())

    def time(self, position: int) -> int:
        """Return when a reading was taken."""
        return self._span.time(position)

    def found(self, subject: Reduction) -> Found:
        """Return the number of a reduction."""
        return found_in(subject, self._span)
