"""The one number that a criterion asks of a series, said as an observation with its origin.

Whoever does the arithmetic, this says its result: in which unit, from which bytes. If several tags
carry the characteristic, the least favourable of all is taken: the extreme of them all, the longest
gap or stretch of any, the sum of their times and counts, and of means and ramps the one that leaves
the criterion's range furthest or comes nearest to its end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeAlias

from contracts.criterion import Criterion
from contracts.derive import Window, in_unit
from contracts.errors import StrategyError
from contracts.evidence import Place
from contracts.observation import Number, Observation, Origin, Provenance, Status, Subject
from contracts.reduction_result import IN_RATES, IN_READINGS, IN_TIME
from contracts.rule import Range
from contracts.series_words import recipe, words_of
from contracts.subject import Reduction
from contracts.times import written

Expected: TypeAlias = Mapping[tuple[str, str], frozenset[str]]
"""Which equipment must have readings: its ids by (step, characteristic)."""
NOTHING_EXPECTED: Final[Expected] = MappingProxyType({})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNITS_OF_TIME: Final = ("s", "min", "h", "d")
_LEAST: Final = ("min",)
_MOST: Final = ("max", "longest_gap", "longest_outside", "fastest_change")
_NEAREST: Final = ("mean", "mean_kinetic_temperature", "ramp_rate")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many readings of each kind a tag had over a step, whether they speak or not."""

    good: int
    substituted: int
    uncertain: int
    bad: int
    without_number: int
    """How many of those whose status lets them speak hold no finite number."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one tag's readings over a step come down to, and which of them decided."""

    tag: str
    equipment: str
    unit: str
    counts: Counts
    number: Decimal | None
    """A reading's own number, a count, nanoseconds, or a rate per minute; None if there is none."""
    deciding: tuple[Place, ...]
    """The readings that decided, in the order of time."""
    moment: datetime
    """When the first of them was taken."""
    stretches: tuple[tuple[int, int], ...] = ()
    """When the first and last reading of each stretch outside was taken, of the first stretches."""
    in_all: int = 0
    """How many stretches outside there are."""


def calculated(criterion: Criterion, window: Window, told: Sequence[Told]) -> Observation | None:
    """Return the calculated observation of a criterion on a series, of at least one tag.

    The number is in the criterion's unit; of readings and means in the unit of the series and of
    rates in that unit per minute, for nothing is converted. Times are rounded as `in_unit` says.
    `captured_at` is that of the batch record. There is none if one tag has no number.

    Raises:
        StrategyError: a time is asked for in a unit that is none of time.
    """
    if any(one.number is None for one in told):
        return None
    subject = _reduction(criterion)
    number, deciding = _union(criterion, subject.function, told)
    return Observation(
        batch=window.start.batch,
        source="equipment",
        subject=Subject("equipment", "+".join(dict.fromkeys(one.equipment for one in told))),
        step=window.step,
        characteristic=words_of(subject),
        as_written="",
        value=Number(_in_unit(criterion, number)),
        unit=_unit(criterion, told),
        occurred_at=deciding[0].moment,
        recorded_at=None,
        captured_at=window.end.captured_at,
        zone="UTC",
        recorded_by="batchproof",
        instrument="+".join(one.tag for one in told),
        status=Status.FINAL,
        provenance=Provenance.CALCULATED,
        origin=Origin(
            places=tuple(place for one in deciding for place in one.deciding),
            derived_from=tuple(_series(one.tag, window) for one in told),
            recipe=recipe(subject, [_said(one) for one in told]),
        ),
        source_key=criterion.id,
    )


def nanoseconds(moment: datetime) -> int:
    """Return an aware moment as nanoseconds since 1970-01-01 UTC, exactly."""
    return (moment - _EPOCH) // _MICROSECOND * 1000


def moment_of(time: int) -> datetime:
    """Return the moment of nanoseconds since 1970-01-01 UTC, to the microsecond below."""
    return _EPOCH + time // 1000 * _MICROSECOND


def _reduction(criterion: Criterion) -> Reduction:
    if not isinstance(criterion.subject, Reduction):
        raise TypeError(criterion.id)
    return criterion.subject


def _union(
    criterion: Criterion, function: str, told: Sequence[Told]
) -> tuple[Decimal, Sequence[Told]]:
    """Return the least favourable number of several tags, and the tags that decided it."""
    if function in _LEAST:
        one = min(told, key=_number)
    elif function in _MOST:
        one = max(told, key=_number)
    elif function in _NEAREST:
        one = min(told, key=lambda one: _room(criterion, _number(one)))
    else:
        return sum((_number(one) for one in told), Decimal(0)), told
    return _number(one), (one,)


def _room(criterion: Criterion, number: Decimal) -> Decimal:
    """Return how far a number is from the nearer end of the criterion's range; outside below 0."""
    rule = criterion.limit.rule
    if not isinstance(rule, Range):
        return -abs(number)
    rooms = [
        *([] if rule.low is None else [number - rule.low]),
        *([] if rule.high is None else [rule.high - number]),
    ]
    return min(rooms, default=-abs(number))


def _number(one: Told) -> Decimal:
    return Decimal(0) if one.number is None else one.number


def _in_unit(criterion: Criterion, number: Decimal) -> Decimal:
    """Return nanoseconds in the criterion's unit of time, any other number as it is."""
    if _reduction(criterion).function not in IN_TIME:
        return number
    if criterion.unit not in _UNITS_OF_TIME:
        raise StrategyError(
            f"the unit {criterion.unit} for a time",
            expected=f"one of {', '.join(_UNITS_OF_TIME)}",
            where=criterion.id,
        )
    return in_unit(timedelta(microseconds=int(number) // 1000), criterion.unit)


def _unit(criterion: Criterion, told: Sequence[Told]) -> str:
    """Return the number's unit; with several tags, one that differs from the criterion's wins."""
    function = _reduction(criterion).function
    if function in IN_TIME:
        return criterion.unit
    if function in IN_READINGS:
        units = [one.unit for one in told]
    elif function in IN_RATES:
        units = [f"{one.unit}/min" for one in told]
    else:
        return "1"
    return next((unit for unit in units if unit != criterion.unit), criterion.unit)


def _series(tag: str, window: Window) -> str:
    return f"series:{tag}[{written(window.started_at)},{written(window.ended_at)}]"


def _said(one: Told) -> str:
    """Say how many readings of each kind a tag had, and when those outside were taken."""
    counts = one.counts
    without = f" ({counts.without_number} without a number)" if counts.without_number else ""
    said = (
        f"{one.tag} had {counts.good} Good, {counts.substituted} substituted, "
        f"{counts.uncertain} Uncertain and {counts.bad} Bad readings{without}"
    )
    if not one.in_all:
        return said
    times = ", ".join(
        f"{written(moment_of(first))} to {written(moment_of(last))}"
        for first, last in one.stretches
    )
    more = one.in_all - len(one.stretches)
    rest = f" and {more} more stretches" if more else ""
    return f"{said}, {one.number} of them outside in {one.in_all} stretches: {times}{rest}"
