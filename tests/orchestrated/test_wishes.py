"""What people asked for: no package where none was wanted, and no wish is lost to a kill."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from orchestrated.worker import ask_and_wait, order_and_die, prepared

from contracts.criterion import Stage
from contracts.log_act import Request
from contracts.person import Person, Role
from flows.office import open_office
from tasks.evaluate import evaluate_collection
from tasks.identity import Claim
from tasks.judge_again import Order, judge_again, strategies_of
from tasks.leftovers import package_rest
from tasks.look import look_around
from tasks.people import enrol
from tasks.reevaluate import Wanted, evidence_of, reevaluation
from tasks.turn import turn_at
from tasks.waiting import situations

PERSON = Person("r.viewer", "R. Viewer", frozenset({Role.ADMIN, Role.REVIEWER}))
WHY = "The laboratory repaired its balance."


@pytest.fixture
def desk(home, plant):
    with open_office(str(plant.site)) as opened:
        yield opened


@pytest.fixture
def batch(desk, plant):
    """A batch that was judged and packaged once."""
    number = plant.new_batch()
    prepared(desk, number)
    return number


def order(desk, batch, **changes):
    strategies = strategies_of(desk, (batch,))
    return Order(desk.now(), PERSON, Stage.INITIAL, WHY, strategies, **changes)


def news(desk, batch):
    return [one.why for one in look_around(desk, [batch], timedelta(days=30)).news]


def owed(desk, batch):
    waiting = [one for each in situations(desk, batch) for one in each.waiting]
    return [one for one in waiting if "package of" in one.what or "asked for" in one.what]


def test_a_history_judged_without_packages_owes_none(desk, batch):
    done = judge_again(desk, order(desk, batch), batch, lambda *_: True)
    assert (done.fault, done.number) == ("", 2)
    assert news(desk, batch) == []
    assert owed(desk, batch) == []
    assert package_rest(desk, batch) == ()
    assert [one.number for one in desk.ledger.packages(batch)] == [1]


def test_a_history_killed_before_its_package_still_owes_it(desk, batch, home, plant):
    wish = order(desk, batch, packages=True)
    asked = (str(home), str(plant.site), batch, wish)
    process = multiprocessing.get_context("spawn").Process(target=order_and_die, args=asked)
    process.start()
    process.join(120)
    assert process.exitcode == 9
    assert news(desk, batch) == ["evaluation 2 has a result and no package"]
    assert [one.what for one in owed(desk, batch)] == ["the package of evaluation 2"]
    assert package_rest(desk, batch) == ()
    assert [one.number for one in desk.ledger.packages(batch)] == [1, 2]


def test_a_wish_that_was_killed_before_it_was_carried_out_is_waited_for(desk, batch, home, plant):
    """It waits for the batch's turn, with its code used up, when the process is killed."""
    secret = enrol(desk, PERSON).secret
    wanted = Wanted(batch, "initial", "source repaired", WHY)
    with turn_at(desk, batch, 0):
        request = asked_and_killed(desk, batch, (str(home), str(plant.site), batch, wanted, secret))
    (one,) = owed(desk, batch)
    assert one.what == "the evaluation that R. Viewer asked for (source repaired)"
    assert (one.who, one.since) == ("R. Viewer (r.viewer)", request.at)
    assert "asks again with a new code" in one.why
    assert news(desk, batch) == []  # nobody carries it out for them
    again = replace(wanted, reason="Asked again, after the machine went down.")
    code = pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))
    _, why = reevaluation(desk, lambda: again, Claim("r.viewer", code))
    evaluate_collection(desk, batch, evidence_of(desk, batch, None), Stage.INITIAL, why)
    assert [one.what for one in owed(desk, batch)] == ["the package of evaluation 2"]


def asked_and_killed(desk, batch, told):
    """Let a process enter what is asked for, and kill it as `kill -9` does; return the request."""
    process = multiprocessing.get_context("spawn").Process(target=ask_and_wait, args=told)
    process.start()
    try:
        until = time.monotonic() + 120
        while not requests(desk, batch):
            assert process.is_alive()
            assert time.monotonic() < until
            time.sleep(0.1)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    (request,) = requests(desk, batch)
    return request


def requests(desk, batch):
    entries = (one.entry for one in desk.ledger.log.of_batch(batch))
    return [one for one in entries if isinstance(one, Request)]
