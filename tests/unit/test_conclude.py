"""From points to verdicts and readiness: absence never conforms, failures never average out."""

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.conclude import agree, conclude
from contracts.criterion import Stage
from contracts.errors import JudgementError
from contracts.exceptions import Aside, exceptions
from contracts.observation import Awaited, Status
from contracts.question import Answer, Evidence, questions
from contracts.readiness import Ready, decide
from contracts.reading import Quarantine
from contracts.rule import Range
from contracts.verdict import Outcome


def evaluate(*observations, criteria=None, stage=Stage.INITIAL, quarantines=()):
    criteria = (criterion(),) if criteria is None else criteria
    result = concluded(criteria, Evidence(observations, {}, quarantines), reference.judge)
    drawn = exceptions(stage, result, observations, Aside(tuple(quarantines)))
    return result.verdicts, drawn, decide(stage, criteria, result.verdicts, drawn)


def test_nothing_recorded_is_missing_and_the_batch_incomplete():
    (verdict,), drawn, readiness = evaluate()
    assert verdict.outcome is Outcome.MISSING
    assert verdict.message == (
        "Viability of the drug product: nothing was recorded. QC laboratory owes it."
    )
    assert [one.blocking for one in drawn] == [True]
    assert readiness.state is Ready.INCOMPLETE


def test_no_criteria_at_all_is_not_ready():
    _, _, readiness = evaluate(observed("90"), criteria=())
    assert readiness.state is Ready.INCOMPLETE


def test_a_criterion_not_required_for_the_stage_is_still_judged():
    """Zero criteria *required* is no readiness either, although all verdicts are met."""
    later = criterion(required_for=Stage.FINAL)
    (verdict,), _, readiness = evaluate(observed("90"), criteria=(later,))
    assert verdict.outcome is Outcome.MET
    assert readiness.state is Ready.INCOMPLETE


def test_a_passing_retest_never_replaces_a_failing_original():
    original = observed("76.3")
    retest = observed("84.1", retest_of=original.source_key)
    (verdict,), drawn, readiness = evaluate(original, retest)
    assert verdict.outcome is Outcome.NOT_MET
    assert (verdict.as_written, verdict.value) == ("76.3", "76.3")
    assert verdict.observations == (original.id, retest.id)
    assert "a retest never replaces a failing original" in verdict.message
    assert {one.kind for one in drawn} == {"criterion not met", "retest"}
    assert readiness.state is Ready.NOT_READY


def test_the_order_of_results_does_not_matter():
    original = observed("76.3")
    retest = observed("84.1", retest_of=original.source_key)
    assert evaluate(retest, original)[0][0].as_written == "76.3"


def test_an_invalidated_result_is_shown_and_not_judged():
    gone = observed(
        "76.3",
        status=Status.INVALIDATED,
        reason="assignable cause: air bubble",
        qualifiers=(("verified_by", "P-051"),),
    )
    kept = observed("84.1")
    (verdict,), drawn, readiness = evaluate(gone, kept)
    assert verdict.outcome is Outcome.MET
    assert gone.id in verdict.observations
    assert [one.kind for one in drawn] == ["invalidated result"]
    assert readiness.state is Ready.READY


def test_only_invalidated_results_are_missing_not_met():
    (verdict,), _, _ = evaluate(observed("90.0", status=Status.INVALIDATED))
    assert verdict.outcome is Outcome.MISSING


def test_a_result_on_its_way_is_pending_and_blocks_only_where_required():
    awaited = observed("assigned", value=Awaited("assigned"))
    final = criterion(required_for=Stage.FINAL)
    other = criterion(id="CQA-X-1", subject=replace(criterion().subject, characteristic="x"))
    fine = observed("90", characteristic="x")
    for stage, expected in ((Stage.INITIAL, Ready.READY), (Stage.FINAL, Ready.INCOMPLETE)):
        (verdict, _), drawn, readiness = evaluate(
            awaited, fine, criteria=(final, other), stage=stage
        )
        assert verdict.outcome is Outcome.PENDING
        assert verdict.as_written == "assigned"
        assert [one.blocking for one in drawn] == [stage is Stage.FINAL]
        assert readiness.state is expected


def test_a_failure_counts_also_before_its_stage():
    """Growth in the sterility test is no matter of stages, even if sterility is due at the end."""
    later = criterion(required_for=Stage.FINAL)
    *_, readiness = evaluate(observed("10"), criteria=(later,))
    assert readiness.state is Ready.NOT_READY


def test_one_bad_value_among_many_is_not_averaged():
    values = [observed(text) for text in ("99.0", "98.0", "79.9", "97.0")]
    (verdict,), *_ = evaluate(*values)
    assert verdict.outcome is Outcome.NOT_MET
    assert verdict.as_written == "79.9"
    assert "1 of 4 values" in verdict.message


def test_a_quarantined_source_makes_its_criteria_not_evaluable():
    aside = Quarantine("lims", "the unit 'furlong'", "%", "/items/0/Unit", "the laboratory looks")
    (verdict,), drawn, readiness = evaluate(observed("90"), quarantines=(aside,))
    assert verdict.outcome is Outcome.NOT_EVALUABLE
    assert "furlong" in verdict.message
    assert drawn[0].kind == "quarantine"
    assert readiness.state is Ready.INCOMPLETE


def test_judges_that_differ_stop_everything():
    one, two = {("C", "O"): Answer.MET}, {("C", "O"): Answer.NOT_MET}
    with pytest.raises(JudgementError, match="differ on 1 points, first on C"):
        agree(one, two)
    with pytest.raises(JudgementError, match="no answer"):
        agree(one, {})


def test_an_answer_that_is_lacking_or_extra_stops_everything():
    asked = questions((criterion(),), Evidence((observed("90"),), {}))
    answers = reference.judge(asked)
    with pytest.raises(JudgementError, match="1 points without an answer"):
        conclude(asked, {})
    with pytest.raises(JudgementError, match="1 answers without a point"):
        conclude(asked, answers | {("CQA-VIA-001", "O-none"): Answer.MET})


@pytest.mark.parametrize(("low", "expected"), [("90.0", "met"), ("90.1", "not_met")])
def test_a_moved_limit_flips_the_verdict(low, expected):
    moved = criterion(Range(low=Decimal(low)))
    assert evaluate(observed("90.0"), criteria=(moved,))[0][0].outcome.value == expected


BAD, UNREADABLE, GOOD = observed("10"), observed("clotted"), observed("90")
ON_ITS_WAY = observed("assigned", value=Awaited("assigned"))


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ((GOOD, ON_ITS_WAY, UNREADABLE, BAD), "not_met"),
        ((GOOD, ON_ITS_WAY, BAD), "not_met"),
        ((GOOD, ON_ITS_WAY, UNREADABLE), "not_evaluable"),
        ((ON_ITS_WAY, UNREADABLE), "not_evaluable"),
        ((GOOD, ON_ITS_WAY), "pending"),
        ((GOOD,), "met"),
    ],
)
def test_what_speaks_against_a_batch_is_heard_before_what_is_open(results, outcome):
    for ordered in (results, results[::-1]):
        assert evaluate(*ordered)[0][0].outcome.value == outcome
