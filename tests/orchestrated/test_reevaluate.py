"""What a person may ask for: read strictly, an older strategy built again, as known at a time."""

import shutil
from dataclasses import replace

import pytest
from orchestrated.worker import collected

from contracts.criterion import Stage
from contracts.errors import BatchproofError, NotFoundError
from expectations.strategy import folder_for
from tasks.approved import strategy_of
from tasks.evaluate import evaluate_collection
from tasks.reevaluate import IN_FORCE, Wanted, check, evidence_of
from tasks.strategies import strategy_named


@pytest.fixture(scope="module")
def other_strategy(tmp_path_factory):
    """A copy of the product's strategy with another title."""
    folder = tmp_path_factory.mktemp("other") / "strategy"
    shutil.copytree(folder_for("car-t-autologous"), folder)
    head = folder / "strategy.yaml"
    head.write_text(head.read_text().replace("title: ", "title: Another ", 1))
    return folder


@pytest.fixture(scope="module")
def judged(plant, tmp_path_factory, other_strategy):
    """A home in which a batch was collected twice and judged once, by a strategy of that time."""
    batch = plant.new_batch()
    text = plant.site.read_text()
    (clock,) = [line for line in text.splitlines() if line.startswith("clock:")]
    early = plant.site.with_name("early.yaml")
    early.write_text(text.replace(clock, 'clock: "2026-03-22T06:00:00+00:00"'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BATCHPROOF_HOME", str(tmp_path_factory.mktemp("asked") / "home"))
        from flows.office import open_office

        patch.setenv("BATCHPROOF_STRATEGIES", str(other_strategy))
        with open_office(str(early)) as desk:
            first = collected(desk, batch)
            evaluate_collection(desk, batch, first, Stage.INITIAL)
        patch.delenv("BATCHPROOF_STRATEGIES")
        plant.go_on(batch=batch, what="sterility-final")
        with open_office(str(plant.site)) as desk:
            second = collected(desk, batch)
            yield desk, batch, (first, second)


@pytest.fixture
def wanted(judged):
    return Wanted(judged[1], "initial", "other", "It is asked for in a test.")


def test_what_is_possible_is_read(judged, wanted):
    desk, batch, _ = judged
    found = check(desk, replace(wanted, collect=("equipment", "lims"), strategy=""))
    assert (found.batch, found.stage, found.collect) == (
        batch,
        Stage.INITIAL,
        ("lims", "equipment"),
    )
    assert found.strategy is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"batch": "../x"}, "cannot be a batch's number"),
        ({"batch": "OTHER-1"}, "fits no product"),
        ({"batch": "CART-99-0001"}, "no evidence"),
        ({"stage": "release"}, "initial or final"),
        ({"reason_code": "because"}, "inspection question"),
        ({"reason": "too short"}, "10 to 500"),
        ({"reason": "x" * 501}, "at most 500"),
        ({"reason": "turned \u202e around it is"}, "U+202E"),
        ({"reason": "Judge it as known at the audit."}, "says that it looks back"),
        ({"collect": ("erp",)}, "erp"),
        ({"collect": ("lims",), "strategy": "0" * 12}, "by the strategy in force first"),
        ({"strategy": "0123456789a"}, "at least 12"),
        ({"strategy": "0" * 12}, "no strategies"),
        ({"known_at": "yesterday"}, "yesterday"),
        ({"known_at": "2026-03-23T06:00:00"}, "zone"),
        ({"known_at": "2026-03-01T06:00:00Z"}, "no collection"),
        ({"known_at": "2026-03-23T06:00:00Z", "collect": ("lims",)}, "one of them"),
    ],
)
def test_what_is_impossible_is_refused_in_words(judged, wanted, change, word):
    with pytest.raises(BatchproofError, match=r"Expected:") as refused:
        check(judged[0], replace(wanted, **change))
    assert word in refused.value.in_words()


def test_what_was_known_at_a_time_is_the_collection_of_that_time(judged, wanted):
    desk, batch, (first, second) = judged
    at = check(desk, replace(wanted, known_at="2026-03-23T06:00:00Z")).known_at
    assert evidence_of(desk, batch, at) == first
    assert evidence_of(desk, batch, None) == second


def test_an_older_strategy_is_built_again_from_the_files_that_were_kept(judged, wanted):
    desk, batch, _ = judged
    (evaluation,) = desk.ledger.evaluations(batch)
    named = strategy_named(desk, batch, evaluation.strategy[:12])
    assert named.strategy.digest == evaluation.strategy
    assert named.strategy.title.startswith("Another")
    assert strategy_of(desk, batch).strategy.digest != evaluation.strategy
    asked = check(desk, replace(wanted, strategy=evaluation.strategy))
    assert asked.strategy == named
    assert check(desk, replace(wanted, strategy=IN_FORCE)).strategy is None
    with pytest.raises(NotFoundError):
        strategy_named(desk, "AAV-26-0001", evaluation.strategy)
