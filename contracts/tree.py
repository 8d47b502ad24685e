"""A Merkle tree that is kept whole in memory, so that every path in it is at hand."""

from collections.abc import Iterable

from contracts.merkle import head as head_of
from contracts.merkle import node_hash


class Tree:
    """The RFC 6962 tree over some hashes, level over level; a path takes no hashing.

    The hashes are of leaves, or of whole subtrees of one size of which only the last may be
    smaller: then it is the upper part of the tree over all their leaves.
    """

    def __init__(self, hashes: Iterable[bytes]) -> None:
        level = list(hashes)
        self._levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=False)  # the odd one out goes up as it is
            above = [node_hash(left, right) for left, right in pairs]
            if len(level) % 2:
                above.append(level[-1])
            self._levels.append(above)
            level = above

    def __len__(self) -> int:
        """How many hashes the tree stands on."""
        return len(self._levels[0])

    @property
    def head(self) -> bytes:
        """The tree head, 32 bytes; over nothing, the SHA-256 of nothing (RFC 6962, 2.1)."""
        return self._levels[-1][0] if self._levels[-1] else head_of(())

    def leaf(self, index: int) -> bytes:
        """Return one of the hashes that the tree stands on."""
        return self._levels[0][index]

    def path(self, index: int) -> tuple[bytes, ...]:
        """Return the path from a hash to the head, from the bottom up (RFC 9162, 2.1.3.1).

        Raises:
            IndexError: there is no such hash.
        """
        if not 0 <= index < len(self):
            raise IndexError(index)
        found = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                found.append(level[sibling])
            index >>= 1
        return tuple(found)
