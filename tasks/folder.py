"""A package in a folder or a zip, read safely: nothing outside it is ever opened or unpacked."""

from pathlib import Path
from typing import Final

from contracts.errors import IntegrityError, NotFoundError
from contracts.manifest import MANIFEST
from contracts.opened import Read
from contracts.verification import NOUNS, drawn_again
from tasks.verifier import Container, Finding, Package, RefusedError, container_of

_UNREADABLE = frozenset({1, 2, 3})
"""Checks after whose findings there is nothing to be drawn again."""
_MOST: Final = {"tables/": 192 << 20, "captures/": 2 << 30, "": 512 << 20}
"""How many bytes of records, of captures and of the rest are held in memory to draw again.

A demo package has one megabyte of records; a hundred thousand observations have a hundred, and ten
million readings four hundred megabytes of captures.
"""


def findings_in(folder: Path) -> tuple[Finding, ...]:
    """Return everything that is not as it must be in what a package says; nothing means whole.

    Checks 1 to 7 and 14 to 24: whoever made the package asks before it is sealed.

    Raises:
        NotFoundError: there is no package in that folder or zip.
        IntegrityError: it cannot be opened safely.
    """
    held = opened_safely(folder)
    package = Package(held)
    package.check_whole()
    return (*package.report.findings, *findings_drawn_again(held, package.report.findings))


def findings_drawn_again(held: Container, found: list[Finding]) -> tuple[Finding, ...]:
    """Return what does not follow from the evidence; nothing where it cannot be read for others."""
    if _UNREADABLE & {one.check for one in found}:
        return ()
    if words := _too_large(held):
        return (Finding(NOUNS, MANIFEST, words),)
    return tuple(Finding(*one) for one in drawn_again(reader_in(held)))


def _too_large(held: Container) -> str:
    """Return why a package is not drawn again: a package may be made to exhaust memory."""
    sums = dict.fromkeys(_MOST, 0)
    for name, size in held.sizes.items():
        kind = name[: name.find("/") + 1]
        if kind != "tables/" or name.endswith(".jsonl"):
            sums[kind if kind in sums else ""] += size
    for kind, size in sums.items():
        if size > _MOST[kind]:
            return f"{kind or 'The rest'} has {size} bytes; at most {_MOST[kind]} are drawn again."
    return ""


def opened_safely(folder: Path) -> Container:
    """Return a package's folder or zip as the verifier reads it.

    Raises:
        NotFoundError: there is no package in that folder or zip.
        IntegrityError: it cannot be opened safely.
    """
    try:
        held = container_of(folder)
    except (RefusedError, ValueError, EOFError) as error:
        raise IntegrityError(
            str(error).removesuffix("."),
            expected="a package's folder, or a whole zip of it",
            where=str(folder),
        ) from error
    except OSError as error:
        raise NotFoundError(
            f"no package in {folder} ({error.strerror})", expected="the folder or zip of a package"
        ) from error
    if MANIFEST not in held.sizes:
        raise NotFoundError(
            f"no {MANIFEST} in {folder}",
            expected="the folder or zip of a package",
            move="name the folder that holds index.html and manifest.json",
        )
    return held


def reader_of(folder: Path) -> Read:
    """Return a function that gives a member's bytes.

    Raises:
        NotFoundError: there is no package in that folder or zip.
        IntegrityError: it cannot be opened safely.
    """
    return reader_in(opened_safely(folder))


def reader_in(held: Container) -> Read:
    """Return a function that gives a member's bytes; it raises NotFoundError for what is none."""

    def read(path: str) -> bytes:
        if path not in held.sizes:
            raise NotFoundError(
                f"no file {path[:120]!r} in the package", expected="a member", where=path[:120]
            )
        size = held.sizes[path]
        with held.open(path) as file:
            data = file.read(size + 1)
        if len(data) != size:
            raise IntegrityError(
                f"{len(data)} bytes", expected=f"the {size} that were declared", where=path
            )
        return data

    return read
