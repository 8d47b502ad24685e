"""The salts of a package's leaves: a proof of one value must not let its neighbours be guessed.

Salts are drawn from one seed, and the seed from every captured byte: whoever holds the package can
draw them all again and the root stays the same on every machine, while whoever holds one proof sees
one salt, and would have to know all captured bytes to find another.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

SALT: Final = 16
"""Bytes of a salt."""
BLOCK: Final = 256
"""Leaves of a table whose salts are drawn at once."""
_DOMAIN: Final = b"batchproof-salt/1\0"


def seed_of(captures: Iterable[bytes]) -> bytes:
    """Return the seed, 32 bytes, from the captured bytes in the order of the captures' table.

    Its first bytes are others than those of a digest: captures' digests are told in proofs and in
    the evaluation log, and the seed must not follow from them.
    """
    drawn = hashlib.sha256(_DOMAIN)
    for data in captures:
        drawn.update(data)
    return drawn.digest()


def salts(seed: bytes, table: str, block: int) -> bytes:
    """Return the salts of one block of 256 leaves of a table, one after the other."""
    named = table.encode("ascii") + b"\0" + block.to_bytes(8, "big")
    return hashlib.shake_256(seed + named).digest(BLOCK * SALT)


def salt_of(seed: bytes, table: str, index: int) -> bytes:
    """Return the salt of one leaf, 16 bytes."""
    at = index % BLOCK * SALT
    return salts(seed, table, index // BLOCK)[at : at + SALT]


def each_salt(seed: bytes, table: str) -> Iterator[bytes]:
    """Yield the salts of a table's leaves, in their order, without end."""
    block = 0
    while True:
        drawn = salts(seed, table, block)
        yield from (drawn[at : at + SALT] for at in range(0, BLOCK * SALT, SALT))
        block += 1
