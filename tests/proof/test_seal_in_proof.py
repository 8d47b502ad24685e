"""A proof carries the seal of its package, whole, or says that there is none."""

import pytest

from contracts.canonical import canonical
from contracts.errors import IntegrityError
from contracts.evidence import digest_of
from contracts.manifest import MANIFEST
from contracts.proof import proof_from
from contracts.proof_seal import Seal, seal_from
from contracts.prover import LOGGED, SEAL, Prover
from flows.one_value import proof_in_words

SIGNED = {"keyid": "ab" * 32, "sig": "c2lnbmVk"}


def seal_of(package, **changed):
    predicate = {"demo": True, "manifest": digest_of(package.read(MANIFEST))} | changed
    return Seal(predicate, (SIGNED,), "CART-26-0001/initial/1")


@pytest.fixture
def envelope(package, prover):
    return seal_of(package).envelope(prover.proved.root)


def proved(package):
    return Prover(package.read, package.span).prove("CQA-VIA-001")


def test_the_seal_comes_out_again_from_the_proof(package, envelope):
    log = b"c2sp.org/tlog-proof@v1\nindex 0\n\norigin\n"
    proof = proved(package.changed(SEAL, envelope).changed(LOGGED, log))
    again = proof_from(proof.to_bytes())
    assert again == proof
    assert again.seal.envelope(again.root()) == envelope
    assert proof.to_bytes().endswith(b"}\n" + log)
    assert proof_in_words(proof).endswith("is sealed and logged.")


def test_what_is_lacking_is_told(package, envelope):
    assert "unsealed" in proof_in_words(proved(package))
    assert "not logged" in proof_in_words(proved(package.changed(SEAL, envelope)))


def test_a_changed_seal_in_a_proof_is_another_seal(package, envelope):
    proof = proved(package.changed(SEAL, envelope))
    text = proof.to_bytes()
    start = text.index(b'"seal":') + len(b'"seal":')
    for at in range(start, text.index(b',"table"')):
        changed = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
        try:
            other = proof_from(changed)
        except IntegrityError:
            continue
        assert other.seal is None or other.seal.envelope(other.root()) != envelope


def test_the_seal_of_another_package_is_refused(package, other, envelope):
    with pytest.raises(IntegrityError, match="another root"):
        Prover(other.changed(SEAL, envelope).read, other.span)


def test_the_seal_of_another_manifest_is_refused(package, prover):
    envelope = seal_of(package, manifest="00" * 32).envelope(prover.proved.root)
    with pytest.raises(IntegrityError, match="another manifest"):
        proved(package.changed(SEAL, envelope))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b"no json",
        canonical({"payload": "!", "payloadType": "x", "signatures": []}),
        canonical({"payload": "e30=", "payloadType": "x", "signatures": []}),
    ],
)
def test_what_is_no_seal_is_refused(data, prover):
    with pytest.raises(IntegrityError):
        seal_from(data, prover.proved.root)


def test_a_seal_that_says_more_is_refused(envelope, prover):
    more = envelope[:-1] + b',"zmore":1}'
    with pytest.raises(IntegrityError, match="says more"):
        seal_from(more, prover.proved.root)
