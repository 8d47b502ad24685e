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
    """All readings of one tag as an Arrow table, in the order of its captures."""

    def __init__(self, columns: Columns, unit: str) -> None:
        self._unit = unit
        statuses = pc.dictionary_encode(pa.array(columns.statuses))
        kinds = pa.array([int(kind(one)) for one in statuses.dictionary.to_pylist()], pa.int8())
        self._table = pa.table(
            {
                "time": pa.array(columns.times),
                "value": pa.array(columns.values),
                "kind": kinds.take(statuses.indices),
                "row": pa.array(range(0)) if not len(columns.times) else _counted(columns),
            }
        )

    def over(self, start: int, end: int, speak: Collection[Kind]) -> "ArrowHeard":
        """Return what the tag said from `start` to `end`, both included, in nanoseconds."""
        times = self._table["time"]
        inside = self._table.filter(
            pc.and_(pc.greater_equal(times, start), pc.less_equal(times, end))
        )
        return ArrowHeard(inside, speak, (start, end), self._unit)


def _counted(columns: Columns) -> pa.Array:
    """Return the number of each row: how many there are up to it, less one."""
    ones = pa.repeat(pa.scalar(1, pa.int64()), len(columns.times))
    return pc.subtract(pc.cumulative_sum(ones), 1)


class ArrowHeard:
    """What one tag said over the time of a step: a table of the readings that speak."""

    def __init__(
        self, inside: pa.Table, speak: Collection[Kind], ends: tuple[int, int], unit: str
    ) -> None:
        numbers = {
            one["values"]: one["counts"] for one in pc.value_counts(inside["kind"]).to_pylist()
        }
        by_status = inside.filter(pc.is_in(inside["kind"], pa.array(sorted(speak), pa.int8())))
        heard = by_status.filter(pc.is_finite(by_status["value"]))
        times = heard["time"].combine_chunks()
        if not pc.all(pc.less_equal(times[:-1], times[1:])).as_py():
            heard = heard.take(pc.array_sort_indices(times))  # stable: equal times keep their order
        self.counts: Counts = counts_of(
            [numbers.get(int(one), 0) for one in Kind], by_status.num_rows - heard.num_rows
        )
        times, values = (heard[name].combine_chunks() for name in ("time", "value"))
        self._span = ArrowSpan(times, values, *ends, unit)
        self._rows = heard["row"]

    def __len__(self) -> int:
        """Return how many readings speak."""
        return len(self._span)

    def row(self, position: int) -> int:
        """Return the row of a reading in the tag's columns."""
        return int(self._rows[position].as_py())

    def time(self, position: int) -> int:
        """Return when a reading was taken."""
        return self._span.time(position)

    def found(self, subject: Reduction) -> Found:
        """Return the number of a reduction."""
        return found_in(subject, self._span)
