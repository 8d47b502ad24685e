"""A package opened through its root: what is given out lies on a path to it, or nothing is."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contracts.canonical import parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest, digest_of
from contracts.leaves import QUOTING, quoted_bytes, table_hashes
from contracts.manifest import (
    CAPTURES,
    MANIFEST,
    RECORDS,
    TABLES,
    manifest_from,
    table_lines,
    table_path,
)
from contracts.merkle import leaf_hash
from contracts.opened import Read, Span
from contracts.salts import salt_of
from contracts.tree import Tree

_KEPT: Final = 64
"""Captures that stay in memory, their digests checked."""
_MOVE: Final = "verify the package"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose lines make the head that the root is made of."""

    lines: tuple[bytes, ...]
    tree: Tree

    @property
    def data(self) -> bytes:
        """The table's bytes, as they lie in the package."""
        return b"".join(line + b"\n" for line in self.lines)


class Proved:
    """A package of which everything that is read was first led to its root.

    Kept open it answers again without reading: tables and their trees stay in memory.
    """

    def __init__(self, read: Read, span: Span) -> None:
        """Open a package; `read` gives a whole member, `span` a part of one.

        Raises:
            IntegrityError: the manifest's root does not follow from what it says.
            NotFoundError: there is no manifest.
        """
        self.raw = read
        self.span = span
        self.manifest = manifest_from(read(MANIFEST))
        names = tuple(head.name for head in self.manifest.tables)
        if names != TABLES:
            raise IntegrityError(f"the tables {', '.join(names)}", expected=", ".join(TABLES))
        self.root = self.manifest.root
        self._top = Tree(leaf_hash(head.leaf()) for head in self.manifest.tables)
        self._tables: dict[str, Table] = {}
        self._captured: OrderedDict[Digest, bytes] = OrderedDict()
        self._paths = {table_path(name): name for name in RECORDS}

    def read(self, path: str) -> bytes:
        """Return a table's or a capture's bytes, after they were led to the root.

        Raises:
            IntegrityError: they are others than those that the root names.
            NotFoundError: there is no such member.
        """
        if path in self._paths:
            return self.table(self._paths[path]).data
        folder, _, name = path.partition("/")
        return self.captured(name) if folder == CAPTURES else self.raw(path)

    def table(self, name: str) -> Table:
        """Return a table of records whose lines make its head.

        Raises:
            IntegrityError: they make another one.
        """
        if name not in self._tables:
            lines = table_lines(self.raw(table_path(name)))
            tree = Tree(table_hashes(self.manifest.seed, name, lines, self.captured))
            head = self.manifest.head(name)
            if (len(lines), tree.head.hex()) != (head.count, head.root):
                raise IntegrityError(
                    f"{len(lines)} records that make the head {tree.head.hex()}",
                    expected=f"{head.count} that make {head.root}, which the root is made of",
                    where=table_path(name),
                    move=_MOVE,
                )
            self._tables[name] = Table(lines, tree)
        return self._tables[name]

    def captured(self, digest: Digest) -> bytes:
        """Return a capture's bytes, which are what its name says.

        Raises:
            IntegrityError: they are not.
            NotFoundError: there is no such capture.
        """
        if digest in self._captured:
            self._captured.move_to_end(digest)
            return self._captured[digest]
        data = self.raw(f"{CAPTURES}/{digest}")
        if digest_of(data) != digest:
            raise IntegrityError(
                "a capture that is not what its name says",
                expected="the bytes that were captured",
                where=f"{CAPTURES}/{digest}",
                move=_MOVE,
            )
        self._captured[digest] = data
        if len(self._captured) > _KEPT:
            self._captured.popitem(last=False)
        return data

    def quoted(self, name: str, line: bytes) -> bytes:
        """Return the captured bytes that a table's record quotes; empty where it quotes none."""
        return quoted_bytes(parse_strict(line), self.captured) if name == QUOTING else b""

    def salt(self, name: str, index: int) -> bytes:
        """Return the salt of one leaf, 16 bytes."""
        return salt_of(self.manifest.seed, name, index)

    def top_path(self, name: str) -> tuple[bytes, ...]:
        """Return the path from a table's head to the root."""
        return self._top.path(TABLES.index(name))


def whole(read: Read) -> Callable[[str, int, int], bytes]:
    """Return a `Span` for a package of which members can only be read whole."""
    return lambda path, at, length: read(path)[at : at + length]
