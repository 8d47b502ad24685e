"""A tree kept in memory has the heads and paths of RFC 6962, also over whole subtrees."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import merkle
from contracts.tree import Tree


def hashes(count):
    return [hashlib.sha256(b"%d" % n).digest() for n in range(count)]


@given(st.integers(0, 300))
def test_the_head_is_that_of_the_leaves(count):
    assert Tree(hashes(count)).head == merkle.head(hashes(count))


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_a_path_is_that_of_the_leaves(drawn):
    count, index = drawn
    assert Tree(hashes(count)).path(index) == merkle.inclusion(hashes(count), index)


@given(st.integers(1, 150).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))))
def test_a_path_through_blocks_is_that_of_the_leaves(drawn):
    """Of 8 leaves each, as the readings' index has blocks of 256; the last may be smaller."""
    count, index = drawn
    leaves = hashes(count)
    blocks = [Tree(leaves[at : at + 8]) for at in range(0, count, 8)]
    nodes = Tree(block.head for block in blocks)
    whole = (*blocks[index // 8].path(index % 8), *nodes.path(index // 8))
    assert nodes.head == merkle.head(leaves)
    assert whole == merkle.inclusion(leaves, index)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_path_from_what_is_no_leaf(index):
    with pytest.raises(IndexError):
        Tree(hashes(3)).path(index)
