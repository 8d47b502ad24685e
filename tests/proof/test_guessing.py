"""A proof holds hashes of its neighbours: without salts they could be guessed, with them not."""

import struct
from itertools import product

import pytest
from small_package import START

from contracts.merkle import leaf_hash
from contracts.reading_leaves import ReadingLeaf
from contracts.tree import Tree

MILLISECONDS = range(-3, 4)
HUNDREDTHS = range(3650, 3850)


def guesses(reading):
    """Every plausible neighbour: a reading ten seconds later that somebody knows the plant from."""
    for late, hundredths in product(MILLISECONDS, HUNDREDTHS):
        value = hundredths / 100
        yield ReadingLeaf(
            time=reading.leaf.time + 10_000_000_000 + late * 1_000_000,
            value=value,
            status=0,
            offset=reading.leaf.offset + 18,
            quoted=struct.pack("<d", value),
        )


def guessed(hashed, reading, salt):
    """Return the value whose leaf has that hash, with a salt that the guesser knows."""
    named = reading.page.named
    return next(
        (one.value for one in guesses(reading) if leaf_hash(one.data(salt, named)) == hashed), None
    )


@pytest.fixture(scope="module")
def victim(prover):
    """A reading of an even number: the first hash of its path is that of the reading after it."""
    return prover.readings.at(122)


def test_a_neighbour_without_salt_is_guessed(prover, victim):
    every = [prover.readings.at(index) for index in range(256)]
    tree = Tree(leaf_hash(one.leaf.data(b"", one.page.named)) for one in every)
    assert guessed(tree.path(122)[0], victim, b"") == 38.07
    assert START.timestamp() * 10**9 + 1230 * 10**9 == every[123].leaf.time


def test_a_neighbour_of_ours_is_not(prover, victim):
    sibling = victim.path[0]
    for salt in (b"", bytes(16), victim.salt):
        assert guessed(sibling, victim, salt) is None
    its_own = prover.readings.at(123).salt
    assert guessed(sibling, victim, its_own) == 38.07, "only who knows its salt can tell"
