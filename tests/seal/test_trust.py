"""The trust file: read strictly, keys that begin and end, ids that follow from the key."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from securesystemslib.signer import CryptoSigner, SSlibKey

from contracts.environment import Fact
from contracts.errors import BatchproofError, IntegrityError
from contracts.trust import PublicKey, Trust, TrustedKey, Use
from contracts.trust_file import parse_trust
from infra.plant.authority import ROOT_FILE

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 9, 1, tzinfo=UTC)
KEY = PublicKey("ed25519", "ed25519", "0f" * 32)
SEAL = TrustedKey(KEY, "batchproof/plant", Use.SEAL, BEGINS, UNTIL)
LOG = TrustedKey(replace(KEY, public="1e" * 32), "batchproof/plant", Use.LOG, BEGINS)
WITNESS = TrustedKey(replace(KEY, public="2d" * 32), "witness.example", Use.WITNESS)
TRUST = Trust((SEAL, LOG, WITNESS))
APPROVED = (
    Fact("strategy", "car-t-autologous", "5a" * 32, "2.0.0"),
    Fact("strategy", "car-t-autologous", "5b" * 32, "2.0.1"),
    Fact("contract", "lims.json", "c0" * 32),
)


def test_a_trust_file_says_what_it_says(authority):
    root = (authority.folder / ROOT_FILE).read_text()
    trust = replace(TRUST, authorities=(root,), approved=APPROVED)
    assert parse_trust(trust.encode()) == trust
    assert parse_trust(json.dumps(trust.record(), indent=4).encode()) == trust


@pytest.mark.parametrize("make", [CryptoSigner.generate_ed25519, CryptoSigner.generate_ecdsa])
def test_a_keys_id_is_securesystemslibs(make):
    theirs: SSlibKey = make().public_key
    ours = PublicKey(theirs.keytype, theirs.scheme, theirs.keyval["public"])
    assert ours.keyid == theirs.keyid
    trust = Trust((TrustedKey(ours, "plant", Use.SEAL),))
    read = parse_trust(trust.encode()).keys[0]
    assert SSlibKey.from_dict(read.keyid, dict(read.key.record())) == theirs


def test_a_key_is_valid_from_its_beginning_to_its_end():
    second = timedelta(seconds=1)
    moments = (BEGINS - second, BEGINS, UNTIL, UNTIL + second)
    assert [SEAL.valid_at(one) for one in moments] == [False, True, True, False]
    assert [LOG.valid_at(one) for one in moments] == [False, True, True, True]
    assert all(WITNESS.valid_at(one) for one in moments)


def test_a_key_is_found_by_its_id_and_for_its_use_only():
    assert TRUST.key(Use.SEAL, SEAL.keyid) == SEAL
    assert TRUST.key(Use.LOG, SEAL.keyid) is None
    assert TRUST.key(Use.SEAL, "") is None
    assert TRUST.named(Use.LOG, "batchproof/plant") == (LOG,)
    assert TRUST.named(Use.LOG, "another") == ()


def with_key(**members: object) -> bytes:
    record = TRUST.record()
    record["keys"] = [{**SEAL.record(), **members}]
    return json.dumps(record).encode()


def with_fact(**members: object) -> bytes:
    return with_file(approved=[{**APPROVED[0].record(), **members}])


def without_list() -> bytes:
    record = TRUST.record()
    del record["approved"]
    return json.dumps(record).encode()


def with_file(**members: object) -> bytes:
    return json.dumps({**TRUST.record(), **members}).encode()


ECDSA = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": "pem"}}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "no object"),
        (b"[" * 5000, "not JSON"),
        (b" " * 1_048_577, "1048577 bytes"),
        (b'{"keys":[],"keys":[]}', "a member twice"),
        (b'{"keys":NaN}', "the number NaN"),
        (with_file(format="batchproof-trust/2"), "batchproof-trust/2"),
        (with_file(more=1), "members"),
        (with_file(keys={}), "no list"),
        (with_file(approved={}), "no list"),
        (with_file(approved=[APPROVED[0].record()] * 2), "approved twice"),
        (with_file(approved=["x"]), "no object"),
        (with_fact(kind="spell"), "no fact .spell"),
        (with_fact(name=""), "without a name"),
        (with_fact(name=None), "no fact .name"),
        (with_fact(sha256="0F" * 32), "no fact .sha256"),
        (with_fact(version=1), "no fact .version"),
        (with_fact(more=1), "members"),
        (without_list(), "members"),
        (with_file(authorities="x"), "no list"),
        (with_file(authorities=["x"]), "no certificate"),
        (with_file(authorities=[7]), "'7'"),
        (with_file(keys=[SEAL.record()] * 2), "twice"),
        (with_key(keyid="00" * 32), "key id"),
        (with_key(use="everything"), "the use 'everything'"),
        (with_key(use=None), "'None'"),
        (with_key(name="two words"), "key name"),
        (with_key(until="2026-09-01T00:00:00"), "without a zone"),
        (with_key(until="2026-02-01T00:00:00Z"), "a key until 2026-02-01"),
        (with_key(key={**KEY.record(), "keyval": {"public": "0F" * 32}}), "ed25519 key '0F0F"),
        (with_key(key={**KEY.record(), "scheme": "rsa"}), "ed25519 key"),
        (with_key(key={**KEY.record(), "keyval": {"public": "0f", "private": "1"}}), "members"),
        (with_key(key=ECDSA, use="log"), "ecdsa-sha2-nistp256 key of a log"),
        (with_key(more=1), "members"),
        (with_key(key=[]), "no object"),
    ],
)
def test_no_other_trust_file_is_read(data: bytes, words: str):
    with pytest.raises(IntegrityError, match=words) as refused:
        parse_trust(data)
    assert refused.value.expected
    assert "Traceback" not in refused.value.in_words()


def test_every_error_of_the_file_says_whose_move_it_is():
    with pytest.raises(BatchproofError) as refused:
        parse_trust(with_key(keyid="00"))
    assert refused.value.where == "the trust file, keys/0"
    assert refused.value.move
