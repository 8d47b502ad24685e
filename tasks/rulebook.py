"""Who owes what by which time, read from the kept record of an evaluation: only what that takes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from contracts import restore, restore_strategy
from contracts.canonical import parse_strict
from contracts.criterion import Criterion
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.manifest import table_lines, table_path
from contracts.observation import Observation
from contracts.steps import due_at
from contracts.subject import Boundary
from contracts.waiting import Rules
from tasks.storage import Storage


class Rulebook:
    """The rules behind evaluations. Remembers, for one listing, criteria that many batches share.

    All calls may raise IntegrityError: a kept record is not what its digest says.
    """

    def __init__(self, records: Storage) -> None:
        self._records = records
        self._criteria: dict[Digest, Mapping[str, Criterion]] = {}

    def of(self, record: Digest, lacking: Collection[str]) -> Rules:
        """Return the rules an evaluation was judged by, and when what some criteria lack is due."""
        files = parse_strict(self._records.get(record))
        if not isinstance(files, dict):
            raise IntegrityError("a list of files that is no list", expected="paths and digests")
        criteria = self._criteria_of(str(files[table_path("criteria")]))
        aside = self._lines(str(files[table_path("quarantines")]))
        dated = [one for one in criteria.values() if one.id in lacking and one.due is not None]
        table = self._records.get(str(files[table_path("observations")])) if dated else b""
        return Rules(
            criteria,
            due_times(dated, table),
            tuple(
                restore.restored("quarantine", restore.quarantine, parse_strict(one))
                for one in aside
            ),
        )

    def _lines(self, digest: Digest) -> tuple[bytes, ...]:
        return table_lines(self._records.get(digest))

    def _criteria_of(self, digest: Digest) -> Mapping[str, Criterion]:
        if digest not in self._criteria:
            criteria = (
                restore.restored("criterion", restore_strategy.criterion, parse_strict(one))
                for one in self._lines(digest)
            )
            self._criteria[digest] = {one.id: one for one in criteria}
        return self._criteria[digest]


def due_times(criteria: Iterable[Criterion], table: bytes) -> dict[str, datetime | None]:
    """Return by criterion when its result is due, by the table of an evaluation's observations."""
    owed = [one for one in criteria if one.due is not None]
    ends = {one.due.after for one in owed if one.due is not None}
    found = tuple(one for end in ends for one in _ends_of(end, table))
    return {one.id: due_at(one.due, found) for one in owed}


def _ends_of(end: Boundary, table: bytes) -> Iterator[Observation]:
    """Yield the observations of a step's end; every other line of the table is left unread."""
    edge, step = (f'"{name}":"{text}"'.encode() for name, text in _members(end))
    place = table.find(edge)
    while place >= 0:
        first, last = table.rfind(b"\n", 0, place) + 1, table.index(b"\n", place)
        if step in table[first:last]:
            record = parse_strict(table[first:last])
            yield restore.restored("observation", restore.observation, record)
        place = table.find(edge, last)


def _members(end: Boundary) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("characteristic", end.edge), ("step", end.step)
