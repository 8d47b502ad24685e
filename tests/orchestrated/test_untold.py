"""A late failure is owed to people until somebody took the message, and is told once."""

import pytest
from orchestrated.worker import prepared

from contracts.criterion import Stage
from contracts.evidence import digest_of
from contracts.log_act import Notice
from contracts.readiness import Readiness, Ready
from flows.office import open_office
from tasks.turn import turn_at
from tasks.untold import tell_untold


@pytest.fixture
def desk(home, plant):
    with open_office(str(plant.site)) as opened:
        yield opened


class Receiver:
    """The other side: takes no message until it is there."""

    def __init__(self):
        self.there, self.asked, self.took = False, 0, []

    def tell(self, subject, _body):
        self.asked += 1
        if self.there:
            self.took.append(subject)
        return self.there


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def failed_late(desk, plant, receiver):
    """A batch that was ready and is not, of which nobody was told."""
    batch = plant.new_batch()
    prepared(desk, batch)
    plant.go_on(batch=batch, what="sterility-growth")
    prepared(desk, batch, tell=receiver.tell)
    assert receiver.asked == 1
    return batch


def noticed(desk, batch):
    entries = (one.entry for one in desk.ledger.log.of_batch(batch))
    return [one.evaluation for one in entries if isinstance(one, Notice)]


def finished(desk, batch, state, stage=Stage.INITIAL):
    """Enter one more evaluation that ended so, with the record of the one before."""
    before = desk.ledger.evaluations(batch)[-1]
    evidence = digest_of(str(before.number).encode())
    begun = desk.ledger.begin_evaluation(
        batch, stage, evidence, before.strategy, "once more", before.collection, desk.now()
    )
    ended = Readiness(stage, state, ())
    desk.ledger.finish_evaluation(begun, ended, (), before.result.record, desk.now())


def test_what_nobody_took_is_told_until_somebody_did(desk, receiver, failed_late):
    assert noticed(desk, failed_late) == []
    (said,) = tell_untold(desk, receiver.tell)
    assert said == f"{failed_late}: nobody took the message of evaluation 2 yet"
    assert (receiver.asked, noticed(desk, failed_late)) == (2, [])
    receiver.there = True
    for _ in range(2):
        assert tell_untold(desk, receiver.tell) == ()
    assert receiver.took == [f"{failed_late}: late failure for its initial stage"]
    assert noticed(desk, failed_late) == [2]
    assert len(desk.ledger.evaluations(failed_late)) == 2


def test_of_several_that_nobody_heard_of_the_newest_is_told(desk, receiver, failed_late):
    finished(desk, failed_late, Ready.NOT_READY)
    receiver.there = True
    for _ in range(2):
        tell_untold(desk, receiver.tell)
    assert (len(receiver.took), noticed(desk, failed_late)) == (1, [3])


def test_an_older_message_does_not_come_after_a_newer_one(desk, plant, receiver):
    """Evaluation 2 lacked evidence, 3 failed: 'incomplete' after the failure would soothe."""
    batch = plant.new_batch()
    prepared(desk, batch)
    finished(desk, batch, Ready.INCOMPLETE)
    plant.go_on(batch=batch, what="sterility-growth")
    receiver.there = True
    prepared(desk, batch, tell=receiver.tell)
    tell_untold(desk, receiver.tell)
    assert receiver.took == [f"{batch}: late failure for its initial stage"]
    assert noticed(desk, batch) == [3]


def test_a_failure_told_for_one_stage_is_not_told_for_the_other(desk, plant, receiver):
    """The final stage failed while the initial one lacked evidence, and then that failed too."""
    batch = plant.new_batch()
    prepared(desk, batch)
    finished(desk, batch, Ready.READY, Stage.FINAL)
    receiver.there = True
    for state, stage in (
        (Ready.INCOMPLETE, Stage.INITIAL),
        (Ready.NOT_READY, Stage.FINAL),
        (Ready.NOT_READY, Stage.INITIAL),
    ):
        finished(desk, batch, state, stage)
        tell_untold(desk, receiver.tell)
    assert receiver.took == [
        f"{batch}: no longer ready for its initial stage",
        f"{batch}: late failure for its final stage",
        f"{batch}: late failure for its initial stage",
    ]
    assert noticed(desk, batch) == [3, 4, 5]


def test_a_batch_that_somebody_works_at_is_left_to_them(desk, receiver, failed_late):
    with turn_at(desk, failed_late, 0):
        tell_untold(desk, receiver.tell)
    assert receiver.asked == 1


def test_a_batch_that_is_ready_again_is_no_alarm(desk, receiver, failed_late):
    finished(desk, failed_late, Ready.READY)
    tell_untold(desk, receiver.tell)
    assert receiver.asked == 1


def test_a_batch_whose_record_is_gone_is_named_and_stops_no_other(desk, plant, receiver):
    lost, other = plant.new_batch(), plant.new_batch()
    for batch in (lost, other):
        prepared(desk, batch)
        plant.go_on(batch=batch, what="sterility-growth")
        prepared(desk, batch, tell=receiver.tell)
    record = desk.ledger.evaluation(lost, 2).record
    (kept,) = desk.home.glob(f"records/**/{record[2:]}*")
    kept.unlink()
    receiver.there = True
    (words,) = tell_untold(desk, receiver.tell)
    assert words.startswith(f"{lost}: nobody was told")
    assert noticed(desk, other) == [2]


def test_where_nothing_was_ready_nobody_is_told(desk, plant, receiver):
    prepared(desk, plant.new_batch(like="CART-26-0002"))
    tell_untold(desk, receiver.tell)
    assert receiver.asked == 0
