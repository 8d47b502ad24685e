"""A look at the plant: what completed, what is new; and nothing at all where nothing is."""

from datetime import timedelta

import pytest
from orchestrated.worker import collected, prepared

from contracts.criterion import Stage
from contracts.readiness import Readiness, Ready
from flows.office import open_office
from tasks.look import completed_batches, look_around
from tasks.turn import turn_at

WATCHED = timedelta(days=30)


@pytest.fixture
def desk(home, plant):
    with open_office(str(plant.site)) as opened:
        yield opened


@pytest.fixture(scope="module")
def judged(plant, tmp_path_factory):
    """A home in which one batch was prepared, for tests that only look at it."""
    home = tmp_path_factory.mktemp("judged") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BATCHPROOF_HOME", str(home))
        batch = plant.new_batch()
        with open_office(str(plant.site)) as opened:
            prepared(opened, batch)
            yield opened, batch


def looked(desk, *batches):
    return look_around(desk, batches, WATCHED)


def test_every_completed_batch_that_was_never_judged_is_news(desk, plant):
    batch = plant.new_batch()
    plant.go_on(batch="CART-26-1999", what="begun", copy_of="CART-26-0001")
    completed, faults = completed_batches(desk)
    assert faults == ()
    assert {batch, "CART-26-0001"} <= set(completed)
    assert "CART-26-1999" not in completed
    (news,) = looked(desk, batch).news
    assert (news.batch, news.why) == (batch, "it was never judged")
    assert looked(desk, batch).news == (news,)


def test_nothing_new_is_no_news_and_leaves_no_trace(judged):
    desk, batch = judged
    before = (desk.ledger.log.size(), desk.ledger.captures(batch))
    for _ in range(2):
        found = looked(desk, batch)
        assert (found.news, found.asked, found.said) == ((), 1, ())
    assert (desk.ledger.log.size(), desk.ledger.captures(batch)) == before


def test_a_batch_that_somebody_works_at_is_left_to_them(judged):
    desk, batch = judged
    with turn_at(desk, batch, 0):
        assert looked(desk, batch).news == ()


def test_what_a_crash_left_is_news(judged, monkeypatch):
    desk, batch = judged
    desk.ledger.begin_evaluation(
        batch, "final", "e" * 64, "a" * 64, "batch completed", "c" * 64, desk.now()
    )
    (news,) = looked(desk, batch).news
    assert "evaluation 2 was begun and has no result" in news.why
    begun = desk.ledger.evaluation(batch, 2)
    done = Readiness(Stage.FINAL, Ready.READY, ())
    desk.ledger.finish_evaluation(begun, done, (), "0" * 64, desk.now())
    (news,) = looked(desk, batch).news
    assert "evaluation 2 has a result and no package" in news.why
    desk.ledger.record_package(desk.ledger.evaluation(batch, 2), "0" * 64, "elsewhere", desk.now())
    assert look_around(desk, [batch], WATCHED).asked == 1
    assert look_around(desk, [batch], timedelta(0)).asked == 0  # done, and watched long enough


def test_a_late_result_is_news_once_it_is_there_and_none_once_it_is_judged(desk, plant):
    batch = plant.new_batch()
    prepared(desk, batch)
    plant.go_on(batch=batch, what="sterility-growth")
    (first,), (again,) = looked(desk, batch).news, looked(desk, batch).news
    assert first.why == "the LIMS says something new"
    assert first == again  # the same news has the same name
    assert prepared(desk, batch) == 2
    assert looked(desk, batch).news == ()


def test_what_was_filed_and_not_judged_is_news_until_it_is(desk, plant):
    """A run ended in between, or a person had it judged for another stage alone."""
    batch = plant.new_batch()
    prepared(desk, batch)
    plant.go_on(batch=batch, what="sterility-growth")
    collected(desk, batch)
    (first,), (again,) = looked(desk, batch).news, looked(desk, batch).news
    assert first.why == "what is on record was not judged for its initial stage"
    assert first == again
    assert prepared(desk, batch, Stage.FINAL) == 2
    assert "initial stage" in looked(desk, batch).news[0].why
    assert prepared(desk, batch) == 3
    assert looked(desk, batch).news == ()


def test_a_source_that_is_down_is_said_once_and_is_news_when_it_answers(
    home, plant, without_lims, tmp_path
):
    batch = plant.new_batch()
    with open_office(str(without_lims)) as desk:
        assert down(desk, batch) == "incomplete"
        found = looked(desk, batch, "NO-PRODUCT-1")
        assert found.news == ()
        silent = [one for one in found.said if "does not answer" in one]
        assert len(silent) == 1
        assert any("NO-PRODUCT-1" in one and "fits no product" in one for one in found.said)
    with open_office(str(plant.site)) as desk:
        (news,) = looked(desk, batch).news
        assert news.why == "the LIMS answers again"
        assert prepared(desk, batch) == 2
        assert looked(desk, batch).news == ()
        states = [one.result.readiness.state for one in desk.ledger.evaluations(batch)]
        assert states == ["incomplete", "ready"]


def test_a_failure_that_comes_after_an_outage_is_a_late_failure_too(home, plant, without_lims):
    batch, told = plant.new_batch(), []

    def prepare():
        with open_office(str(plant.site)) as desk:
            prepared(desk, batch, tell=lambda subject, _: told.append(subject) or True)

    prepare()
    with open_office(str(without_lims)) as desk:
        assert down(desk, batch) == "incomplete"
    plant.go_on(batch=batch, what="sterility-growth")
    prepare()
    prepare()
    assert told == [f"{batch}: late failure for its initial stage"]


def down(desk, batch):
    """Judge a batch without its LIMS, as a first preparation or a person does; its readiness."""
    from contracts.errors import SourceError
    from tasks.collect import collect_source, file_collection
    from tasks.evaluate import evaluate_collection
    from tasks.package import assemble_evaluation
    from tasks.windows import equipment_windows

    record = collect_source(desk, batch, "batch_record")
    with pytest.raises(SourceError) as silent:
        collect_source(desk, batch, "lims")
    history = collect_source(desk, batch, "equipment", equipment_windows(desk, batch, record))
    brought = {"batch_record": record, "lims": silent.value, "equipment": history}
    collection = file_collection(desk, batch, brought)
    done = evaluate_collection(desk, batch, collection, Stage.INITIAL)
    assemble_evaluation(desk, batch, done.number)
    return desk.ledger.evaluation(batch, done.number).result.readiness.state
