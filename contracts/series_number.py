"""The one number that a criterion asks of a series, said as an observation with its origin.

Whoever does the arithmetic, this says its result: in which unit, in which words, from which bytes.
If several tags carry the characteristic, the least favourable of all is taken: the extreme of them
all, the longest gap of any, the sum of their times and counts.
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
from contracts.rule import Range
from contracts.subject import Reduction
from contracts.times import written

Expected: TypeAlias = Mapping[tuple[str, str], frozenset[str]]
"""Which equipment must have readings: its ids by (step, characteristic)."""
NOTHING_EXPECTED: Final[Expected] = MappingProxyType({})

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
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
class Told:
    """What one tag's readings over a step come down to, and which of them decided."""

    tag: str
    equipment: str
    unit: str
    good: int
    uncertain: int
    bad: int
    without_number: int
    """How many of the Good ones hold no finite number."""
    number: Decimal
    """A reading's own number, a count, or nanoseconds."""
    deciding: tuple[Place, ...]
    """The readings that decided, in the order of time: one or two."""
    moment: datetime
    """When the first of them was taken."""


def calculated(criterion: Criterion, window: Window, told: Sequence[Told]) -> Observation:
    """Return the calculated observation of a criterion on a series, of at least one tag.

    The number is in the criterion's unit; of `max` and `min` in the unit of the series, for nothing
    is converted. Times are rounded as `in_unit` says. `captured_at` is that of the batch record.

    Raises:
        StrategyError: a time is asked for in a unit that is none of time.
    """
    subject = _reduction(criterion)
    number, deciding = _union(subject.function, told)
    return Observation(
        batch=window.start.batch,
        source="equipment",
        subject=Subject("equipment", "+".join(dict.fromkeys(one.equipment for one in told))),
        step=window.step,
        characteristic=_in_words(subject),
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
            recipe=_recipe(subject, told),
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


def _union(function: str, told: Sequence[Told]) -> tuple[Decimal, Sequence[Told]]:
    """Return the least favourable number of several tags, and the tags that decided it."""
    if function == "min":
        least = min(told, key=_number)
        return least.number, (least,)
    if function in ("max", "longest_gap"):
        most = max(told, key=_number)
        return most.number, (most,)
    return sum((one.number for one in told), Decimal(0)), told


def _number(one: Told) -> Decimal:
    return one.number


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


def _unit(criterion: Criterion, told: Sequence[Told]) -> str:
    """Return the number's unit; with several tags, one that differs from the criterion's wins."""
    function = _reduction(criterion).function
    if function in _IN_TIME:
        return criterion.unit
    if function not in _IN_READINGS:
        return "1"
    return next((one.unit for one in told if one.unit != criterion.unit), criterion.unit)


def _in_words(subject: Reduction) -> str:
    if subject.function == "time_outside":
        limits = Range(subject.low, subject.high).in_words()
        return f"time of {subject.characteristic} outside {limits}"
    return _WORDS[subject.function].format(subject.characteristic)


def _series(tag: str, window: Window) -> str:
    return f"series:{tag}[{written(window.started_at)},{written(window.ended_at)}]"


def _recipe(subject: Reduction, told: Sequence[Told]) -> str:
    """Say in one line which readings were asked, how many of each kind, and what was done."""
    counts = "; ".join(
        f"{one.tag} had {one.good} Good"
        + (f" ({one.without_number} without a number)" if one.without_number else "")
        + f", {one.uncertain} Uncertain and {one.bad} Bad readings"
        for one in told
    )
    union = ", the least favourable of all tags" if len(told) > 1 else ""
    words = _in_words(subject)
    return f"{words} while {subject.step} ran, from Good readings only{union}: {counts}"
