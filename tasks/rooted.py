"""Give a package's folder its root: the head of every table, and the manifest that names all."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from contracts.evidence import Digest
from contracts.manifest import CAPTURES, INDEX, Head, Manifest, Member, heads_of
from contracts.opened import Opened
from contracts.reading_leaves import READINGS, readings_head
from contracts.salts import seed_of
from contracts.series import SeriesPage

_PIECE = 1 << 20


def rooted(
    folder: Path, package: Opened, files: Mapping[str, bytes], pages: Sequence[SeriesPage]
) -> Manifest:
    """Return the manifest of a package whose files lie in a folder, and write its readings' index.

    Raises:
        IntegrityError: a record quotes bytes that its capture does not have.
        OSError: the folder cannot be read or written.
    """
    captured = captures_in(folder)
    seed = seed_of(captured(one.digest) for one in package.captured)
    readings = readings_head(seed, pages, captured)
    (folder / INDEX).write_bytes(readings.index)
    head = Head(READINGS, readings.count, readings.head.hex())
    return Manifest(
        batch=package.batch,
        salt=seed.hex(),
        tables=heads_of(files, seed, cache(captured), head),
        members=tuple(_members(folder)),
    )


def captures_in(folder: Path) -> Callable[[Digest], bytes]:
    """Return a function that gives a capture's bytes from a package's folder."""
    return lambda digest: (folder / CAPTURES / digest).read_bytes()


def _members(folder: Path) -> list[Member]:
    """Return every file of a folder as the manifest names it, read piece by piece."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return [_member(name, path) for name, path in sorted(paths.items()) if path.is_file()]


def _member(name: str, path: Path) -> Member:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return Member(name, digest.hexdigest(), path.stat().st_size)
