"""The statement and its envelope have one spelling each; every other one is refused in words."""

import base64
import json

import pytest
from securesystemslib.dsse import Envelope as TheirEnvelope

from contracts.errors import IntegrityError
from contracts.statement import (
    LARGEST_ENVELOPE,
    PAYLOAD_TYPE,
    Envelope,
    Signed,
    Statement,
    pae,
    parse_envelope,
    parse_statement,
)

STATEMENT = Statement("CART-26-0001/initial/1", "a1" * 32, "b2" * 32, demo=True)
ENVELOPE = Envelope(STATEMENT.payload(), (Signed("k1", b"\x01\x02"), Signed("k2", b"\x03")))


def test_the_statement_is_an_in_toto_statement_in_canonical_json():
    # in-toto attestation, spec/v1/statement.md: _type, subject, predicateType, predicate
    assert STATEMENT.payload() == (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"demo":true,"manifest":"'
        + b"b2" * 32
        + b'"},"predicateType":"urn:batchproof:seal:1","subject":[{"digest":{"sha256":"'
        + b"a1" * 32
        + b'"},"name":"CART-26-0001/initial/1"}]}'
    )
    assert b"demo" not in Statement("B/final/2", "a1" * 32, "b2" * 32, demo=False).payload()


def test_the_pre_authentication_bytes_are_those_of_dsse():
    # DSSE 1.0.2, protocol.md, test vector
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    theirs = TheirEnvelope(STATEMENT.payload(), PAYLOAD_TYPE, {})
    assert ENVELOPE.signed_bytes() == theirs.pae()


@pytest.mark.parametrize("demo", [True, False])
def test_what_is_written_is_read_again(demo):
    statement = Statement("B/final/2", "a1" * 32, "b2" * 32, demo=demo)
    envelope = Envelope(statement.payload(), (Signed("k", b"s"),))
    assert parse_envelope(envelope.encode()) == envelope
    assert envelope.statement() == statement


def changed(**members: object) -> bytes:
    record = {**json.loads(ENVELOPE.encode()), **members}
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (ENVELOPE.encode() + b"\n", "another spelling"),
        (ENVELOPE.encode().replace(b'"payload":', b'"payload":"","payload":'), "another spelling"),
        (b"[]", "no object"),
        (b"[" * 900 + b"]" * 900, "no object|too deep|not JSON"),
        (b" " * (LARGEST_ENVELOPE + 1), "bytes"),
        (changed(more=1), "members more"),
        (changed(payloadType="text/plain"), "payload type 'text/plain'"),
        (changed(payload="e30"), "no base64"),
        (changed(payload="e31="), "no base64"),
        (changed(payload=""), "no base64"),
        (changed(payload=7), "no text"),
        (changed(signatures={}), "no list"),
        (changed(signatures=[]), "0 signatures"),
        (changed(signatures=[{"keyid": "k", "sig": "e30="}] * 2), "two signatures of one key"),
        (changed(signatures=[{"keyid": "k"}]), "members keyid"),
        (changed(signatures=[{"keyid": str(n), "sig": "e30="} for n in range(17)]), "17"),
    ],
)
def test_no_other_envelope_is_read(data: bytes, words: str):
    with pytest.raises(IntegrityError, match=words) as refused:
        parse_envelope(data)
    assert refused.value.expected


def restated(**members: object) -> bytes:
    record = {**json.loads(STATEMENT.payload()), **members}
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"{}", "members"),
        (restated(_type="https://in-toto.io/Statement/v0.1"), "another kind"),
        (restated(predicateType="https://slsa.dev/provenance/v1"), "another kind"),
        (restated(predicate={"manifest": "b2" * 32, "demo": False}), "another kind"),
        (restated(predicate={"manifest": "B2" * 32}), "digest"),
        (restated(predicate={"manifest": "b2" * 32, "more": 1}), "members manifest, more"),
        (restated(subject=[]), "one subject"),
        (restated(subject=[{"digest": {"sha256": "a1" * 32}, "name": ""}]), "without a name"),
        (restated(subject=[{"digest": {"sha1": "a1" * 20}, "name": "B"}]), "members sha1"),
        (STATEMENT.payload() + b" ", "another spelling"),
    ],
)
def test_no_other_statement_is_read(payload: bytes, words: str):
    with pytest.raises(IntegrityError, match=words):
        parse_statement(payload)
    envelope = Envelope(payload, (Signed("k", b"s"),))
    assert base64.b64encode(payload) in envelope.encode()
