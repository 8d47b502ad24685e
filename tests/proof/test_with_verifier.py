"""The verifier, which shares no code with us, follows our proofs to the seal that it trusts."""

import json
import zlib
from base64 import b64encode
from dataclasses import replace

import pytest
from verifier import sealed as sealing

from contracts.manifest import RECORDS
from contracts.prover import Prover
from tasks import verifier


class _Sealed:
    """A package's files as the verifier's tests seal them."""

    number, index = 1, 0

    def __init__(self, files):
        self.files = dict(files)

    def root(self):
        return json.loads(self.files["manifest.json"])["root"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = sealing.World(sealing.Authority(tmp_path_factory.mktemp("tsa")))
    world.begin(1)
    world.end(1)
    return world


@pytest.fixture(scope="module")
def sealed(world, package):
    found = _Sealed(package.members)
    sealing.sealed(world, found)
    return Prover(found.files.get, package.span)


def findings(world, data):
    return verifier.check_proof(data, verifier.Trust(world.trust(), given=True)).findings


def test_every_record_and_some_readings_are_followed_to_the_seal(world, sealed):
    for name in RECORDS:
        for index in range(len(sealed.proved.table(name).lines)):
            assert not findings(world, sealed.record(name, index).to_bytes())
    for index in (0, 49, 255, 256, 299, 300, 449, 450, 539):
        assert not findings(world, sealed.reading(index).to_bytes())


@pytest.mark.parametrize("item", ["CQA-VIA-001", "BR-1.TEMP@2026-03-10T07:00:00Z"])
def test_a_changed_byte_in_any_line_is_found(world, sealed, item):
    data = sealed.prove(item).to_bytes()
    at = 0
    for line in data.splitlines(keepends=True):
        for place in range(at, at + len(line), 7):
            changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
            assert findings(world, changed), line
        at += len(line)


def test_an_unsealed_proof_is_found(world, prover):
    assert findings(world, prover.prove("CQA-VIA-001").to_bytes())


def test_a_deflated_record_is_followed_to_the_seal_and_may_not_burst(world, sealed):
    proof = sealed.record("observations", 0).within(0)
    assert proof.packed
    assert not findings(world, proof.to_bytes())
    bomb = b64encode(zlib.compress(b"[" + b" " * 10_000_000, 9)).rstrip(b"=").decode()
    assert findings(world, replace(proof, packed=bomb).to_bytes())
