"""An evaluation as OpenLineage events, read by the schemas of the specification, offline."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from exports.conftest import HERE
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tasks.exports import openlineage
from tasks.exports.whole import write_lines
from tasks.sound import Sound

SCHEMAS = {
    schema["$id"]: schema
    for schema in (json.loads(path.read_text()) for path in (HERE / "openlineage").glob("*.json"))
}
REGISTRY = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)


@pytest.fixture(scope="module")
def events(not_ready, tmp_path_factory):
    place = tmp_path_factory.mktemp("openlineage") / "events.jsonl"
    openlineage.write(not_ready, place)
    return [json.loads(line) for line in place.read_bytes().splitlines()]


def errors(schema, record):
    check = Draft202012Validator(
        {"$ref": schema}, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [one.message for one in check.iter_errors(record)]


def facets(event):
    holders = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
    for holder in holders:
        for kind in ("facets", "inputFacets", "outputFacets"):
            yield from holder.get(kind, {}).items()


def test_events_and_facets_follow_the_schemas(events):
    for event in events:
        assert not errors(event["schemaURL"], event)
        for name, facet in facets(event):
            schema = facet["_schemaURL"]
            assert schema.split("#")[0] in SCHEMAS, name
            assert not errors(schema, facet)


def test_a_wrong_facet_would_be_seen(events):
    facet = dict(events[1]["run"]["facets"]["test"])
    facet["tests"] = [{"name": "without a status"}]
    assert errors(facet["_schemaURL"], facet)


def test_one_run_starts_and_completes_with_an_id_made_from_the_root(events, not_ready):
    start, complete = events
    assert [start["eventType"], complete["eventType"]] == ["START", "COMPLETE"]
    assert start["run"]["runId"] == complete["run"]["runId"]
    assert UUID(start["run"]["runId"]).version == 5
    (output,) = complete["outputs"]
    assert output["facets"]["version"]["datasetVersion"] == not_ready.manifest.root
    names = [one["name"].rsplit("/", 1)[1] for one in complete["inputs"]]
    assert names == ["batch_record", "lims", "equipment"]


def test_each_criterion_is_a_column_that_comes_from_columns_of_the_inputs(events, not_ready):
    _, complete = events
    columns = {
        (one["name"], field["name"])
        for one in complete["inputs"]
        for field in one["facets"]["schema"]["fields"]
    }
    lineage = complete["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert set(lineage) == set(not_ready.opened().verdicts)
    for field in lineage.values():
        for origin in field["inputFields"]:
            assert (origin["name"], origin["field"]) in columns
    temperature = lineage["CPP-TEM-001"]["inputFields"]
    assert "BR-102.TEMP" in {one["field"] for one in temperature}


def test_what_is_not_met_fails_and_what_is_only_awaited_is_skipped(events):
    tests = {one["name"]: one for one in events[1]["run"]["facets"]["test"]["tests"]}
    assert tests["CQA-VIA-001"]["status"] == "fail"
    assert {one["status"] for one in tests.values() if one["params"]["outcome"] == "met"} == {
        "pass"
    }


def test_no_value_and_no_person_is_in_them(events, not_ready):
    said = json.dumps(events)
    people = {one.recorded_by for one in not_ready.opened().observations.values()}
    assert not [one for one in people - {"", "batchproof"} if f'"{one}"' in said]
    assert "76.3" not in said
    assert "COI-7K4M" not in said


def test_the_size_does_not_follow_the_number_of_readings(not_ready, tmp_path):
    package = not_ready.opened()
    series = tuple(replace(one, count=one.count * 1000) for one in package.series) * 50

    class Larger(Sound):
        def opened(self):
            return replace(package, series=series)

    openlineage.write(not_ready, tmp_path / "few")
    openlineage.write(
        Larger(not_ready.folder, not_ready.manifest, not_ready.read), tmp_path / "many"
    )
    assert (tmp_path / "few").read_bytes() == (tmp_path / "many").read_bytes()


def test_lines_are_canonical(tmp_path):
    write_lines(tmp_path / "out", [{"b": 1, "a": "é"}])
    assert (tmp_path / "out").read_bytes() == '{"a":"é","b":1}\n'.encode()
