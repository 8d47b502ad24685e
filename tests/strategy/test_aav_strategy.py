"""The control strategy of the AAV vector: complete, linked, and within what the sources promise."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from contracts.criterion import AttributeClass, Stage
from contracts.rule import Range
from contracts.subject import (
    Alternatives,
    Boundary,
    Count,
    Difference,
    Elapsed,
    Observed,
    Quotient,
    Reduction,
    Reportable,
)
from contracts.verdict import Outcome
from expectations.strategy import cases, check, folder_for
from tasks.reading import contract_of

FOLDER = folder_for("aav-hek293")
STRATEGY = check(FOLDER)
EXAMPLES = cases(FOLDER)
DEMO_DAY = date(2026, 2, 9)  # manufacture of the demo plant's first AAV batch starts
BANK = {"working_cell_bank": "WCB-HEK-2403"}
BY_ID = {one.id: one for one in STRATEGY.in_force(DEMO_DAY, BANK)}
STEPS = (
    "cell_bank_thaw",
    "seed_train",
    "production_culture",
    "transfection",
    "lysis_clarification",
    "affinity_capture",
    "anion_exchange",
    "tangential_flow_filtration",
    "sterile_filtration",
    "filling",
    "frozen_storage",
)
USED_AT = {step: step != "frozen_storage" for step in STEPS}
"""Whether material is used at a step."""


def of(kind):
    return [one for one in STRATEGY.criteria if isinstance(one.subject, kind)]


def test_every_class_of_criterion_is_there_and_all_are_in_force_before_the_demo():
    counts = Counter(one.attribute_class for one in STRATEGY.criteria)
    assert set(counts) == set(AttributeClass)
    assert sum(counts.values()) == len(BY_ID) >= 55
    assert counts[AttributeClass.CQA] >= 30
    assert counts[AttributeClass.CPP] >= 50
    assert counts[AttributeClass.IPC] >= 25
    assert max(limit.effective for one in STRATEGY.criteria for limit in one.limits) < DEMO_DAY


def test_every_cqa_is_protected_by_what_is_controlled_before_it():
    linked = {link for one in STRATEGY.criteria for link in one.links}
    cqas = {
        one.part_of or one.id
        for one in STRATEGY.criteria
        if one.attribute_class is AttributeClass.CQA
    }
    assert cqas == linked
    for one in STRATEGY.criteria:
        protects = one.attribute_class in (
            AttributeClass.CPP,
            AttributeClass.CMA,
            AttributeClass.IPC,
        )
        assert bool(one.links) is protects, one.id


def test_adventitious_viruses_and_the_last_day_of_sterility_wait_for_the_final_stage():
    final = {one.id: one for one in STRATEGY.criteria if one.required_for is Stage.FINAL}
    assert set(final) == {"CQA-ADV-001", "CQA-STE-001"}
    assert all(one.due and one.late_failure for one in final.values())


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_its_equipment_calibrated_and_its_lots_released_and_in_date(step):
    subjects = [one.subject for one in STRATEGY.criteria]
    status = Observed("batch_record", "calibration_status", step)
    assert {status, Count(status)} <= {one for one in subjects if isinstance(one, Observed | Count)}
    released = Observed("batch_record", "material_release_status", step)
    expiry = Observed("batch_record", "material_expiry", step)
    in_date = Elapsed(Boundary(step, "ended_at"), expiry)
    found = [one in subjects for one in (released, in_date, Count(expiry))]
    assert found == [USED_AT[step]] * 3


def test_every_hold_between_two_steps_of_the_purification_is_limited():
    held = {
        (one.subject.start.step, one.subject.end.step)
        for one in of(Elapsed)
        if isinstance(one.subject.end, Boundary) and one.subject.start.edge == "ended_at"
    }
    purification = STEPS[4:]
    assert held == set(pairwise(purification))


def test_what_the_language_offers_is_used_where_the_science_asks_for_it():
    assert [one.subject.formula for one in of(Reportable)] == ["mean"]
    assert {one.subject.at_least for one in of(Alternatives)} == {1, 2}
    assert len(of(Difference)) >= 4
    assert len(of(Quotient)) >= 8
    functions = {one.subject.function for one in of(Reduction)}
    assert functions >= {
        "max",
        "mean",
        "time_outside",
        "longest_outside",
        "readings_outside",
        "longest_gap",
        "fastest_change",
    }
    kinds = {limit.kind.value for one in STRATEGY.criteria for limit in one.limits}
    assert kinds == {"specification", "par", "action", "alert", "nor"}
    assert [one.name for one in STRATEGY.dimensions] == ["working_cell_bank"]
    assert sum(bool(one.rounding) for one in STRATEGY.criteria) >= 20
    assert sum(bool(one.conversions) for one in STRATEGY.criteria) >= 10


def test_at_least_five_limits_changed_and_both_stay_judgeable():
    changed = [
        one
        for one in STRATEGY.criteria
        if one.on(date(2024, 9, 2), BANK).limit.rule != one.on(DEMO_DAY, BANK).limit.rule
    ]
    assert len(changed) >= 5


def test_every_limit_and_every_file_is_marked_as_an_example():
    assert all(
        limit.cites.startswith("EXAMPLE: ") for one in STRATEGY.criteria for limit in one.limits
    )
    for file in FOLDER.iterdir():
        if file.name.endswith(".yaml"):
            first = file.read_text(encoding="utf-8").splitlines()[0]
            assert first.startswith("# EXAMPLE VALUES, NOT FOR USE ON PATIENTS."), file.name


def asked(subject):
    """Yield what a subject asks of the records, each with its unit if it names one."""
    match subject:
        case Quotient(operands=operands) | Difference(operands=operands):
            yield from ((one.observed, one.unit) for one in operands if one.observed)
        case Count(observed):
            yield observed, None
        case Elapsed(_, Observed() as end):
            yield end, None
        case _:
            return


def test_every_criterion_speaks_about_something_a_source_promises_in_that_unit():
    promised = {
        source: {(term.name, term.unit) for term in contract_of(source).terms}
        for source in ("batch_record", "lims", "equipment")
    }
    names = {source: {name for name, _ in terms} for source, terms in promised.items()}
    for one in STRATEGY.criteria:
        match one.subject:
            case Observed() as seen:
                assert (seen.characteristic, one.unit) in promised[seen.source], one.id
            case Reportable(observed=seen):
                assert (seen.characteristic, one.unit) in promised[seen.source], one.id
            case Reduction() as seen:
                assert seen.characteristic in names["equipment"], one.id
                if seen.function in {"max", "min", "mean"}:
                    assert (seen.characteristic, one.unit) in promised["equipment"], one.id
            case _:
                for seen, unit in asked(one.subject):
                    assert seen.characteristic in names[seen.source], one.id
                    if unit is not None:
                        assert (seen.characteristic, unit) in promised[seen.source], one.id
        if one.against is not None:
            assert (one.against.characteristic, one.unit) in promised[one.against.source], one.id


def test_every_number_that_a_source_reports_has_examples_that_cannot_be_evaluated():
    shown = Counter(one.criterion.id for one in EXAMPLES if one.outcome is Outcome.NOT_EVALUABLE)
    numeric = [
        one.id
        for one in BY_ID.values()
        if isinstance(one.subject, Observed) and isinstance(one.limit.rule, Range)
    ]
    assert len(numeric) > 60
    # words in place of a number, and the right number in another unit
    assert [name for name in numeric if shown[name] < 2] == []


def test_warning_limits_warn_in_their_examples():
    warned = {kind for one in EXAMPLES for kind in one.warns}
    assert warned == {"action", "alert", "nor"}
