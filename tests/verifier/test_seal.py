"""Who sealed and when: forged envelopes, keys out of their time, and time stamps that are none."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verifier.sealed import Authority, built, canon, enveloped, hexed, manifested, note, sealed

from tasks import verifier


def test_seal_taken_off(world, package, caught):
    for name in [one for one in package.files if one.startswith("seal/")]:
        del package.files[name]
    assert caught(world, package)[0] == {8}


@pytest.mark.parametrize("name", ["seal.json", "timestamp.tsr", "seal.tlog-proof", "history.json"])
def test_part_of_the_seal_taken_off(world, package, caught, name):
    del package.files[f"seal/{name}"]
    assert caught(world, package)[0] & {8, 9, 10, 11}


def test_signed_again_by_an_own_key(world, package, caught):
    trust = world.trust()
    world.seal_key = Ed25519PrivateKey.generate()
    forged = sealed(world, built(readiness="ready"))
    checks, words = caught(world, forged, trust=trust)
    assert 8 in checks
    assert "not trusted for seals" in words


def test_statement_edited_under_the_old_signature(world, package, caught):
    envelope = json.loads(package.files["seal/seal.json"])
    payload = base64.b64decode(envelope["payload"]).replace(b'"demo":true,', b"")
    envelope["payload"] = base64.b64encode(payload).decode()
    package.files["seal/seal.json"] = canon(envelope)
    assert {8, 9, 10} <= caught(world, package)[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": [{"digest": {"sha256": "0" * 64}, "name": "CART-26-0001/initial/1"}]},
        {"predicate": {"manifest": "0" * 64}},
        {"predicateType": "urn:other"},
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicate": {"demo": False, "manifest": "0" * 64}},
        {"predicate": {"also": 1, "manifest": "0" * 64}},
        {"subject": []},
    ],
)
def test_seal_of_something_else_by_the_right_key(world, package, caught, changed):
    forged = sealed(world, package, enveloped(world, package, **changed))
    assert 8 in caught(world, forged)[0]


@pytest.mark.parametrize("name", ["CART-26-0002/initial/1", "CART-26-0001/final/1"])
def test_seal_of_another_package(world, package, caught, name):
    subject = [{"digest": {"sha256": package.root()}, "name": name}]
    assert 8 in caught(world, sealed(world, package, enveloped(world, package, subject=subject)))[0]


def test_key_revoked_before_it_signed(world, package, caught):
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert caught(world, package, trust=world.trust(until=past))[0] == {8}
    assert caught(world, package, trust=world.trust(since=later))[0] == {8}
    assert caught(world, package, trust=world.trust(since=past, until=later))[0] == set()


def test_bounded_key_without_any_attested_time(world, package, caught):
    del package.files["seal/timestamp.tsr"]
    trust = json.loads(world.trust(since="2026-01-01T00:00:00Z"))
    trust["authorities"], trust["keys"] = [], trust["keys"][:2]
    assert caught(world, package, trust=canon(trust))[0] == {8}


def test_stolen_key_without_the_log(world, package, caught):
    honest = dict(package.files)
    forged = built(readiness="not_ready")
    forged.files |= {name: data for name, data in honest.items() if name.startswith("seal/")}
    data = enveloped(world, forged)  # the thief signs and has it stamped, but cannot log it
    forged.files["seal/seal.json"] = data
    forged.files["seal/timestamp.tsr"] = world.tsa.stamp(data)
    checks, _ = caught(world, forged)
    assert {10, 11} <= checks
    assert 8 not in checks


def test_one_key_that_signs_twice(world, package, caught):
    envelope = json.loads(package.files["seal/seal.json"])
    envelope["signatures"] *= 2
    assert 8 in caught(world, sealed(world, package, canon(envelope)))[0]
    envelope["signatures"] = []
    assert 8 in caught(world, sealed(world, package, canon(envelope)))[0]


# Check 9.


def stamped(package, answer):
    package.files["seal/timestamp.tsr"] = answer
    return package


def test_stamp_of_other_bytes(world, package, caught):
    assert caught(world, stamped(package, world.tsa.stamp(b"other")))[0] == {9}


def test_stamp_cut_or_changed_anywhere(world, package, caught):
    answer = package.files["seal/timestamp.tsr"]
    for at in range(0, len(answer), 37):
        forged = answer[:at] + bytes([answer[at] ^ 0x10]) + answer[at + 1 :]
        if 9 not in caught(world, stamped(package, forged))[0]:
            assert unsigned(answer, at), f"byte {at} of {len(answer)}"
    for forged in (b"", answer[:-1], answer + b"\0", answer[:9], b"\x30\x80" + answer):
        assert 9 in caught(world, stamped(package, forged))[0]


def unsigned(answer, at):
    """Whether a byte is one that the authority does not sign: the way it was packed."""
    root = next(one for one in verifier.der(answer)[0].parts()[1].parts()[1].parts(0xA0)[0].parts()
                if one.tag == 0xA0)  # fmt: skip
    start = answer.index(root.whole)
    return at < 80 or start <= at < start + len(root.whole)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"usages": [x509.ExtendedKeyUsageOID.CODE_SIGNING]}, "time stamping alone"),
        (
            {
                "usages": [
                    x509.ExtendedKeyUsageOID.TIME_STAMPING,
                    x509.ExtendedKeyUsageOID.CODE_SIGNING,
                ]
            },
            "time stamping alone",
        ),
        ({"critical": False}, "time stamping alone"),
        (
            {"days": (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))},
            "not valid",
        ),
    ],
)
def test_certificate_that_may_not_stamp(world, package, caught, tmp_path, how, words):
    answer = world.tsa.stamp_as(package.files["seal/seal.json"], tmp_path, **how)
    checks, said = caught(world, stamped(package, answer))
    assert checks == {9}
    assert words in said


def test_stamp_from_scratch(world, package, caught):
    data = package.files["seal/seal.json"]
    assert caught(world, stamped(package, world.tsa.stamp_as(data)))[0] == set()
    assert caught(world, stamped(package, world.tsa.stamp_as(data, digest="sha512")))[0] == set()
    assert caught(world, stamped(package, world.tsa.stamp_as(data, digest="sha1")))[0] == {9}


def test_clock_set_back(world, package, caught):
    """The authority's time is before the judging, or before what the log had by then."""
    data, before = package.files["seal/seal.json"], datetime(2026, 3, 9, 8, tzinfo=UTC)
    assert {9, 11} == caught(world, stamped(package, world.tsa.stamp_as(data, at=before)))[0]


