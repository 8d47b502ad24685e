"""The one number that a criterion asks of an equipment's readings over a step, with its origin.

Only a reading whose status is Good (OPC UA severity bits 00) and whose value is a finite number
speaks. Uncertain and Bad readings are counted and told; the time they cover is a gap, as is the
time from the step's start to the first reading that speaks and from the last one to its end. For
`time_outside` a reading holds until the next one that speaks, the last one until the step ends.

The equipment is the one that the batch record names for the step. If several tags of it carry the
characteristic, the least favourable of all is taken: the extreme of them all, the longest gap of
any, the sum of their times and counts; and if one of them says nothing, there is no number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

import pyarrow as pa

from contracts.criterion import Criterion, Range, Reduction
from contracts.derive import Window, in_unit
from contracts.errors import StrategyError
from contracts.observation import Number, Observation, Origin, Provenance, Status, Subject
from contracts.times import written
from expectations.readings import Readings, TagOverStep, table_of
from expectations.reductions import Reduced, reduced

__all__ = ["reduce", "table_of"]

_UNITS_OF_TIME: Final = ("s", "min", "h", "d")
_IN_TIME: Final = ("time_outside", "longest_gap")
_IN_READINGS: Final = ("max", "min")
_WORDS: Final = {
    "max": "highest {}",
    "min": "lowest {}",
    "longest_gap": "longest gap in {}",
    "count_true": "number of times {} was true",
    "count_readings": "number of readings of {}",
}


@dataclass(frozen=True, slots=True)
class _Told:
    """What one tag's readings come down to."""

    tag: TagOverStep
    reduced: Reduced


def reduce(
    criteria: Iterable[Criterion], table: pa.Table, windows: Sequence[Window]
) -> dict[str, Observation]:
    """Return the calculated observation of every criterion on a series, by the criterion's id.

    A step that the batch record does not tell the time of, and a series of which no reading speaks,
    give none: the criterion is then missing. The number is in the criterion's unit; of `max` and
    `min` in the unit of the series, for nothing is converted. Times are rounded as `in_unit` says.
    `captured_at` is that of the batch record's window.

    Raises:
        StrategyError: a criterion that is no reduction this knows, or not in a unit of time.
        IntegrityError: the table gives one tag two meanings.
    """
    readings = Readings(table)
    by_step = {window.step: window for window in windows}
    tags: dict[tuple[str, str], tuple[TagOverStep, ...]] = {}
    found: dict[str, Observation] = {}
    for criterion in criteria:
        subject = criterion.subject
        if not isinstance(subject, Reduction) or subject.step not in by_step:
            continue
        window, key = by_step[subject.step], (subject.step, subject.characteristic)
        if key not in tags:
            tags[key] = tuple(readings.over(window, subject.characteristic))
        told = [_Told(one, reduced(subject, one.span)) for one in tags[key] if one.span]
        if told and len(told) == len(tags[key]):
            found[criterion.id] = _observation(criterion, window, told, readings)
    return found


def _observation(
    criterion: Criterion, window: Window, told: Sequence[_Told], readings: Readings
) -> Observation:
    subject = _reduction(criterion)
    number, deciding = _union(subject.function, told)
    rows = [(one.tag.tag, int(one.tag.rows[at])) for one in deciding for at in one.reduced.deciding]
    equipment = "+".join(dict.fromkeys(one.tag.equipment for one in told))
    return Observation(
        batch=window.start.batch,
        source="equipment",
        subject=Subject("equipment", equipment),
        step=window.step,
        characteristic=_in_words(subject),
        as_written="",
        value=Number(_in_unit(criterion, number)),
        unit=_unit(criterion, told),
        occurred_at=readings.moment(rows[0][1]),
        recorded_at=None,
        captured_at=window.end.captured_at,
        zone="UTC",
        recorded_by="batchproof",
        instrument="+".join(one.tag.tag for one in told),
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            places=tuple(readings.place(tag, row) for tag, row in rows),
            derived_from=tuple(_series(one.tag.tag, window) for one in told),
            recipe=_recipe(subject, told),
        ),
        source_key=criterion.id,
    )


def _reduction(criterion: Criterion) -> Reduction:
    if not isinstance(criterion.subject, Reduction):
        raise TypeError(criterion.id)
    return criterion.subject


def _union(function: str, told: Sequence[_Told]) -> tuple[Decimal, Sequence[_Told]]:
    """Return the least favourable number of several tags, and the tags that decided it."""
    numbers: Callable[[_Told], Decimal] = lambda one: one.reduced.number  # noqa: E731
    if function == "min":
        least = min(told, key=numbers)
        return least.reduced.number, (least,)
    if function in ("max", "longest_gap"):
        most = max(told, key=numbers)
        return most.reduced.number, (most,)
    return sum((one.reduced.number for one in told), Decimal(0)), told


def _in_unit(criterion: Criterion, number: Decimal) -> Decimal:
    """Return nanoseconds in the criterion's unit of time, any other number as it is."""
    if _reduction(criterion).function not in _IN_TIME:
        return number
    if criterion.unit not in _UNITS_OF_TIME:
        raise StrategyError(
            f"the unit {criterion.unit} for a time",
            expected=f"one of {', '.join(_UNITS_OF_TIME)}",
            where=criterion.id,
        )
    return in_unit(timedelta(microseconds=int(number) // 1000), criterion.unit)


def _unit(criterion: Criterion, told: Sequence[_Told]) -> str:
    """Return the number's unit; with several tags, one that differs from the criterion's wins."""
    function = _reduction(criterion).function
    if function in _IN_TIME:
        return criterion.unit
    if function not in _IN_READINGS:
        return "1"
    units = [one.tag.unit for one in told]
    return next((unit for unit in units if unit != criterion.unit), criterion.unit)


def _in_words(subject: Reduction) -> str:
    if subject.function == "time_outside":
        limits = Range(subject.low, subject.high).in_words()
        return f"time of {subject.characteristic} outside {limits}"
    return _WORDS[subject.function].format(subject.characteristic)


def _series(tag: str, window: Window) -> str:
    return f"series:{tag}[{written(window.started_at)},{written(window.ended_at)}]"


def _recipe(subject: Reduction, told: Sequence[_Told]) -> str:
    """Say in one line which readings were asked, how many of each kind, and what was done."""
    counts = "; ".join(
        f"{one.tag.tag} had {one.tag.good} Good"
        + (f" ({one.tag.without_number} without a number)" if one.tag.without_number else "")
        + f", {one.tag.uncertain} Uncertain and {one.tag.bad} Bad readings"
        for one in told
    )
    union = ", the least favourable of all tags" if len(told) > 1 else ""
    words = _in_words(subject)
    return f"{words} while {subject.step} ran, from Good readings only{union}: {counts}"
