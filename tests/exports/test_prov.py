"""One value as W3C PROV: read again by the library, its JSON schema and its constraints."""

import json
from collections import defaultdict
from dataclasses import replace
from importlib.resources import files

import pytest
from jsonschema import Draft4Validator
from prov.model import ProvDocument

from contracts.conversion import Conversion
from contracts.observation import Number
from tasks.exports import prov

VIABILITY = "CQA-VIA-001"
READING = "BR-102.TEMP@2026-03-10T13:00:00Z"
SCHEMA = json.loads(files("prov").joinpath("tests/schemas/prov-json.schema.json").read_text())
"""The PROV-JSON schema of the W3C submission of 24 April 2013, as the library carries it."""


def told(sound, item):
    return prov.document(sound.opened(), sound.read, sound.manifest.root, item)


def record(document):
    return json.loads(document.serialize(format="json"))


@pytest.fixture(scope="module")
def items(not_ready):
    package = not_ready.opened()
    calculated = [one.id for one in package.observations.values() if one.origin.derived_from]
    some = [*list(package.verdicts)[::5], *list(package.observations)[::25], *calculated[::5]]
    return [*some, VIABILITY, "CPP-TEM-001", READING]


def test_every_item_round_trips_and_follows_the_schema(not_ready, items):
    package, check = not_ready.opened(), Draft4Validator(SCHEMA)
    for item in items:
        document = prov.document(package, not_ready.read, not_ready.manifest.root, item)
        said = document.serialize(format="json")
        assert ProvDocument.deserialize(content=said, format="json") == document, item
        assert not list(check.iter_errors(json.loads(said))), item
        names_are_of_one_kind(json.loads(said))
        nothing_comes_from_itself(json.loads(said))


def names_are_of_one_kind(said):
    """PROV-CONSTRAINTS 54 and 55: an entity is no activity, and each name stands for one thing."""
    kinds = [set(said.get(kind, ())) for kind in ("entity", "activity")]
    assert not kinds[0] & kinds[1]
    known = set().union(*kinds, said.get("agent", ()))
    for relation in ("used", "wasGeneratedBy", "wasDerivedFrom", "wasAssociatedWith"):
        for one in said.get(relation, {}).values():
            ends = {text for key, text in one.items() if key.split(":")[1] in ENDS}
            assert ends <= known


ENDS = {"entity", "activity", "agent", "plan", "generatedEntity", "usedEntity"}


def nothing_comes_from_itself(said):
    """PROV-CONSTRAINTS 41 and 42: derivation, use and generation run one way in time."""
    after = defaultdict(set)
    for one in said.get("wasDerivedFrom", {}).values():
        after[one["prov:generatedEntity"]].add(one["prov:usedEntity"])
    for one in said.get("wasGeneratedBy", {}).values():
        after[one["prov:entity"]].add(one["prov:activity"])
    for one in said.get("used", {}).values():
        after[one["prov:activity"]].add(one["prov:entity"])
    done, way = set(), []

    def visit(name):
        assert name not in way, f"{name} comes from itself"
        if name not in done:
            way.append(name)
            for before in after[name]:
                visit(before)
            done.add(way.pop())

    for name in list(after):
        visit(name)


def test_a_verdict_reaches_both_judges_its_strategy_and_its_bytes(not_ready):
    said = record(told(not_ready, VIABILITY))
    assert said["entity"][f"verdict:{VIABILITY}"]["batchproof:outcome"] == "not_met"
    assert {"software:great_expectations", "software:reference"} <= set(said["agent"])
    answers = [one for name, one in said["entity"].items() if name.startswith("answer:")]
    assert all("not_met" in one["batchproof:said"] for one in answers)
    assert len(answers) == 2
    strategy = said["entity"]["strategy:control_strategy"]["batchproof:sha256"]
    assert strategy == not_ready.opened().strategy
    quoted = [one for one in said["wasDerivedFrom"].values() if "batchproof:offset" in one]
    assert "76.3" in {one["batchproof:text"] for one in quoted}
    kinds = {one.get("prov:type", {}).get("$") for one in said["wasDerivedFrom"].values()}
    assert {"prov:Quotation", "prov:PrimarySource"} <= kinds


def test_a_reduction_names_its_series_and_not_its_readings(not_ready):
    package = not_ready.opened()
    said = record(told(not_ready, "CPP-TEM-001"))
    series = [one for name, one in said["entity"].items() if name.startswith("series:")]
    assert series
    assert all(int(one["batchproof:readings"]) > 1000 for one in series)
    many = replace(
        package, series=tuple(replace(one, count=one.count * 1000) for one in package.series)
    )
    larger = prov.document(many, not_ready.read, not_ready.manifest.root, "CPP-TEM-001")
    size = len(json.dumps(said))
    assert len(json.dumps(record(larger))) - size <= 3 * len(series)  # three zeroes, no more


def test_a_result_in_another_unit_was_converted(not_ready):
    package = not_ready.opened()
    item = "CMA-TMP-001"
    (name,) = package.verdicts[item].observations[:1]
    one = package.observations[name]
    in_kelvin = replace(one, unit="K", value=Number(one.value.number + 273))
    way = Conversion("K", offset=-273)
    changed = replace(
        package,
        observations={**package.observations, name: in_kelvin},
        criteria=tuple(
            replace(it, conversions=(way,)) if it.id == item else it for it in package.criteria
        ),
    )
    said = record(prov.document(changed, not_ready.read, not_ready.manifest.root, item))
    (converted,) = [it for key, it in said["entity"].items() if key.startswith("converted:")]
    assert converted["batchproof:value"] == str(one.value)
    assert converted["batchproof:unit"] == "Cel"


def test_a_person_is_the_id_in_the_record(not_ready):
    package = not_ready.opened()
    item = next(one.id for one in package.observations.values() if one.recorded_by.startswith("P-"))
    people = [name for name in record(told(not_ready, item))["agent"] if name.startswith("person:")]
    assert f"person:{package.observations[item].recorded_by}" in people


def test_a_reading_is_told_from_its_page(not_ready):
    said = record(told(not_ready, READING))
    (reading,) = [one for name, one in said["entity"].items() if name.startswith("reading:")]
    assert reading["batchproof:unit"] == "Cel"
    assert "equipment:BR-102.TEMP" in said["agent"]
