"""A package as a Process Run Crate, read by rocrate-validator without a network."""

import io
import json

import pytest
from exports.conftest import HERE
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from rocrate_validator import models, services
from urllib3 import HTTPResponse

from tasks.exports import ro_crate

CONTEXTS = {
    "https://w3id.org/ro/crate/1.1/context": "ro-crate-1.1-context.jsonld",
    "https://w3id.org/ro/terms/workflow-run/context": "workflow-run-context.jsonld",
}
NO_ADDRESS = {
    "The SoftwareApplication id SHOULD be an absolute URI",  # the reference judge has a URN
    "The organization SHOULD have a URL.",  # the site file names none
}


class Shelf(HTTPAdapter):
    """Answers what the validator will ask for, from the files beside this test."""

    def send(self, request, **_asked):
        body = io.BytesIO((HERE / "rocrate" / CONTEXTS[request.url]).read_bytes())
        answer = HTTPResponse(
            body=body,
            status=200,
            headers={"Content-Type": "application/ld+json"},
            preload_content=False,
            request_url=request.url,
        )
        return self.build_response(request, answer)


@pytest.fixture(scope="module")
def issues(tmp_path_factory):
    """Return what the validator says of a crate, the recommendations too."""
    cache = tmp_path_factory.mktemp("cache") / "http"
    with CachedSession(cache_name=str(cache), expire_after=-1) as session:
        session.mount("https://", Shelf())
        for address in CONTEXTS:
            assert session.get(address).status_code == 200

    def ask(place):
        settings = services.ValidationSettings(
            rocrate_uri=str(place),
            profile_identifier="process-run-crate",
            requirement_severity=models.Severity.RECOMMENDED,
            offline=True,
            cache_path=cache,
        )
        return services.validate(settings).get_issues()

    return ask


@pytest.fixture(scope="module")
def crate(not_ready, tmp_path_factory):
    place = tmp_path_factory.mktemp("crate") / "crate"
    ro_crate.write(not_ready, place)
    return place


@pytest.fixture(scope="module")
def entities(crate):
    graph = json.loads((crate / "ro-crate-metadata.json").read_text())["@graph"]
    return {one["@id"]: one for one in graph}


# Of rdflib and pyshacl, which the validator asks; nothing of ours runs there.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_validator_asks_for_nothing_but_addresses_that_there_are_not(crate, issues):
    found = issues(crate)
    assert {one.message for one in found} == NO_ADDRESS
    assert {one.severity for one in found} == {models.Severity.RECOMMENDED}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_validator_sees_an_action_without_its_software(crate, issues, tmp_path):
    said = json.loads((crate / "ro-crate-metadata.json").read_text())
    for one in said["@graph"]:
        one.pop("instrument", None)
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(said))
    assert models.Severity.REQUIRED in {one.severity for one in issues(tmp_path)}


def test_both_judgings_are_told(entities, not_ready):
    root = entities["./"]
    assert root["identifier"] == f"urn:batchproof:package:{not_ready.manifest.root}"
    actions = [entities[one["@id"]] for one in root["mentions"]]
    software = {entities[one["instrument"]["@id"]]["name"] for one in actions}
    assert software == {"Great Expectations", "Reference judge of Batchproof"}
    assert all(one["@type"] == "CreateAction" for one in actions)


def test_the_package_inside_is_unchanged(crate, not_ready, snapshot):
    assert snapshot(crate / "package") == snapshot(not_ready.folder)


def test_no_person_and_no_capture_is_listed(entities, not_ready):
    package = not_ready.opened()
    said = json.dumps(entities)
    assert not [one for one in entities.values() if one["@type"] == "Person"]
    people = {one.recorded_by for one in package.observations.values()} - {"", "batchproof"}
    assert not [one for one in people if one in said]
    assert not [one for one in package.captures if one in said]


def test_the_description_is_the_same_each_time(crate, not_ready, tmp_path):
    ro_crate.write(not_ready, tmp_path / "again")
    name = "ro-crate-metadata.json"
    assert (tmp_path / "again" / name).read_bytes() == (crate / name).read_bytes()
