"""The state of a review follows from the order of the trail's entries, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review.review_nouns import BATCH, BLOCKING, BOTH, OTHER, Story, owed, root_of

from contracts.criterion import Stage
from contracts.errors import IntegrityError, NotFoundError
from contracts.log_act import Signature
from contracts.log_review import findings
from contracts.person import Role
from contracts.review import required_review
from contracts.review_read import review_of, reviews

FRESH = [
    "decide about X-001 (criterion not met)",
    "review the audit trail",
    "sign as reviewed",
    "sign as confirmed",
]


def whole(story):
    """Everything that the initial stage asks, in its order."""
    return story.decided().read().signed().signed("confirmed")


def test_a_fresh_package_owes_the_decision_the_trail_and_two_signatures_in_this_order():
    found = Story().judged().review()
    assert owed(found) == FRESH
    assert found.owed == required_review(Stage.INITIAL, BOTH)
    assert [one.role for one in found.owed] == [Role.REVIEWER] * 3 + [Role.QUALIFIED_PERSON]
    assert found.owed[0].why == "It blocks. Viability 79 is below 80."
    assert found.state() == "4 things owed"


def test_final_asks_for_every_exception():
    assert [one.what for one in required_review(Stage.FINAL, BOTH)] == [
        FRESH[0],
        "decide about X-002 (comment)",
        *FRESH[1:],
    ]
    assert [one.what for one in required_review(Stage.INITIAL, (OTHER,))] == FRESH[1:]


def test_step_by_step_nothing_is_owed_at_the_end():
    story = Story().judged()
    assert owed(story.decided().review()) == FRESH[1:]
    assert owed(story.read().review()) == FRESH[2:]
    assert owed(story.signed().review()) == FRESH[3:]
    done = story.signed("confirmed").review()
    assert owed(done) == []
    assert done.state() == "reviewed by R. Viewer (r.viewer); confirmed by Q. Person (q.person)"


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda story: story.signed(), "X-001 not decided"),
        (lambda story: story.decided().signed(), "reviewed first: nobody has reviewed it"),
        (lambda story: story.decided().read().signed("confirmed"), "not signed as reviewed"),
        (
            lambda story: story.decided().read().notice().signed(),
            "1 entry came since it was last reviewed",
        ),
        (
            lambda story: story.decided().read().signed().notice().signed("confirmed"),
            "1 entry came since it was last reviewed",
        ),
        (
            lambda story: story.decided().read().signed().signed("confirmed", by="r.viewer"),
            "steps of two persons",
        ),
        (
            lambda story: story.decided(by="q.person").read().signed().signed("confirmed"),
            "q.person decided about X-001: who confirms is another person",
        ),
        (
            lambda story: story.decided().read(by="q.person").signed().signed("confirmed"),
            "q.person reviewed the audit trail: who confirms is another person",
        ),
        (
            lambda story: (
                story.decided().read().signed().signed("confirmed", by="second", name="r.  VIEWER")
            ),
            "r.viewer, whose printed name is the same, signed it as reviewed: the two are steps",
        ),
        (
            lambda story: (
                story.decided(by="second", name="Q. person ").read().signed().signed("confirmed")
            ),
            "second, whose printed name is the same, decided about X-001",
        ),
        (lambda story: whole(story).signed(by="another"), "signed as reviewed already"),
        (lambda story: story.decided().read().signed(stage="final"), "it names the final stage"),
    ],
)
def test_a_signature_out_of_order_or_by_the_same_person_is_on_record_and_void(write, why):
    found = write(Story().judged()).review()
    last = found.signatures[-1]
    assert why in last.void
    assert found.signed(last.act.meaning) != last


def test_segregation_holds_for_what_is_void_too():
    """Who once signed as reviewed never confirms the same evaluation, as `log check` asks."""
    story = Story().judged().decided().read().signed(by="both")
    story.decided(reason="On second thoughts.").signed(by="another")
    assert (
        "steps of two persons" in story.signed("confirmed", by="both").review().signatures[-1].void
    )
    story = Story().judged().decided(by="both").decided(reason="Better words for it.")
    found = story.read().signed().signed("confirmed", by="both").review()
    assert "who confirms is another person" in found.signatures[-1].void
    story = whole(Story().judged()).decided(reason="On second thoughts.")
    assert "steps of two persons" in story.signed(by="q.person").review().signatures[-1].void


def test_the_log_check_finds_two_ids_of_one_name_too():
    def told(story):
        return [one.words for one in findings(story.trail) if "two persons" in one.words]

    assert told(whole(Story().judged())) == []
    story = Story().judged().decided().read().signed()
    (words,) = told(story.signed("confirmed", by="r.two", name="R.  viewer"))
    assert words == (
        f"r.two signed confirmed for evaluation 1 of {BATCH}, and r.viewer, whose printed name is "
        "the same, reviewed before: the two are steps of two persons"
    )


def test_a_decision_after_the_signatures_voids_them_and_they_are_given_again():
    story = whole(Story().judged()).decided("X-002")
    found = story.review()
    assert owed(found) == FRESH[2:]
    assert found.owed[0].why.startswith("The signature of R. Viewer is void: X-002 was decided")
    assert [one.in_force for one in found.signatures] == [False, False]
    assert owed(story.signed().signed("confirmed").review()) == []


def test_the_last_decision_counts_and_the_earlier_ones_stay_on_record():
    found = Story().judged().decided().decided(decision="rejected", by="an.other").review()
    assert [one.act.decision for one in found.decisions] == ["accepted", "rejected"]
    assert "decided anew" in found.decisions[0].void
    assert found.decided["X-001"].act.by == "an.other"


def test_what_is_rejected_may_be_signed_and_is_always_told():
    story = Story().judged().decided(decision="rejected").read().signed().signed("confirmed")
    found = story.review()
    assert owed(found) == []
    assert found.state().startswith("X-001 was rejected by R. Viewer (r.viewer); reviewed by")
    assert found.record()["rejected"] == ["X-001"]


def test_a_later_sealed_evaluation_of_the_stage_voids_everything_on_the_earlier():
    story = whole(Story().judged()).judged(2)
    before, after = story.reviews()
    assert before.superseded_by == 2
    assert owed(before) == []
    assert before.state().startswith("superseded by evaluation 2")
    acts = (*before.decisions, *before.trail_reviews, *before.signatures)
    assert {one.void for one in acts} == {"evaluation 2 superseded this one"}
    assert owed(after) == FRESH
    assert story.decided().review().decisions[-1].void == "evaluation 2 had superseded this one"


def test_an_evaluation_sealed_late_does_not_supersede_the_later_one():
    story = Story().judged(2).sealed(1)
    assert [one.superseded_by for one in story.reviews()] == [2, 0]


def test_the_other_stage_is_reviewed_for_itself():
    story = whole(Story().judged()).judged(2, "final")
    initial, final = story.reviews()
    assert (owed(initial), initial.superseded_by) == ([], 0)
    assert len(owed(final)) == 5
    assert initial.came_since == 4


def test_another_root_is_void_from_the_start_and_sealing_anew_voids_what_was_done():
    found = Story().judged().decided(root=root_of(1, "other")).review()
    assert "it names the root" in found.decisions[0].void
    assert owed(found) == FRESH
    story = whole(Story().judged()).sealed(root=root_of(1, "again"))
    found = story.review()
    assert found.root == root_of(1, "again")
    assert owed(found) == FRESH
    assert "sealed again" in found.signatures[0].void
    assert owed(whole(Story().judged()).sealed().review()) == []


def test_who_reviewed_a_trail_reviewed_exactly_these_entries():
    story = Story().judged()
    lies = [{"trail": root_of(9)}, {"last": 10**9}, {"last": story.last + 1}]
    for lie in lies:
        found = Story().judged().decided().read(**lie).review()
        assert "not those that were in front" in found.trail_reviews[0].void
        assert "review the audit trail" in owed(found)
    early = Story().judged()
    found = early.read(last=early.trail[0].index).review()
    assert "before the evaluation was sealed" in found.trail_reviews[0].void


def test_refusals_and_acts_of_review_do_not_ask_for_the_trail_again_and_anything_else_does():
    story = Story().judged().decided().read().refused().decided("X-002")
    assert "review the audit trail" not in owed(story.review())
    found = story.notice().review()
    assert found.trail_unread() == "1 entry came since it was last reviewed."
    assert "review the audit trail" not in owed(story.read().review())
    assert "review the audit trail" not in owed(
        story.signed().signed("confirmed").notice().review()
    )


def test_an_exception_that_is_none_is_not_decided():
    found = Story().judged().decided("X-009").review()
    assert "no such exception" in found.decisions[0].void


def test_acts_before_any_seal_are_nobodys():
    story = Story().decided().signed().read()
    assert story.reviews() == ()
    with pytest.raises(NotFoundError, match="no seal of evaluation 1"):
        review_of(story.trail, 1, BOTH)


def test_a_seal_without_its_exceptions_is_not_taken_for_one_that_has_none():
    with pytest.raises(IntegrityError, match="exceptions are not on record"):
        reviews(Story().judged().trail, {})


STEPS = {
    "decide": lambda story: story.decided(),
    "reject": lambda story: story.decided(decision="rejected", by="another"),
    "decide the other": lambda story: story.decided("X-002", by="q.person"),
    "read": lambda story: story.read(),
    "read oneself": lambda story: story.read(by="q.person", name="Q. Person"),
    "sign": lambda story: story.signed(),
    "confirm": lambda story: story.signed("confirmed"),
    "confirm oneself": lambda story: story.signed("confirmed", by="r.viewer"),
    "wrong root": lambda story: story.signed(root=root_of(7)),
    "notice": lambda story: story.notice(),
    "refused": lambda story: story.refused(),
    "sealed again": lambda story: story.sealed(),
    "sealed anew": lambda story: story.sealed(root=root_of(1, "anew")),
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_whatever_people_do_the_laws_hold(steps):
    story = Story(exceptions=(BLOCKING, OTHER)).judged()
    for step in steps:
        STEPS[step](story)
    found = story.review()
    reviewed, confirmed = found.signed("reviewed"), found.signed("confirmed")
    if confirmed:  # never without a review by another person, before it, and nothing decided since
        assert reviewed
        assert reviewed.index < confirmed.index
        deciders = {one.act.by for one in found.decisions}
        before = [one for one in found.trail_reviews if one.index < confirmed.index]
        readers = {one.act.by for one in before}
        assert confirmed.act.by not in {reviewed.act.by, *deciders, *readers}
        assert found.owed == ()
    if reviewed:
        assert not found.undecided()
        assert all(one.index < reviewed.index for one in found.decided.values())
    for meaning in ("reviewed", "confirmed"):
        own = [one for one in found.signatures if one.in_force and one.act.meaning == meaning]
        assert len(own) <= 1
    assert {one.act.root for one in found.signatures if one.in_force} <= {found.root}
    signatures = sum(isinstance(one.entry, Signature) for one in story.trail)
    assert len(found.signatures) == signatures  # nothing is dropped
    if found.rejected:
        assert "was rejected by" in found.state()
