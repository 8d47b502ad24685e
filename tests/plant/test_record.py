"""The batch records: valid, ordered in time, and each with its story."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from infra.plant.batches import CAR_T_BATCHES, STORIES

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "contracts/sources/b2mml/BatchML-BatchProductionRecord.xsd"
B2MML = {"b": "http://www.mesa.org/xml/B2MML"}
BATCHES = [story.batch for story in CAR_T_BATCHES]
STEPS = [
    "apheresis_receipt",
    "activation",
    "transduction",
    "expansion",
    "harvest",
    "formulation",
    "cryopreservation",
]
CODES = """
APH_COI APH_DIN APH_TEMP APH_TNC APH_CD3 APH_VIAB APH_VOL ACT_DENS ACT_BEAD ACT_CD3 TRA_VIAB
TRA_MOI TRA_TIME EXP_VCD EXP_VIAB EXP_GLUC EXP_LACT HAR_TVC HAR_VIAB HAR_FOLD HAR_BEAD
APH_WT APH_COH FOR_THEO FOR_FILLED FOR_BAGS FOR_DOSE
FOR_CONC FOR_DMSO FOR_VOL FOR_LABEL FOR_LABDIF FOR_LCLR CRY_BAGS CRY_LOC CRY_INTEG
"""


@pytest.fixture(scope="session")
def schema():
    return etree.XMLSchema(etree.parse(SCHEMA))


@pytest.fixture(params=BATCHES)
def batch(request):
    return request.param


@pytest.fixture
def record(plant, batch):
    return etree.fromstring(plant.record(batch))


def text(element, path):
    return element.xpath(f"string({path})", namespaces=B2MML)


def process_data(record):
    return record.xpath("//b:Event[b:EventSubType='Process Data']", namespaces=B2MML)


def values(record, code):
    """Return the texts of a parameter in the order of the record."""
    events = record.xpath(f"//b:Event/b:Value[b:Key='{code}']/b:ValueString", namespaces=B2MML)
    return [event.text for event in events]


def steps(record):
    segments = record.xpath("//b:SegmentResponse", namespaces=B2MML)
    return [
        (
            text(one, "b:ProcessSegmentID"),
            datetime.fromisoformat(text(one, "b:ActualStartTime")),
            datetime.fromisoformat(text(one, "b:ActualEndTime")),
        )
        for one in segments
    ]


def test_record_is_valid(schema, record):
    schema.assertValid(record)


def test_record_is_as_long_as_a_real_one(plant, batch):
    body = plant.record(batch)
    assert body.startswith(b"<?xml version=")
    assert 100_000 < len(body) < 400_000


def test_every_parameter_is_written(record, batch):
    found = {text(event, "b:Value/b:Key") for event in process_data(record)}
    assert found == set(CODES.split())
    assert text(record, "b:BatchID") == batch


def test_steps_are_in_order_and_in_time(record):
    ran = steps(record)
    assert [name for name, _, _ in ran] == STEPS
    for (_, _, ended), (_, started, _) in pairwise(ran):
        assert ended < started
    times = {name: (start, end) for name, start, end in ran}
    hold = times["transduction"][0] - times["activation"][0]
    assert timedelta(hours=20) <= hold <= timedelta(hours=48)
    wait = times["cryopreservation"][0] - times["formulation"][1]
    assert wait <= timedelta(minutes=60)
    whole = times["cryopreservation"][1] - times["apheresis_receipt"][0]
    assert whole <= timedelta(days=14)
    assert times["expansion"][1] - times["expansion"][0] == timedelta(days=9)


def test_values_are_written_during_their_step_and_recorded_after(record):
    times = {name: (start, end) for name, start, end in steps(record)}
    for event in process_data(record):
        at = datetime.fromisoformat(text(event, "b:TimeStamp"))
        name = text(event, "b:ProceduralElementReference").partition("/")[0]
        recorded = text(event, "b:UserAttribute[b:AttributeID='recorded-at']/b:Value/b:ValueString")
        assert times[name][0] <= at <= times[name][1]
        assert timedelta(0) < datetime.fromisoformat(recorded) - at <= timedelta(minutes=10)


def test_nobody_verifies_their_own_entry(record):
    verifier = "b:UserAttribute[b:AttributeID='verified-by']/b:Value/b:ValueString"
    mode = "b:UserAttribute[b:AttributeID='entry-mode']/b:Value/b:ValueString"
    for event in process_data(record):
        assert text(event, mode) in {"manual", "interface", "instrument"}
        assert text(event, verifier) != text(event, "b:PersonID")
        assert bool(text(event, verifier)) == (text(event, mode) == "manual")


def test_fold_expansion_is_harvested_over_seeded_cells(record):
    (fold,), (harvested,) = values(record, "HAR_FOLD"), values(record, "HAR_TVC")
    seeded = Decimal(harvested) * 1000 / Decimal(fold)
    assert 95 < seeded < 110  # 10^6 cells: about 103 mL at 1.0 x 10^6/mL
    densities = [Decimal(one) for one in values(record, "EXP_VCD")]
    assert densities == sorted(densities)
    assert len(densities) == 4


def test_materials_are_released_and_the_vector_has_a_titre(record):
    lots = record.xpath("//b:MaterialActual", namespaces=B2MML)
    used = {text(lot, "b:MaterialDefinitionID") for lot in lots}
    assert used == {
        "apheresis",
        "activation_beads",
        "culture_medium",
        "il2",
        "lentiviral_vector",
        "dmso_cryo_medium",
        "cryobag",
    }
    for lot in lots:
        status = text(lot, "b:MaterialActualProperty[b:ID='ReleaseStatus']/b:Value/b:ValueString")
        assert status == ("" if text(lot, "b:MaterialDefinitionID") == "apheresis" else "Released")
    titre = "//b:MaterialActualProperty[b:ID='Titre']/b:Value"
    assert text(record, f"{titre}/b:ValueString").endswith("E8")
    assert text(record, f"{titre}/b:UnitOfMeasure") == "TU/mL"


def test_equipment_is_named_with_its_calibration(record, batch):
    used = record.xpath("//b:EquipmentActual/b:EquipmentID/text()", namespaces=B2MML)
    assert f"BR-10{batch[-1]}" in used
    assert "CRF-201" in used
    assert not [name for name in used if "{" in name]


def test_the_first_batch_has_a_change_after_entry(plant):
    record = etree.fromstring(plant.record(BATCHES[0]))
    (change,) = record.xpath("//b:Change", namespaces=B2MML)
    changed = text(change, "b:RecordReference")
    (event,) = record.xpath(f"//b:Event[b:EntryID='{changed}']", namespaces=B2MML)
    assert text(change, "b:PrechangeData/b:ValueString") != text(event, "b:Value/b:ValueString")
    assert text(change, "b:Reason")
    assert len(record.xpath("//b:Comment", namespaces=B2MML)) == 3


def test_record_and_label_agree_on_the_identity(record, batch):
    code = f"COI-7K4M-{batch[-4:]}"
    assert values(record, "APH_COI") == values(record, "FOR_LABEL") == [code]


def test_a_record_has_a_tag_and_a_date(plant, batch):
    _, _, headers = plant.mes(f"/batches/{batch}/record")
    assert headers["Content-Type"] == "application/xml"
    assert headers["ETag"]
    assert headers["Last-Modified"].endswith("GMT")


def test_an_unknown_batch_is_not_found_in_words(plant):
    status, body, _ = plant.mes("/batches/CART-26-9999/record")
    assert status == 404
    assert b"CART-26-9999" in body


def test_the_list_of_batches(plant):
    listed = json.loads(plant.mes("/batches")[1])
    assert [(one["batch"], one["product"]) for one in listed] == [
        (story.batch, story.product.code) for story in STORIES
    ]
    assert all(one["completed_at"].endswith("+01:00") for one in listed)


def test_the_patient_is_a_weight_and_a_cohort(record, batch):
    (weight,), (cohort,) = values(record, "APH_WT"), values(record, "APH_COH")
    assert 20 < Decimal(weight) < 120
    assert cohort == ("paediatric-all" if batch.endswith("3") else "adult-lbcl")


def test_what_was_filled_follows_from_concentration_and_volume(record):
    (planned,), (filled,), (dose,), (bags,), (volume,), (density,) = (
        values(record, code)
        for code in ("FOR_THEO", "FOR_FILLED", "FOR_DOSE", "FOR_BAGS", "FOR_VOL", "FOR_CONC")
    )
    assert Decimal(dose) == int(bags) * Decimal(volume)
    assert abs(Decimal(filled) - Decimal(dose) * Decimal(density)) <= Decimal("0.5")
    assert planned == "800"