def test_authority_that_nobody_trusts(world, package, caught, tmp_path):
    other = Authority(tmp_path)
    answer = other.stamp(package.files["seal/seal.json"])
    checks, words = caught(world, stamped(package, answer))
    assert checks == {9}
    assert "nobody who is trusted" in words


def test_stamp_from_before_the_judging(world, caught):
    forged = built()
    line = json.loads(forged.files["evaluation.json"])
    line["judged_at"] = "2099-01-01T00:00:00Z"
    forged.files["evaluation.json"] = canon(line) + b"\n"
    sealed(world, manifested(forged))
    assert {5, 9} <= caught(world, forged)[0]


def test_log_that_is_no_known_log_and_witness_that_did_not_sign(world, package, caught):
    body = package.files["seal/seal.tlog-proof"].decode().partition("\n\n")[2].partition("\n\n")[0]
    for keys, words in ((("witness",), "not signed"), (("log",), "did not co-sign")):
        text = note(body + "\n", world, keys)
        above = package.files["seal/seal.tlog-proof"].decode().partition("\n\n")[0]
        history = json.loads(package.files["seal/history.json"]) | {"checkpoint": text}
        package.files["seal/history.json"] = canon(history)
        package.files["seal/seal.tlog-proof"] = f"{above}\n\n{text}".encode()
        checks, said = caught(world, package)
        assert checks == {10}
        assert words in said


def test_inner_node_presented_as_a_leaf(world, package, caught):
    """Second preimage: the bytes of an inner node are no entry, for leaves are hashed otherwise."""
    left, right = hexed(b"a"), hexed(b"b")
    assert verifier.leaf(bytes.fromhex(left + right)) != verifier.node(
        bytes.fromhex(left), bytes.fromhex(right)
    )
