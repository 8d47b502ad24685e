"""The shipped control strategy: what is in it, and that it fits what the sources promise."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from contracts.criterion import Stage
from contracts.rule import Agrees, OneOf, Present, Range
from contracts.subject import Boundary, Count, Elapsed, Observed, Reduction
from contracts.verdict import Outcome
from expectations.strategy import cases, folder_for, load
from tasks.reading import contract_of

FOLDER = folder_for("car-t-autologous")
STRATEGY = load(FOLDER)
DEMO_DAY = date(2026, 3, 2)  # manufacture of the demo plant's first batch starts
BY_ID = {one.id: one for one in STRATEGY.in_force(DEMO_DAY)}


def between(low: str | None, high: str | None) -> Range:
    return Range(None if low is None else Decimal(low), None if high is None else Decimal(high))


def above(low: str) -> Range:
    return Range(low=Decimal(low), low_inclusive=False)


def below(high: str) -> Range:
    return Range(high=Decimal(high), high_inclusive=False)


# The table that plant, source contracts and strategy were agreed on: what, where, unit, limit.
BATCH_RECORD = [
    ("receipt_temperature", "apheresis_receipt", "Cel", between("2.0", "8.0")),
    ("total_nucleated_cells", "apheresis_receipt", "10*9", between("2.0", None)),
    ("cd3_fraction", "apheresis_receipt", "%", between("20.0", None)),
    ("viability", "apheresis_receipt", "%", between("90.0", None)),
    ("collection_volume", "apheresis_receipt", "mL", between("50", "400")),
    ("donation_identifier", "apheresis_receipt", "1", Present()),
    ("seeding_density", "activation", "10*6/mL", between("0.5", "2.0")),
    ("bead_to_cell_ratio", "activation", "1", between("2.7", "3.3")),
    ("cd3_purity", "activation", "%", between("80.0", None)),
    ("viability", "transduction", "%", between("80.0", None)),
    ("multiplicity_of_infection", "transduction", "1", between("1.0", "5.0")),
    ("transduction_time", "transduction", "h", between("16", "30")),
    ("vector_titre", "transduction", "{TU}/mL", between("1.0E8", None)),
    ("viable_cell_density", "expansion", "10*6/mL", between("0.3", "6.0")),
    ("viability", "expansion", "%", between("80.0", None)),
    ("glucose", "expansion", "mmol/L", between("2.0", None)),
    ("lactate", "expansion", "mmol/L", between(None, "20.0")),
    ("total_viable_cells", "harvest", "10*9", between("1.0", None)),
    ("viability", "harvest", "%", between("80.0", None)),
    ("fold_expansion", "harvest", "1", between("5", None)),
    ("bead_removal_passes", "harvest", "1", between("2", "3")),
    ("cell_concentration", "formulation", "10*6/mL", between("10.0", "40.0")),
    ("dmso_fraction", "formulation", "%", between("5.0", "10.0")),
    ("fill_volume", "formulation", "mL", between("18.0", "22.0")),
    ("label_coi_scan", "formulation", "1", Agrees()),
    ("label_reconciliation_difference", "formulation", "1", between("0", "0")),
    ("line_clearance", "formulation", "1", OneOf(("Pass",))),
    ("record_status", "batch", "1", OneOf(("Complete",))),
    ("bags_frozen", "cryopreservation", "1", between("1", None)),
    ("storage_location", "cryopreservation", "1", Present()),
    ("bag_integrity", "cryopreservation", "1", OneOf(("Pass",))),
    *[
        ("material_release_status", step, "1", OneOf(("Released",)))
        for step in ("activation", "transduction", "expansion", "formulation")
    ],
    *[
        ("calibration_status", step, "1", OneOf(("In calibration",)))
        for step in (
            "apheresis_receipt",
            "activation",
            "transduction",
            "expansion",
            "harvest",
            "formulation",
            "cryopreservation",
        )
    ],
]
LABORATORY = [
    ("viability", "release_testing", "%", between("80.0", None)),
    ("cd3_purity", "release_testing", "%", between("80.0", None)),
    ("car_positive_fraction", "release_testing", "%", between("10.0", None)),
    ("vector_copy_number", "release_testing", "{copies}/{cell}", below("5.0")),
    ("car_positive_viable_cells", "release_testing", "10*6", between("60", "600")),
    ("interferon_gamma", "release_testing", "pg/mL", above("50")),
    ("cytotoxicity", "release_testing", "%", above("50")),
    ("endotoxin", "release_testing", "{EU}/mL", below("5.0")),
    ("mycoplasma", "release_testing", "1", OneOf(("Not detected",))),
    ("gram_stain", "release_testing", "1", OneOf(("No organisms seen",))),
    ("sterility", "release_testing", "1", OneOf(("No growth",))),
    ("replication_competent_lentivirus", "release_testing", "1", OneOf(("Not detected",))),
    ("residual_beads", "release_testing", "{beads}/(3.10*6.{cells})", below("100")),
    ("residual_b_cells", "release_testing", "%", between(None, "1.00")),
    ("appearance", "release_testing", "1", OneOf(("Conforms",))),
    ("car_positive_fraction", "expansion", "%", between("5.0", None)),
    ("viability", "expansion", "%", between("80.0", None)),
]
EQUIPMENT = [
    ("temperature", "time_outside", between("36.0", "38.0"), "min", between(None, "30")),
    ("temperature", "max", between(None, None), "Cel", between(None, "39.0")),
    ("temperature", "longest_gap", between(None, None), "min", between(None, "10")),
    ("ph", "min", between(None, None), "[pH]", between("6.90", None)),
    ("ph", "max", between(None, None), "[pH]", between(None, "7.50")),
    ("ph", "longest_gap", between(None, None), "min", between(None, "10")),
    ("dissolved_oxygen", "time_outside", between("40", None), "min", between(None, "60")),
    ("dissolved_oxygen", "longest_gap", between(None, None), "min", between(None, "10")),
    ("agitation", "min", between(None, None), "/min", between("40", None)),
    ("agitation", "max", between(None, None), "/min", between(None, "120")),
    ("agitation", "longest_gap", between(None, None), "min", between(None, "10")),
    ("co2_fraction", "time_outside", between("4.0", "6.0"), "min", between(None, "60")),
    ("co2_fraction", "longest_gap", between(None, None), "min", between(None, "10")),
    ("door_open", "count_true", between(None, None), "1", between(None, "20")),
    ("alarm_active", "count_true", between(None, None), "1", between(None, "10")),
    ("freezing_temperature", "min", between(None, None), "Cel", between(None, "-90")),
    ("freezing_temperature", "longest_gap", between(None, None), "min", between(None, "5")),
]
# How many pieces of equipment the recipe names for a step: one status each.
CALIBRATED = {
    "apheresis_receipt": 3,
    "activation": 3,
    "transduction": 3,
    "expansion": 3,
    "harvest": 3,
    "formulation": 4,
    "cryopreservation": 2,
}
START, END = "started_at", "ended_at"
TIMES = [
    (("apheresis_receipt", END), ("activation", START), "h", between("0", "24")),
    (("activation", START), ("transduction", START), "h", between("20", "48")),
    (("apheresis_receipt", START), ("cryopreservation", END), "h", between("0", str(14 * 24))),
    (("formulation", END), ("cryopreservation", START), "min", between("0", "60")),
]
COI = {
    "COI-REC-001": Observed("lims", "coi_identifier", "release_testing"),
    "COI-APH-001": Observed("lims", "coi_identifier", "apheresis_receipt"),
    "COI-LBL-001": Observed("batch_record", "coi_identifier", "apheresis_receipt"),
}


def judged_on(subject):
    return [(one.unit, one.limit.rule) for one in BY_ID.values() if one.subject == subject]


@pytest.mark.parametrize(("source", "rows"), [("batch_record", BATCH_RECORD), ("lims", LABORATORY)])
def test_each_agreed_limit_of_a_result_is_in_force(source, rows):
    for characteristic, step, unit, rule in rows:
        assert judged_on(Observed(source, characteristic, step)) == [(unit, rule)], characteristic


def test_each_agreed_limit_of_the_equipment_is_in_force():
    for characteristic, function, inner, unit, rule in EQUIPMENT:
        step = "cryopreservation" if characteristic == "freezing_temperature" else "expansion"
        subject = Reduction(characteristic, step, function, inner.low, inner.high)
        assert judged_on(subject) == [(unit, rule)], (characteristic, function)


def test_each_step_judged_on_calibration_counts_the_equipment_with_a_status():
    steps = [
        one.subject.step
        for one in BY_ID.values()
        if isinstance(one.subject, Observed) and one.subject.characteristic == "calibration_status"
    ]
    assert steps == list(CALIBRATED)
    for step, least in CALIBRATED.items():
        counted = Count(Observed("batch_record", "calibration_status", step))
        assert judged_on(counted) == [("1", between(str(least), None))], step


def test_each_agreed_limit_of_a_time_is_in_force():
    for start, end, unit, rule in TIMES:
        assert judged_on(Elapsed(Boundary(*start), Boundary(*end))) == [(unit, rule)], start


@pytest.mark.parametrize("name", COI)
def test_identity_is_compared_with_the_other_record(name):
    assert BY_ID[name].against == COI[name]
    assert BY_ID[name].limit.rule == Agrees()


def test_at_least_forty_criteria_are_in_force_and_all_were_before_the_demo():
    assert len(BY_ID) >= 40
    assert len(BY_ID) == len(STRATEGY.criteria)
    assert max(limit.effective for one in STRATEGY.criteria for limit in one.limits) < DEMO_DAY


def test_only_sterility_waits_for_the_final_stage():
    final = [one for one in STRATEGY.criteria if one.required_for is Stage.FINAL]
    assert [one.subject for one in final] == [Observed("lims", "sterility", "release_testing")]


def test_at_least_five_limits_changed_and_both_stay_judgeable():
    changed = [one for one in STRATEGY.criteria if len(one.limits) > 1]
    assert len(changed) >= 5
    for one in changed:
        before, after = one.on(date(2024, 6, 1)), one.on(DEMO_DAY)
        assert before is not None
        assert after is not None
        assert before.limit.rule != after.limit.rule


def test_every_limit_is_marked_as_an_example_and_so_is_every_file():
    assert all(
        limit.cites.startswith("EXAMPLE: ") for one in STRATEGY.criteria for limit in one.limits
    )
    files = [one for one in FOLDER.iterdir() if one.name.endswith(".yaml")]
    assert len(files) == len({one.unit_procedure for one in STRATEGY.criteria}) + 1
    for file in files:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# EXAMPLE VALUES, NOT FOR USE ON PATIENTS."), file.name


def test_every_criterion_speaks_about_something_a_source_promises_in_that_unit():
    promised = {
        source: {(term.name, term.unit) for term in contract_of(source).terms}
        for source in ("batch_record", "lims", "equipment")
    }
    for one in STRATEGY.criteria:
        if isinstance(one.subject, Observed):
            assert (one.subject.characteristic, one.unit) in promised[one.subject.source], one.id
        if isinstance(one.subject, Reduction) and one.subject.function in {"max", "min"}:
            assert (one.subject.characteristic, one.unit) in promised["equipment"], one.id
        if isinstance(one.subject, Reduction):
            names = {name for name, _ in promised["equipment"]}
            assert one.subject.characteristic in names, one.id
        if one.against is not None:
            assert (one.against.characteristic, one.unit) in promised[one.against.source], one.id


def test_every_number_that_a_source_reports_has_an_example_that_cannot_be_evaluated():
    shown = Counter(
        one.criterion.id for one in cases(FOLDER) if one.outcome is Outcome.NOT_EVALUABLE
    )
    numeric = {
        one.id
        for one in BY_ID.values()
        if isinstance(one.subject, Observed) and isinstance(one.limit.rule, Range)
    }
    assert len(numeric) > 30
    # words in place of a number, and the right number in another unit
    assert all(shown[name] >= 2 for name in numeric)


def test_the_strategy_has_the_same_name_each_time_it_is_read():
    assert load(FOLDER).digest == STRATEGY.digest
    assert len({one.id for one in STRATEGY.criteria}) == len(STRATEGY.criteria)
    assert STRATEGY.product == "car-t-autologous"
