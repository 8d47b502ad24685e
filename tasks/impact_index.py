"""The file of the index over many packages: its tables, and how a package enters and leaves them.

A cache in SQLite that can be thrown away: it says nothing that the packages do not say.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from contracts.errors import StorageError
from contracts.members import text
from contracts.touches import Said, Touch

_SHAPE: Final = 2
"""Version of the tables below: an index of another one is made anew."""
_TABLES: Final = """
CREATE TABLE package (
    number INTEGER PRIMARY KEY, directory TEXT NOT NULL, folder TEXT NOT NULL, stamp TEXT NOT NULL,
    batch TEXT NOT NULL, stage TEXT NOT NULL, evaluation INTEGER NOT NULL, root TEXT NOT NULL,
    readiness TEXT NOT NULL, judged_at TEXT NOT NULL, UNIQUE (directory, folder));
CREATE TABLE verdict (
    package INTEGER NOT NULL REFERENCES package, criterion TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (package, criterion)) WITHOUT ROWID;
CREATE TABLE edge (
    kind TEXT NOT NULL, entity TEXT NOT NULL, package INTEGER NOT NULL REFERENCES package,
    verdict TEXT NOT NULL, PRIMARY KEY (kind, entity, package, verdict)) WITHOUT ROWID;
CREATE INDEX used ON edge (kind, entity, package) WHERE verdict = '';
CREATE VIEW edges AS
    SELECT kind, entity, batch, evaluation, root, verdict FROM edge
    JOIN package ON package.number = edge.package;
"""


@contextmanager
def open_index(path: Path, *, rebuild: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the index; one that is not there, is of another shape or is to be rebuilt starts empty.

    Raises:
        StorageError: the file cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if rebuild:
            path.unlink(missing_ok=True)
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            if connection.execute("PRAGMA user_version").fetchone() != (_SHAPE,):
                _start_anew(connection)
            yield connection
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise StorageError(
            f"an index that cannot be used ({error})",
            expected="a file of ours that can be read and written",
            where=str(path),
            move="run the command again with --rebuild: the index says nothing of its own",
        ) from error


def _start_anew(connection: sqlite3.Connection) -> None:
    for name in ("edges", "edge", "verdict", "package"):
        connection.execute(f"DROP {'VIEW' if name == 'edges' else 'TABLE'} IF EXISTS {name}")
    connection.executescript(f"{_TABLES} PRAGMA user_version = {_SHAPE};")


def refresh_names(
    connection: sqlite3.Connection,
    directory: Path,
    most: int,
    enter: Callable[[sqlite3.Connection, Path], bool],
) -> int:
    """Enter packages whose names are new, at most so many, and return how many were not.

    In a folder that only packages are moved into, whole, a name is never another package's: looking
    at names alone takes milliseconds. What became of the files is seen by `tasks.impact.refresh`.
    `enter` enters the package in a folder, and tells whether it could be.
    """
    where = str(directory.resolve())
    rows = connection.execute("SELECT folder FROM package WHERE directory = ?", (where,))
    known, there = {str(name) for (name,) in rows}, set(_names(directory))
    new = sorted(there - known)
    if not new and known <= there:
        return 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        left_out = sum(not enter(connection, directory / name) for name in new[:most])
        for name in known - there:
            number = connection.execute(
                "SELECT number FROM package WHERE directory = ? AND folder = ?", (where, name)
            ).fetchone()
            forget(connection, int(number[0]) if number else 0)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return left_out + len(new[most:])


def _names(directory: Path) -> Iterator[str]:
    with os.scandir(directory) as entries:
        yield from (one.name for one in entries if not one.name.startswith(".") and one.is_dir())


def add(
    connection: sqlite3.Connection,
    named: tuple[str, str, str, str],
    said: Said,
    found: frozenset[Touch],
) -> None:
    """Enter a package: `named` is its directory, folder, stamp and root."""
    told = said.evaluation
    facts = (
        *named,
        *(text(told, name) for name in ("batch", "stage", "readiness", "judged_at")),
        told["evaluation"],
    )
    number = connection.execute(
        "INSERT INTO package (directory, folder, stamp, root, batch, stage, readiness, judged_at,"
        " evaluation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        facts,
    ).lastrowid
    connection.executemany(
        "INSERT INTO verdict VALUES (?, ?, ?)",
        [(number, text(one, "criterion"), text(one, "outcome")) for one in said.verdicts],
    )
    connection.executemany(
        "INSERT INTO edge VALUES (?, ?, ?, ?)",
        [(one.kind.value, one.entity, number, one.verdict) for one in found],
    )


def forget(connection: sqlite3.Connection, number: int) -> None:
    """Let a package leave the index."""
    for table, column in (("edge", "package"), ("verdict", "package"), ("package", "number")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608 (ours)
