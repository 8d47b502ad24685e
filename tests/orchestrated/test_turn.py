"""One worker at a batch at a time, on a file and on a server; a killed holder frees its turn."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest

from contracts.errors import UnavailableError
from tasks.turn import FOLDER, BusyError, next_turn, turn_at

HOLDER = Path(__file__).with_name("turn_holder.py")
ROOT = HOLDER.parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request, monkeypatch, home):
    if request.param == "postgresql":
        monkeypatch.setenv("BATCHPROOF_LEDGER_URL", request.getfixturevalue("new_database")())
    return request.param


@pytest.fixture
def holder(ledger, plant):
    """Start another process that holds the turn at a batch, and give it."""
    started = []

    def start(batch):
        process = subprocess.Popen(
            [sys.executable, str(HOLDER), str(plant.site), batch],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        assert process.stdout.readline() == b"mine\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_others_wait_until_the_holder_is_killed(holder, at):
    process = holder("B-1")
    with at() as desk:
        with pytest.raises(BusyError, match=r"another worker at the batch B-1 for 0\.2 s"):
            taken(desk, "B-1", 0.2)
        taken(desk, "B-2", 0)  # another batch has another turn
        Thread(target=lambda: (time.sleep(0.3), os.kill(process.pid, signal.SIGKILL))).start()
        began = time.monotonic()
        taken(desk, "B-1", 30)
        assert 0.2 < time.monotonic() - began < 15


def taken(desk, batch, seconds):
    with turn_at(desk, batch, seconds):
        pass


def test_a_turn_ends_with_its_block_also_when_that_fails(ledger, at):
    with at() as desk:
        with pytest.raises(ZeroDivisionError), turn_at(desk, "B-1", 0):
            raise ZeroDivisionError
        taken(desk, "B-1", 0)
        with turn_at(desk, "B-1", 0), at() as other, pytest.raises(UnavailableError):
            taken(other, "B-1", 0)


def test_threads_queue_and_never_meet(ledger, at):
    inside, most, done = [0], [0], []

    def work():
        with at() as desk, turn_at(desk, "B-1", 60):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            inside[0] -= 1
            done.append(1)

    threads = [Thread(target=work) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (most[0], len(done)) == (1, 6)


def test_a_batch_never_becomes_a_path(home, at):
    with at() as desk:
        for batch in ("../../etc/passwd", "a" * 5000, "", "B-1"):
            taken(desk, batch, 0)
    names = [one.name for one in (home / FOLDER).iterdir()]
    assert len(names) == 4
    assert {len(one) for one in names} == {64 + len(".turn")}


def test_who_waits_to_do_the_same_is_waited_for_by_nobody(ledger, at):
    """The first in the queue will see what the second came for, and that one gives way at once."""
    done = []

    def work(what, name):
        with at() as desk, next_turn(desk, "B-1", what) as ours:
            done.append((name, ours))

    def started(*whats):
        threads = [Thread(target=work, args=(what, what)) for what in whats]
        for one in threads:
            one.start()
        return threads

    with at() as desk:
        with turn_at(desk, "B-1"):
            waiting = started("prepare", "prepare", "prepare", "another work", "", "")
            until = time.monotonic() + 60
            while len(done) < 2 and time.monotonic() < until:
                time.sleep(0.05)
            assert done == [("prepare", False)] * 2
        for one in waiting:
            one.join(60)
        assert sorted(done[2:]) == [
            ("", True),
            ("", True),
            ("another work", True),
            ("prepare", True),
        ]
        work("prepare", "later")  # nobody is in the queue any more
        assert done[-1] == ("later", True)
