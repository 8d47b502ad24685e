"""Merkle trees (RFC 6962, section 2.1): one digest for a whole table, and short proofs from it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from contracts.evidence import Digest

_LEAF = b"\x00"
_NODE = b"\x01"
_HASH = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf, 32 bytes.

    Leaves and inner nodes are hashed with different first bytes, so that neither can be shown as
    the other.
    """
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, 32 bytes."""
    return hashlib.sha256(_NODE + left + right).digest()


class Growing:
    """A tree that takes one leaf, or one whole subtree, after the other; it holds log2(n) hashes.

    Subtrees must come in falling or equal size, as blocks of a table do.
    """

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []

    def add(self, node: bytes, size: int = 1) -> None:
        """Take the hash of a leaf, or of a whole subtree of `size` leaves (a power of two)."""
        while self._stack and self._stack[-1][0] == size:
            node = node_hash(self._stack.pop()[1], node)
            size *= 2
        self._stack.append((size, node))

    def head(self) -> bytes:
        """Return the tree head so far; of no leaf, the SHA-256 of nothing (RFC 6962, 2.1)."""
        if not self._stack:
            return hashlib.sha256().digest()
        *rest, (_, head) = self._stack
        for _, node in reversed(rest):
            head = node_hash(node, head)
        return head


def root(leaves: Iterable[bytes]) -> Digest:
    """Return the tree head over leaves in their order, as lower-case hex."""
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf_hash(leaf))
    return tree.head().hex()


def head(hashes: Iterable[bytes]) -> bytes:
    """Return the tree head over leaf hashes in their order, 32 bytes."""
    tree = Growing()
    for one in hashes:
        tree.add(one)
    return tree.head()


def full_head(hashes: Sequence[bytes]) -> bytes:
    """Return the tree head over a power of two of leaf hashes, level by level: the same, faster."""
    level, sha256 = hashes, hashlib.sha256
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return level[0]


def inclusion(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the path from a leaf to the head, from the bottom up (RFC 9162, 2.1.3.1).

    Raises:
        IndexError: there is no such leaf.
    """
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    if len(hashes) == 1:
        return ()
    half = _split(len(hashes))
    if index < half:
        return (*inclusion(hashes[:half], index), head(hashes[half:]))
    return (*inclusion(hashes[half:], index - half), head(hashes[:half]))


def consistency(hashes: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """Return the proof that the first `old` leaves are the whole old tree (RFC 9162, 2.1.4.1).

    Raises:
        IndexError: the tree is not that large.
    """
    if not 0 <= old <= len(hashes):
        raise IndexError(old)
    return tuple(_consistency(hashes, old, whole=True)) if 0 < old < len(hashes) else ()


def _consistency(hashes: Sequence[bytes], old: int, *, whole: bool) -> Iterator[bytes]:
    if old == len(hashes):
        if not whole:
            yield head(hashes)
        return
    half = _split(len(hashes))
    if old <= half:
        yield from _consistency(hashes[:half], old, whole=whole)
        yield head(hashes[half:])
    else:
        yield from _consistency(hashes[half:], old - half, whole=False)
        yield head(hashes[:half])


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the head that a path leads to, or None when it has not the one shape it can have.

    The algorithm is RFC 9162, 2.1.3.2. A node of another length than a hash's is refused: with it,
    the seam between two nodes could be moved.
    """
    if not 0 <= index < size or not _are_hashes(leaf, *path):
        return None
    node, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        index >>= 1
        last >>= 1
    return node if last == 0 else None


def _are_hashes(*nodes: bytes) -> bool:
    return all(len(node) == _HASH for node in nodes)


def consistent(old: int, new: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of `new` leaves only adds to that of `old` (RFC 9162, 2.1.4.2).

    `roots` are the heads of the old and the new tree.
    """
    old_root, new_root = roots
    if old in (0, new):
        return not proof and (old != new or old_root == new_root)
    if not proof or old > new or not _are_hashes(*roots, *proof):
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    index, last = old - 1, new - 1
    while index & 1:
        index >>= 1
        last >>= 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, sibling)
        index >>= 1
        last >>= 1
    return old_node == old_root and new_node == new_root and last == 0
