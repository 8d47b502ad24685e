"""Every number that looks like chance comes from the seed and a name: the same everywhere."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from numpy.random import PCG64, Generator


def generator(seed: int, *names: str) -> Generator:
    """Return the generator of one named thing; draws for one thing never move those of another."""
    words = "/".join((str(seed), *names))
    digest = hashlib.sha256(words.encode()).digest()
    return Generator(PCG64(int.from_bytes(digest[:16], "big")))


def whole(rng: Generator, low: int, high: int) -> int:
    """Return a whole number from low to high, both included."""
    return int(rng.integers(low, high + 1))


def near(rng: Generator, typical: str, spread: str) -> Decimal:
    """Return a decimal within `spread` of `typical`, with as many places as `typical` has."""
    middle, width = Decimal(typical), Decimal(spread)
    exponent = int(middle.as_tuple().exponent)
    steps = int(width.scaleb(-exponent))
    return middle + Decimal(whole(rng, -steps, steps)).scaleb(exponent)


def identifier(seed: int, *names: str) -> str:
    """Return a 32 digit hexadecimal identifier, as a LIMS makes them."""
    return hashlib.sha256("/".join((str(seed), *names)).encode()).hexdigest()[:32]
