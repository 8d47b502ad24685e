"""An implementation by another hand (tamperlog, MIT) makes and believes the same proofs.

Its verifiers follow other algorithms than ours: they split the path by the index's bits, and walk
the recursion of the proof backwards.
"""

import pytest
import tamperlog
from hypothesis import given
from hypothesis import strategies as st

from contracts import merkle

DATA = st.lists(st.binary(max_size=40), min_size=1, max_size=90)


def believed(check, *arguments):
    try:
        check(*arguments)
    except tamperlog.ProofError:
        return False
    return True


@given(DATA)
def test_the_same_leaves_have_the_same_head(data):
    theirs = [tamperlog.hash_leaf(one) for one in data]
    assert [merkle.leaf_hash(one) for one in data] == theirs
    assert merkle.head(theirs) == tamperlog.merkle_root(theirs)
    assert merkle.head([]) == tamperlog.empty_root()


@given(DATA, st.data())
def test_paths_are_the_same_and_are_believed_alike(data, more):
    hashes = [merkle.leaf_hash(one) for one in data]
    index = more.draw(st.integers(0, len(hashes) - 1))
    path, root = list(merkle.inclusion(hashes, index)), merkle.head(hashes)
    assert path == tamperlog.inclusion_proof(index, hashes)
    size = more.draw(st.integers(1, 200))
    for offered in (path, path[1:], [*path, root]):
        for at in (index, index ^ 1, index // 2):
            ours = merkle.root_from_inclusion(hashes[index], at, size, offered) == root
            check = tamperlog.verify_inclusion
            assert ours is believed(check, at, size, hashes[index], offered, root)


@given(DATA, st.data())
def test_consistency_proofs_are_the_same_and_are_believed_alike(data, more):
    hashes = [merkle.leaf_hash(one) for one in data]
    old = more.draw(st.integers(1, len(hashes)))
    proof = list(merkle.consistency(hashes, old))
    assert proof == tamperlog.consistency_proof(old, hashes)
    claimed = more.draw(st.integers(1, 200))
    for head in (merkle.head(hashes[:old]), merkle.head(hashes[: max(1, old - 1)])):
        for offered in (proof, proof[1:], [*proof, head]):
            for was, size in ((old, len(hashes)), (old, claimed), (claimed, len(hashes))):
                ours = merkle.consistent(was, size, (head, merkle.head(hashes)), offered)
                check = tamperlog.verify_consistency
                theirs = believed(check, was, head, size, merkle.head(hashes), offered)
                assert ours is theirs, (was, size, len(offered))


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_a_leaf_that_is_not_there_has_no_path(index):
    with pytest.raises(IndexError):
        merkle.inclusion([b"\0" * 32] * 3, index)


@pytest.mark.parametrize("old", [-1, 4])
def test_a_tree_is_not_consistent_with_a_larger_one(old):
    with pytest.raises(IndexError):
        merkle.consistency([b"\0" * 32] * 3, old)
    assert merkle.consistency([b"\0" * 32] * 3, 0) == ()
