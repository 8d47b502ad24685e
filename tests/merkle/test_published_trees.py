"""Our trees are those of RFC 6962 and RFC 9162, as others have published them."""

import base64
import json
from itertools import product
from pathlib import Path

import pytest
from merkle.reference_tree import CONSISTENCY, HASHES, HEADS, INCLUSION, LEAVES

from contracts import merkle

VECTORS = sorted((Path(__file__).parent / "vectors" / "inclusion").rglob("*.json"))


def in_hex(nodes):
    return tuple(node.hex() for node in nodes)


@pytest.mark.parametrize("size", range(9))
def test_the_reference_tree_has_its_published_heads(size):
    assert merkle.root(LEAVES[:size]) == HEADS[size]
    assert merkle.head(HASHES[:size]).hex() == HEADS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_reference_tree_has_its_published_paths(index, size):
    assert in_hex(merkle.inclusion(HASHES[:size], index)) == INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_reference_tree_has_its_published_consistency_proofs(old, new):
    assert in_hex(merkle.consistency(HASHES[:new], old)) == CONSISTENCY[old, new]


def test_the_example_of_rfc_9162_is_made_of_the_nodes_that_it_names():
    """RFC 9162, 2.1.5: seven leaves d0 to d6, their hashes a b c d e f j, nodes g h i k l."""
    a, b, c, d, e, f, j = (merkle.leaf_hash(f"d{number}".encode()) for number in range(7))
    g, h, i = (merkle.node_hash(*pair) for pair in ((a, b), (c, d), (e, f)))
    k, right = merkle.node_hash(g, h), merkle.node_hash(i, j)
    seven = (a, b, c, d, e, f, j)
    assert merkle.head(seven) == merkle.node_hash(k, right)
    assert merkle.inclusion(seven, 0) == (b, h, right)
    assert merkle.inclusion(seven, 3) == (c, g, right)
    assert merkle.inclusion(seven, 4) == (f, j, k)
    assert merkle.inclusion(seven, 6) == (i, k)
    assert merkle.consistency(seven, 3) == (c, d, g, right)
    assert merkle.consistency(seven, 4) == (right,)
    assert merkle.consistency(seven, 6) == (i, j, k)


def test_all_vectors_are_there():
    assert len(VECTORS) == 98
    assert sum(not json.loads(path.read_bytes())["wantErr"] for path in VECTORS) == 6


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_inclusion_vector_is_told_right_from_wrong(path):
    vector = json.loads(path.read_bytes())
    leaf, root = (base64.b64decode(vector[name]) for name in ("leafHash", "root"))
    proof = [base64.b64decode(node) for node in vector["proof"] or ()]
    found = merkle.root_from_inclusion(leaf, vector["leafIdx"], vector["treeSize"], proof)
    assert (found == root) is not vector["wantErr"], vector["desc"]


@pytest.mark.parametrize("old", range(9))
@pytest.mark.parametrize("new", range(9))
def test_no_other_head_is_consistent_with_a_published_one(old, new):
    """Every pair of sizes of the reference tree, and every head offered in the place of one."""
    proof = merkle.consistency(HASHES[:new], old) if old <= new else ()
    for offered, head in product(range(1, 9), range(1, 9)):
        roots = (bytes.fromhex(HEADS[offered]), bytes.fromhex(HEADS[head]))
        expected = old == 0 if old != new else offered == head
        expected = expected or (0 < old < new and (offered, head) == (old, new))
        assert merkle.consistent(old, new, roots, proof) is (expected and old <= new)
