"""A package looked at quickly: the manifest holds, and each file read is the one it names.

This is less than `verify`: no judge is asked again and no capture is read. It is what a copy of a
package in another form, or an index over many packages, must know before it repeats what they say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.manifest import EVALUATION, MANIFEST, Manifest, manifest_from, table_lines
from contracts.members import Record, mapping
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

    def evaluation(self) -> Record:
        """Return the record of the evaluation."""
        return mapping(parse_strict(self.read(EVALUATION).removesuffix(b"\n")))

    def table(self, path: str) -> Iterator[Record]:
        """Yield the records of a table of JSON lines; none if the format has no such table."""
        if any(member.path == path for member in self.manifest.members):
            for line in table_lines(self.read(path)):
                yield mapping(parse_strict(line))


def sound(folder: Path) -> Sound:
    """Return a package whose manifest follows from itself and whose records are those it names.

    Raises:
        NotFoundError: there is no package in that folder, or a record that it names is not there.
        IntegrityError: root, checksum or the digest of a record does not match.
    """
    plain = reader_of(folder)
    manifest = manifest_from(plain(MANIFEST))
    named = {member.path: member for member in manifest.members}

    def read(path: str) -> bytes:
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

    for path in records_of(manifest):
        read(path)
    return Sound(folder, manifest, read)


def records_of(manifest: Manifest) -> tuple[str, ...]:
    """Return the paths of the records that the root is made from, as JSON."""
    tables = (one.path for one in manifest.members if one.path.startswith("tables/"))
    return (EVALUATION, *(path for path in tables if path.endswith(".jsonl")))
