"""A package looked at quickly: its root follows from its records, its files are those named.

This is less than `verify`: no judge is asked again, no reading is drawn again, and who sealed it is
not asked. It is what a copy of a package in another form, or an index over many packages, must know
before it repeats what they say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.leaves import table_hashes
from contracts.manifest import (
    CAPTURES,
    MANIFEST,
    RECORDS,
    TABLES,
    Head,
    Manifest,
    manifest_from,
    table_lines,
    table_path,
)
from contracts.members import Record, mapping
from contracts.merkle import head as tree_head
from contracts.opened import Opened, Read, opened
from tasks.folder import reader_of

SEAL = "seal/"
"""The folder whose files speak of the manifest and so cannot be named by it."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A package in a folder whose manifest holds, and a reader that compares each file with it."""

    folder: Path
    manifest: Manifest
    read: Read

    def opened(self) -> Opened:
        """Return the package's content as nouns.

        Raises:
            IntegrityError: a member is not the one that the manifest names, or not of the format.
            NotFoundError: a member is not there.
        """
        return opened(self.read)

    def record(self, path: str) -> Record:
        """Return the one record that a member holds.

        Raises:
            IntegrityError, NotFoundError: as for `opened`.
        """
        return mapping(parse_strict(self.read(path).removesuffix(b"\n")))

    def table(self, name: str) -> Iterator[Record]:
        """Yield the records of a logical table."""
        for line in table_lines(self.read(table_path(name))):
            yield mapping(parse_strict(line))


def sound(folder: Path) -> Sound:
    """Return a package whose root follows from its records and the bytes that they quote.

    Raises:
        NotFoundError: there is no package in that folder, or a file that it names is not there.
        IntegrityError: root, checksum, the digest of a file or the head of a table does not match.
    """
    plain = reader_of(folder)
    manifest = manifest_from(plain(MANIFEST))
    named = {member.path: member for member in manifest.members}

    def read(path: str) -> bytes:
        if path == MANIFEST:
            return manifest.to_bytes()
        if path not in named:
            raise NotFoundError(
                f"no member {path[:120]!r}", expected="a member that the manifest names"
            )
        data = plain(path)
        if digest_of(data) != named[path].digest:
            raise IntegrityError(
                "a file that is not the one its package was made with",
                expected=f"SHA-256 {named[path].digest}",
                where=path,
                move="verify the package; QA finds out who changed it",
            )
        return data

    try:
        _follow(manifest, read)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(
            f"a record that is not of the format ({error})", where=str(folder)
        ) from error
    return Sound(folder, manifest, read)


def _follow(manifest: Manifest, read: Read) -> None:
    """Refuse a manifest whose root was not made from these records."""
    captured = cache(lambda digest: read(f"{CAPTURES}/{digest}"))
    told = {head.name: head for head in manifest.tables}
    if tuple(told) != TABLES or len(told) != len(manifest.tables):
        raise IntegrityError("a manifest with other tables", expected=", ".join(TABLES))
    for name in RECORDS:
        lines = table_lines(read(table_path(name)))
        head = tree_head(table_hashes(manifest.seed, name, lines, captured)).hex()
        if Head(name, len(lines), head) != told[name]:
            raise IntegrityError(
                f"the table {name} with the head {head}",
                expected=f"{told[name].root}, which the root was made from",
                where=table_path(name),
                move="verify the package; QA finds out who changed it",
            )
