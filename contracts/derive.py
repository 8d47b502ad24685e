"""Calculated observations: how long passed between two steps, and how many results there are."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_05UP, Decimal
from typing import Final

from contracts.calculate import calculated, valid
from contracts.calculated import Calculation, calculated_from
from contracts.criterion import Criterion
from contracts.observation import (
    Awaited,
    Moment,
    Number,
    Observation,
    Status,
    Subject,
    Text,
    Value,
)
from contracts.question import selected
from contracts.steps import boundary, moment
from contracts.subject import Boundary, Count, Delay, Elapsed, End, Observed, Reduction
from contracts.times import written

_UNIT_SECONDS = {"h": 3600, "min": 60, "s": 1, "d": 86400}
DECIMALS_OF_TIME: Final = 4
_PLACES = Decimal(1).scaleb(-DECIMALS_OF_TIME)


def derive(
    criteria: Sequence[Criterion],
    observations: Sequence[Observation],
    from_series: Mapping[str, Observation],
) -> dict[str, tuple[Observation, ...]]:
    """Return every calculated observation by the id of the criterion that asked for it.

    `from_series` are the numbers that a calculation on columns made of the equipment's readings.
    How many alternatives are met is not among them: that follows from verdicts.
    """
    return (
        elapsed(criteria, observations)
        | counted(criteria, observations)
        | calculated(criteria, observations)
        | {name: (one,) for name, one in from_series.items()}
    )


def elapsed(
    criteria: Iterable[Criterion], observations: Sequence[Observation]
) -> dict[str, tuple[Observation, ...]]:
    """Return the calculated times of every `elapsed` and `delay` criterion, if any are on record.

    An end that stands in the records several times gives a time each; a lot without an expiry date
    is absent, and a `count` criterion makes that visible. An end that is recorded and is no moment
    gives words that say so, for no judge to take.
    """
    found: dict[str, tuple[Observation, ...]] = {}
    for criterion in criteria:
        match criterion.subject:
            case Elapsed(start, end):
                pairs = itertools.product(_ends(start, observations), _ends(end, observations))
                found[criterion.id] = tuple(_time_between(criterion, *pair) for pair in pairs)
            case Delay(observed):
                results = selected(observed, observations)
                found[criterion.id] = tuple(_delays(criterion, results))
            case _:
                pass
    return {name: values for name, values in found.items() if values}


def _ends(end: End, observations: Sequence[Observation]) -> list[Observation]:
    if isinstance(end, Boundary):
        one = boundary(end, observations)
        return [] if one is None else [one]
    return valid(end, observations)


def _delays(criterion: Criterion, results: Iterable[Observation]) -> Iterator[Observation]:
    """Yield how long after it happened each thing was recorded, or in words that nobody knows."""
    for one in results:
        happened, recorded = one.occurred_at, one.recorded_at
        value: Value = Text(
            "the source does not say both when it happened and when it was recorded"
        )
        if happened is not None and recorded is not None:
            value = Number(in_unit(recorded - happened, criterion.unit))
        calculation = Calculation(
            criterion=criterion.id,
            what=f"time from {one.characteristic} until it was recorded",
            recipe=f"recorded {_told(recorded)}, happened {_told(happened)}",
            unit=criterion.unit,
            step=one.step,
        )
        yield calculated_from((one,), value, calculation)


def _told(time: datetime | None) -> str:
    return "nobody knows when" if time is None else written(time)


def counted(
    criteria: Iterable[Criterion], observations: Sequence[Observation]
) -> dict[str, tuple[Observation, ...]]:
    """Return the number of valid results for every `count` criterion that has any at all.

    One subject at one step counts once: a retest, or two entries under one day, are one. A result
    that its source invalidated, or that is still awaited, does not count.
    """
    found: dict[str, tuple[Observation, ...]] = {}
    for criterion in criteria:
        if isinstance(criterion.subject, Count):
            results = _occasions(selected(criterion.subject.observed, observations))
            if results:
                found[criterion.id] = (_count(criterion, criterion.subject.observed, results),)
    return found


def _occasions(results: Iterable[Observation]) -> list[Observation]:
    found: dict[tuple[str, Subject], Observation] = {}
    for one in results:
        if one.status is not Status.INVALIDATED and not isinstance(one.value, Awaited):
            found.setdefault((one.step, one.subject), one)
    return list(found.values())


def _count(criterion: Criterion, subject: Observed, results: Sequence[Observation]) -> Observation:
    calculation = Calculation(
        criterion=criterion.id,
        what=f"results of {subject.characteristic}",
        recipe=f"number of valid results of {subject.characteristic} at {subject.step}",
        unit="1",
        step=subject.step,
    )
    return calculated_from(results, Number(Decimal(len(results))), calculation)


def _time_between(criterion: Criterion, start: Observation, end: Observation) -> Observation:
    calculation = Calculation(
        criterion=criterion.id,
        what=f"time from {start.step} {start.characteristic}",
        recipe=(
            f"{end.step} {end.characteristic} {end.as_written} minus "
            f"{start.step} {start.characteristic} {start.as_written}, in {criterion.unit}"
        ),
        unit=criterion.unit,
        step=end.step,
    )
    value = _passed(criterion, start, end)
    one = calculated_from((start, end), value, calculation)
    return replace(one, occurred_at=moment(end)) if isinstance(value, Number) else one


def _passed(criterion: Criterion, start: Observation, end: Observation) -> Value:
    for one in (start, end):
        if isinstance(one.value, Awaited):
            return one.value
    for one in (start, end):
        if not isinstance(one.value, Moment):
            return Text(f"{one.characteristic.replace('_', ' ')} is “{one.as_written}”, no time")
    return Number(in_unit(moment(end) - moment(start), criterion.unit))


def in_unit(passed: timedelta, unit: str) -> Decimal:
    """Return a duration in `s`, `min`, `h` or `d`, to four decimals.

    Exact arithmetic on whole microseconds; no float takes part. What four decimals cannot write
    never ends in 0 or 5 (`ROUND_05UP`, General Decimal Arithmetic 1.70): a microsecond beyond a
    limit of up to three decimals stays beyond it, also if it is rounded to the limit afterwards.
    """
    microseconds = Decimal(passed // timedelta(microseconds=1))
    return (microseconds / (_UNIT_SECONDS[unit] * 1_000_000)).quantize(_PLACES, ROUND_05UP)


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
        return moment(self.start)

    @property
    def ended_at(self) -> datetime:
        """When the step ended."""
        return moment(self.end)


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
