"""One broken source: a package that says so, with everything that did come, and no crash."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from prefect.exceptions import ParameterTypeError
from road.road_verified import verified

from flows.plant import running_plant

# fault, the source it breaks, and a word of what the reviewer must read
READ_FAULTS = {
    "mes-truncated-xml": ("batch record", "not well-formed"),
    "mes-malformed-xml": ("batch record", "not well-formed"),
    "mes-invalid-xml": ("batch record", "schema"),
    "mes-dtd-bomb": ("batch record", "DOCTYPE"),
    "mes-redirect": ("batch record", "302"),
    "mes-cut-midway": ("batch record", "cut"),
    "mes-timeout": ("batch record", "3 attempts"),
    "lims-duplicate-keys": ("LIMS", "twice"),
    "lims-nan": ("LIMS", "NaN"),
    "lims-wrong-type": ("LIMS", "number"),
    "lims-missing-page": ("LIMS", "have not come"),
    "lims-repeated-page": ("LIMS", "again"),
    "lims-unknown-unit": ("LIMS", "x10^6"),
    "lims-naive-time": ("LIMS", "zone"),
    "lims-duplicate-sample": ("LIMS", "twice, on one page"),
    "opcua-node-gone": ("equipment history", "BadNodeIdUnknown"),
}
BATCHES = [f"CART-26-000{number}" for number in (1, 2, 3, 4)]


def impatient(site_file):
    """The site file with short patience, so that a silent server does not cost a minute."""
    site = yaml.safe_load(site_file.read_text())
    for source in site["sources"].values():
        source |= {"timeout_seconds": 0.5, "attempts": 3, "retry_delay_seconds": 0.05}
    site_file.write_text(yaml.safe_dump(site))
    return site_file


@pytest.fixture(scope="module")
def broken_sites(tmp_path_factory):
    """Four faults a plant, one a batch: fault -> (site file, batch)."""
    faults = list(READ_FAULTS)
    with ExitStack() as stack:
        served = {}
        for start in range(0, len(faults), len(BATCHES)):
            some = dict(zip(faults[start : start + len(BATCHES)], BATCHES, strict=False))
            chosen = [word for one, batch in some.items() for word in ("--fault", f"{one}:{batch}")]
            plant = stack.enter_context(running_plant(tmp_path_factory.mktemp("broken"), chosen))
            served |= {fault: (plant, batch) for fault, batch in some.items()}
        ready = {plant: impatient(plant.site_file()) for plant, _ in served.values()}
        yield {fault: (ready[plant], batch) for fault, (plant, batch) in served.items()}


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_a_broken_source_is_set_aside_and_the_rest_is_judged(fault, broken_sites, prepare):
    site, batch = broken_sites[fault]
    source, word = READ_FAULTS[fault]
    answer = prepare(batch, site)
    assert answer["readiness"] in ("incomplete", "not_ready")
    assert answer["criteria"]["in_force"] == answer["criteria"]["judged"] >= 40
    aside = [one for one in answer["exceptions"] if one["kind"] == "quarantine"]
    assert [one["blocking"] for one in aside] == [True]
    assert source in aside[0]["message"]
    assert word in aside[0]["message"]
    assert "Next:" in aside[0]["message"]
    outcomes = {one["outcome"] for one in answer["verdicts"]}
    assert {"not_evaluable", "met"} <= outcomes
    if answer["readiness"] == "not_ready":
        assert "not_met" in outcomes
    told = verified(Path(answer["package"]), site)
    assert told["findings"] == []
    assert f"evaluation 1 of 1 of batch {batch}" in told["said"]
    assert captured(answer) or source == "batch record"


def captured(answer):
    lines = (Path(answer["package"]) / "tables" / "captures.jsonl").read_text().splitlines()
    return {json.loads(line)["source"] for line in lines}


def test_a_source_that_stumbles_twice_is_asked_again(broken_plant, prepare):
    site = broken_plant("mes-500-twice", "lims-500-twice")
    assert prepare("CART-26-0001", site)["readiness"] == "ready"


def test_two_sources_down_are_both_named_and_a_later_run_is_another_evaluation(
    broken_plant, site_file, prepare
):
    site = impatient(broken_plant("lims-down", "opcua-down"))
    first = prepare("CART-26-0001", site)
    assert first["readiness"] == "incomplete"
    aside = [one["message"] for one in first["exceptions"] if one["kind"] == "quarantine"]
    assert all(source in words for source, words in zip(("LIMS", "equipment"), aside, strict=True))
    again = prepare("CART-26-0001", site)
    assert (again["evaluation"], again["root"]) == (1, first["root"])
    whole = prepare("CART-26-0001", site_file)
    assert (whole["evaluation"], whole["readiness"]) == (2, "ready")
    told = verified(Path(whole["package"]), site_file)
    assert told["findings"] == []
    assert "evaluation 2 of 2 of batch CART-26-0001" in told["said"]


def test_a_batch_that_no_system_knows_is_incomplete_not_ready(prepare, site_file):
    answer = prepare("CART-99-9999", site_file)
    assert answer["readiness"] == "incomplete"
    assert {one["outcome"] for one in answer["verdicts"]} == {"not_evaluable"}


@pytest.mark.parametrize("batch", ["../CART-26-0001", "CART-26-0001/record", "", "a" * 300, ".."])
def test_a_batch_number_that_is_none_is_refused_in_words(program, site_file, batch):
    done = program("prepare", batch, "--site", site_file, expect=1)
    assert "cannot be a batch's number" in done.stderr


def test_a_batch_number_that_is_none_is_refused_by_the_flow(prepare, site_file):
    with pytest.raises(ParameterTypeError, match="batch"):
        prepare("../CART-26-0001", site_file)
