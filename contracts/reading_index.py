"""The readings' index put to use: one block of 256 readings is read, led to the root, and given."""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import Final, TypeAlias

from contracts.errors import IntegrityError, UnreadableError
from contracts.manifest import CAPTURES, INDEX, table_path
from contracts.pages import Page, Pages
from contracts.proved import Proved
from contracts.reading_leaves import READINGS, Block, ReadingLeaf, blocks_of
from contracts.salts import BLOCK, SALT, salts
from contracts.sources.opcua_columns import columns
from contracts.sources.opcua_response import history_result
from contracts.tree import Tree

_LEAF: Final = struct.Struct(">x16s32sqdIQH")
"""A leaf before its captured bytes, with the zero byte that RFC 6962 puts before leaves."""
_KEPT: Final = 8
_LONGEST: Final = 34
"""Bytes of the longest DataValue that holds a number (Part 6, 5.2.2.17)."""
_MOVE: Final = "verify the package"


@dataclass(frozen=True, slots=True)
class ProvedReading:
    """One reading that lies on a path to the root."""

    page: Page
    row: int
    """Which reading of its page it is, from 0."""
    leaf: ReadingLeaf
    salt: bytes
    path: tuple[bytes, ...]
    """From its leaf to the head of the readings."""

    @property
    def index(self) -> int:
        """Which of all readings it is, from 0."""
        return self.page.start + self.row


_Row: TypeAlias = tuple[int, float, int, int, bytes]
"""A reading as a leaf holds it: time, value, status, offset, captured bytes."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A block's readings as its leaves hold them, its salts, and the tree over the leaves."""

    rows: tuple[_Row, ...]
    salts: bytes
    tree: Tree


class ReadingIndex:
    """All readings of a package, each found by its number or its time without reading the others.

    The index is no evidence: it says where a block begins. Its nodes make the readings' head, and
    whatever is read must make the block's node.
    """

    def __init__(self, proved: Proved) -> None:
        """Open the index.

        Raises:
            IntegrityError: its nodes do not make the head that the root is made of.
        """
        self._proved = proved
        self._head = proved.manifest.head(READINGS)
        self._kept: dict[int, _Read] = {}
        self._blocks = tuple(blocks_of(proved.raw(INDEX)))
        self._tree = Tree(one.node for one in self._blocks)
        whole = len(self._blocks) == -(-self._head.count // BLOCK)
        if not whole or self._tree.head.hex() != self._head.root:
            raise _differs(INDEX, f"{len(self._blocks)} nodes that make another head")
        if self.pages.readings != self._head.count:
            raise _differs(table_path("series"), "pages of another number of readings")

    @cached_property
    def pages(self) -> Pages:
        """Every page, in the order of the `series` table."""
        return Pages(self._proved.table("series").lines)

    @property
    def count(self) -> int:
        """How many readings there are."""
        return self._head.count

    def at(self, index: int) -> ProvedReading:
        """Return one reading by its number among all, from 0.

        Raises:
            IndexError: there is no such reading.
            IntegrityError: what lies there does not lead to the root.
        """
        if not 0 <= index < self.count:
            raise IndexError(index)
        number, position = divmod(index, BLOCK)
        read = self._read(number)
        page = self.pages[self.pages.holding(index)]
        path = (*read.tree.path(position), *self._tree.path(number))
        salt = read.salts[position * SALT : (position + 1) * SALT]
        return ProvedReading(
            page, index - page.start, ReadingLeaf(*read.rows[position]), salt, path
        )

    def last_before(self, page: Page, moment: int) -> ProvedReading:
        """Return the last reading of a page not after a moment that its first one is not after.

        Raises:
            IntegrityError: what lies there does not lead to the root, or the index misleads.
        """
        low, high = page.start, page.start + page.count
        first, last = low // BLOCK, (high - 1) // BLOCK
        number = bisect_right(self._times, moment, first + 1, last + 1) - 1
        begin, end = max(low, number * BLOCK), min(high, (number + 1) * BLOCK)
        rows = self._read(number).rows[begin - number * BLOCK : end - number * BLOCK]
        found = bisect_right(rows, moment, key=itemgetter(0)) - 1
        is_last = found + 1 == len(rows) and end < high
        if found < 0 or (is_last and self.at(end).leaf.time <= moment):
            raise _differs(INDEX, f"another time of block {number}")
        return self.at(begin + found)

    @cached_property
    def _times(self) -> list[int]:
        return [one.time for one in self._blocks]

    def _read(self, number: int) -> _Read:
        """Return a block's readings; the last few blocks stay in memory."""
        if number not in self._kept:
            if len(self._kept) == _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[number] = self._led(number)
        return self._kept[number]

    def _led(self, number: int) -> _Read:
        """Return a block's readings, which make its node."""
        block = self._blocks[number]
        size = min(BLOCK, self.count - number * BLOCK)
        page = self.pages.holding(number * BLOCK)
        if (block.page, block.row) != (page, number * BLOCK - self.pages[page].start):
            raise _differs(INDEX, f"another beginning of block {number}")
        drawn = salts(self._proved.manifest.seed, READINGS, number)
        rows, hashes = list[_Row](), list[bytes]()
        for own, row in self._decoded(block, size):
            at = len(rows) * SALT
            time, value, status, offset, quoted = row
            fixed = (drawn[at : at + SALT], own, time, value, status, offset, len(quoted))
            rows.append(row)
            hashes.append(hashlib.sha256(_LEAF.pack(*fixed) + quoted).digest())
        tree = Tree(hashes)
        if tree.head != block.node:
            where = f"{CAPTURES}/{self.pages[page].capture}"
            raise _differs(where, f"readings of {self.pages[page].tag} that are not those sealed")
        return _Read(tuple(rows), drawn, tree)

    def _decoded(self, block: Block, size: int) -> Iterator[tuple[bytes, _Row]]:
        """Yield a block's readings with their pages, read from the captures' bytes."""
        ordinal, row, at = block.page, block.row, block.at
        while size:
            page = self.pages[ordinal]
            count = min(size, page.count - row)
            if count:
                yield from self._span(page, at, count)
            size -= count
            ordinal, row = ordinal + 1, 0
            if size and self.pages[ordinal].count:
                at = history_result(self._proved.captured(self.pages[ordinal].capture)).values_at

    def _span(self, page: Page, at: int, count: int) -> Iterator[tuple[bytes, _Row]]:
        where, named = f"{CAPTURES}/{page.capture}", page.named
        data = self._proved.span(where, at, count * _LONGEST)
        try:
            found = columns(data, 0, count)
        except UnreadableError as error:
            raise _differs(where, f"no readings of {page.tag} at byte {at}") from error
        rows = zip(
            found.times, found.values, found.statuses, found.offsets, found.lengths, strict=True
        )
        for time, value, status, offset, length in rows:
            yield named, (time, value, status, at + offset, data[offset : offset + length])


def _differs(where: str, found: str) -> IntegrityError:
    expected = "what the root of the package is made of"
    return IntegrityError(found, expected=expected, where=where, move=_MOVE)
