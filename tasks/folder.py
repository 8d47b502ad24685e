"""A package in a folder, verified: its members, and that nothing else lies there."""

from collections.abc import Iterator
from pathlib import Path

from contracts.verification import Finding, verify
from tasks.members import reader_of, sizer_of

__all__ = ["findings_in", "reader_of", "sizer_of"]


def findings_in(folder: Path) -> tuple[Finding, ...]:
    """Return everything that is not as it must be in a package's folder; nothing means whole.

    Raises:
        NotFoundError: there is no package in that folder.
    """
    read, size = reader_of(folder), sizer_of(folder)
    odd = tuple(
        Finding(3, path, "It is no plain file: a package holds files only.")
        for path in sorted(_odd(folder))
    )
    return (*odd, *verify(read, frozenset(_listing(folder)), size))


def _listing(folder: Path) -> Iterator[str]:
    """Yield every plain file's path, and every folder's that holds nothing."""
    for path in _every(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not any(path.iterdir()):
            yield f"{name}/"
        elif path.is_file():
            yield name


def _odd(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            yield path.relative_to(folder).as_posix()


def _every(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if not path.is_symlink())
