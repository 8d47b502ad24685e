"""A package in a folder, read safely: nothing outside the folder is ever opened."""

from pathlib import Path, PurePosixPath

from contracts.errors import NotFoundError
from contracts.manifest import MANIFEST
from contracts.opened import Read, Span


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
    return lambda path: _member(folder, path).read_bytes()


def spans_of(folder: Path) -> Span:
    """Return a function that gives a part of a member: no more of the file is read than that."""

    def span(path: str, at: int, length: int) -> bytes:
        with _member(folder, path).open("rb", buffering=0) as file:
            file.seek(at)
            return file.read(length)

    return span


def _member(folder: Path, path: str) -> Path:
    """Return where a member lies, if that is a plain file inside the folder.

    Raises:
        NotFoundError: it is not there, or the way to it leaves the folder or passes a link.
    """
    parts = PurePosixPath(path).parts
    plain = parts and not path.startswith("/") and ".." not in parts and "\0" not in path
    member = folder.joinpath(*parts) if plain else folder
    on_the_way = [folder.joinpath(*parts[:count]) for count in range(1, len(parts) + 1)]
    if not plain or any(one.is_symlink() for one in on_the_way) or not member.is_file():
        raise NotFoundError(
            f"no file {path[:120]!r} in the package", expected="a member", where=path[:120]
        )
    return member
