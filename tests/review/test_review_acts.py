"""Deciding, reviewing the trail, signing on a real package: refused first, then once, by name."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from review.conftest import BATCH, judged_again
from review.review_nouns import owed

from contracts.errors import IntegrityError, NotFoundError, RefusedError
from contracts.log_act import Decision, Notice, Refusal, Signature
from contracts.log_review import findings
from contracts.person import Person, Role
from contracts.review_asked import Choice, Which
from contracts.said import said
from tasks.identity import Claim, identify
from tasks.review import decide, review_trail, reviews_of, sign

WHICH = Which(BATCH)
CHOICE = Choice("X-001", "referred", "The excursion is being investigated.", "DEV-0815")


def blocking(desk):
    (found,) = reviews_of(desk.ledger, BATCH)
    return [one.id for one in found.exceptions if one.blocking]


def decided_all(desk, person, word="accepted"):
    for one in blocking(desk):
        review = decide(desk, person, WHICH, Choice(one, word, "It was looked into, see file."))
    return review


def test_the_whole_road_under_real_codes(desk, apps, people):
    for one in blocking(desk)[1:]:
        decide(desk, people["r.viewer"], WHICH, Choice(one, "accepted", "It was looked into."))
    decide(desk, apps.claim("r.viewer"), WHICH, CHOICE)
    review_trail(desk, apps.claim("second.viewer"), WHICH, "All entries, by number.")
    found = sign(desk, apps.claim("r.viewer"), WHICH, "reviewed")
    assert owed(found) == ["sign as confirmed"]
    done = sign(desk, apps.claim("q.person"), WHICH, "confirmed")
    assert done.owed == ()
    assert done.state() == "reviewed by R. Viewer (r.viewer); confirmed by Q. Person (q.person)"
    assert done == reviews_of(desk.ledger, BATCH)[0]
    assert [str(one) for one in findings(desk.ledger.log.entries())] == []
    checkpoint = desk.ledger.log.last_checkpoint()
    assert checkpoint.checkpoint.size == desk.ledger.log.size()  # signed, with what was signed


def test_a_wrong_code_decides_nothing_and_is_on_record(desk, apps):
    with pytest.raises(RefusedError, match="do not go together"):
        decide(desk, Claim("r.viewer", "000000"), WHICH, CHOICE)
    entries = [one.entry for one in desk.ledger.log.of_batch(BATCH)]
    assert not [one for one in entries if isinstance(one, Decision)]
    assert isinstance(entries[-1], Refusal)
    with pytest.raises(RefusedError):
        decide(desk, apps.claim("q.person"), WHICH, CHOICE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"exception": "X-999"}, "no exception 'X-999'"),
        ({"decision": "released"}, "the decision 'released'"),
        ({"reason": "fine"}, "a reason of 4 characters"),
        ({"reason": "  fine   "}, "a reason of 4 characters"),
        ({"reason": "x" * 2001}, "a reason of 2001 characters"),
        ({"reason": "It was\nlooked into."}, "U+000A"),
        ({"reason": "It was \u202elooked into."}, "U+202E"),
        ({"reference": ""}, "a referral without its reference"),
        ({"decision": "accepted"}, "a reference .'DEV-0815'. with the decision 'accepted'"),
        ({"reference": "D" * 65}, "a reference of 65 characters"),
    ],
)
def test_what_is_refused_is_refused_before_the_code_is_used_up(desk, apps, changes, words):
    claim = apps.claim("r.viewer")
    with pytest.raises((RefusedError, NotFoundError), match=words.replace("+", r"\+")):
        decide(desk, claim, WHICH, replace(CHOICE, **changes))
    decide(desk, claim, WHICH, CHOICE)  # the same code is still good


def test_a_signature_out_of_order_leaves_the_code_good(desk, apps, people):
    claim = apps.claim("r.viewer")
    with pytest.raises(RefusedError, match="X-001"):
        sign(desk, claim, WHICH, "reviewed")
    decided_all(desk, people["r.viewer"])
    with pytest.raises(RefusedError, match="audit trail is to be reviewed first"):
        sign(desk, claim, WHICH, "reviewed")
    review_trail(desk, people["r.viewer"], WHICH)
    sign(desk, claim, WHICH, "reviewed")


def test_two_segregated_steps_are_of_two_persons(desk, people):
    decided_all(desk, people["r.viewer"])
    review_trail(desk, people["r.viewer"], WHICH)
    sign(desk, people["both"], WHICH, "reviewed")
    with pytest.raises(RefusedError, match="both signed it as reviewed"):
        sign(desk, people["both"], WHICH, "confirmed")
    with pytest.raises(RefusedError, match="roles do not allow"):
        sign(desk, people["second.viewer"], WHICH, "confirmed")
    decide(desk, people["both"], WHICH, CHOICE)
    sign(desk, people["r.viewer"], WHICH, "reviewed")
    with pytest.raises(RefusedError, match="two persons"):
        sign(desk, people["both"], WHICH, "confirmed")


def test_who_confirms_did_none_of_the_steps_before(desk, people):
    decided_all(desk, people["r.viewer"])
    review_trail(desk, people["both"], WHICH)
    sign(desk, people["r.viewer"], WHICH, "reviewed")
    with pytest.raises(RefusedError, match="both reviewed the audit trail"):
        sign(desk, people["both"], WHICH, "confirmed")
    assert sign(desk, people["q.person"], WHICH, "confirmed").owed == ()


def test_one_person_with_two_user_ids_is_one_person(desk, apps, people):
    """Enrolling does not let them be; a plant may have had them before, or withdrawn one."""
    decided_all(desk, people["r.viewer"])
    review_trail(desk, people["r.viewer"], WHICH)
    namesake = Person("q.two", "q.  person", frozenset({Role.REVIEWER}))
    sign(desk, namesake, WHICH, "reviewed")
    claim = apps.claim("q.person")
    words = "q.two, whose printed name is the same, signed it as reviewed"
    for who in (claim, people["q.person"]):
        with pytest.raises(RefusedError, match=words):
            sign(desk, who, WHICH, "confirmed")
    assert identify(desk, claim, None).user == "q.person"  # the code was not used up


def test_the_same_act_twice_is_one_and_after_it_was_voided_it_is_another(desk, people):
    decided_all(desk, people["r.viewer"])
    review_trail(desk, people["r.viewer"], WHICH)
    size = desk.ledger.log.size()
    review_trail(desk, people["r.viewer"], WHICH, last=size - 1)
    for _ in range(2):
        decide(desk, people["r.viewer"], WHICH, CHOICE)
    assert desk.ledger.log.size() == size + 2  # the trail had grown by its own review
    for _ in range(2):
        sign(desk, people["r.viewer"], WHICH, "reviewed")
    assert desk.ledger.log.size() == size + 3
    with pytest.raises(RefusedError, match="signed as reviewed already, by R"):
        sign(desk, people["second.viewer"], WHICH, "reviewed")
    other = replace(CHOICE, reason="On second thoughts, it is another deviation.")
    assert decide(desk, people["r.viewer"], WHICH, other).signed("reviewed") is None
    decide(desk, people["r.viewer"], WHICH, CHOICE)  # as at first, and now it counts again
    found = sign(desk, people["r.viewer"], WHICH, "reviewed")
    assert found.signed("reviewed")
    signatures = [
        one for one in desk.ledger.log.of_batch(BATCH) if isinstance(one.entry, Signature)
    ]
    assert len(signatures) == 2


def test_of_two_who_sign_at_once_one_has_signed(desk, people):
    """Both were allowed when they asked; the order of the log decides, and the other is told."""
    decided_all(desk, people["r.viewer"])
    review_trail(desk, people["r.viewer"], WHICH)

    def signing(user):
        try:
            return sign(desk, people[user], WHICH, "reviewed")
        except RefusedError as error:
            return str(error)

    with ThreadPoolExecutor(2) as both:
        ended = list(both.map(signing, ("r.viewer", "second.viewer")))
    assert sum("signed as reviewed already" in one for one in ended if isinstance(one, str)) == 1
    assert [one.void for one in reviews_of(desk.ledger, BATCH)[0].signatures] == [""]


def test_what_is_rejected_is_told_with_everything_signed(desk, people):
    decided_all(desk, people["r.viewer"], "rejected")
    review_trail(desk, people["r.viewer"], WHICH)
    sign(desk, people["r.viewer"], WHICH, "reviewed")
    found = sign(desk, people["q.person"], WHICH, "confirmed")
    assert found.owed == ()
    assert found.state().startswith("X-001 was rejected by R. Viewer (r.viewer)")


def test_a_trail_is_reviewed_up_to_an_entry_that_was_seen(desk, people):
    seal = reviews_of(desk.ledger, BATCH)[0].sealed_at
    for last in (seal - 1, seal + 1000, -1):
        with pytest.raises(RefusedError, match=f"the entry {last}, which is none"):
            review_trail(desk, people["r.viewer"], WHICH, last=last)
    found = review_trail(desk, people["r.viewer"], WHICH, last=seal)
    assert found.trail_reviews[0].act.last == seal
    assert found.trail_unread() == ""


def test_what_came_after_the_seal_is_reviewed_only_by_its_number(desk, people):
    """Of an entry that came since, nobody knows whether who names none has seen it."""
    seal = reviews_of(desk.ledger, BATCH)[0].sealed_at
    desk.ledger.record_act(Notice(desk.now(), BATCH, 1, "late_failure", "It was ready before."))
    found = review_trail(desk, people["r.viewer"], WHICH)
    assert found.trail_reviews[0].act.last == seal
    assert "1 entry came since" in found.trail_unread()
    (*_, last) = desk.ledger.log.of_batch(BATCH)
    assert review_trail(desk, people["r.viewer"], WHICH, last=last.index).trail_unread() == ""


def test_an_act_on_an_evaluation_that_was_superseded_is_refused_and_not_on_record(desk, people):
    judged_again(desk)
    one = replace(WHICH, evaluation=1)
    for act in (
        lambda: decide(desk, people["r.viewer"], one, CHOICE),
        lambda: review_trail(desk, people["r.viewer"], one),
        lambda: sign(desk, people["r.viewer"], one, "reviewed"),
    ):
        size = desk.ledger.log.size()
        with pytest.raises(RefusedError, match=r"evaluation 2 \(the latest of the initial stage\)"):
            act()
        assert desk.ledger.log.size() == size
    assert decide(desk, people["r.viewer"], replace(WHICH, evaluation=2), CHOICE).evaluation == 2


@pytest.mark.parametrize(
    "tamper",
    [
        lambda folder: (folder / "index.html").write_text("<p>Ready.</p>"),
        lambda folder: (folder / "readiness.json").write_text('{"readiness":"ready"}'),
        lambda folder: (folder / "tables" / "exceptions.jsonl").write_bytes(b""),
        lambda folder: (folder / "audit-trail.json").unlink(),
        lambda folder: (folder / "another.txt").write_text("more"),
    ],
)
def test_a_changed_package_is_neither_decided_about_nor_signed(desk, people, package, tamper):
    tamper(package)
    acts = [
        lambda: decide(desk, people["r.viewer"], WHICH, CHOICE),
        lambda: review_trail(desk, people["r.viewer"], WHICH),
        lambda: sign(desk, people["r.viewer"], WHICH, "reviewed"),
    ]
    for act in acts:
        with pytest.raises(IntegrityError, match="not what was sealed"):
            act()


def test_another_whole_package_in_its_place_is_not_signed(desk, people, package, two_packages):
    import shutil

    shutil.rmtree(package)
    shutil.copytree(two_packages["CART-26-0001"], package)
    with pytest.raises(IntegrityError, match="not what was sealed: the root"):
        review_trail(desk, people["r.viewer"], WHICH)


@pytest.mark.parametrize(
    "batch", ["../CART-26-0002", "CART-26-0002/..", "", "x" * 65, "a\0b", "'; --"]
)
def test_an_injected_batch_is_nobodys(desk, people, batch):
    with pytest.raises(NotFoundError, match="cannot be a batch's number"):
        decide(desk, people["r.viewer"], Which(batch), CHOICE)


def test_what_is_not_there_is_said(desk, people):
    with pytest.raises(NotFoundError, match="no sealed evaluation of the batch CART-99"):
        reviews_of(desk.ledger, "CART-99")
    with pytest.raises(NotFoundError, match="for its final stage"):
        sign(desk, people["r.viewer"], Which(BATCH, stage="final"), "reviewed")
    with pytest.raises(NotFoundError, match="no sealed evaluation 7"):
        sign(desk, people["r.viewer"], Which(BATCH, evaluation=7), "reviewed")
    with pytest.raises(RefusedError, match="the meaning 'released'"):
        sign(desk, people["r.viewer"], WHICH, "released")


def test_html_in_a_reason_is_kept_as_data_and_shown_escaped(desk, people):
    from tasks.present_review import review_text

    nasty = "<script>alert(1)</script> **bold** [x](javascript:y) | end"
    found = decide(desk, people["r.viewer"], WHICH, replace(CHOICE, reason=nasty))
    assert found.decided["X-001"].act.reason == nasty
    shown = review_text(found)
    assert "<script>" not in shown
    assert "\\*\\*bold" in shown


def test_words_are_trimmed_and_kept():
    assert said("  Größe µ “ok” ", "a reason") == "Größe µ “ok”"


def test_the_package_holds_the_trail_up_to_its_result(desk, package):
    from tasks.folder import findings_in
    from tasks.trail import told

    member = json.loads((package / "audit-trail.json").read_bytes())
    entries = told(desk.ledger, BATCH)
    assert member["entries"][-1]["kind"] == "result"
    assert [one["words"] for one in member["entries"]] == [
        one.words for one in entries[: len(member["entries"])]
    ]
    assert findings_in(package) == ()
