"""An index over many packages: from a lot, a machine or a person to every verdict it touched.

A cache in SQLite that can be thrown away: it says nothing that the packages do not say, and a
package whose manifest or records do not match is not in it but named as left out.
"""

import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from contracts.errors import BatchproofError, IntegrityError, NotFoundError
from contracts.manifest import ENVIRONMENT, EVALUATION, MANIFEST
from contracts.members import Record, mapping
from contracts.touches import Said, touches
from tasks.impact_index import add, forget
from tasks.sound import Sound, sound


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


def entered(connection: sqlite3.Connection, folder: Path) -> bool:
    """Enter a package that is new; tell whether it could be."""
    try:
        package = sound(folder)
        said = said_by(package)
        named = (str(folder.parent.resolve()), folder.name, _stamp(folder), package.manifest.root)
        add(connection, named, said, touches(said))
    except (BatchproofError, KeyError, TypeError, ValueError, OSError):
        return False
    return True


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
            forget(connection, known.pop(folder.name, (0, ""))[0])
            add(connection, (where, folder.name, stamp, package.manifest.root), said, found)
    for name, (number, _) in known.items():
        if name not in present:
            forget(connection, number)
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
