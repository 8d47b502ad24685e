"""Many write at once and any of them may be killed: nothing is lost, doubled, or left half."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from ledger.ledger_nouns import AT, BATCH, COLLECTION, INPUTS, NOT_READY, READY, RECORD, capture_of
from ledger.ledger_program import EXCEPTIONS

from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Finished
from tasks.log_check import check_log

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("ledger_program.py")), *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_eight_writers_on_a_new_ledger_number_without_gap_or_double(url):
    done = run("writers", url, "8", "10")
    assert done.returncode == 0, done.stderr

    with Ledger.open(url) as ledger:
        found = ledger.evaluations(BATCH)
        log = ledger.log.entries()
        findings = {one.words.partition(" judges ")[2] for one in check_log(ledger)}
    own = [f"writer {writer}, evaluation {count}" for writer in range(8) for count in range(10)]
    # 8 writers x 10 evaluations of their own + 1 that all of them wanted
    assert [one.number for one in found] == list(range(1, 8 * 10 + 1 + 1))
    assert sorted(one.reason for one in found) == sorted([*own, "wanted by all"])
    for one in found:
        assert one.ending == Finished(NOT_READY, EXCEPTIONS, RECORD, AT)
    # an intent and a result of each; nothing is odd but that the program files no collection
    assert [one.index for one in log] == list(range(2 * len(found)))
    assert findings == {f"the collection {COLLECTION}, which was not filed in the log before"}


def test_who_is_killed_within_an_entry_leaves_nothing_of_it(url, raw):
    # The result is written before its exceptions: killed after the first half, and after the last.
    done = run("killed", url, "evaluation_result", "quality_exception")
    assert done.returncode == 0, done.stderr

    with Ledger.open(url) as ledger:
        before, *interrupted = ledger.evaluations(BATCH)
        assert before.result.exceptions == EXCEPTIONS
        assert [(one.number, one.ending) for one in interrupted] == [(2, None), (3, None)]
        # one result and three exceptions: those of the evaluation that was finished before
        assert raw("SELECT count(*) FROM evaluation_result") == [(1,)]
        assert raw("SELECT count(*) FROM quality_exception") == [(3,)]

        for one in interrupted:
            begun = ledger.begin_evaluation(*INPUTS[:4], one.reason, COLLECTION, AT)
            assert begun == one
            ledger.finish_evaluation(begun, NOT_READY, EXCEPTIONS, RECORD, AT)
        assert [one.result.exceptions for one in ledger.evaluations(BATCH)] == [EXCEPTIONS] * 3


def at_once(count: int, work) -> list:
    barrier = Barrier(count)

    def one(number: int):
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_fifty_batches_are_judged_at_once(ledger):
    def judge(number: int):
        batch = f"CART-26-{number:04}"
        begun = ledger.begin_evaluation(batch, *INPUTS[1:], COLLECTION, AT)
        return ledger.finish_evaluation(begun, READY, (), RECORD, AT)

    finished = at_once(50, judge)

    assert {one.number for one in finished} == {1}
    assert len({one.batch for one in finished}) == 50
    assert all(ledger.evaluations(one.batch) == (one,) for one in finished)


def test_one_capture_that_many_bring_at_once_is_one(ledger):
    brought = at_once(
        20, lambda number: ledger.record_capture(BATCH, capture_of(b"bytes"), f"host:{number}")
    )

    assert set(brought) == {capture_of(b"bytes")}
    assert ledger.captures(BATCH) == (capture_of(b"bytes"),)
