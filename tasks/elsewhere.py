"""Finds which other batches used the lots, machines and people of this batch's exceptions."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts.asked_elsewhere import NEWEST, Asked, Elsewhere, Use, asked_of
from contracts.canonical import parse_strict
from contracts.errors import BatchproofError, NotFoundError
from contracts.manifest import table_lines, table_path
from contracts.members import Record, mapping
from contracts.opened import Opened
from tasks.impact_index import open_index, refresh_names
from tasks.impacted import count

INDEX: Final = "impact.sqlite"
_MOST: Final = 20
"""How many packages are entered while a page waits for them."""
_USES: Final = """
SELECT p.batch, p.stage, p.evaluation, p.readiness, p.judged_at, p.folder, p.root
FROM edge e JOIN package p ON p.number = e.package
WHERE e.kind = ? AND e.entity = ? AND e.verdict = '' AND p.directory = ? AND p.batch != ?
ORDER BY p.judged_at DESC, p.batch DESC, p.evaluation DESC, p.folder
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and among how many packages."""

    things: tuple[Elsewhere, ...]
    looked_at: int
    left_out: int
    """Packages that the index does not hold: the answer may lack something."""


def elsewhere_of(packages: Path, home: Path, package: Opened, files: Mapping[str, bytes]) -> Found:
    """Return the uses elsewhere of what a package's exceptions rest on, among a desk's packages.

    `packages` and `home` are the desk's folders, `files` the package's tables. It never stops a
    page: what cannot be looked up is counted as left out.
    """
    if not packages.is_dir():
        return Found((), 0, 0)
    asked = asked_of(
        package.exceptions,
        [one.record() for one in package.observations.values()],
        records_of(files[table_path("series")]),
    )
    try:
        return used_in(packages, home / INDEX, package.batch, asked)
    except BatchproofError:
        return Found((), 0, sum(1 for _ in packages.glob("[!.]*")))


def used_in(
    packages: Path, index: Path, batch: str, asked: Sequence[Asked], most: int = _MOST
) -> Found:
    """Return which other batches in a folder of packages used each thing.

    At most `most` packages that are new to the index are entered before.

    Raises:
        NotFoundError: there is no such folder.
        StorageError: the index cannot be used.
    """
    if not packages.is_dir():
        raise NotFoundError(f"no folder {packages}", expected="the folder the packages lie in")
    with open_index(index) as connection:
        left_out = refresh_names(connection, packages, most, _enter)
        things = tuple(_used(connection, packages, batch, one) for one in asked)
        return Found(things, count(connection, packages), left_out)


def _enter(connection: sqlite3.Connection, folder: Path) -> bool:
    from tasks.impact import entered  # noqa: PLC0415 (takes long to load; few packages are new)

    return entered(connection, folder)


def _used(connection: sqlite3.Connection, packages: Path, batch: str, asked: Asked) -> Elsewhere:
    where = str(packages.resolve())
    rows = connection.execute(_USES, (asked.kind.value, asked.entity, where, batch))
    latest: dict[str, Use] = {}
    for row in rows:
        latest.setdefault(row[0], Use(*row))
    return Elsewhere(
        kind=asked.kind,
        entity=asked.entity,
        exceptions=asked.exceptions,
        item=asked.item,
        uses=tuple(latest.values())[:NEWEST],
        batches=len(latest),
    )


def records_of(data: bytes) -> tuple[Record, ...]:
    """Return the records of a table's bytes."""
    return tuple(mapping(parse_strict(line)) for line in table_lines(data))
