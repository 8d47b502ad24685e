"""A late failure reaches people through a Prefect block, also when it takes nothing at first."""

import json

import httpx
from served.served_up import event

from contracts.log_act import Notice
from tasks.ledger.ledger import Ledger

BATCH = "CART-26-0701"
WATCH = "Watch plant/watch-plant"


def test_a_late_failure_is_told_once_whoever_was_down_meanwhile(served, notified):
    happens(served, what="new-batch", copy_of="CART-26-0001")
    assert served.curl(event(BATCH)) == 204
    judged(served, "ready")
    notified.busy = 99
    try:
        happens(served, what="sterility-growth")
        assert served.curl(event(BATCH, "lims.results.arrived")) == 204
        judged(served, "not_ready")
        assert (heard(notified), noticed(served)) == ([], [])
        assert "late-failure-cart-26-0701" in served.artifacts()
    finally:
        notified.busy = 0
    before = evaluations(served)
    for _ in range(2):
        ended = served.ended(served.start(WATCH))
        assert ended["state_type"] == "COMPLETED", ended["state"]["message"]
        (told,) = heard(notified)
        assert told.startswith(f"{BATCH}: late failure for its initial stage: ")
        assert "Growth" in told
        assert noticed(served) == ["late failure"]
    assert evaluations(served) == before  # nothing was judged for it


def happens(served, **asked):
    address = (served.site.parent / "later-address").read_text().strip()
    httpx.post(address, json={"batch": BATCH} | asked).raise_for_status()


def judged(served, readiness):
    """Wait until the initial stage was last found so, and every run of the batch ended well.

    The plant's own watch may start a run as well, at any moment.
    """

    def ended_so():
        states = {one["state_type"] for one in served.runs(batch=BATCH)}
        assert states <= {"SCHEDULED", "PENDING", "RUNNING", "COMPLETED"}, served.last_words()
        initial = [state for stage, state in evaluations(served) if stage == "initial"]
        return states == {"COMPLETED"} and initial[-1:] == [readiness]

    served.wait(ended_so)


def evaluations(served):
    with Ledger.open(f"sqlite:///{served.home / 'ledger.sqlite'}") as ledger:
        found = ledger.evaluations(BATCH)
    return [(one.stage, one.result.readiness.state if one.ending else "") for one in found]


def heard(receiver):
    texts = (json.loads(one)["text"] for one in receiver.received)
    return [one for one in texts if one.startswith(BATCH)]


def noticed(served):
    with Ledger.open(f"sqlite:///{served.home / 'ledger.sqlite'}") as ledger:
        entries = [one.entry for one in ledger.log.of_batch(BATCH)]
    return [one.what for one in entries if isinstance(one, Notice)]
