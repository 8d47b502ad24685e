"""What holds of every tree: what is in it can be proved, and nothing else can."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import merkle

TREES = st.lists(st.binary(max_size=9).map(merkle.leaf_hash), min_size=1, max_size=70)


def flipped(node, bit):
    at = bit % (8 * len(node))
    return node[: at // 8] + bytes([node[at // 8] ^ 1 << at % 8]) + node[at // 8 + 1 :]


@st.composite
def included(draw):
    hashes = draw(TREES)
    index = draw(st.integers(0, len(hashes) - 1))
    return hashes, index, merkle.inclusion(hashes, index)


@st.composite
def grown(draw):
    hashes = draw(TREES)
    old = draw(st.integers(1, len(hashes)))
    roots = (merkle.head(hashes[:old]), merkle.head(hashes))
    return old, len(hashes), roots, merkle.consistency(hashes, old)


@given(included())
def test_every_leaf_is_proved_at_its_place(case):
    hashes, index, path = case
    head = merkle.head(hashes)
    assert merkle.root_from_inclusion(hashes[index], index, len(hashes), path) == head
    assert len(path) <= (len(hashes) - 1).bit_length()


@given(included(), st.integers(0, 2**16))
def test_a_flipped_bit_leads_to_another_head(case, bit):
    hashes, index, path = case
    head, size = merkle.head(hashes), len(hashes)
    assert merkle.root_from_inclusion(flipped(hashes[index], bit), index, size, path) != head
    for at, node in enumerate(path):
        wrong = (*path[:at], flipped(node, bit), *path[at + 1 :])
        assert merkle.root_from_inclusion(hashes[index], index, size, wrong) != head


@given(included(), st.integers(-3, 160))
def test_at_another_place_a_leaf_is_not_proved(case, index):
    """Except a leaf that really stands there too: equal leaves below equal nodes."""
    hashes, own, path = case
    found = merkle.root_from_inclusion(hashes[own], index, len(hashes), path)
    stands = index in range(len(hashes)) and hashes[index] == hashes[own]
    assert stands or found != merkle.head(hashes)


@given(included(), st.integers(-3, 300))
def test_of_another_size_a_path_gives_no_longer_or_shorter_proof(case, size):
    """A path tells the size only by its shape: the head is signed together with the size."""
    hashes, index, path = case
    found = merkle.root_from_inclusion(hashes[index], index, size, path)
    if found is not None:
        assert len(path) == len(merkle.inclusion([b"\0" * 32] * size, index))


@given(included(), st.binary(min_size=32, max_size=32))
def test_a_path_has_one_length(case, node):
    hashes, index, path = case
    head, size = merkle.head(hashes), len(hashes)
    longer = [(*path, node), (node, *path), (*path, head), (head, *path)]
    for wrong in (*longer, *((path[:-1], path[1:]) if path else ())):
        assert merkle.root_from_inclusion(hashes[index], index, size, wrong) is None


@given(included(), st.integers(0, 64))
def test_the_seam_between_two_nodes_cannot_be_moved(case, length):
    """A node and its sibling are hashed one after the other: 31 and 33 bytes are 64 too."""
    hashes, index, path = case
    if not path or length == 32:
        return
    both = path[0] + hashes[index] if index % 2 else hashes[index] + path[0]
    leaf, sibling = (both[length:], both[:length]) if index % 2 else (both[:length], both[length:])
    assert merkle.root_from_inclusion(leaf, index, len(hashes), (sibling, *path[1:])) is None


@given(grown())
def test_every_growth_is_proved(case):
    assert merkle.consistent(*case)


@given(grown(), st.integers(0, 2**16))
def test_a_growth_with_a_flipped_bit_is_not_proved(case, bit):
    old, new, roots, proof = case
    assert not merkle.consistent(old, new, (flipped(roots[0], bit), roots[1]), proof)
    assert not merkle.consistent(old, new, (roots[0], flipped(roots[1], bit)), proof)
    for at, node in enumerate(proof):
        wrong = (*proof[:at], flipped(node, bit), *proof[at + 1 :])
        assert not merkle.consistent(old, new, roots, wrong)


@given(grown(), st.binary(min_size=32, max_size=32))
def test_a_growth_has_a_proof_of_one_length(case, node):
    old, new, roots, proof = case
    for wrong in ((*proof, node), (node, *proof), *((proof[:-1], proof[1:]) if proof else ())):
        assert not merkle.consistent(old, new, roots, wrong)
    assert not proof or not merkle.consistent(old, new, roots, ())


@settings(max_examples=200)
@given(TREES, TREES)
def test_a_tree_that_was_rewritten_is_not_a_growth(before, after):
    """Whatever proof is offered: the one of the new tree, or the one of the old grown."""
    old, new = len(before), len(after)
    if old >= new or before == after[:old]:
        return
    roots = (merkle.head(before), merkle.head(after))
    for proof in (merkle.consistency(after, old), merkle.consistency(before + after[old:], old)):
        assert not merkle.consistent(old, new, roots, proof)


@given(TREES, st.data())
def test_a_tree_grown_by_blocks_is_the_tree_of_its_leaves(hashes, data):
    """A block is a power of two and no larger than what stands before it: as of a table."""
    size = 1 << data.draw(st.integers(0, 3))
    tree = merkle.Growing()
    for at in range(0, len(hashes), size):
        block = hashes[at : at + size]
        if len(block) == size:
            tree.add(merkle.head(block), size)
        else:
            for one in block:
                tree.add(one)
    assert tree.head() == merkle.head(hashes)


@given(TREES)
def test_an_inner_node_is_no_leaf(hashes):
    """Second preimage: the two halves of a node, offered as the data of a leaf."""
    if len(hashes) < 2:
        return
    left, right = hashes[:2]
    node = merkle.node_hash(left, right)
    for data in (left + right, b"\x01" + left + right, node):
        assert merkle.leaf_hash(data) != node
    shorter = [node, *hashes[2:]]
    if len(hashes) % 2 == 0:
        folded = [merkle.node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
        assert merkle.head(folded) == merkle.head(hashes)  # why the size is part of what is signed
    assert merkle.root([left + right]) != merkle.head(hashes[:2])
    assert merkle.head([merkle.leaf_hash(left + right), *hashes[2:]]) != merkle.head(shorter)
