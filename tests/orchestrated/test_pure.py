"""What is waited for, what is late, what was asked for: decided from nouns alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders import criterion

from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.errors import IntegrityError
from contracts.late import LATE_FAILURE, NO_LONGER_READY, Stood, late
from contracts.log_act import Request
from contracts.log_entry import Intent
from contracts.log_text import entry_from, text_of
from contracts.readiness import QualityException, Ready
from contracts.reading import Quarantine
from contracts.requested import looking_back, reason_of, unanswered, without_package
from contracts.waiting import Looked, Rules, lacking

BATCH, D = "CART-26-0001", "d" * 64
T0 = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def exception(kind, message="m", criterion=""):
    return QualityException("X-001", kind, blocking=True, message=message, criterion=criterion)


PENDING = exception("result pending", "no result yet", "CQA-1")
NOT_MET = exception("criterion not met", "61 against 80", "CQA-1")


def waits(looks, **rules):
    one = replace(criterion(id="CQA-1"), owner="QC laboratory")
    known = Rules({"CQA-1": one}, {"CQA-1": T0 + DAY}) if not rules else rules["rules"](one)
    return list(lacking(BATCH, Stage.FINAL, looks, known))


def test_what_is_pending_waits_since_the_first_of_an_unbroken_row():
    looks = [
        Looked(T0 + n * DAY, blocking)
        for n, blocking in enumerate(
            [(PENDING,), (), (PENDING,), (replace(PENDING, kind="result missing"),), (PENDING,)]
        )
    ]
    (one,) = waits(looks)
    assert (one.since, one.due, one.who) == (T0 + 2 * DAY, T0 + DAY, "QC laboratory")
    assert one.what.endswith("(CQA-1): pending")
    assert one.overdue(T0 + 2 * DAY)
    assert not one.overdue(T0)


def test_a_failure_is_nothing_that_is_waited_for():
    assert waits([Looked(T0, (NOT_MET,))]) == []
    assert waits([]) == []


def test_a_source_in_quarantine_is_owed_by_its_keepers_and_what_it_hides_by_nobody_else():
    aside = Quarantine("lims", "silence", "an answer", "lims", "QC looks")
    told = exception("quarantine", "The LIMS is in quarantine: silence at lims.")
    hidden = replace(PENDING, kind="result not evaluable")
    looks = [Looked(T0, (told, hidden)), Looked(T0 + DAY, (told, hidden))]
    (one,) = waits(looks, rules=lambda c: Rules({"CQA-1": c}, {}, (aside,)))
    assert (one.who, one.since) == ("the keepers of the LIMS system", T0)
    assert "silence" in one.why


def test_a_blank_entry_is_owed_by_who_writes_the_record():
    blank = exception("entry left blank", "The weighing was left blank (/a/b).")
    (one,) = waits([Looked(T0, (blank,))])
    assert one.who == "Manufacturing"


@pytest.mark.parametrize(
    ("then", "now", "what"),
    [
        (Ready.READY, Ready.NOT_READY, LATE_FAILURE),
        (Ready.READY, Ready.INCOMPLETE, NO_LONGER_READY),
        (Ready.READY, Ready.READY, None),
        (Ready.INCOMPLETE, Ready.NOT_READY, None),
        (Ready.NOT_READY, Ready.READY, None),
    ],
)
def test_only_what_was_ready_can_be_late(then, now, what):
    found = late(BATCH, Stage.INITIAL, Stood(1, then), Stood(2, now, (NOT_MET,)), {})
    assert (found.what if found else None) == what


def test_a_late_failure_says_what_it_means():
    meaning = {"CQA-1": "Tell the physician.", "CQA-2": "Nothing."}
    now = Stood(3, Ready.NOT_READY, (PENDING, *[NOT_MET] * 6))
    found = late(BATCH, Stage.INITIAL, Stood(1, Ready.READY), now, meaning)
    assert found.words.startswith(f"{BATCH} was ready for its initial stage by evaluation 1")
    assert found.words.count("Tell the physician.") == 1
    assert "And 2 more." in found.words


ASKED = Request(T0, BATCH, "r.viewer", "R. Viewer", "initial", "other", "long enough", (), "", "")
INTENT = Intent(T0, BATCH, "r.viewer", D, 2, D, "", "initial", D)


MADE = replace(INTENT, reason=reason_of(ASKED))
BARE = replace(ASKED, packages=False)


def test_a_request_from_before_it_named_packages_keeps_its_bytes():
    assert "packages" not in ASKED.record()
    for one in (ASKED, BARE):
        assert entry_from(text_of(one)) == one
    spelled = canonical(ASKED.record() | {"packages": True})
    with pytest.raises(IntegrityError, match="other members"):
        entry_from(spelled)
    with pytest.raises(IntegrityError):
        entry_from(canonical(ASKED.record() | {"packages": "no"}))


def test_a_package_is_owed_unless_nobody_who_asked_wanted_one():
    assert without_package([BARE, MADE]) == {2}
    assert without_package([ASKED, MADE]) == set()
    assert without_package([MADE]) == set()  # nobody asked: it was made by itself
    assert without_package([replace(BARE, by="other"), MADE]) == set()
    assert without_package([BARE, MADE, ASKED]) == set()  # the same order again, with packages
    assert without_package([ASKED, MADE, BARE]) == set()


def test_what_was_asked_is_open_until_an_evaluation_of_its_stage_was_asked_for_and_begun():
    other = replace(ASKED, by="q.person", name="Q. Person", reason="somebody else's reason")
    begun = replace(INTENT, by="q.person", reason=reason_of(other), evaluation=3)
    assert unanswered([ASKED]) == (ASKED,)
    assert unanswered([ASKED, MADE]) == ()
    assert unanswered([ASKED, other]) == (ASKED, other)
    assert unanswered([ASKED, other, begun]) == ()
    assert unanswered([ASKED, replace(other, stage="final"), replace(begun, stage="final")]) == (
        ASKED,
    )
    assert unanswered([other, begun, ASKED]) == (ASKED,)


def test_an_evaluation_looks_back_only_if_its_request_is_on_record():
    back = replace(ASKED, known_at="2026-03-01T00:00:00.000000Z")
    made = replace(INTENT, reason=reason_of(back))
    assert "as known at 2026-03-01" in made.reason
    assert looking_back([back, made]) == {2: back}
    assert looking_back([made]) == {}  # the words alone prove nothing
    assert looking_back([replace(back, by="other"), made]) == {}
    assert looking_back([ASKED, replace(INTENT, reason=reason_of(ASKED))]) == {}
    assert D in reason_of(replace(ASKED, strategy=D))
