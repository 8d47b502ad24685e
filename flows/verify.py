"""The auditor's door: verify and trace a package in a folder, offline, standard library only."""

from collections.abc import Iterator
from pathlib import Path

from contracts.errors import NotFoundError
from contracts.lineage import Trace, trace
from contracts.manifest import MANIFEST
from contracts.opened import Read, opened
from contracts.verification import Finding, verify


def findings_in(folder: Path) -> tuple[Finding, ...]:
    """Return everything that is not as it must be in a package's folder; nothing means whole.

    Raises:
        NotFoundError: there is no package in that folder.
    """
    read = reader_of(folder)
    links = tuple(
        Finding(3, path, "A symbolic link: a package holds files only.") for path in _links(folder)
    )
    return (*links, *verify(read, frozenset(_listing(folder))))


def trace_in(folder: Path, item: str) -> Trace:
    """Return the lineage of a verdict, observation or reading of a package.

    Raises:
        NotFoundError: there is no package in that folder, or no such item in it.
        IntegrityError: the package is not what it says; verify it.
    """
    read = reader_of(folder)
    return trace(opened(read), read, item)


def reader_of(folder: Path) -> Read:
    """Return a function that gives a member's bytes.

    Raises:
        NotFoundError: there is no package in that folder.
    """
    if not (folder / MANIFEST).is_file():
        raise NotFoundError(
            f"no {MANIFEST} in {folder}",
            expected="the folder of a package",
            move="name the folder that holds index.html and manifest.json",
        )

    def read(path: str) -> bytes:
        member = folder / path
        if member.is_symlink() or not member.is_file():
            raise NotFoundError(f"no file {path}", expected="a member of the package", where=path)
        return member.read_bytes()

    return read


def _listing(folder: Path) -> Iterator[str]:
    """Yield every file's path, and every folder's that holds nothing."""
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            if not any(path.iterdir()):
                yield f"{name}/"
        else:
            yield name


def _links(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_symlink():
            yield path.relative_to(folder).as_posix()
