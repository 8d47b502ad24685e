"""Means and rates of a series a second time: Arrow finds the readings, fractions the number."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from contracts.kinetic import mean_kinetic_temperature
from contracts.reduction_result import MINUTE, NOTHING, Found, hold_of, quotient
from contracts.subject import Reduction
from expectations.arrow_span import ArrowSpan, once
from expectations.exact import limit_float


def mean(subject: Reduction, one: ArrowSpan) -> Found:
    """Weigh the readings by the time they hold: their mean, or their mean kinetic temperature."""
    held, hold = pc.subtract(one.until, one.times), hold_of(subject)
    values = one.values
    if hold is not None:
        before = one.time(0) - one.start
        if before > hold or pc.max(held).as_py() > hold:
            return NOTHING
        held = pa.concat_arrays([pa.array([before], pa.int64()), held])
        values = pa.concat_arrays([values[:1], values])
    by_value = pa.table({"value": values, "held": held}).group_by("value", use_threads=False)
    found: dict[Decimal, int] = {}
    for row in by_value.aggregate([("held", "sum")]).to_pylist():
        number = Decimal(repr(row["value"]))
        if row["held_sum"]:
            found[number] = found.get(number, 0) + row["held_sum"]
    ends = once(0, len(one) - 1)
    if subject.function == "mean_kinetic_temperature":
        return Found(mean_kinetic_temperature(found, one.unit), ends)
    if not found:
        return NOTHING
    exact = sum((Fraction(number) * time for number, time in found.items()), Fraction(0))
    return Found(quotient(exact / sum(found.values())), ends)


def ramp(subject: Reduction, one: ArrowSpan) -> Found:
    """Find the change per minute from where the ramp starts to where it ends."""
    start, end = (limit_float(one or Decimal(0)) for one in (subject.start, subject.end))
    beyond = pc.greater_equal if start < end else pc.less_equal
    first = int(pc.index(beyond(one.values, start), pa.scalar(value=True)).as_py())
    if first < 0:
        return NOTHING
    later = pc.greater(one.times, one.time(first))
    ended = pc.and_(later, beyond(one.values, end))
    last = int(pc.index(ended, pa.scalar(value=True)).as_py())
    return NOTHING if last < 0 else Found(quotient(_change(one, first, last)), (first, last))


def _change(one: ArrowSpan, first: int, last: int) -> Fraction:
    """Return the change per minute from one reading to another, exactly."""
    change = Fraction(one.value(last)) - Fraction(one.value(first))
    return change * MINUTE / (one.time(last) - one.time(first))


def fastest_change(_: Reduction, one: ArrowSpan) -> Found:
    """Round the rates up and down in floats, and compare exactly what may be the largest."""
    lasting = pc.indices_nonzero(
        pa.concat_arrays([pc.not_equal(one.times[1:], one.times[:-1]), pa.array([True])])
    )
    if len(lasting) == 1:
        return NOTHING
    values, times = pc.divide(one.values.take(lasting), 8.0), one.times.take(lasting)
    before, after = values[:-1], values[1:]
    passed = pc.subtract(times[1:], times[:-1])
    minutes = pc.cast(passed, pa.float64(), safe=False)
    size = pc.add(pc.abs(before), pc.abs(after))
    slack = pc.add(pc.multiply(size, 1e-14), 1e-300)
    change = pc.abs(pc.subtract(after, before))
    most = pc.divide(pc.add(change, slack), minutes)
    least = pc.divide(pc.subtract(change, slack), minutes)
    close = pc.indices_nonzero(pc.greater_equal(most, pc.max(least)))
    one_of_each: dict[tuple[Any, ...], int] = {}
    columns = (before.take(close), after.take(close), passed.take(close))
    for at, *key in zip(close.to_pylist(), *(one.to_pylist() for one in columns), strict=True):
        one_of_each.setdefault(tuple(key), at)
    fastest, found = Fraction(-1), (0, 0)
    for at in one_of_each.values():
        first, last = lasting[at].as_py(), lasting[at + 1].as_py()
        changed = abs(_change(one, first, last))
        if changed > fastest:
            fastest, found = changed, (first, last)
    return Found(quotient(fastest), found)
