"""Who owes what by which time, read from the kept record of an evaluation: only what that takes."""

from collections.abc import Iterable, Iterator, Mapping
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

    def of(self, record: Digest) -> Rules:
        """Return the rules that an evaluation was judged by, and what its evidence says is due."""
        files = parse_strict(self._records.get(record))
        if not isinstance(files, dict):
            raise IntegrityError("a list of files that is no list", expected="paths and digests")
        criteria = self._criteria_of(str(files[table_path("criteria")]))
        aside = self._lines(str(files[table_path("quarantines")]))
        return Rules(
            criteria,
            due_times(criteria.values(), self._lines(str(files[table_path("observations")]))),
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


def due_times(criteria: Iterable[Criterion], lines: Iterable[bytes]) -> dict[str, datetime | None]:
    """Return by criterion when its result is due, by the lines of an evaluation's observations."""
    owed = [one for one in criteria if one.due is not None]
    ends = {one.due.after for one in owed if one.due is not None}
    found = tuple(_boundaries(ends, lines))
    return {one.id: due_at(one.due, found) for one in owed}


def _boundaries(ends: Iterable[Boundary], lines: Iterable[bytes]) -> Iterator[Observation]:
    """Yield the observations of some steps' ends; every other line is left unread."""
    edges = {f'"characteristic":"{one.edge}"'.encode() for one in ends}
    steps = {f'"step":"{one.step}"'.encode() for one in ends}
    for line in lines:
        if any(edge in line for edge in edges) and any(step in line for step in steps):
            yield restore.restored("observation", restore.observation, parse_strict(line))
