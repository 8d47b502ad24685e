"""An index over many packages: from a lot, a machine or a person to every verdict it touched.

A cache in SQLite that can be thrown away: it says nothing that the packages do not say, and a
package whose manifest or records do not match is not in it but named as left out.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from contracts.errors import BatchproofError, IntegrityError, NotFoundError, StorageError
from contracts.manifest import ENVIRONMENT, EVALUATION, MANIFEST
from contracts.members import Record, mapping, text
from contracts.touches import Said, Touch, touches
from tasks.sound import Sound, sound

_SHAPE: Final = 1
"""Version of the tables below: an index of another one is made anew."""
_TABLES: Final = """
CREATE TABLE package (
    number INTEGER PRIMARY KEY, directory TEXT NOT NULL, folder TEXT NOT NULL, stamp TEXT NOT NULL,
    batch TEXT NOT NULL, stage TEXT NOT NULL, evaluation INTEGER NOT NULL, root TEXT NOT NULL,
    readiness TEXT NOT NULL, UNIQUE (directory, folder));
CREATE TABLE verdict (
    package INTEGER NOT NULL REFERENCES package, criterion TEXT NOT NULL, outcome TEXT NOT NULL,
    PRIMARY KEY (package, criterion)) WITHOUT ROWID;
CREATE TABLE edge (
    kind TEXT NOT NULL, entity TEXT NOT NULL, package INTEGER NOT NULL REFERENCES package,
    verdict TEXT NOT NULL, PRIMARY KEY (kind, entity, package, verdict)) WITHOUT ROWID;
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


def refresh(connection: sqlite3.Connection, directory: Path) -> dict[str, str]:
    """Bring the index up to the packages in a directory, and return what is left out, and why.

    Only packages that are new, or whose files were written since, are read. One that is not there
    any more leaves the index. The answers are those of an index made anew.
    """
    where = str(directory.resolve())
    connection.execute("BEGIN IMMEDIATE")
    try:
        left_out = _brought_up(connection, where, _folders(directory))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return left_out


def _brought_up(
    connection: sqlite3.Connection, where: str, folders: Sequence[Path]
) -> dict[str, str]:
    known = {
        str(folder): (int(number), str(stamp))
        for number, folder, stamp in connection.execute(
            "SELECT number, folder, stamp FROM package WHERE directory = ?", (where,)
        )
    }
    left_out, present = {}, set()
    for folder in folders:
        stamp = _stamp(folder)
        if known.get(folder.name, (0, ""))[1] == stamp:
            present.add(folder.name)
            continue
        try:
            package = sound(folder)
            said = said_by(package)
            found = touches(said)
        except BatchproofError as error:
            left_out[folder.name] = error.in_words()
        except (KeyError, TypeError, ValueError, OSError) as error:
            told = IntegrityError(f"records that cannot be read ({error})", where=folder.name)
            left_out[folder.name] = told.in_words()
        else:
            _forget(connection, known.pop(folder.name, (0, ""))[0])
            add(connection, (where, folder.name, stamp, package.manifest.root), said, found)
    for name, (number, _) in known.items():
        if name not in present:
            _forget(connection, number)
    return left_out


def _folders(directory: Path) -> list[Path]:
    if not directory.is_dir():
        raise NotFoundError(
            f"no folder {directory}",
            expected="the folder that the packages lie in",
            move="name it with --packages",
        )
    return sorted(path.parent for path in directory.glob(f"[!.]*/{MANIFEST}"))


def _stamp(folder: Path) -> str:
    """Return what changes when one of the files is written that the index is made from."""
    files = [folder / name for name in (MANIFEST, EVALUATION, ENVIRONMENT)]
    files += sorted(folder.glob("tables/*.jsonl"))
    drawn = sha256()
    for path in files:
        if path.is_file():
            stat = path.stat()
            drawn.update(
                f"{path.name} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}\n".encode()
            )
    return drawn.hexdigest()


def said_by(package: Sound) -> Said:
    """Return the records of a package that say what was used where."""

    def table(name: str) -> tuple[Record, ...]:
        return tuple(package.table(name))

    return Said(
        evaluation=package.record(EVALUATION),
        criteria=table("criteria"),
        observations=table("observations"),
        verdicts=table("verdicts"),
        series=table("series"),
        environment=table("environment"),
        libraries=mapping(package.record(ENVIRONMENT)["libraries"]),
    )


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
        *(text(told, name) for name in ("batch", "stage", "readiness")),
        told["evaluation"],
    )
    number = connection.execute(
        "INSERT INTO package (directory, folder, stamp, root, batch, stage, readiness, evaluation)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
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


def _forget(connection: sqlite3.Connection, number: int) -> None:
    for table, column in (("edge", "package"), ("verdict", "package"), ("package", "number")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608 (ours)
