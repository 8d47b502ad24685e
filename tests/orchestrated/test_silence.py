"""An outage is no evidence: what people signed stands while a source is silent."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from contracts.person import Person, Role
from contracts.review_asked import Which
from flows.office import open_office
from tasks.identity import Claim
from tasks.look import look_around
from tasks.people import enrol
from tasks.review import review_trail, reviews_of, sign

pytestmark = pytest.mark.usefixtures("home", "prefect_here")


@pytest.fixture
def prepare():
    """Prepare a batch as the flow does; returns what it made, or found again."""
    from flows.prepare_review import Due, prepare_review

    def run(batch, site, stage="due"):
        return [one.folder.name for one in prepare_review(batch, Due(stage), site=str(site))]

    return run


def states(site, batch):
    with open_office(str(site)) as desk:
        found = desk.ledger.evaluations(batch)
        return [(one.stage, one.result.readiness.state) for one in found]


READY = [("initial", "ready"), ("final", "incomplete")]


def signed_review(site, batch):
    """Review the audit trail of the initial stage and sign, under real codes."""
    person = Person("r.viewer", "R. Viewer", frozenset({Role.ADMIN, Role.REVIEWER}))
    with open_office(str(site)) as desk:
        app = pyotp.TOTP(enrol(desk, person).secret)
        now = datetime.now(UTC)
        codes = [app.at(now), app.at(now + timedelta(seconds=30))]
        which = Which(batch, "initial")
        last = desk.ledger.log.of_batch(batch)[-1].index
        review_trail(desk, Claim("r.viewer", codes[0]), which, "All entries.", last)
        return sign(desk, Claim("r.viewer", codes[1]), which, "reviewed")


def test_a_signature_stands_while_a_source_is_silent(plant, without_lims, prepare):
    batch = plant.new_batch()
    made = prepare(batch, plant.site)
    review = signed_review(plant.site, batch)
    assert review.signed("reviewed")
    with open_office(str(plant.site)) as desk:
        size = desk.ledger.log.size()
    for _ in range(2):
        assert prepare(batch, without_lims) == made
    assert states(plant.site, batch) == READY
    with open_office(str(plant.site)) as desk:
        assert review in reviews_of(desk.ledger, batch)  # not void, nothing unread, nothing owed
        assert desk.ledger.log.size() == size
        told = [one.quarantine.source for one in desk.ledger.quarantines(batch)]
        assert told == ["lims", "lims"]  # each silence is on record
        assert look_around(desk, [batch], timedelta(days=30)).news == ()  # when it answers again


def test_what_came_in_the_meantime_is_judged_once_the_source_answers(plant, without_lims, prepare):
    batch = plant.new_batch()
    prepare(batch, plant.site)
    plant.go_on(batch=batch, what="sterility-growth")
    prepare(batch, without_lims)
    assert states(plant.site, batch) == READY
    prepare(batch, plant.site)
    assert ("initial", "not_ready") in states(plant.site, batch)


def test_silence_counts_where_another_source_says_something_new(
    plant, without_lims, without, prepare
):
    batch = plant.new_batch()
    prepare(batch, without("equipment"))
    assert states(plant.site, batch)[0] == ("initial", "incomplete")
    prepare(batch, without_lims)  # the equipment answers again, the LIMS does not
    assert states(plant.site, batch)[1:] == [("initial", "incomplete")]
    with open_office(str(plant.site)) as desk:
        *_, newest = desk.ledger.evaluations(batch)
        aside = desk.collection(newest.collection).quarantines
        assert [one.source for one in aside] == ["lims"]


def test_without_the_record_the_equipment_was_not_asked(plant, without, prepare):
    batch = plant.new_batch()
    made = prepare(batch, plant.site)
    assert prepare(batch, without("batch_record")) == made
    assert states(plant.site, batch) == READY


def test_an_answer_that_cannot_be_read_is_no_silence(plant, without, prepare):
    batch = plant.new_batch()
    prepare(batch, plant.site, "initial")
    prepare(batch, without("lims", url=f"{plant.later}/"), "initial")  # another server's answers
    assert states(plant.site, batch)[1:] == [("initial", "incomplete")]


def test_a_batch_or_stage_that_was_never_judged_is_judged(plant, without_lims, prepare):
    batch, first = plant.new_batch(), plant.new_batch()
    prepare(first, without_lims)
    assert states(plant.site, first) == [("initial", "incomplete")]
    prepare(batch, plant.site, "initial")
    prepare(batch, without_lims)
    assert states(plant.site, batch) == READY
    with open_office(str(plant.site)) as desk:
        initial, final = desk.ledger.evaluations(batch)
        assert final.collection == initial.collection
