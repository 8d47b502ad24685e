"""The analyses in FHIR R5: read by models of another hand, numbers digit by digit, no patient."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from fhir.resources.bundle import Bundle

from contracts.certified import Analysis, Result, certified
from contracts.observation import Awaited, Bound, Number, Provenance, Status, Text
from contracts.rule import Limit, Range
from contracts.verdict import Outcome
from tasks.exports import fhir
from tasks.exports.certificate import told_of
from tasks.exports.fhir_words import goal, json_text, plain, recorded, reference_range

AT = "2026-03-24T06:00:00.000000Z"


def written(sound, folder):
    fhir.write(sound, folder / "bundle.json")
    return (folder / "bundle.json").read_bytes()


@pytest.fixture(scope="module")
def data(not_ready, tmp_path_factory):
    return written(not_ready, tmp_path_factory.mktemp("fhir"))


@pytest.fixture(scope="module")
def resources(data):
    return [one["resource"] for one in json.loads(data, parse_float=Decimal)["entry"]]


@pytest.fixture(scope="module")
def viability(ready):
    return next(one for one in certified(ready.opened()) if one.criterion.id == "CQA-VIA-001")


def of_kind(resources, kind):
    return [one for one in resources if one["resourceType"] == kind]


def test_models_of_another_hand_read_it(data, ready, tmp_path):
    for said in (data, written(ready, tmp_path)):
        bundle = Bundle.model_validate_json(said)
        assert bundle.type == "collection"
        assert bundle.identifier.system == fhir.ROOT


def test_the_models_refuse_what_is_no_r5(data):
    spoilt = json.loads(data)
    spoilt["entry"][-1]["resource"]["subject"] = "nobody"
    with pytest.raises(ValueError, match="subject"):
        Bundle.model_validate(spoilt)


def test_the_subject_is_the_batch_and_no_patient_is_anywhere(data, resources, not_ready):
    assert b"Patient" not in data
    (batch,) = of_kind(resources, "Medication")
    assert batch["batch"]["lotNumber"] == "CART-26-0002"
    reference = {"reference": f"urn:uuid:{batch['id']}"}
    for one in of_kind(resources, "Observation") + of_kind(resources, "DiagnosticReport"):
        assert one["subject"] == reference


def test_every_reference_leads_to_an_entry(data):
    bundle = json.loads(data)
    known = {one["fullUrl"] for one in bundle["entry"]}
    assert len(known) == len(bundle["entry"])
    found = []

    def walk(value):
        if isinstance(value, dict):
            if "reference" in value:
                found.append(value["reference"])
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(bundle)
    assert set(found) <= known
    assert len(found) > 50


def test_the_report_says_that_it_is_no_release_and_names_the_root(resources, not_ready):
    (report,) = of_kind(resources, "DiagnosticReport")
    assert report["status"] == "preliminary"
    assert report["identifier"] == [{"system": fhir.ROOT, "value": not_ready.manifest.root}]
    assert "This is not a release" in report["conclusion"]
    assert "demo key" in report["conclusion"]


def test_a_failing_original_and_its_retest_both_stand_under_their_test(resources):
    by_url = {f"urn:uuid:{one['id']}": one for one in resources}
    (outcome,) = [
        one
        for one in of_kind(resources, "Observation")
        if one["code"]["coding"][0]["code"] == "CQA-VIA-001"
    ]
    assert outcome["valueCodeableConcept"]["coding"][0]["code"] == "not_met"
    results = [by_url[one["reference"]] for one in outcome["hasMember"]]
    assert [one["valueQuantity"]["value"] for one in results] == [Decimal("76.3"), Decimal("84.1")]
    assert [one["note"][-1]["text"] for one in results] == ["original", "retest"]


def test_every_outcome_is_that_of_its_verdict(resources, not_ready):
    package = not_ready.opened()
    found = {
        one["code"]["coding"][0]["code"]: one["valueCodeableConcept"]["coding"][0]["code"]
        for one in of_kind(resources, "Observation")
        if "valueCodeableConcept" in one
    }
    assert found == {one.criterion.id: one.verdict.outcome for one in certified(package)}
    (report,) = of_kind(resources, "DiagnosticReport")
    assert len(report["result"]) == len(found)


def test_a_result_that_two_tests_rest_on_stands_there_once(resources):
    # the final and the provisional sterility test are judged on one result
    identifiers = [
        one["identifier"][0]["value"]
        for one in of_kind(resources, "Observation")
        if "identifier" in one
    ]
    assert len(identifiers) == len(set(identifiers))
    ranges = [len(one["referenceRange"]) for one in of_kind(resources, "Observation")]
    assert max(ranges) == 2


def told(viability, value, **changes):
    one = replace(viability.results[0].one, value=value, **changes)
    return recorded(Result(one, None))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Number(Decimal("5.00")), '{"value":5.00,"system":"http://unitsofmeasure.org","code":"%"'),
        (Number(Decimal("1.90E+13")), '{"value":1.90E+13,'),
        (Number(Decimal("0.0000001")), '{"value":1E-7,'),
        (Number(Decimal("79.99999999999999999999")), '{"value":79.999999999999999,'),
    ],
)
def test_a_number_stands_digit_by_digit_and_a_long_one_is_cut(viability, value, expected):
    assert json_text(told(viability, value)["valueQuantity"]).startswith(expected)


def test_one_side_of_a_number_has_its_comparator(viability):
    below = told(viability, Number(Decimal("0.5"), Bound.BELOW))
    assert below["valueQuantity"]["comparator"] == "<"
    above = told(viability, Number(Decimal(300), Bound.ABOVE))
    assert above["valueQuantity"]["comparator"] == ">"
    assert "comparator" not in told(viability, Number(Decimal(300)))["valueQuantity"]


def test_what_is_no_number_is_text_and_what_is_awaited_is_absent(viability):
    text = told(viability, Text("No growth"), as_written="No growth")
    assert text["valueString"] == "No growth"
    awaited = told(viability, Awaited("assigned"), as_written="assigned")
    assert awaited["status"] == "registered"
    assert "valueQuantity" not in awaited
    assert awaited["dataAbsentReason"]["text"] == "assigned"
    aside = told(viability, Number(Decimal(1)), status=Status.INVALIDATED)
    assert aside["status"] == "cancelled"
    calculated = told(
        viability, Number(Decimal(1) / 3), provenance=Provenance.CALCULATED, as_written=""
    )
    assert calculated["note"][0]["text"].startswith("calculated, exactly 0.333")


def with_rule(viability, rule):
    limit = Limit(viability.criterion.limit.effective, rule, "CS-1")
    criterion = replace(viability.criterion, limits=(limit,))
    return Analysis(criterion, viability.verdict, ())


def test_an_open_end_is_never_told_as_a_closed_one(viability):
    rule = Range(Decimal(1), Decimal(5), low_inclusive=False)
    test = with_rule(viability, rule)
    found = reference_range(test)
    assert found["text"] == "> 1 and ≤ 5 %"
    assert "low" not in found
    assert found["high"]["value"] == Decimal(5)
    target = goal(test)["target"][0]["modifierExtension"][0]["extension"]
    assert [(one["url"], one["valueQuantity"]["comparator"]) for one in target] == [
        ("low", ">"),
        ("high", "<="),
    ]


def test_control_characters_of_a_source_do_not_stop_a_reader(viability, ready):
    evil = "a\0b\x1b[2J</script>"
    assert plain(f"{evil}\ud800") == "a b [2J</script>"
    assert plain("\n") == "-"
    one = replace(viability.results[0].one, value=Text(evil), as_written=evil)
    test = replace(viability, results=(Result(one, None),))
    package = ready.opened()
    said = json_text(fhir.bundle(told_of(ready, package, [test]), [test], AT)).encode()
    bundle = Bundle.model_validate_json(said)
    values = [one.resource.valueString for one in bundle.entry if _is_text(one.resource)]
    assert values == ["a b [2J</script>"]


def _is_text(resource):
    return getattr(resource, "valueString", None) is not None


def test_a_test_without_a_result_has_an_outcome_and_no_value(ready, viability):
    missing = replace(
        viability, results=(), verdict=replace(viability.verdict, outcome=Outcome.MISSING)
    )
    package = ready.opened()
    said = fhir.bundle(told_of(ready, package, [missing]), [missing], AT)
    Bundle.model_validate_json(json_text(said).encode())
    observations = [
        one["resource"] for one in said["entry"] if one["resource"]["resourceType"] == "Observation"
    ]
    assert len(observations) == 1
    assert "hasMember" not in observations[0]


def test_the_same_package_gives_the_same_bytes(not_ready, data, tmp_path):
    assert written(not_ready, tmp_path) == data
