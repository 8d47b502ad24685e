"""An entry says one thing in one spelling, and is read as what was written or not at all."""

import json

import pytest
from log.log_nouns import (
    AT,
    BATCH,
    COLLECTION,
    DECISION,
    EVIDENCE,
    RECORD,
    ROOT,
    STRATEGY,
    envelope,
    key_change,
)

from contracts.canonical import canonical
from contracts.errors import IntegrityError
from contracts.evidence import digest_of
from contracts.log_entry import Filed, GivenUp, Intent, KeyChange, Result
from contracts.log_seal import Sealed
from contracts.log_text import entry_from, text_of

INTENT = Intent(AT, BATCH, "p.owner", COLLECTION, 1, EVIDENCE, "late result", "initial", STRATEGY)
ENTRIES = [
    Filed(AT, BATCH, COLLECTION, 3, ROOT),
    INTENT,
    Result(AT, BATCH, 1, "ready", RECORD),
    GivenUp(AT, BATCH, 1, "The two judges differ."),
    DECISION,
    key_change(1),
    Sealed(envelope(), BATCH, "initial", 1, ROOT, digest_of(b"manifest")),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: type(one).__name__)
def test_an_entry_is_read_as_it_was_written(entry):
    assert entry_from(text_of(entry)) == entry


def test_the_spelling_is_the_specified_one():
    assert text_of(INTENT).decode() == (
        '{"at":"2026-03-24T06:00:00.000000Z","batch":"CART-26-0001","by":"p.owner",'
        f'"collection":"{COLLECTION}","evaluation":1,"evidence":"{EVIDENCE}","kind":"intent",'
        f'"reason":"late result","stage":"initial","strategy":"{STRATEGY}"}}'
    )


def changed(entry, **members) -> bytes:
    return canonical(json.loads(text_of(entry)) | members)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"kind":1}',
        canonical({"kind": "release"}),
        text_of(INTENT) + b"\n",
        text_of(INTENT).replace(b'"batch"', b'"batch" ', 1),
        changed(INTENT, more="x"),
        changed(INTENT, evaluation="1"),
        changed(INTENT, evaluation=True),
        changed(INTENT, evidence="abc"),
        changed(INTENT, at="2026-03-24T06:00:00"),
        changed(INTENT, at="2026-03-24T06:00:00Z"),  # a second spelling of the same time
        changed(ENTRIES[2], aborted="both a result and none"),
        changed(ENTRIES[5], change="forgotten"),
        changed(ENTRIES[6], more="x"),
        changed(ENTRIES[6], payload="!"),
        changed(ENTRIES[6], payloadType="text/plain"),
        changed(ENTRIES[6], signatures=[]),
        envelope(batch="A/B"),
        envelope(root="no digest"),
        envelope(number="01"),
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(IntegrityError):
        entry_from(data)


def test_an_entry_that_no_bundle_can_hold_is_refused():
    with pytest.raises(IntegrityError, match="at most 65535"):
        text_of(KeyChange(AT, "admin", "added", {"name": "x" * 70_000}))
