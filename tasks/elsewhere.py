"""Finds which other batches used the lots, machines and people of this batch's exceptions."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from contracts.asked_elsewhere import NEWEST, Asked, Elsewhere, Use, asked_of_all
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
_PACKAGES: Final = """
SELECT number, batch, stage, evaluation, readiness, judged_at, folder, root FROM package
WHERE directory = ? AND batch != ?
ORDER BY judged_at DESC, batch DESC, evaluation DESC, folder
"""
_USED: Final = "SELECT package FROM edge WHERE kind = ? AND entity = ? AND verdict = ''"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, and among how many packages."""

    things: tuple[Elsewhere, ...]
    looked_at: int
    left_out: int
    """Packages that the index does not hold: the answer may lack something."""


def elsewhere_of(packages: Path, home: Path, package: Opened, files: Mapping[str, bytes]) -> Found:
    """Return the uses elsewhere of every lot, machine and person of a batch.

    `packages` and `home` are the desk's folders, `files` the package's tables. What an exception
    rests on names it. It never stops a page: what cannot be looked up is counted as left out.
    """
    if not packages.is_dir():
        return Found((), 0, 0)
    observed = records_of(files[table_path("observations")])
    series = records_of(files[table_path("series")])
    asked = asked_of_all(package.exceptions, observed, series)
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
        rows = connection.execute(_PACKAGES, (str(packages.resolve()), batch))
        others = {number: Use(*said) for number, *said in rows}
        rank = {number: place for place, number in enumerate(others)}
        things = tuple(_used(connection, (others, rank), one) for one in asked)
        return Found(things, count(connection, packages), left_out)


def _enter(connection: sqlite3.Connection, folder: Path) -> bool:
    from tasks.impact import entered  # noqa: PLC0415 (takes long to load; few packages are new)

    return entered(connection, folder)


def _used(
    connection: sqlite3.Connection,
    known: tuple[Mapping[int, Use], Mapping[int, int]],
    asked: Asked,
) -> Elsewhere:
    """Return the uses of one thing; `known` are the packages of other batches, and their rank."""
    others, rank = known
    rows = connection.execute(_USED, (asked.kind.value, asked.entity))
    numbers = sorted((one for (one,) in rows if one in rank), key=rank.__getitem__)
    latest: dict[str, Use] = {}
    for number in numbers:
        latest.setdefault(others[number].batch, others[number])
    return Elsewhere(
        kind=asked.kind,
        entity=asked.entity,
        exceptions=asked.exceptions,
        item=asked.item,
        uses=tuple(islice(latest.values(), NEWEST)),
        batches=len(latest),
    )


def records_of(data: bytes) -> tuple[Record, ...]:
    """Return the records of a table's bytes."""
    return tuple(mapping(parse_strict(line)) for line in table_lines(data))
