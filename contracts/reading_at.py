"""One equipment reading of a package, read again from the page of bytes that holds it."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contracts.errors import NotFoundError, UnreadableError
from contracts.evidence import Place
from contracts.manifest import CAPTURES
from contracts.opened import Opened, Read, SeriesIndex, member_of
from contracts.series import SeriesPage
from contracts.sources import equipment
from contracts.sources.contract import SourceContract, Term
from contracts.times import in_utc, read_time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReadingAt:
    """One reading, with the place of its value in its capture."""

    tag: str
    characteristic: str
    unit: str
    at: str
    row: int
    number: str
    status: str
    place: Place


def reading_at(package: Opened, read: Read, item: str) -> ReadingAt:
    """Return the last reading of a tag not after a time; the item is `TAG@TIME`.

    Raises:
        NotFoundError: no such tag, no time, or no reading that early.
    """
    tag, _, written = item.partition("@")
    indexed = [one for one in package.series if one.tag == tag]
    if not indexed:
        known = ", ".join(sorted({one.tag for one in package.series})) or "none"
        raise NotFoundError(f"no tag called '{tag[:80]}'", expected=f"one of {known}")
    try:
        moment = (in_utc(read_time(written)) - _EPOCH) // timedelta(microseconds=1) * 1000
    except UnreadableError as error:
        raise NotFoundError(
            f"no time in '{written[:40]}'", expected="TAG@2026-03-08T12:00:00Z"
        ) from error
    for page in _pages(package, read, indexed):
        row = bisect_right(page.times, moment) - 1
        if row >= 0:
            return _told(page, row, read)
    raise NotFoundError(
        f"no reading of {tag} so early", expected="a time in the step that the series covers"
    )


def _pages(package: Opened, read: Read, indexed: list[SeriesIndex]) -> Iterator[SeriesPage]:
    """Yield the tag's pages, the latest first, read as they were for the judging."""
    first = indexed[0]
    term = Term(first.tag, first.characteristic, first.unit, "", "number", "")
    contract = SourceContract("package", "1", "equipment", (term,), ())
    captured = [
        (member_of(package.captures, one.capture, "capture"), read(f"{CAPTURES}/{one.capture}"))
        for one in indexed
    ]
    yield from reversed(equipment.read(captured, contract, package.batch, "UTC").pages)


def _told(page: SeriesPage, row: int, read: Read) -> ReadingAt:
    words = equipment.reading_in_words(page, row, read(f"{CAPTURES}/{page.capture}"))
    moment = _EPOCH + timedelta(microseconds=page.times[row] // 1000)
    return ReadingAt(
        tag=page.tag,
        characteristic=page.characteristic.replace("_", " "),
        unit=page.unit,
        at=moment.isoformat(),
        row=row,
        number=words.number,
        status=words.status,
        place=Place(page.capture, page.offsets[row], page.lengths[row], f"{page.tag}[{row}]"),
    )
