"""What a run does for a batch, by the tasks themselves; also in a process that dies midway."""

import os

import pyotp

from contracts.criterion import Stage
from expectations import suite
from flows.office import open_office
from tasks import change, judge_again
from tasks.collect import collect_source, file_collection
from tasks.evaluate import evaluate_collection
from tasks.identity import Claim
from tasks.ledger.ledger import Ledger
from tasks.leftovers import end_begun, package_rest
from tasks.package import assemble_evaluation
from tasks.reevaluate import reevaluation
from tasks.turn import turn_at
from tasks.windows import equipment_windows

suite.warm_up()  # once, in the process that the workers are forked from


def collected(desk, batch):
    """Collect a batch from its three sources and file it."""
    record = collect_source(desk, batch, "batch_record")
    windows = equipment_windows(desk, batch, record)
    brought = {
        "batch_record": record,
        "lims": collect_source(desk, batch, "lims"),
        "equipment": collect_source(desk, batch, "equipment", windows),
    }
    return file_collection(desk, batch, brought)


def prepared(desk, batch, stage=Stage.INITIAL, tell=lambda *_: True):
    """Do what the flow does for one stage, and return the evaluation's number."""
    end_begun(desk, batch)
    done = evaluate_collection(desk, batch, collected(desk, batch), stage)
    found = change.change_since(desk, batch, done.number)
    if found is not None:
        change.notice(desk, found, tell)
    assemble_evaluation(desk, batch, done.number)
    package_rest(desk, batch)
    return done.number


def die(*_):
    """End as `kill -9` ends a process."""
    os._exit(9)


def work(home, site, batch, where=""):
    """Do the whole of it in a process of its own, and die where it is asked to."""
    os.environ["BATCHPROOF_HOME"] = home
    if where == "judging":
        Ledger.finish_evaluation = die
    with open_office(site) as desk, turn_at(desk, batch, 120):
        prepared(desk, batch, tell=die if where == "telling" else lambda *_: True)


def ask_and_wait(home, site, batch, wanted, secret):
    """Have a batch judged again at a person's wish: entered, and then it waits for its turn."""
    os.environ["BATCHPROOF_HOME"] = home
    claim = Claim("r.viewer", pyotp.TOTP(secret).now())
    with open_office(site) as desk:
        reevaluation(desk, lambda: wanted, claim)
        with turn_at(desk, batch, 600):
            raise AssertionError("it had its turn")


def order_and_die(home, site, batch, order):
    """Judge a batch of a history again, and die before its package."""
    os.environ["BATCHPROOF_HOME"] = home
    judge_again.assemble_evaluation = die
    with open_office(site) as desk:
        judge_again.judge_again(desk, order, batch, lambda *_: True)
