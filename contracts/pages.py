"""The pages of equipment history that a package has: which readings each holds."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from contracts.canonical import Json, parse_strict
from contracts.errors import IntegrityError
from contracts.manifest import table_path
from contracts.members import digest, integer, text
from contracts.reading_leaves import page_digest


@dataclass(frozen=True, slots=True)
class Page:
    """What the `series` table says of one page of a tag's readings."""

    record: Mapping[str, Json]
    capture: str
    tag: str
    count: int
    start: int
    """How many readings the pages before it have."""
    named: bytes
    """The 32 bytes that name it in its readings' leaves."""

    @property
    def first(self) -> int:
        """When its first reading was taken, in nanoseconds since 1970."""
        return int(text(self.record, "first"))


class Pages:
    """Every page of a package, in the order of its `series` table: so are its readings."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        """Read the table's lines.

        Raises:
            IntegrityError: a line is no page.
        """
        records = [_record(line) for line in lines]
        counts = [integer(one, "count") for one in records]
        starts = accumulate(counts, initial=0)
        self._pages = tuple(
            Page(one, digest(one, "capture"), text(one, "tag"), count, start, page_digest(one))
            for one, count, start in zip(records, counts, starts, strict=False)
        )
        self._starts = [one.start for one in self._pages]
        self.readings = sum(counts)
        """How many readings all pages have."""

    def __getitem__(self, ordinal: int) -> Page:
        """Return a page by its place in the table."""
        return self._pages[ordinal]

    def __len__(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def holding(self, index: int) -> int:
        """Return the place of the page that holds a reading; pages without readings hold none."""
        return bisect_right(self._starts, index) - 1

    def at(self, tag: str, moment: int) -> Page | None:
        """Return the last page of a tag whose first reading is not after a moment, if any is.

        Raises:
            KeyError: there are no readings of such a tag.
        """
        pages, firsts = self._by_tag[tag]
        found = bisect_right(firsts, moment)
        return pages[found - 1] if found else None

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that have readings, sorted."""
        return tuple(sorted(self._by_tag))

    @cached_property
    def _by_tag(self) -> dict[str, tuple[list[Page], list[int]]]:
        """By tag: its pages with readings, and of each the earliest first time from it on.

        Those times rise whatever the order of the pages is, and the last page whose time is not
        after a moment is the last one that itself begins by then.
        """
        found: dict[str, list[Page]] = {}
        for page in self._pages:
            if page.count:
                found.setdefault(page.tag, []).append(page)
        return {
            tag: (own, list(accumulate((one.first for one in reversed(own)), min))[::-1])
            for tag, own in found.items()
        }


def _record(line: bytes) -> Mapping[str, Json]:
    record = parse_strict(line)
    if not isinstance(record, Mapping):
        raise IntegrityError("a page that is no object", where=table_path("series"))
    return record
