"""One batch of a history judged again: on the newest evidence; a late failure is told."""

import pytest
from orchestrated.worker import collected, prepared

from contracts.criterion import Stage
from contracts.log_act import Notice
from contracts.person import Person, Role
from flows.office import open_office
from tasks.judge_again import Order, judge_again, strategies_of


@pytest.fixture
def desk(home, plant):
    with open_office(str(plant.site)) as opened:
        yield opened


def test_what_came_in_after_the_order_is_judged_and_its_failure_is_told_once(desk, plant):
    batch = plant.new_batch()
    prepared(desk, batch)
    by = Person("r.meyer", "R. Meyer", frozenset({Role.REVIEWER}))
    strategies = strategies_of(desk, (batch,))
    order = Order(desk.now(), by, Stage.INITIAL, "A new version by CC-1187.", strategies)
    plant.go_on(batch=batch, what="sterility-growth")
    digest = collected(desk, batch)
    told = []

    def ends_before_it_is_told(*_words):
        raise OSError

    assert "OSError" in judge_again(desk, order, batch, ends_before_it_is_told).fault
    for _ in range(2):  # the same order again finds what it found
        found = judge_again(desk, order, batch, lambda *words: told.append(words) or True)
        assert (found.fault, found.number) == ("", 2)
    assert desk.ledger.evaluation(batch, 2).collection == digest
    ((subject, words),) = told
    assert "late failure" in subject
    assert "was ready" in words
    notices = [one.entry for one in desk.ledger.log.of_batch(batch) if one.entry.kind == "notice"]
    assert [type(one) for one in notices] == [Notice]
