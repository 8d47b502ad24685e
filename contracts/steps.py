"""When the steps of a batch began and ended, and the moments that follow from it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contracts.criterion import Due
from contracts.observation import Moment, Observation, Status
from contracts.subject import Boundary

_UNIT = {"h": timedelta(hours=1), "d": timedelta(days=1)}


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


def day_of(dated_by: Boundary, observations: Iterable[Observation], today: date) -> date:
    """Return the day that selects the limits, by the calendar of the plant's own zone.

    `dated_by` is the strategy's: the start of manufacture. Without a readable one it is today:
    every criterion that needs the batch record is then not evaluable, and the limits of today are
    shown beside it.
    """
    start = boundary(dated_by, observations)
    if start is None:
        return today
    return moment(start).astimezone(ZoneInfo(start.zone)).date()


def due_at(due: Due | None, observations: Iterable[Observation]) -> datetime | None:
    """Return by when a result is owed; None if nobody said, or the step has no such boundary."""
    after = None if due is None else boundary(due.after, observations)
    if due is None or after is None:
        return None
    return moment(after) + float(due.within) * _UNIT[due.unit]


def moment(observed: Observation) -> datetime:
    """Return the moment that an observation records."""
    if not isinstance(observed.value, Moment):
        raise TypeError(observed.characteristic)
    return observed.value.moment
