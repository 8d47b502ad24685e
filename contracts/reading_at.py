"""One equipment reading of a package, by its tag and a time: its block alone is read."""

from datetime import UTC, datetime, timedelta
from typing import Final

from contracts.errors import NotFoundError, UnreadableError
from contracts.evidence import Place
from contracts.reading_index import ProvedReading, ReadingIndex
from contracts.times import in_utc, read_time

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def reading_in(index: ReadingIndex, item: str) -> ProvedReading:
    """Return the last reading of a tag not after a time; the item is `TAG@TIME`.

    Of several pages with such a reading the one that was captured last tells it.

    Raises:
        NotFoundError: no such tag, no time, or no reading that early.
        IntegrityError: what lies there does not lead to the root.
    """
    tag, _, written = item.partition("@")
    if tag not in index.pages.tags:
        known = ", ".join(index.pages.tags) or "none"
        raise NotFoundError(f"no tag called '{tag[:80]}'", expected=f"one of {known}")
    try:
        moment = (in_utc(read_time(written)) - _EPOCH) // timedelta(microseconds=1) * 1000
    except UnreadableError as error:
        raise NotFoundError(
            f"no time in '{written[:40]}'", expected="TAG@2026-03-08T12:00:00Z"
        ) from error
    page = index.pages.at(tag, moment)
    if page is not None:
        return index.last_before(page, moment)
    raise NotFoundError(
        f"no reading of {tag} so early", expected="a time in the step that the series covers"
    )


def place_of(one: ProvedReading) -> Place:
    """Return where a reading's bytes lie in its capture."""
    pointer = f"{one.page.tag}[{one.row}]"
    return Place(one.page.capture, one.leaf.offset, len(one.leaf.quoted), pointer)


def moment_of(one: ProvedReading) -> str:
    """Return when a reading was taken, to the microsecond below, in UTC."""
    return (_EPOCH + timedelta(microseconds=one.leaf.time // 1000)).isoformat()
