"""Real processes at one batch: doubled events, a kill while judging, a kill while telling."""

import multiprocessing
import os
from pathlib import Path

import pytest
from orchestrated.worker import prepared, work

from contracts.log_act import Notice
from flows.office import open_office
from tasks.log_check import check_log
from tasks.look import look_around
from tasks.turn import turn_at

ROOT = Path(__file__).resolve().parents[2]
KILLED = 9


@pytest.fixture(scope="module")
def forked():
    """What starts processes by forking one that has loaded everything, and no thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["orchestrated.worker"])
        yield context.Process


@pytest.fixture
def start(forked, home, plant):
    """Start a worker at a batch, and give what waits for its end and returns its exit code."""
    started = []

    def run(batch, where=""):
        process = forked(target=work, args=(str(home), str(plant.site), batch, where))
        process.start()
        started.append(process)

        def ended():
            process.join(300)
            return process.exitcode

        return ended

    yield run
    for one in started:
        one.kill()


@pytest.fixture
def desk(home, plant):
    with open_office(str(plant.site)) as opened:
        yield opened


def test_three_triggers_at_once_make_one_evaluation_and_one_package(desk, plant, home, start):
    batch = plant.new_batch()
    workers = [start(batch) for _ in range(3)]
    assert [ended() for ended in workers] == [0, 0, 0]
    (one,) = desk.ledger.evaluations(batch)
    assert one.reason == "batch completed"
    assert len(desk.ledger.packages(batch)) == 1
    assert len(list((home / "packages").iterdir())) == 1
    assert list(check_log(desk.ledger)) == []


def test_what_was_killed_while_judging_is_ended_as_it_was_begun(desk, plant, start):
    batch = plant.new_batch()
    assert start(batch, "judging")() == KILLED
    (open_one,) = desk.ledger.evaluations(batch)
    assert open_one.ending is None
    (news,) = look_around(desk, [batch], desk.now() - desk.now()).news
    assert "begun and has no result" in news.why
    plant.go_on(batch=batch, what="sterility-final")  # meanwhile the evidence is another one
    with turn_at(desk, batch):
        assert prepared(desk, batch) == 2
    first, second = desk.ledger.evaluations(batch)
    assert (first.evidence, first.reason) == (open_one.evidence, "batch completed")
    assert second.reason == "new evidence"
    assert {one.number for one in desk.ledger.packages(batch)} == {1, 2}
    assert list(check_log(desk.ledger)) == []


def test_a_late_failure_is_told_and_noticed_once_also_after_a_kill(desk, plant, start):
    batch = plant.new_batch()
    prepared(desk, batch)
    plant.go_on(batch=batch, what="sterility-growth")
    assert start(batch, "telling")() == KILLED
    assert notices(desk, batch) == []
    told = []
    for _ in range(2):
        with turn_at(desk, batch):
            assert prepared(desk, batch, tell=lambda *said: told.append(said) or True) == 2
    ((subject, body),) = told
    assert subject == f"{batch}: late failure for its initial stage"
    assert "Growth" in body
    (notice,) = notices(desk, batch)
    assert (notice.what, notice.evaluation, notice.words) == ("late failure", 2, body)
    assert list(check_log(desk.ledger)) == []


def notices(desk, batch):
    return [one.entry for one in desk.ledger.log.of_batch(batch) if isinstance(one.entry, Notice)]


def test_a_clock_that_was_set_back_loses_nothing_and_is_named(at, plant):
    batch = plant.new_batch()
    with at() as desk:
        prepared(desk, batch)
    plant.go_on(batch=batch, what="sterility-growth")
    with at("2026-03-23T06:00:00+00:00") as desk:
        told = []
        assert prepared(desk, batch, tell=lambda *said: told.append(said) or True) == 2
        assert len(told) == len(notices(desk, batch)) == 1
        assert len(desk.ledger.packages(batch)) == 2
        found = [str(one) for one in check_log(desk.ledger)]
        assert found
        assert all("the clock was set back" in one for one in found)
