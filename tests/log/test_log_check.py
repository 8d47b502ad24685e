"""Whatever is lost, changed or odd in a log is said in words, by the program too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import Result as Answer
from log.log_nouns import (
    AT,
    BATCH,
    COLLECTION,
    DECISION,
    EVIDENCE,
    LATER,
    RECORD,
    ROOT,
    STRATEGY,
    LogKey,
    change,
    envelope,
    judged,
    key_change,
)
from typer.testing import CliRunner

from contracts.evidence import digest_of
from contracts.log_entry import Filed, GivenUp, Intent, Result
from contracts.log_review import findings
from contracts.log_seal import Sealed
from contracts.log_text import Logged, text_of
from contracts.tlog_checkpoint import Checkpoint, checkpoint_of
from flows.cli import app
from tasks.log import EvaluationLog
from tasks.log_check import check_log

FILED = Filed(AT, BATCH, COLLECTION, 1, ROOT)
SEAL = Sealed(envelope(), BATCH, "initial", 1, ROOT, digest_of(b"manifest"))


def intent(number: int, at=AT) -> Intent:
    return Intent(
        at, BATCH, "p.owner", COLLECTION, number, EVIDENCE, f"look {number}", "initial", STRATEGY
    )


def result(number: int, at=AT) -> Result:
    return Result(at, BATCH, number, "ready", RECORD)


def review(*entries) -> list[str]:
    return [str(one) for one in findings(Logged(i, text_of(e)) for i, e in enumerate(entries))]


def test_a_log_as_it_should_be_has_no_findings():
    other = replace(FILED, batch="CART-26-0002", at=LATER)
    assert review(FILED, intent(1), result(1), SEAL, DECISION, other) == []
    assert review() == []


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ((FILED, intent(1)), "entry 1: evaluation 1 of CART-26-0001 was begun and has no result"),
        ((FILED, intent(2), result(2)), "evaluation 2 of CART-26-0001, where evaluation 1 was due"),
        ((FILED, intent(1), result(1), intent(1)), "where evaluation 2 was due"),
        ((FILED, intent(1), result(1), result(1)), "a second result of evaluation 1"),
        ((FILED, intent(1), result(1), GivenUp(AT, BATCH, 1, "no")), "a second result"),
        ((result(1),), "a result of evaluation 1 of CART-26-0001 without an intent"),
        ((intent(1), result(1)), "was not filed in the log before"),
        ((SEAL,), "a seal of evaluation 1 of CART-26-0001, which has no result"),
        ((FILED, intent(1), GivenUp(AT, BATCH, 1, "no"), SEAL), "which has no result"),
        ((FILED, intent(1), result(1), DECISION), "which no package was sealed of before"),
        (
            (FILED, intent(1), result(1), SEAL, replace(DECISION, root=RECORD)),
            f"with the root {RECORD}; sealed before was {ROOT}",
        ),
        (
            (FILED, intent(1), result(1, AT - timedelta(microseconds=1))),
            "entry 2: the clock was set back: 2026-03-24T05:59:59.999999Z stands after 2026-03-24T",
        ),
        ((key_change(1, LATER), FILED, intent(1), result(1)), "of an entry before it"),
    ],
)
def test_what_is_odd_is_said(entries, words):
    found = review(*entries)
    assert found
    assert any(words in one for one in found), found


def test_batches_judged_at_once_may_wait_for_their_turn():
    other = replace(FILED, batch="CART-26-0002", at=AT + timedelta(minutes=9))
    assert review(other, FILED) == []
    assert len(review(replace(other, at=AT + timedelta(minutes=11)), FILED)) == 1


def test_a_gap_and_what_is_no_entry_are_said():
    log = [Logged(0, text_of(FILED)), Logged(2, b"{}")]
    assert [str(one)[:60] for one in findings(log)] == [
        "entry 2: the entry after 0 has the index 2",
        "entry 2: no entry of a log. Found: a log entry of the kind N",
    ]


@pytest.fixture
def full(on_file, key):
    judged(on_file)
    judged(on_file, reason="a second look")
    EvaluationLog(on_file, key).checkpoint()
    on_file.record_seal(BATCH, 1, envelope(), LATER)
    return on_file


def test_a_whole_log_has_no_findings(full):
    assert list(check_log(full, [one.checkpoint for one in full.log.checkpoints()])) == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (["DELETE FROM log_entry WHERE position > 3"], "the checkpoint that was signed counts 5"),
        (["DELETE FROM log_entry WHERE position = 4"], "the entry after 3 has the index 5"),
        (["UPDATE log_entry SET entry = replace(entry, 'a second', 'another')"], "the head"),
        (["UPDATE log_node SET node = leaf FROM log_entry WHERE level = 2"], "level 2, position 0"),
        (["DELETE FROM log_node WHERE level = 1 AND position = 0"], "level 1, position 0, is None"),
        (["INSERT INTO log_node (level, position, node) VALUES (9, 0, '')"], "of no entry"),
        (["UPDATE log_checkpoint SET root = replace(root, 'a', 'b')"], "has over 5 entries"),
        (["UPDATE log_entry SET entry = 'x' WHERE position = 3"], "no entry of a log"),
        (
            [
                "DELETE FROM evaluation_result WHERE evaluation_id = 2",
                "DELETE FROM evaluation WHERE number = 2",
            ],
            "evaluation 2 of CART-26-0001 is in the log but not on record",
        ),
    ],
)
def test_whoever_changes_the_database_is_found(full, tmp_path, sql, words):
    change(tmp_path, *sql)
    assert any(words in str(one) for one in check_log(full)), list(map(str, check_log(full)))


def test_a_log_rewritten_whole_is_found_by_the_last_checkpoint_one_saw(on_file, tmp_path, key):
    judged(on_file)
    seen = checkpoint_of(EvaluationLog(on_file, key).checkpoint().text)
    tables = ("log_signature", "log_checkpoint", "log_node", "log_entry", "evaluation_result")
    change(tmp_path, *(f"DELETE FROM {table}" for table in (*tables, "evaluation")))  # noqa: S608 (our own names)
    judged(on_file, reason="as if it were the first look")

    assert list(check_log(on_file)) == []  # by itself it is whole
    (found,) = check_log(on_file, [seen])
    assert "the checkpoint that you saw has over 3 entries the head" in found.words
    longer = Checkpoint(seen.origin, 4, seen.root)
    (found,) = check_log(on_file, [longer])
    assert "counts 4 entries, the log has 3: it was cut" in found.words


def test_a_checkpoint_of_another_log_is_said(full):
    (found,) = check_log(full, [replace(full.log.checkpoints()[0].checkpoint, origin="other")])
    assert "a checkpoint of the log other; this is batchproof/demo-site" in found.words


def run(home, *arguments: str) -> Answer:
    return CliRunner().invoke(app, ["log", *arguments], env={"BATCHPROOF_HOME": str(home)})


def test_the_program_shows_writes_and_checks(full, tmp_path, key):
    shown = run(tmp_path, "show", BATCH)
    assert shown.exit_code == 0, shown.stderr
    assert "evaluation 2 begun for the initial stage by p.owner: a second look" in shown.stdout
    assert len(shown.stdout.splitlines()) == 6
    written = run(tmp_path, "write", str(tmp_path / "tiles"))
    assert "5 entries of batchproof/demo-site" in written.stdout
    seen = str(tmp_path / "tiles" / "checkpoint")
    checked = run(tmp_path, "check", "--checkpoint", seen, "--key", str(key.public))
    assert (checked.exit_code, checked.stdout[:22]) == (0, "No findings: 6 entries")
    other = run(tmp_path, "check", "--checkpoint", seen, "--key", str(LogKey("x").public))
    assert (other.exit_code, "did not sign" in other.stderr) == (1, True)

    change(tmp_path, "DELETE FROM log_entry WHERE position > 3")
    cut = run(tmp_path, "check", "--checkpoint", seen, "--json")
    assert cut.exit_code == 1
    assert "that you saw counts 5 entries, the log has 4" in cut.stdout


def test_a_home_without_a_log_is_not_whole(tmp_path):
    done = run(tmp_path, "check")
    assert (done.exit_code, "without an entry" in done.stderr) == (1, True)
