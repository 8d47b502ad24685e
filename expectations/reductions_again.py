"""From many readings to one number a second time, in Arrow's own kernels.

Nothing of the first calculation's arithmetic (`expectations.reductions`) is used here: stretches
are found by run-end encoding, readings of one value are brought together by Arrow's grouping, and
exact numbers are those of the plain loops' own modules. Kernels run on one thread; integers are
added, floats only compared.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from contracts.reduction_result import NAMED, Found, hold_of
from contracts.subject import Reduction
from expectations import quotients_again as quotients
from expectations.arrow_span import ArrowSpan, once
from expectations.exact import limit_float


def found_in(subject: Reduction, one: ArrowSpan) -> Found:
    """Return the number of a reduction that `contracts.reduction_result.check` let through.

    Raises:
        StrategyError: a limit that no double stands for.
    """
    return _FUNCTIONS[subject.function](subject, one)


def _one_piece(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _extreme(which: str) -> Callable[[Reduction, ArrowSpan], Found]:
    def found(_: Reduction, one: ArrowSpan) -> Found:
        at = int(pc.index(one.values, pc.min_max(one.values)[which]).as_py())
        return Found(one.value(at), (at,))

    return found


def _outside(subject: Reduction, one: ArrowSpan) -> pa.Array:
    outside = pa.repeat(pa.scalar(value=False), len(one))
    if subject.low is not None:
        outside = pc.or_(outside, pc.less(one.values, limit_float(subject.low)))
    if subject.high is not None:
        outside = pc.or_(outside, pc.greater(one.values, limit_float(subject.high)))
    return outside


def _true_runs(flags: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the first and the last position of each run of true flags, as int64."""
    runs = pc.run_end_encode(flags, run_end_type=pa.int64())
    ends = runs.run_ends
    starts = pa.concat_arrays([pa.array([0], pa.int64()), ends])[: len(ends)]
    return starts.filter(runs.values), pc.subtract(ends, 1).filter(runs.values)


def _time_outside(subject: Reduction, one: ArrowSpan) -> Found:
    outside = _outside(subject, one)
    hold = hold_of(subject)
    if hold is None and not pc.any(outside).as_py():
        return Found(Decimal(0), (0,))
    if hold is None and pc.all(pc.less(one.times[:-1], one.times[1:])).as_py():
        first, last = _true_runs(outside)
        return _longest(
            subject, pc.subtract(one.until.take(last), one.times.take(first)), (first, last)
        )
    pieces = _pieces(one, outside, hold)
    pieces = pieces.filter(pc.or_(pieces["kept"], pc.less(pieces["start"], pieces["end"])))
    if not pc.any(pieces["outside"]).as_py():
        return Found(Decimal(0), (0,))
    first, last = _true_runs(_one_piece(pieces["outside"]))
    held = pc.subtract(pieces["end"].take(last), pieces["start"].take(first))
    return _longest(subject, held, (pieces["owner"].take(first), pieces["owner"].take(last)))


def _longest(subject: Reduction, held: pa.Array, ends: tuple[pa.Array, pa.Array]) -> Found:
    """Return the total or the longest of stretches; `ends` are each one's first and last."""
    longest = pc.max(held)
    at = pc.index(held, longest).as_py()
    number = pc.sum(held) if subject.function == "time_outside" else longest
    return Found(Decimal(number.as_py()), once(*(int(one[at].as_py()) for one in ends)))


def _pieces(one: ArrowSpan, outside: pa.Array, hold: int | None) -> pa.Table:
    """Return the step's time in pieces, in their order; some of no time, to be left out.

    Columns: owner, start, end, outside, kept (even if it is of no time), and `order`.
    """
    owners, until = (
        pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(1), len(one))), 1),
        one.until,
    )
    if hold is None:
        return _piece_table(owners, (one.times, until), outside, kept=outside)
    longest = pa.scalar(min(hold, one.end - one.start), pa.int64())
    passed = pc.subtract(until, one.times)
    known = pc.add(one.times, pc.min_element_wise(passed, longest))
    spoken = _piece_table(owners, (one.times, known), outside, kept=outside)
    true = pa.repeat(pa.scalar(value=True), len(one))
    never = pa.repeat(pa.scalar(value=False), len(one))
    unknown = _piece_table(owners, (known, until), true, kept=never)
    rows = pc.multiply(owners, 2)
    ordered = pa.concat_tables(
        [spoken.append_column("order", rows), unknown.append_column("order", pc.add(rows, 1))]
    )
    ordered = ordered.take(pc.array_sort_indices(_one_piece(ordered["order"])))
    first = one.time(0)
    before = max(one.start, first - longest.as_py())
    ahead = _piece_table(
        pa.array([0, 0], pa.int64()),
        (pa.array([one.start, before], pa.int64()), pa.array([before, first], pa.int64())),
        pa.array([True, outside[0].as_py()]),
        kept=pa.array([False, False]),
    )
    return pa.concat_tables([ahead, ordered.drop_columns("order")])


def _piece_table(
    owners: pa.Array, ends: tuple[pa.Array, pa.Array], outside: pa.Array, *, kept: pa.Array
) -> pa.Table:
    columns = [owners, *ends, outside, kept]
    return pa.table(columns, names=["owner", "start", "end", "outside", "kept"])


def _longest_gap(_: Reduction, one: ArrowSpan) -> Found:
    start = pa.array([one.start], pa.int64())
    gaps = pc.subtract(
        pa.concat_arrays([one.times, pa.array([one.end], pa.int64())]),
        pa.concat_arrays([start, one.times]),
    )
    longest = pc.max(gaps)
    at = int(pc.index(gaps, longest).as_py())
    around = (near for near in (at - 1, at) if 0 <= near < len(one))
    return Found(Decimal(longest.as_py()), tuple(around))


def _readings_outside(subject: Reduction, one: ArrowSpan) -> Found:
    outside = _outside(subject, one)
    beyond = pc.indices_nonzero(outside)
    if not len(beyond):
        return Found(Decimal(0), once(0, len(one) - 1))
    first, last = _true_runs(outside)
    stretches = zip(first[:NAMED].to_pylist(), last[:NAMED].to_pylist(), strict=True)
    named = tuple(beyond[:NAMED].to_pylist())
    return Found(Decimal(len(beyond)), named, tuple(stretches), len(first))


def _count_true(_: Reduction, one: ArrowSpan) -> Found:
    counted = pc.indices_nonzero(pc.not_equal(one.values, 0.0))
    if not len(counted):
        return Found(Decimal(0), once(0, len(one) - 1))
    return Found(Decimal(len(counted)), once(counted[0].as_py(), counted[-1].as_py()))


def _count_readings(_: Reduction, one: ArrowSpan) -> Found:
    return Found(Decimal(len(one)), once(0, len(one) - 1))


_FUNCTIONS: Final[Mapping[str, Callable[[Reduction, ArrowSpan], Found]]] = {
    "max": _extreme("max"),
    "min": _extreme("min"),
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
