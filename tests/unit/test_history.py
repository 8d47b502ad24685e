"""What judging a history again changed: which batches, in which portions, and what flipped."""

import pytest

from contracts.history import Flip, History, Rejudged, fitting, flips, portions

KNOWN = (*(f"CART-26-000{number}" for number in range(5)), "AAV-26-0001")


def test_a_flip_is_another_outcome_one_that_is_new_or_one_that_is_gone():
    before = {"CQA-VIA-001": "met", "CQA-STE-001": "met", "CQA-OLD-001": "not_met"}
    after = {"CQA-VIA-001": "not_met", "CQA-STE-001": "met", "CQA-NEW-001": "missing"}
    assert flips(before, after) == (
        Flip("CQA-NEW-001", "", "missing"),
        Flip("CQA-OLD-001", "not_met", ""),
        Flip("CQA-VIA-001", "met", "not_met"),
    )


def test_patterns_choose_batches_each_once_and_sorted():
    chosen = fitting(KNOWN, ["*-0001", "CART-26-0003", "CART-26-0001"])
    assert chosen == ("AAV-26-0001", "CART-26-0001", "CART-26-0003")
    assert fitting(KNOWN, ["DEMO-*"]) == ()


@pytest.mark.parametrize(
    ("count", "most"), [(1, 100), (6, 4), (100, 100), (1000, 100), (1001, 100)]
)
def test_portions_hold_everything_in_order_and_differ_by_one_at_most(count, most):
    batches = [f"CART-{number:04d}" for number in range(count)]
    parts = portions(batches, most)
    assert len(parts) == min(count, most)
    assert [one for part in parts for one in part] == batches
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_whole_counts_what_turned_and_names_what_was_not_judged():
    flip = Flip("CQA-VIA-001", "met", "not_met")
    history = History(
        (
            Rejudged("A-1", 2, "d", "ready", "not_ready", (flip,)),
            Rejudged("A-2", 2, "d", "not_ready", "not_ready", (flip,)),
            Rejudged("A-3", 1, "d", "", "ready"),
            Rejudged("A-4", fault="Found: no bytes."),
        )
    )
    assert [one.batch for one in history.judged] == ["A-1", "A-2", "A-3"]
    assert [one.batch for one in history.turned] == ["A-1"]
    assert [one.batch for one in history.faulty] == ["A-4"]
    assert history.by_flip() == {flip: ("A-1", "A-2")}
    assert history.record()["faulty"] == 1
