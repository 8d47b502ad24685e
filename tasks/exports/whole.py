"""Writes an export whole or not at all, and never into the package or over something else."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.canonical import Json, canonical
from contracts.errors import IntegrityError, StorageError
from contracts.evidence import digest_of
from contracts.manifest import MANIFEST
from tasks.folder import reader_of
from tasks.sound import SEAL, Sound


@contextmanager
def whole(out: Path, package: Path) -> Iterator[Path]:
    """Give a place beside `out` to write to; what was written moves to `out` in one step.

    Raises:
        StorageError: something lies at `out`, `out` lies in the package, or it cannot be written.
    """
    if out.exists() or out.is_symlink():
        raise StorageError(
            f"something at {out}", expected="a new place", move="name another one, or remove it"
        )
    if out.resolve().is_relative_to(package.resolve()):
        raise StorageError(
            f"{out}, which lies in the package",
            expected="a place outside: a package is never changed",
            move="name another place",
        )
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove(partial)
        yield partial
        partial.rename(out)
    except OSError as error:
        raise StorageError(
            f"the export could not be written ({error.strerror or error})",
            expected="room and the right to write",
            where=str(out.parent),
        ) from error
    finally:
        _remove(partial)


def _remove(partial: Path) -> None:
    """Remove what was half-written, by us or by a process that was killed."""
    if partial.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
    else:
        partial.unlink(missing_ok=True)


def write_lines(place: Path, records: list[Json]) -> None:
    """Write canonical JSON, one record a line."""
    place.write_bytes(b"".join(canonical(record) + b"\n" for record in records))


def copy_package(sound: Sound, place: Path) -> tuple[str, ...]:
    """Copy a package file by file, each compared with the manifest, and return the paths.

    Raises:
        IntegrityError: a file is not the one the manifest names, or is one that it does not name.
        NotFoundError: a member is not there.
    """
    plain = reader_of(sound.folder)
    beside = _beside(sound)
    for path in (*(one.path for one in sound.manifest.members), *beside):
        data = plain(path) if path in beside else sound.read(path)
        target = place / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    if digest_of((place / MANIFEST).read_bytes()) != digest_of(plain(MANIFEST)):
        raise IntegrityError("a manifest that changed meanwhile", where=MANIFEST)
    return tuple(sorted([*(one.path for one in sound.manifest.members), *beside]))


def _beside(sound: Sound) -> tuple[str, ...]:
    """Return the files that the manifest cannot name: itself, and the seal over it."""
    named = {one.path for one in sound.manifest.members}
    found = [
        path.relative_to(sound.folder).as_posix()
        for path in sorted(sound.folder.rglob("*"))
        if not path.is_dir() or path.is_symlink()
    ]
    beside = tuple(path for path in found if path not in named)
    odd = [path for path in beside if path != MANIFEST and not path.startswith(SEAL)]
    if odd:
        raise IntegrityError(
            f"{odd[0][:120]!r}, which the manifest does not name",
            expected="the package's own files only",
            where=str(sound.folder),
            move="verify the package",
        )
    return beside
