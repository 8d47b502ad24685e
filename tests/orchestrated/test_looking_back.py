"""What would have been, by an older strategy or at a time, voids no signature and asks for none."""

from review.review_nouns import BATCH, START, Story

from contracts.evidence import digest_of
from contracts.log_act import Request
from contracts.log_entry import Intent, Result
from contracts.requested import reason_of


def looked_back(story, number, **how):
    """Add an evaluation that a person asked for, by an older strategy or as known at a time."""
    request = Request(
        at=START,
        batch=BATCH,
        by="r.viewer",
        name="R. Viewer",
        stage="initial",
        reason_code="inspection question",
        reason="What would it have been?",
        collect=(),
        strategy=how.get("strategy", ""),
        known_at=how.get("known_at", ""),
    )
    one = digest_of(b"one")
    intent = Intent(START, BATCH, "r.viewer", one, number, one, reason_of(request), "initial", one)
    story.add(request).add(intent).add(Result(START, BATCH, number, "ready", one))
    return story.sealed(number)


def test_an_evaluation_that_looks_back_supersedes_nothing_and_is_not_to_be_reviewed():
    story = Story().judged().decided().read().signed().signed("confirmed")
    looked_back(story, 2, strategy="a" * 64)
    before, aside = story.reviews()
    assert before.superseded_by == 0
    assert all(one.in_force for one in before.signatures)
    assert (aside.superseded_by, aside.owed) == (1, ())
    story.judged(3)
    assert [one.superseded_by for one in story.reviews()] == [3, 1, 0]


def test_a_request_that_looks_at_now_supersedes_like_any_other():
    story = looked_back(Story().judged(), 2)
    assert [one.superseded_by for one in story.reviews()] == [2, 0]


def test_where_there_is_nothing_else_it_is_reviewed_like_any_other():
    story = looked_back(Story(), 1, known_at="2026-03-01T00:00:00.000000Z")
    assert [one.superseded_by for one in story.reviews()] == [0]
