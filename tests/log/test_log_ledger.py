"""The log is entered with the row it speaks of: in one order, without gap, or not at all."""

import base64
import json
from datetime import timedelta

import pytest
from ledger.ledger_nouns import capture_of
from ledger.test_ledger_concurrency import run
from log.log_nouns import (
    AT,
    BATCH,
    COLLECTION,
    DECISION,
    INPUTS,
    LATER,
    OTHER_ROOT,
    READY,
    RECORD,
    envelope,
    judged,
    key_change,
)

from contracts import merkle
from contracts.canonical import canonical
from contracts.errors import IntegrityError, NotFoundError
from contracts.log_entry import GivenUp, Intent
from contracts.log_review import findings
from tasks.ledger.ledger import Ledger
from tasks.log_check import check_log


def kinds(ledger) -> list[str]:
    return [one.entry.kind for one in ledger.log.entries()]


def test_every_thing_that_happens_is_an_entry(ledger):
    captures = (capture_of(b"one"), capture_of(b"two"))
    ledger.record_collection(BATCH, COLLECTION, captures, AT)
    begun = ledger.begin_evaluation(*INPUTS, COLLECTION, AT, by="p.owner")
    ledger.finish_evaluation(begun, READY, (), RECORD, LATER)
    ledger.record_seal(BATCH, 1, envelope(), LATER)
    ledger.record_act(DECISION)
    ledger.record_key(key_change(1, LATER))

    assert kinds(ledger) == ["capture", "intent", "result", "seal", "decision", "key"]
    filed, intent, result, *_ = (one.entry for one in ledger.log.entries())
    assert filed.captures == 2
    assert filed.root == merkle.root(canonical(one.record()) for one in captures)
    assert (intent.by, intent.evaluation, intent.reason) == ("p.owner", 1, "batch completed")
    assert (result.readiness, result.record_digest) == ("ready", RECORD)
    assert list(check_log(ledger)) == []


def test_nothing_is_entered_twice(ledger):
    for _ in range(2):
        judged(ledger)
        ledger.record_act(DECISION)
        ledger.record_key(key_change(1))
    assert kinds(ledger) == ["capture", "intent", "result", "decision", "key"]


def test_an_evaluation_that_was_given_up_and_begun_again_is_two(ledger):
    begun = ledger.begin_evaluation(*INPUTS, COLLECTION, AT)
    ledger.abort_evaluation(begun, "\ud800" + "x" * 70_000, AT)
    ledger.begin_evaluation(*INPUTS, COLLECTION, AT)

    first, given_up, second = (one.entry for one in ledger.log.entries())
    assert (first.by, first.evaluation, second.evaluation) == ("batchproof", 1, 2)
    assert isinstance(given_up, GivenUp)
    assert len(given_up.aborted) == 4000


def test_a_root_is_sealed_once_whoever_signs_it_again(ledger):
    judged(ledger)
    first = ledger.record_seal(BATCH, 1, envelope(signature="first"), AT)
    again = ledger.record_seal(BATCH, 1, envelope(signature="second"), LATER)
    other = ledger.record_seal(BATCH, 1, envelope(root=OTHER_ROOT), LATER)

    assert again == first
    assert again.text == envelope(signature="first")
    assert other.index == first.index + 1
    (found,) = findings(ledger.log.entries())
    assert found.index == other.index
    assert f"with the root {OTHER_ROOT}" in found.words


def test_a_seal_of_something_else_is_refused(ledger):
    begun = ledger.begin_evaluation(*INPUTS, COLLECTION, AT)
    with pytest.raises(IntegrityError, match="a seal of an evaluation without a result"):
        ledger.record_seal(BATCH, 1, envelope(), AT)
    ledger.finish_evaluation(begun, READY, (), RECORD, AT)
    with pytest.raises(IntegrityError, match="a seal of evaluation 2"):
        ledger.record_seal(BATCH, 1, envelope(number=2), AT)
    with pytest.raises(NotFoundError):
        ledger.record_seal(BATCH, 2, envelope(number=2), AT)
    assert kinds(ledger) == ["intent", "result"]


def test_what_is_refused_leaves_neither_row_nor_entry(ledger):
    """The entry is part of the transaction: an intent that is too long for the log is no intent."""
    with pytest.raises(IntegrityError, match="a log entry of"):
        ledger.begin_evaluation(*INPUTS[:4], "x" * 70_000, COLLECTION, AT)
    assert ledger.evaluations(BATCH) == ()
    assert ledger.log.size() == 0


