"""What `infra/` gives a plant to run by: read by the schemas of those who will read it, offline."""

import json
import re
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import prefect
import pytest
import yaml
from prefect.settings import Settings as PrefectSettings
from prefect.settings.legacy import _get_valid_setting_names

from flows.settings import Settings
from flows.up_deployments import flow_of

INFRA = Path(__file__).resolve().parents[2] / "infra"
COMPOSE = INFRA / "compose" / "compose.yaml"
CHECK = [sys.executable, "-m", "check_jsonschema"]
SERVER, WORKER, POOL = (
    INFRA / "kubernetes" / name
    for name in ("server.values.yaml", "worker.values.yaml", "work-pool.json")
)
FILLED = {
    "{{ command }}": ["prefect", "flow-run", "execute"],
    "{{ env }}": [{"name": "PREFECT_API_URL", "value": "http://prefect-server:4200/api"}],
    "{{ labels }}": {"prefect.io/flow-run-name": "prepare"},
    "{{ namespace }}": "batchproof",
    "{{ name }}-": "prepare-",
    "{{ image }}": "registry.example/batchproof:0.1.0",
    "{{ finished_job_ttl }}": 86400,
}
"""What a worker puts in the places of the template."""


def read(path):
    return yaml.safe_load(path.read_text())


def filled(node):
    if isinstance(node, dict):
        return {key: filled(value) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value) for value in node]
    return FILLED.get(node, node) if isinstance(node, str) else node


def test_compose_is_what_the_compose_specification_says():
    done = subprocess.run(
        [*CHECK, "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_two_databases_are_two_servers_that_share_no_network():
    services = read(COMPOSE)["services"]
    prefect, ledger = services["prefect-database"], services["ledger-database"]
    assert not set(prefect["networks"]) & set(ledger["networks"])
    assert prefect["volumes"] != ledger["volumes"]
    assert prefect["secrets"] != ledger["secrets"]
    assert "record" not in services["server"]["networks"]


def test_every_published_port_is_of_this_machine_alone():
    ports = [one for each in read(COMPOSE)["services"].values() for one in each.get("ports", ())]
    assert ports
    assert all(one.startswith("127.0.0.1:") for one in ports)


def test_what_the_image_needs_is_there():
    lines = (INFRA / "compose" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert copied
    assert not [name for name in copied if not (INFRA.parent / name).exists()]


def test_what_people_ask_for_does_not_wait_behind_batches():
    stated = read(INFRA.parent / "prefect.yaml")["deployments"]
    by_people = {
        one["name"] for one in stated if "code" in flow_of(one["entrypoint"]).parameters.properties
    }
    queues = {one["name"]: one["work_pool"].get("work_queue_name", "") for one in stated}
    assert by_people == {"re-evaluate", "rejudge-history", "decide", "sign-review"}
    assert {name for name, queue in queues.items() if queue == "people"} == by_people
    assert set(queues.values()) == {"people", ""}


def test_no_run_of_a_work_pool_looks_for_the_folder_that_it_was_deployed_from():
    (step,) = read(INFRA.parent / "prefect.yaml")["pull"]
    assert step == {"prefect.deployments.steps.set_working_directory": {"directory": "."}}


def test_a_job_of_the_work_pool_is_one_that_kubernetes_takes():
    job = filled(json.loads(POOL.read_text())["job_configuration"]["job_manifest"])
    assert "{{" not in json.dumps(job)
    kubernetes_validate.validate(job, kubernetes_validate.latest_version(), strict=True)
    broken = json.loads(json.dumps(job))
    broken["spec"]["template"]["spec"]["restartPolicies"] = "Never"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, kubernetes_validate.latest_version(), strict=True)


def test_the_work_pool_has_every_place_that_the_kubernetes_worker_fills():
    views = Path(prefect.__file__).parent / "server/api/collections_data/views"
    collections = json.loads((views / "aggregate-worker-metadata.json").read_text())
    worker = collections["prefect-kubernetes"]["kubernetes"]["default_base_job_configuration"]
    ours = json.loads(POOL.read_text())
    assert set(ours["job_configuration"]) == set(worker["job_configuration"])
    places = set(re.findall(r"\{\{ (\w+) \}\}", json.dumps(ours["job_configuration"])))
    assert places == set(ours["variables"]["properties"])
    assert places <= set(worker["variables"]["properties"])


def settings_named(text):
    return set(re.findall(r"\b((?:PREFECT|BATCHPROOF)_[A-Z0-9_]+)\b", text))


@pytest.mark.parametrize("path", [COMPOSE, SERVER, WORKER, COMPOSE.with_name("Dockerfile")])
def test_every_setting_is_one_that_somebody_reads(path):
    compose_own = {"BATCHPROOF_SITE_FOLDER"}
    ours = {f"BATCHPROOF_{name.upper()}" for name in Settings.model_fields} | compose_own
    assert settings_named(path.read_text()) <= ours | _get_valid_setting_names(PrefectSettings)


def test_the_values_ask_for_one_image_and_no_secret_stands_in_them():
    server, worker = read(SERVER), read(WORKER)
    image = server["global"]["prefect"]["image"]["repository"]
    pool = json.loads(POOL.read_text())["variables"]["properties"]["image"]["default"]
    assert pool.startswith(f"{image}:")
    assert worker["worker"]["config"]["workPool"] == "plant"
    assert server["postgresql"]["enabled"] is False
    assert server["secret"]["create"] is False
    assert "password" not in SERVER.read_text().lower() + WORKER.read_text().lower()
