"""What a reviewer hears: nothing that was left unread or set aside goes by without a word."""

from dataclasses import replace

import pytest
from builders import criterion, observed

from contracts import reference, restore
from contracts.alternatives import concluded
from contracts.criterion import Stage
from contracts.evidence import Place
from contracts.exceptions import Aside, exceptions
from contracts.observation import Awaited, Status
from contracts.question import Evidence
from contracts.readiness import Ready, decide
from contracts.reading import BLANK, FIELD, MISPLACED, RESULT, SAMPLE, Unread
from contracts.rule import Agrees, OneOf
from contracts.subject import Observed

PLACE = Place("a" * 64, 12, 6, "/items/3/Keyword")
REASON = "the keyword 'TRANSD' is not in the contract; its result is “42.3” (verified)"
KEPT = observed("84.1")


def review(*observations, unread=(), criteria=None):
    criteria = criteria or (criterion(),)
    result = concluded(criteria, Evidence(observations, {}), reference.judge)
    drawn = exceptions(Stage.INITIAL, result, observations, Aside(unread=unread))
    return drawn, decide(Stage.INITIAL, criteria, result.verdicts, drawn).state


@pytest.mark.parametrize(
    ("kind", "named", "blocking"),
    [
        (RESULT, "result not in the contract", False),
        (SAMPLE, "sample that cannot be placed", True),
        (BLANK, "entry left blank", True),
        (MISPLACED, "value that was not read", True),
    ],
)
def test_what_was_not_read_is_told_in_its_own_words(kind, named, blocking):
    ((told,), state) = review(KEPT, unread=(Unread(PLACE, REASON, kind),))
    assert (told.kind, told.blocking, told.criterion) == (named, blocking, "")
    assert told.message == f"T{REASON[1:]} (/items/3/Keyword)."
    assert (state is Ready.READY) is not blocking


def test_each_unread_result_is_one_exception_and_a_field_is_none():
    results = [Unread(replace(PLACE, offset=at), REASON, RESULT) for at in (12, 90)]
    drawn, _ = review(KEPT, unread=(Unread(PLACE, "the reader does not use this"), *results))
    assert [one.id for one in drawn] == ["X-001", "X-002"]


@pytest.mark.parametrize("kind", [FIELD, RESULT, SAMPLE, BLANK, MISPLACED])
def test_an_unread_part_comes_back_from_its_record(kind):
    one = Unread(PLACE, REASON, kind)
    assert one.record()["kind"] == kind
    assert restore.unread(one.record()) == one


def aside(written, reason="", **changes):
    return observed(written, status=Status.INVALIDATED, reason=reason, **changes)


@pytest.mark.parametrize("reason", ["", " ", ".", "-", "— ."])
def test_a_failing_result_set_aside_without_a_reason_blocks(reason):
    """The criterion of the builders asks for at least 80.0 %."""
    gone = aside("76.3", reason)
    ((told,), state) = review(gone, KEPT)
    assert (told.kind, told.blocking) == ("failing result set aside", True)
    assert told.observations == (gone.id,)
    limit = criterion().limit_in_words()
    assert told.message == (
        "viability at release testing: a failing result was set aside without a reason: "
        f"“76.3” against {limit}."
    )
    assert state is Ready.NOT_READY


@pytest.mark.parametrize(
    ("written", "reason"),
    [("76.3", "air bubble"), ("76.3", "OOS-26-0012"), ("76.3", "4711"), ("90.0", "")],
)
def test_with_a_reason_or_conforming_it_is_told_and_does_not_block(written, reason):
    ((told,), state) = review(aside(written, reason), KEPT)
    assert (told.kind, told.blocking) == ("invalidated result", False)
    assert (reason or "no reason given") in told.message
    assert state is Ready.READY


def test_it_blocks_once_though_several_criteria_speak_of_it():
    other = criterion(id="CQA-VIA-002")
    drawn, _ = review(aside("76.3"), KEPT, criteria=(criterion(), other))
    assert [one.kind for one in drawn] == ["failing result set aside"]


@pytest.mark.parametrize("written", ["<90", "TNTC"])
def test_what_nobody_can_say_to_fail_is_no_failing_result(written):
    drawn, _ = review(aside(written), KEPT)
    assert [one.kind for one in drawn] == ["invalidated result"]


def test_a_rejected_analysis_without_a_result_is_no_failing_result():
    drawn, _ = review(aside("rejected", value=Awaited("rejected")), KEPT)
    assert [one.kind for one in drawn] == ["invalidated result"]


def test_what_no_criterion_asks_for_cannot_fail():
    drawn, state = review(aside("12", characteristic="cd3_purity"), KEPT)
    assert [(one.kind, one.blocking) for one in drawn] == [("invalidated result", False)]
    assert state is Ready.READY


def test_a_word_that_is_not_allowed_fails_as_well():
    rule = criterion(
        OneOf(("No growth",)), unit="1", subject=Observed("lims", "sterility", "release_testing")
    )
    words = {"characteristic": "sterility", "unit": "1"}
    drawn, _ = review(aside("Growth", **words), observed("No growth", **words), criteria=(rule,))
    assert [one.kind for one in drawn] == ["failing result set aside"]


@pytest.mark.parametrize(
    ("written", "named"),
    [("COI-0002", "failing result set aside"), ("COI-0001", "invalidated result")],
)
def test_an_identity_set_aside_is_held_against_the_other_record(written, named):
    about = {"characteristic": "coi_identifier", "unit": "1"}
    rule = criterion(
        Agrees(),
        unit="1",
        subject=Observed("lims", "coi_identifier", "release_testing"),
        against=Observed("batch_record", "coi_identifier", "release_testing"),
    )
    other = observed("COI-0001", source="batch_record", **about)
    kept = observed("COI-0001", **about)
    drawn, _ = review(aside(written, source_key="s9", **about), kept, other, criteria=(rule,))
    assert [one.kind for one in drawn] == [named]
