"""Give a package's folder its root: the head of every table, and the manifest that names all."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts.evidence import Capture, Digest
from contracts.leaves import Captured
from contracts.manifest import CAPTURES, INDEX, Head, Manifest, Member, heads_of
from contracts.merkle import root as root_of
from contracts.opened import Opened
from contracts.reading_leaves import READINGS
from contracts.salts import seed_of
from contracts.series import SeriesPage
from tasks.sealed_readings import sealed_readings

_PIECE = 1 << 20


def rooted(
    folder: Path, package: Opened, files: Mapping[str, bytes], pages: Sequence[SeriesPage]
) -> Manifest:
    """Return the manifest of a package whose files lie in a folder, and write its readings' index.

    Raises:
        IntegrityError: a record quotes bytes that its capture does not have.
        OSError: the folder cannot be read or written.
    """
    found = grown(package.captured, files, pages, captures_in(folder))
    (folder / INDEX).write_bytes(found.index)
    return Manifest(
        batch=package.batch,
        salt=found.seed.hex(),
        tables=found.tables,
        members=tuple(_members(folder)),
    )


@dataclass(frozen=True, slots=True)
class Grown:
    """The trees over a package's records and readings: what its root is made of."""

    seed: bytes
    tables: tuple[Head, ...]
    index: bytes
    """The index of the readings."""

    @property
    def root(self) -> Digest:
        """The package's identity."""
        return root_of(head.leaf() for head in self.tables)


def grown(
    captures: Sequence[Capture],
    files: Mapping[str, bytes],
    pages: Sequence[SeriesPage],
    captured: Captured,
) -> Grown:
    """Return the head of every table of an evaluation, from its files and its captured bytes.

    Raises:
        IntegrityError: a record quotes bytes that its capture does not have.
    """
    seed = seed_of(captured(one.digest) for one in captures)
    readings = sealed_readings(seed, pages, captured)
    head = Head(READINGS, readings.count, readings.head.hex())
    return Grown(seed, heads_of(files, seed, cache(captured), head), readings.index)


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
