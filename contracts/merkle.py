"""Merkle tree heads (RFC 6962, section 2.1): one digest that stands for a whole table."""

import hashlib
from collections.abc import Iterable

from contracts.evidence import Digest

_LEAF = b"\x00"
_NODE = b"\x01"


def root(records: Iterable[bytes]) -> Digest:
    """Return the tree head of records in their order; of none, the SHA-256 of nothing.

    Leaves and inner nodes are hashed with different first bytes, so that neither can be shown as
    the other.
    """
    stack: list[tuple[int, bytes]] = []
    for record in records:
        size, node = 1, hashlib.sha256(_LEAF + record).digest()
        while stack and stack[-1][0] == size:
            node = _join(stack.pop()[1], node)
            size *= 2
        stack.append((size, node))
    if not stack:
        return hashlib.sha256().hexdigest()
    _, head = stack.pop()
    while stack:
        head = _join(stack.pop()[1], head)
    return head.hex()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
