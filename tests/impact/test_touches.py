"""What rests on what: from a lot, a machine or a person to the verdicts, by the records alone."""

import pytest

from contracts.touches import BATCH, EVERY, Kind, Said, Touch, touches

EVALUATION = {"strategy": "ab" * 32, "strategy_version": "2.0.0"}
CODE = {"kind": "code", "name": "batchproof", "sha256": "cd" * 32, "version": "0.1.0"}
SUITE = {"kind": "suite", "name": "harvest.json", "sha256": "ef" * 32, "version": ""}
SERIES = {"tag": "BR-101.TEMP", "equipment": "BR-101"}


def observation(name, subject=("batch", "B-1"), **changes):
    return {
        "id": name,
        "instrument": "",
        "origin": {"derived_from": list(changes.pop("derived_from", ()))},
        "qualifiers": [],
        "recorded_by": "",
        "subject": {"kind": subject[0], "identifier": subject[1]},
    } | changes


def said(*observations, verdicts=(), criteria=()):
    return Said(
        evaluation=EVALUATION,
        criteria=tuple({"id": name, "method": {"code": code}} for name, code in criteria),
        observations=observations,
        verdicts=tuple({"criterion": name, "observations": list(on)} for name, on in verdicts),
        series=(SERIES,),
        environment=(CODE, SUITE),
        libraries={"great-expectations": "1.24.1"},
    )


def verdicts_of(found, kind, entity):
    return {one.verdict for one in found if one.kind is kind and one.entity == entity}


def test_a_verdict_rests_on_the_lot_of_a_value_it_was_calculated_from():
    found = touches(
        said(
            observation("O-lot", ("material_lot", "LV-1")),
            observation("O-middle", derived_from=["O-lot"]),
            observation("O-top", derived_from=["O-middle"]),
            observation("O-other", ("material_lot", "CM-2")),
            verdicts=[("CQA-1", ["O-top"]), ("CQA-2", ["O-other"])],
        )
    )
    assert verdicts_of(found, Kind.MATERIAL_LOT, "LV-1") == {BATCH, "CQA-1"}
    assert verdicts_of(found, Kind.MATERIAL_LOT, "CM-2") == {BATCH, "CQA-2"}


def test_a_lot_that_no_verdict_rests_on_touched_the_batch_all_the_same():
    found = touches(said(observation("O-lot", ("material_lot", "LV-1"))))
    assert verdicts_of(found, Kind.MATERIAL_LOT, "LV-1") == {BATCH}


def test_a_reduced_series_leads_to_its_tag_and_its_equipment():
    reduced = observation("O-1", derived_from=["series:BR-101.TEMP[2026-03-04T00:00:00Z,...]"])
    found = touches(said(reduced, verdicts=[("CPP-1", ["O-1"])]))
    assert verdicts_of(found, Kind.EQUIPMENT, "BR-101") == {BATCH, "CPP-1"}
    assert verdicts_of(found, Kind.EQUIPMENT, "BR-101.TEMP") == {BATCH, "CPP-1"}


@pytest.mark.parametrize(
    "changes",
    [
        {"recorded_by": "P-014"},
        {"qualifiers": [["analyst", "P-014"]]},
        {"qualifiers": [["verified_by", "P-014"]]},
        {"subject": ("person", "P-014")},
    ],
)
def test_a_person_is_whoever_recorded_analysed_verified_or_signed(changes):
    found = touches(said(observation("O-1", **changes), verdicts=[("GMP-1", ["O-1"])]))
    assert verdicts_of(found, Kind.PERSON, "P-014") == {BATCH, "GMP-1"}


def test_our_own_name_is_no_person_and_no_instrument():
    found = touches(said(observation("O-1", recorded_by="batchproof", instrument="batchproof")))
    assert {one.kind for one in found} == {Kind.SOFTWARE, Kind.STRATEGY}


def test_a_method_is_the_criterion_s_or_the_result_s():
    found = touches(
        said(
            observation("O-1", qualifiers=[["method", "QC-M-104"]]),
            verdicts=[("CQA-1", ["O-1"]), ("CQA-2", [])],
            criteria=[("CQA-1", ""), ("CQA-2", "QC-M-141")],
        )
    )
    assert verdicts_of(found, Kind.METHOD, "QC-M-104") == {BATCH, "CQA-1"}
    assert verdicts_of(found, Kind.METHOD, "QC-M-141") == {BATCH, "CQA-2"}


@pytest.mark.parametrize(
    ("kind", "entity"),
    [
        (Kind.STRATEGY, "2.0.0"),
        (Kind.STRATEGY, "ab" * 32),
        (Kind.SOFTWARE, "batchproof"),
        (Kind.SOFTWARE, "batchproof@0.1.0"),
        (Kind.SOFTWARE, "cd" * 32),
        (Kind.SOFTWARE, "great-expectations@1.24.1"),
    ],
)
def test_strategy_and_software_touch_every_verdict(kind, entity):
    assert Touch(kind, entity, EVERY) in touches(said())
    assert not verdicts_of(touches(said()), Kind.SOFTWARE, "ef" * 32)


def test_a_circle_in_forged_records_ends():
    found = touches(
        said(
            observation("O-1", derived_from=["O-2"]),
            observation("O-2", ("material_lot", "LV-1"), derived_from=["O-1"]),
            verdicts=[("CQA-1", ["O-1"])],
        )
    )
    assert verdicts_of(found, Kind.MATERIAL_LOT, "LV-1") == {BATCH, "CQA-1"}