def test_the_tree_is_that_of_the_entries_at_every_size(ledger):
    for number in range(21):
        ledger.record_key(key_change(number))
    hashes = [merkle.leaf_hash(one.text) for one in ledger.log.entries()]

    for size in (1, 2, 3, 7, 8, 13, 16, 21):
        for index in (0, size // 2, size - 1):
            assert ledger.log.inclusion(index, size) == merkle.inclusion(hashes[:size], index)
        for old in (0, 1, size // 2, size - 1, size):
            assert ledger.log.consistency(old, size) == merkle.consistency(hashes[:size], old)
    state = ledger.log.remember("o")
    assert (state.size, state.root) == (21, merkle.head(hashes))
    assert sorted(ledger.log.kept_hashes()) == [
        (level, position) for level in range(5) for position in range(21 >> level)
    ]
    for index, size in ((21, 22), (3, 22), (-1, 21)):
        with pytest.raises(NotFoundError, match="no entry"):
            ledger.log.inclusion(index, size)


def test_who_is_killed_within_an_entry_leaves_neither_it_nor_its_row(url):
    # Killed after the row of the result was written, after its entry, and after a node of the tree.
    done = run("killed", url, "evaluation_result", "log_entry", "log_node")
    assert done.returncode == 0, done.stderr

    with Ledger.open(url) as ledger:
        log = ledger.log.entries()
        numbers = [one.number for one in ledger.evaluations(BATCH)]
        intents = [one.entry.evaluation for one in log if isinstance(one.entry, Intent)]
        assert numbers == intents
        assert [one.index for one in log] == list(range(len(log)))
        lost = {"begun and has no result", "not filed in the log before"}
        for one in check_log(ledger):
            assert any(words in one.words for words in lost), one


def test_history_is_every_entry_of_the_batch_with_its_path(ledger, key):
    judged(ledger)
    judged(ledger, "CART-26-0002")
    judged(ledger, reason="late result")
    ledger.record_seal(BATCH, 1, envelope(), LATER)
    state = ledger.log.remember(key.name)
    judged(ledger, reason="after the checkpoint")

    note = ledger.log.checkpoints()[0].note()
    history = json.loads(ledger.log.history(BATCH, note, state.size))

    assert history["evaluations"] == 2
    assert history["checkpoint"] == str(note)
    assert [one["index"] for one in history["entries"]] == [0, 1, 2, 6, 7, 8]
    for one in history["entries"]:
        path = [bytes.fromhex(node) for node in one["proof"]]
        leaf = merkle.leaf_hash(one["entry"].encode())
        assert merkle.root_from_inclusion(leaf, one["index"], state.size, path) == state.root
    seal = json.loads(history["entries"][-1]["entry"])
    assert b"Statement/v1" in base64.b64decode(seal["payload"])


def test_a_ledger_of_the_first_shape_gets_a_log_and_keeps_what_it_had(url, raw, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("tasks.ledger.schema.command.upgrade", lambda config, _: old(config))
        Ledger.open(url).close()
    columns = "batch, number, inputs, attempt, stage, evidence, strategy, reason, collection"
    raw(
        f"INSERT INTO evaluation ({columns}, started_at) VALUES ('{BATCH}', 1, '{RECORD}', 1, "  # noqa: S608 (our own names)
        f"'initial', '{RECORD}', '{RECORD}', 'why', '{RECORD}', '2026-03-24T06:00:00.000000Z')"
    )

    with Ledger.open(url) as ledger:
        assert len(ledger.evaluations(BATCH)) == 1
        judged(ledger, at=AT + timedelta(days=1))
        words = [one.words for one in check_log(ledger)]
    assert len(words) == 2
    assert "where evaluation 1 was due" in words[0]
    assert "evaluation 1 of CART-26-0001 is on record but not in the log" in words[1]
    with pytest.raises(raw.refusal, match="append-only"):
        raw("DELETE FROM log_entry")
    if not raw.is_sqlite:
        for table in ("log_entry", "evaluation"):
            with pytest.raises(raw.refusal, match="append-only"):
                raw(f"DROP TABLE {table} CASCADE")


def old(config) -> None:
    """Upgrade to the first shape only, as the program before this one did."""
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(config)

    def upgrade(rev, _context):
        return script._upgrade_revs("r0001", rev)  # noqa: SLF001 (as alembic's own command does)

    with EnvironmentContext(config, script, fn=upgrade, destination_rev="r0001"):
        script.run_env()
