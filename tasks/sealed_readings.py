"""The head of all equipment readings, block after block: millions of leaves in seconds.

It says exactly what `contracts.reading_leaves.readings_head` says, which is the plain way and the
one to read first. Here the leaves of many readings are laid out and hashed at once.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.merkle import Growing
from contracts.reading_leaves import READINGS, ReadingsHead, page_digest
from contracts.salts import BLOCK, SALT, salts
from contracts.series import SeriesPage
from tasks.hashing import DIGEST, Hash, Rows, fastest

_CHUNK: Final = 1024 * BLOCK
"""Readings laid out together; about 25 MB of leaves."""
_MOST_BYTES: Final = 2**25
"""Of leaves hashed in one call."""
_LONGEST: Final = 0xFFFF
_LARGEST_STATUS: Final = 0xFFFF_FFFF
_LONGEST_NUMBER: Final = 8
_BEFORE_NUMBER: Final = 2
"""Bytes of a DataValue before its number: what it carries, and the number's type (Part 6)."""
_ENTRY: Final = np.dtype(
    [("page", ">u4"), ("row", ">u4"), ("at", ">u8"), ("time", ">i8"), ("node", "V32")]
)
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Columns:
    """A page's columns as arrays over the same memory, its captured bytes and its digest."""

    ordinal: int
    times: Whole
    values: NDArray[np.float64]
    statuses: NDArray[np.uint64]
    offsets: Whole
    lengths: Whole
    digest: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some rows of a page, and where they stand in a chunk."""

    page: _Columns
    row: int
    start: int
    count: int

    @property
    def rows(self) -> slice:
        """The rows in the page."""
        return slice(self.row, self.row + self.count)


def sealed_readings(
    seed: bytes,
    pages: Iterable[SeriesPage],
    captured: Callable[[Digest], bytes],
    hashed: Hash | None = None,
) -> ReadingsHead:
    """Return the head and index of all readings, page after page, by the fastest hash there is.

    `captured` gives a capture's bytes; it is asked once for each run of pages of one capture. What
    is held at a time are one chunk of 262,144 leaves and the captures that they quote.

    Raises:
        IntegrityError: a reading's place does not lie in its capture, or a leaf cannot hold it.
    """
    hashing = hashed or fastest()
    tree, index, count = Growing(), [], 0
    for chunk in _chunks(_each_columns(pages, captured)):
        size = chunk[-1].start + chunk[-1].count
        leaves = _leaf_hashes(seed, chunk, count // BLOCK, hashing)
        nodes = _block_heads(leaves, hashing)
        for node in nodes:
            tree.add(node.tobytes(), BLOCK)
        rest = leaves[len(nodes) * BLOCK :]
        if len(rest):
            own = Growing()
            for leaf in rest:
                own.add(leaf.tobytes())
                tree.add(leaf.tobytes())
            nodes = np.vstack((nodes, np.frombuffer(own.head(), np.uint8)))
        index.append(_entries(chunk, nodes))
        count += size
    return ReadingsHead(count, tree.head(), b"".join(index))


def _each_columns(
    pages: Iterable[SeriesPage], captured: Callable[[Digest], bytes]
) -> Iterator[_Columns]:
    last, data = "", b""
    for ordinal, page in enumerate(pages):
        if page.capture != last:
            last, data = page.capture, captured(page.capture)
        columns = _Columns(
            ordinal,
            np.asarray(page.times, np.int64),
            np.asarray(page.values, np.float64),
            np.asarray(page.statuses, np.uint64),
            np.asarray(page.offsets, np.int64),
            np.asarray(page.lengths, np.int64),
            page_digest(page.record()),
            data,
        )
        _fits(page, columns)
        yield columns


def _fits(page: SeriesPage, columns: _Columns) -> None:
    """Refuse a reading whose place is not in its capture, or that a leaf has no room for."""
    if not columns.times.size:
        return
    ends = columns.offsets + columns.lengths
    if columns.offsets.min() < 0 or ends.max() > len(columns.data):
        raise IntegrityError(
            f"a reading from byte {columns.offsets.min()} or to byte {ends.max()}",
            expected=f"between 0 and {len(columns.data)}, the size of the capture",
            where=f"{page.tag} of {page.capture}",
        )
    longest, shortest = columns.lengths.max(), columns.lengths.min()
    if longest > _LONGEST or shortest < 0:
        raise IntegrityError(f"readings of {shortest} to {longest} bytes", expected="0 to 65535")
    if columns.statuses.max() > _LARGEST_STATUS:
        raise IntegrityError(f"the status {columns.statuses.max()}", expected="32 bits")


def _chunks(pages: Iterable[_Columns]) -> Iterator[list[_Piece]]:
    """Yield the readings cut into chunks of the same size; only the last may be smaller."""
    chunk: list[_Piece] = []
    filled = 0
    for page in pages:
        row, left = 0, page.times.size
        while left:
            count = min(left, _CHUNK - filled)
            chunk.append(_Piece(page, row, filled, count))
            row, left, filled = row + count, left - count, filled + count
            if filled == _CHUNK:
                yield chunk
                chunk, filled = [], 0
    if chunk:
        yield chunk


def _leaf_hashes(seed: bytes, chunk: list[_Piece], block: int, hashed: Hash) -> Rows:
    """Return the leaf hash of each reading of a chunk that begins at a block."""
    size = chunk[-1].start + chunk[-1].count
    drawn = b"".join(salts(seed, READINGS, block + one) for one in range(-(-size // BLOCK)))
    salted = np.frombuffer(drawn, f"V{SALT}")[:size]
    lengths = np.concatenate([one.page.lengths[one.rows] for one in chunk])
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest == longest and size <= _at_once(longest):
        return _hashed(_laid_out(chunk, salted, longest, None), hashed)
    hashes = np.empty((size, DIGEST), np.uint8)
    for length in map(int, np.unique(lengths)):
        which = np.flatnonzero(lengths == length)
        for at in range(0, which.size, _at_once(length)):
            some = which[at : at + _at_once(length)]
            hashes[some] = _hashed(_laid_out(chunk, salted, length, some), hashed)
    return hashes


def _at_once(length: int) -> int:
    """Return how many leaves that quote so many bytes are laid out at a time."""
    return max(1, _MOST_BYTES // _leaf(length).itemsize)


def _leaf(length: int) -> np.dtype[np.void]:
    """Return the layout of a leaf that quotes so many bytes, with RFC 6962's first byte 0."""
    return np.dtype(
        [
            ("first", "u1"),
            ("salt", f"V{SALT}"),
            ("page", f"V{DIGEST}"),
            ("time", ">i8"),
            ("value", ">f8"),
            ("status", ">u4"),
            ("offset", ">u8"),
            ("length", ">u2"),
            ("quoted", f"V{length}"),
        ]
    )


