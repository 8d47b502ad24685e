"""All, any, or at least so many of several criteria: every mix of what the others came to."""

import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.applicability import Applies
from contracts.criterion import Stage
from contracts.derive import derive
from contracts.exceptions import Aside, exceptions
from contracts.observation import Awaited
from contracts.question import Evidence
from contracts.readiness import Ready, decide
from contracts.reading import Quarantine
from contracts.rule import Range
from contracts.subject import Alternatives, Observed
from contracts.verdict import Outcome

MET, NOT_MET, PENDING, MISSING, OPEN, ELSEWHERE = Outcome
ABROAD = Applies((("market", ("US",)),))


def batch(states, at_least):
    """As many criteria as states, each with the evidence that brings it to its state."""
    names = tuple(f"CQA-ONE-{number:03d}" for number in range(len(states)))
    criteria, found = [], []
    for name, state in zip(names, states, strict=True):
        about = Observed("lims", name, "release_testing")
        one = criterion(id=name, subject=about, part_of="CQA-ALL-001")
        criteria.append(replace(one, applies=ABROAD) if state is ELSEWHERE else one)
        written = {MET: "80.0", NOT_MET: "79.9", PENDING: "assigned", OPEN: "clotted"}.get(state)
        if written:
            value = {"value": Awaited(written)} if state is PENDING else {}
            found.append(observed(written, characteristic=name, source_key=name, **value))
    criteria.append(
        criterion(
            Range(low=Decimal(at_least)),
            id="CQA-ALL-001",
            subject=Alternatives(names, at_least),
            unit="1",
        )
    )
    return tuple(criteria), tuple(found)


def judged(states, at_least, quarantines=()):
    criteria, found = batch(states, at_least)
    evidence = Evidence(found, derive(criteria, found, {}), quarantines, {"market": "EU"})
    return criteria, found, concluded(criteria, evidence, reference.judge)


def expected(states, at_least):
    """What must come of it, in words of counting alone."""
    if not set(states) & {MET, NOT_MET, PENDING} and OPEN not in states:
        return MISSING  # nothing on record of any of them
    wanted = at_least - states.count(ELSEWHERE) if at_least == len(states) else at_least
    open_ones = [one for one in states if one in (PENDING, MISSING, OPEN)]
    if states.count(MET) >= wanted:
        return MET
    if states.count(MET) + len(open_ones) < wanted:
        return NOT_MET if NOT_MET in states else OPEN
    return PENDING if set(open_ones) == {PENDING} else OPEN


@pytest.mark.parametrize("at_least", [1, 2, 3])
def test_every_mix_of_three(at_least):
    for states in itertools.product(Outcome, repeat=3):
        *_, result = judged(states, at_least)
        assert tuple(one.outcome for one in result.verdicts[:-1]) == states
        assert result.verdicts[-1].outcome is expected(states, at_least), states


@pytest.mark.parametrize(
    ("states", "at_least", "ready"),
    [
        ((MET, NOT_MET), 1, Ready.READY),  # potency by either of two assays: the other may fail
        ((MET, NOT_MET), 2, Ready.NOT_READY),
        ((NOT_MET, NOT_MET), 1, Ready.NOT_READY),
        ((MET, MISSING), 1, Ready.READY),
        ((MET, MISSING), 2, Ready.INCOMPLETE),
        ((MET, ELSEWHERE), 2, Ready.READY),
        ((NOT_MET, ELSEWHERE), 1, Ready.NOT_READY),
        ((ELSEWHERE, ELSEWHERE), 1, Ready.INCOMPLETE),
    ],
)
def test_only_the_criterion_that_counts_them_speaks_for_the_batch(states, at_least, ready):
    criteria, found, result = judged(states, at_least)
    drawn = exceptions(Stage.INITIAL, result, found, Aside())
    assert decide(Stage.INITIAL, criteria, result.verdicts, drawn).state is ready
    told = {one.criterion for one in drawn if one.kind == "alternative not met"}
    own = {
        one.criterion
        for one in result.verdicts
        if one.outcome not in (MET, ELSEWHERE) and one.criterion != "CQA-ALL-001"
    }
    assert told == own


@pytest.mark.parametrize("counting", ["not in force", "elsewhere"])
def test_an_alternative_that_nothing_counts_speaks_for_itself(counting):
    """Otherwise its failure would be heard by nobody."""
    criteria, found = batch((NOT_MET, MET), 1)
    criteria = (
        criteria[:-1]
        if counting == "not in force"
        else (
            *criteria[:-1],
            replace(criteria[-1], applies=ABROAD),
        )
    )
    criteria = (*criteria, criterion(id="CQA-VIA-009"))
    found = (*found, observed("90.0"))
    result = concluded(criteria, Evidence(found, {}, context={"market": "EU"}), reference.judge)
    drawn = exceptions(Stage.INITIAL, result, found, Aside())
    assert drawn[0].kind == "criterion not met"
    assert drawn[0].blocking
    assert decide(Stage.INITIAL, criteria, result.verdicts, drawn).state is Ready.NOT_READY


def test_the_count_names_the_evidence_of_every_alternative():
    _, found, result = judged((MET, NOT_MET), 1)
    (count,) = result.calculated
    assert count.origin.derived_from == tuple(one.id for one in found)
    assert result.verdicts[-1].observations == (count.id,)
    assert count.origin.recipe == "how many of CQA-ONE-000, CQA-ONE-001 are met"


def test_what_is_lacking_is_said_by_name():
    *_, result = judged((MET, OPEN, MISSING), 3)
    assert "CQA-ONE-001 is not evaluable; CQA-ONE-002 is missing" in result.verdicts[-1].message


def test_a_source_in_quarantine_is_not_an_absent_result():
    aside = Quarantine("lims", "half a page", "a page", "/", "the laboratory looks")
    *_, result = judged((MET, MET), 1, (aside,))
    assert [one.outcome for one in result.verdicts] == [OPEN] * 3
    assert "CQA-ONE-000 is not evaluable" in result.verdicts[-1].message


def test_verdicts_and_questions_stand_in_the_order_of_the_strategy():
    criteria, found = batch((MET, MET), 2)
    turned = criteria[::-1]
    result = concluded(turned, Evidence(found, {}), reference.judge)
    assert [one.criterion for one in result.verdicts] == [one.id for one in turned]
    assert [one.criterion.id for one in result.asked] == [one.id for one in turned]
