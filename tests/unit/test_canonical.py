"""One spelling of a record, and tree heads over many: against independent implementations."""

import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from contracts.canonical import canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.merkle import root

NAMES = st.text(st.characters(max_codepoint=127), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
RECORDS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4)
)


@given(RECORDS)
def test_same_bytes_as_the_library_of_the_standard(record):
    assert canonical(record) == rfc8785.dumps(record)


@given(RECORDS)
def test_reading_back_gives_the_same(record):
    assert parse_strict(canonical(record)) == record


@pytest.mark.parametrize("record", [1.5, {"a": 2**53}, {"ä": 1}, [b"x"], "\ud800"])
def test_what_has_two_spellings_is_refused(record):
    with pytest.raises(IntegrityError):
        canonical(record)


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b"1.0", b"{", b"\xff", b"[" * 10**5]
)
def test_another_spelling_is_refused(data):
    with pytest.raises(IntegrityError):
        parse_strict(data)


# The leaves and tree heads of the test vectors of the RFC 6962 reference implementation
# (certificate-transparency, merkle_tree_test: the same are used by trillian and sigstore).
LEAVES_6962 = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HEADS_6962 = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "head"), HEADS_6962.items())
def test_tree_heads_of_the_reference_vectors(size, head):
    assert root(LEAVES_6962[:size]) == head


def naive(records):
    """RFC 6962, section 2.1, word for word."""
    if not records:
        return hashlib.sha256().digest()
    if len(records) == 1:
        return hashlib.sha256(b"\x00" + records[0]).digest()
    split = 1
    while split * 2 < len(records):
        split *= 2
    return hashlib.sha256(b"\x01" + naive(records[:split]) + naive(records[split:])).digest()


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_tree_heads_against_the_definition(records):
    assert root(records) == naive(records).hex()
