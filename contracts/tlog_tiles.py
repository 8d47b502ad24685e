"""A log as a folder of files (C2SP tlog-tiles): its tiles, their names, and bundles of entries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError

WIDTH: Final = 256
"""Hashes in a full tile."""
HEIGHT: Final = 8
"""Levels of the tree that a tile stands for."""
LARGEST_ENTRY: Final = 2**16 - 1
"""Bytes of an entry that a bundle can hold."""

_LENGTH_BYTES: Final = 2
_GROUP: Final = 1000


@dataclass(frozen=True, slots=True)
class Tile:
    """A row of hashes of one height, full (256) or the last one of its level."""

    level: int
    index: int
    width: int

    def path(self) -> str:
        """Return the tile's place below the log's folder."""
        return f"tile/{self.level}/{self._place()}"

    def bundle_path(self) -> str:
        """Return the place of the entries under a tile of level 0."""
        return f"tile/entries/{self._place()}"

    def _place(self) -> str:
        groups = [f"{self.index % _GROUP:03}"]
        rest = self.index // _GROUP
        while rest:
            groups.insert(0, f"x{rest % _GROUP:03}")
            rest //= _GROUP
        return "/".join(groups) + ("" if self.width == WIDTH else f".p/{self.width}")


def tiles_of(size: int) -> Iterator[Tile]:
    """Give every tile of a log of `size` entries, level by level; of none, no tile."""
    level = 0
    while size >> (HEIGHT * level):
        hashes = size >> (HEIGHT * level)
        for index in range(hashes // WIDTH):
            yield Tile(level, index, WIDTH)
        if hashes % WIDTH:
            yield Tile(level, hashes // WIDTH, hashes % WIDTH)
        level += 1


def bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each after its length in two bytes, big-endian.

    Raises:
        IntegrityError: an entry is too large for one.
    """
    return b"".join(_sized(one) for one in entries)


def entries_in(data: bytes) -> tuple[bytes, ...]:
    """Return the entries of a bundle.

    Raises:
        IntegrityError: the bundle ends within an entry.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or end > len(data):
            raise IntegrityError("a bundle that ends within an entry", expected="whole entries")
        found.append(data[start:end])
        at = end
    return tuple(found)


def _sized(entry: bytes) -> bytes:
    if len(entry) > LARGEST_ENTRY:
        raise IntegrityError(
            f"a log entry of {len(entry)} bytes", expected=f"at most {LARGEST_ENTRY} bytes"
        )
    return len(entry).to_bytes(_LENGTH_BYTES, "big") + entry
