"""Calculated observations: how long passed between two steps, and how many results there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from contracts.criterion import Boundary, Count, Criterion, Elapsed, Observed, Reduction
from contracts.observation import (
    Awaited,
    Moment,
    Number,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
)
from contracts.question import selected

_UNIT_SECONDS = {"h": 3600, "min": 60, "s": 1, "d": 86400}
_PLACES = Decimal("0.0001")


def elapsed(
    criteria: Iterable[Criterion], observations: Sequence[Observation]
) -> dict[str, Observation]:
    """Return the calculated time for every `elapsed` criterion whose two moments are on record."""
    found: dict[str, Observation] = {}
    for criterion in criteria:
        if isinstance(criterion.subject, Elapsed):
            ends = _moments(criterion.subject, observations)
            if ends is not None:
                found[criterion.id] = _time_between(criterion, *ends)
    return found


def _moments(
    subject: Elapsed, observations: Sequence[Observation]
) -> tuple[Observation, Observation] | None:
    start = boundary(subject.start, observations)
    end = boundary(subject.end, observations)
    return None if start is None or end is None else (start, end)


def boundary(wanted: Boundary, observations: Iterable[Observation]) -> Observation | None:
    """Return the observation of a step's start or end, if the batch record has exactly one.

    A step that ran twice has two starts: which of them a criterion means is for a person to say, so
    nothing is calculated from either.
    """
    found = [
        one
        for one in observations
        if one.source == "batch_record"
        and one.step == wanted.step
        and one.characteristic == wanted.edge
        and isinstance(one.value, Moment)
        and one.status is not Status.INVALIDATED
    ]
    return found[0] if len(found) == 1 else None


MANUFACTURE_START = Boundary("apheresis_receipt", "started_at")
"""The one date that selects which limit is in force: the start of manufacture."""


def day_of(observations: Iterable[Observation], today: date) -> date:
    """Return the day that selects the limits, by the calendar of the plant's own zone.

    Without a readable start of manufacture it is today: every criterion that needs the batch record
    is then not evaluable, and the limits of today are shown beside it.
    """
    start = boundary(MANUFACTURE_START, observations)
    if start is None:
        return today
    return _moment(start).astimezone(ZoneInfo(start.zone)).date()


def counted(
    criteria: Iterable[Criterion], observations: Sequence[Observation]
) -> dict[str, Observation]:
    """Return the number of valid results for every `count` criterion that has any at all.

    One subject at one step counts once: a retest, or two entries under one day, are one. A result
    that its source invalidated, or that is still awaited, does not count.
    """
    found: dict[str, Observation] = {}
    for criterion in criteria:
        if isinstance(criterion.subject, Count):
            results = _occasions(selected(criterion.subject.observed, observations))
            if results:
                found[criterion.id] = _count(criterion, criterion.subject.observed, results)
    return found


def _occasions(results: Iterable[Observation]) -> list[Observation]:
    found: dict[tuple[str, Subject], Observation] = {}
    for one in results:
        if one.status is not Status.INVALIDATED and not isinstance(one.value, Awaited):
            found.setdefault((one.step, one.subject), one)
    return list(found.values())


def _count(criterion: Criterion, subject: Observed, results: Sequence[Observation]) -> Observation:
    last = results[-1]
    return replace(
        last,
        subject=Subject("batch", last.batch),
        step=subject.step,
        characteristic=f"results of {subject.characteristic}",
        as_written="",
        value=Number(Decimal(len(results))),
        unit="1",
        recorded_at=None,
        recorded_by="batchproof",
        instrument="batchproof",
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            places=tuple(one.origin.places[0] for one in results),
            derived_from=tuple(one.id for one in results),
            recipe=f"number of valid results of {subject.characteristic} at {subject.step}",
        ),
        source_key=criterion.id,
        retest_of="",
        supersedes="",
        reason="",
        qualifiers=(),
    )


def _time_between(criterion: Criterion, start: Observation, end: Observation) -> Observation:
    passed = _moment(end) - _moment(start)
    number = in_unit(passed, criterion.unit)
    return Observation(
        batch=end.batch,
        source="batch_record",
        subject=Subject("batch", end.batch),
        step=end.step,
        characteristic=f"time from {start.step} {start.characteristic}",
        as_written="",
        value=Number(number),
        unit=criterion.unit,
        occurred_at=_moment(end),
        recorded_at=None,
        captured_at=end.captured_at,
        zone=end.zone,
        recorded_by="batchproof",
        instrument="batchproof",
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            places=(end.origin.places[0], start.origin.places[0]),
            derived_from=(end.id, start.id),
            recipe=(
                f"{end.step} {end.characteristic} {end.as_written} minus "
                f"{start.step} {start.characteristic} {start.as_written}, in {criterion.unit}"
            ),
        ),
        source_key=criterion.id,
    )


def in_unit(passed: timedelta, unit: str) -> Decimal:
    """Return a duration in `s`, `min`, `h` or `d`, to four decimals, ties to even.

    Exact arithmetic on whole microseconds; no float takes part.
    """
    microseconds = Decimal(passed // timedelta(microseconds=1))
    return (microseconds / (_UNIT_SECONDS[unit] * 1_000_000)).quantize(_PLACES, ROUND_HALF_EVEN)


def _moment(observed: Observation) -> datetime:
    if not isinstance(observed.value, Moment):
        raise TypeError(observed.characteristic)
    return observed.value.moment


@dataclass(frozen=True, slots=True)
class Window:
    """When a step ran and on which equipment: what the equipment's history is asked for."""

    step: str
    start: Observation
    end: Observation
    equipment: tuple[str, ...]

    @property
    def started_at(self) -> datetime:
        """When the step started."""
        return _moment(self.start)

    @property
    def ended_at(self) -> datetime:
        """When the step ended."""
        return _moment(self.end)


def series_steps(criteria: Iterable[Criterion]) -> tuple[str, ...]:
    """Return the steps over which some criterion asks for a series, each once."""
    subjects = (criterion.subject for criterion in criteria)
    return tuple(dict.fromkeys(one.step for one in subjects if isinstance(one, Reduction)))


def windows(steps: Iterable[str], observations: Sequence[Observation]) -> tuple[Window, ...]:
    """Return the time window and equipment of each step that the batch record has both ends of."""
    found = []
    for step in steps:
        start = boundary(Boundary(step, "started_at"), observations)
        end = boundary(Boundary(step, "ended_at"), observations)
        if start is not None and end is not None:
            found.append(Window(step, start, end, _equipment(step, observations)))
    return tuple(found)


def _equipment(step: str, observations: Iterable[Observation]) -> tuple[str, ...]:
    used = {
        one.subject.identifier
        for one in observations
        if one.characteristic == "equipment_used"
        and (one.step == step or one.step.startswith(step + "/"))
    }
    return tuple(sorted(used))