def _laid_out(
    chunk: list[_Piece], salted: NDArray[np.void], length: int, which: Whole | None
) -> NDArray[np.void]:
    """Return the leaves of the readings of one length: of all of a chunk, or of some places."""
    leaves = np.zeros(salted.size if which is None else which.size, _leaf(length))
    leaves["salt"] = salted if which is None else salted[which]
    leaves["length"] = length
    for piece in chunk:
        rows: slice | Whole = piece.rows
        low, high = piece.start, piece.start + piece.count
        if which is not None:
            low, high = (int(one) for one in np.searchsorted(which, (low, high)))
            rows = which[low:high] - piece.start + piece.row
        _fill(leaves[low:high], piece.page, rows, length)
    return leaves


def _fill(leaves: NDArray[np.void], page: _Columns, rows: slice | Whole, length: int) -> None:
    if not leaves.size:
        return
    offsets = page.offsets[rows]
    leaves["page"] = np.void(page.digest)
    leaves["time"] = page.times[rows]
    leaves["value"] = page.values[rows]
    leaves["status"] = page.statuses[rows]
    leaves["offset"] = offsets
    if length:
        places = len(page.data) - length + 1
        everywhere = np.ndarray((places,), f"V{length}", buffer=page.data, strides=(1,))
        leaves["quoted"] = everywhere[offsets]


def _hashed(leaves: NDArray[np.void], hashed: Hash) -> Rows:
    return hashed(leaves.view(np.uint8).reshape(leaves.size, leaves.dtype.itemsize))


def _block_heads(leaves: Rows, hashed: Hash) -> Rows:
    """Return the head of each whole block of leaf hashes."""
    level = leaves[: len(leaves) // BLOCK * BLOCK]
    whole = len(level) // BLOCK
    while len(level) > whole:
        nodes = np.empty((len(level) // 2, 1 + 2 * DIGEST), np.uint8)
        nodes[:, 0] = 1
        nodes[:, 1:] = level.reshape(-1, 2 * DIGEST)
        level = hashed(nodes)
    return level


def _entries(chunk: list[_Piece], nodes: Rows) -> bytes:
    """Return the index's entries of a chunk: where each block begins, and its head."""
    entries = np.zeros(len(nodes), _ENTRY)
    starts = np.arange(len(nodes), dtype=np.int64) * BLOCK
    for piece in chunk:
        low, high = np.searchsorted(starts, (piece.start, piece.start + piece.count))
        rows = starts[low:high] - piece.start + piece.row
        offsets, lengths = piece.page.offsets[rows], piece.page.lengths[rows]
        begins = np.where(lengths <= _LONGEST_NUMBER, offsets - _BEFORE_NUMBER, offsets)
        if begins.size and begins.min() < 0:
            raise IntegrityError("a number at the capture's first byte", expected="a DataValue")
        own = entries[low:high]
        own["page"], own["row"] = piece.page.ordinal, rows
        own["at"], own["time"] = begins, piece.page.times[rows]
    entries["node"] = nodes.view(f"V{DIGEST}").ravel()
    return entries.tobytes()
