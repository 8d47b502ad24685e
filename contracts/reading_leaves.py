"""The leaves of equipment readings, one a reading, and the index of their blocks."""

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import add
from typing import Final

from contracts.canonical import Json, canonical
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.merkle import Growing, full_head, head
from contracts.salts import BLOCK, SALT, salts
from contracts.series import SeriesPage

_READING: Final = struct.Struct(">qdIQH")
_BLOCK: Final = struct.Struct(">IIQq32s")
_MOST_QUOTED: Final = 0xFFFF
READINGS: Final = "readings"
INDEX_ENTRY: Final = _BLOCK.size
"""Bytes of one entry of the readings' index."""


def page_digest(page: Mapping[str, Json]) -> bytes:
    """Return the 32 bytes that name a page in its readings' leaves, from its `series` record."""
    names = ("capture", "characteristic", "equipment", "tag", "unit")
    return hashlib.sha256(canonical({name: page[name] for name in names})).digest()


@dataclass(frozen=True, slots=True)
class ReadingLeaf:
    """One equipment reading as its leaf holds it."""

    time: int
    """Nanoseconds since 1970-01-01 UTC."""
    value: float
    status: int
    offset: int
    quoted: bytes
    """The captured bytes of the reading's place."""

    def data(self, salt: bytes, page: bytes) -> bytes:
        """Return the leaf's bytes: salt, page digest, fixed members big-endian, captured bytes.

        Raises:
            IntegrityError: the place is longer than a leaf can say.
        """
        if len(self.quoted) > _MOST_QUOTED:
            raise IntegrityError(f"a reading of {len(self.quoted)} bytes", expected="at most 65535")
        fixed = (self.time, self.value, self.status, self.offset, len(self.quoted))
        return salt + page + _READING.pack(*fixed) + self.quoted


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block of 256 readings begins, and its tree head: an entry of the readings' index."""

    page: int
    """Ordinal of the page in the `series` table."""
    row: int
    """The first reading's row in that page."""
    at: int
    """Byte of the capture at which that reading's DataValue begins."""
    time: int
    node: bytes

    def packed(self) -> bytes:
        """Return the entry's 56 bytes, big-endian."""
        return _BLOCK.pack(self.page, self.row, self.at, self.time, self.node)


def blocks_of(index: bytes) -> Iterator[Block]:
    """Yield the entries of a readings' index.

    Raises:
        IntegrityError: it is cut.
    """
    if len(index) % INDEX_ENTRY:
        raise IntegrityError(f"an index of {len(index)} bytes", expected="whole entries of 56")
    for entry in _BLOCK.iter_unpack(index):
        yield Block(*entry)


@dataclass(frozen=True, slots=True)
class ReadingsHead:
    """What stands for all readings of a package."""

    count: int
    head: bytes
    index: bytes


def readings_head(
    seed: bytes, pages: Iterable[SeriesPage], captured: Callable[[Digest], bytes]
) -> ReadingsHead:
    """Return the head and index of all readings, page after page, one reading after the other.

    Raises:
        IntegrityError: a reading's place does not lie in its capture.
    """
    tree, index = Growing(), bytearray()
    block: list[bytes] = []
    drawn, count = b"", 0
    first = Block(0, 0, 0, 0, b"")
    for ordinal, page in enumerate(pages):
        data, digest = captured(page.capture), page_digest(page.record())
        row = 0
        while row < len(page.times):
            if not block:
                drawn = salts(seed, READINGS, count // BLOCK)
                first = Block(ordinal, row, start_of(page, row), page.times[row], b"")
            end = min(row + BLOCK - len(block), len(page.times))
            own = drawn[len(block) * SALT :]
            block += _hashes(page, range(row, end), data, (own, digest))
            count, row = count + end - row, end
            if len(block) == BLOCK:
                index += _closed(tree, first, block)
    if block:
        index += _closed(tree, first, block)
    return ReadingsHead(count, tree.head(), bytes(index))


def _hashes(page: SeriesPage, rows: range, data: bytes, named: tuple[bytes, bytes]) -> list[bytes]:
    """Return the leaf hashes of some rows of a page; `named` are their salts and the page digest.

    The same bytes as `ReadingLeaf.data` gives, written out: this runs once for every reading.
    """
    drawn, digest = named
    some = slice(rows.start, rows.stop)
    offsets, lengths = page.offsets[some], page.lengths[some]
    if max(map(add, offsets, lengths)) > len(data) or min(offsets) < 0:
        raise IntegrityError(
            f"readings {rows.start} to {rows.stop} that end after their capture",
            expected=f"places within its {len(data)} bytes",
            where=f"{page.tag} of {page.capture}",
        )
    if max(lengths) > _MOST_QUOTED:
        raise IntegrityError(f"a reading of {max(lengths)} bytes", expected="at most 65535")
    sha256, pack = hashlib.sha256, _READING.pack
    columns = (page.times[some], page.values[some], page.statuses[some], offsets, lengths)
    return [
        sha256(
            b"\x00"
            + drawn[at : at + SALT]
            + digest
            + pack(time, value, status, offset, length)
            + data[offset : offset + length]
        ).digest()
        for at, time, value, status, offset, length in zip(
            range(0, len(rows) * SALT, SALT), *columns, strict=True
        )
    ]


def _closed(tree: Growing, first: Block, block: list[bytes]) -> bytes:
    if len(block) == BLOCK:
        node = full_head(block)
        tree.add(node, BLOCK)
    else:
        node = head(block)
        for one in block:
            tree.add(one)
    block.clear()
    return Block(first.page, first.row, first.at, first.time, node).packed()


def start_of(page: SeriesPage, row: int) -> int:
    """Return where a reading's DataValue begins: its number stands two bytes after (Part 6, 5.2.2).

    Where there is no number, the place is the whole DataValue, which is longer than any number.
    """
    longest_number = 8
    return page.offsets[row] - (2 if page.lengths[row] <= longest_number else 0)
