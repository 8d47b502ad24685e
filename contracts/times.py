"""Times with a zone: read strictly, kept in UTC, written one way."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from contracts.errors import UnreadableError

_WRITTEN = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MICROSECOND_DIGITS = 6


def in_utc(moment: datetime) -> datetime:
    """Return the moment in UTC; a naive time is nobody's time and is refused.

    Raises:
        UnreadableError: the time has no zone.
    """
    if moment.tzinfo is None:
        raise UnreadableError(
            f"the time {moment.isoformat()} without a zone", expected="a time with its zone"
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise UnreadableError(
            f"the time {moment.isoformat()}", expected="a time between the years 1 and 9999 in UTC"
        ) from error


def read_time(text: str) -> datetime:
    """Return the time that ISO 8601 text says, with the zone as the source wrote it.

    Fractions below a microsecond are cut; the text itself is kept by whoever holds it.

    Raises:
        UnreadableError: not an ISO 8601 date and time, a date that does not exist, or no zone.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise UnreadableError(f"the time '{text[:40]}'", expected="ISO 8601 date, time and zone")
    if match[2] is None:
        raise UnreadableError(
            f"the time '{text}' without a zone",
            expected="a time that ends in Z or in an offset such as +01:00",
            move="the source's owner states the zone in the interface",
        )
    fraction = match[1] or ""
    trimmed = text.replace(fraction, fraction[: _MICROSECOND_DIGITS + 1], 1) if fraction else text
    try:
        return datetime.fromisoformat(trimmed)
    except ValueError as error:
        raise UnreadableError(f"the time '{text}'", expected="a date that exists") from error


def end_of_day(text: str, zone: str) -> datetime:
    """Return the last second of a day (`2026-11-30`) by the clock of an IANA zone, in UTC.

    Raises:
        UnreadableError: not an ISO 8601 day, or one that no calendar has.
    """
    if not _DAY.fullmatch(text):
        raise UnreadableError(f"the day '{text[:40]}'", expected="an ISO 8601 day")
    try:
        last = datetime.combine(date.fromisoformat(text), time(23, 59, 59), ZoneInfo(zone))
    except ValueError as error:
        raise UnreadableError(f"the day '{text[:40]}'", expected="a day that exists") from error
    return in_utc(last)


def written(moment: datetime) -> str:
    """Return the moment in UTC, to the microsecond, always of the same length."""
    return f"{in_utc(moment).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
