"""The flows as a plant runs them: a Prefect server, a worker, a deployment, and its page."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright
from road.road_verified import verified

ROOT = Path(__file__).resolve().parents[2]
PREFECT = [sys.executable, "-m", "prefect"]
BATCH = "CART-26-0002"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command, environment, log):
    """Run a program of ours until the block ends; it and its children end by its own group."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(what, seconds, log):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        answer = what()
        if answer:
            return answer
        time.sleep(0.3)
    raise AssertionError(log.read_text()[-3000:])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Prefect server of its own on a free port, and what talks to it."""
    folder, port = tmp_path_factory.mktemp("prefect"), free_port()
    api = f"http://127.0.0.1:{port}/api"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")
    } | {
        "PREFECT_HOME": str(folder),
        "PREFECT_API_URL": api,
        "PREFECT_UI_API_URL": api,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
        "BATCHPROOF_HOME": str(folder / "home"),
    }
    log = folder / "server.log"
    command = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]

    def healthy():
        try:
            return httpx.get(f"{api}/health", timeout=2).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    with running(command, environment, log):
        wait_for(healthy, 120, log)
        yield api, environment, folder


@pytest.fixture(scope="module")
def finished(server, site_file):
    """One batch prepared by a worker from the deployment that prefect.yaml declares."""
    api, environment, folder = server

    def prefect(*arguments):
        done = subprocess.run(
            [*PREFECT, "--no-prompt", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    prefect("work-pool", "create", "plant", "--type", "process")
    prefect("deploy", "--all")
    log = folder / "worker.log"
    with running([*PREFECT, "worker", "start", "--pool", "plant"], environment, log):
        parameters = json.dumps({"batch": BATCH, "site": str(site_file)})
        prefect("deployment", "run", "Prepare review/prepare-review", "--params", parameters)

        def ended():
            runs = httpx.post(f"{api}/flow_runs/filter", json={}).json()
            top = [run for run in runs if run["parent_task_run_id"] is None]
            return runs if top and top[0]["state_type"] in ("COMPLETED", "FAILED") else None

        runs = wait_for(ended, 180, log)
    return api, folder, runs


def test_the_deployments_are_the_four_flows_by_module_path(finished):
    api, _, _ = finished
    deployed = httpx.post(f"{api}/deployments/filter", json={}).json()
    assert {one["name"]: one["entrypoint"] for one in deployed} == {
        "prepare-review": "flows.prepare_review.prepare_review",
        "collect-batch": "flows.collect_batch.collect_batch",
        "judge-batch": "flows.judge_batch.judge_batch",
        "build-package": "flows.build_package.build_package",
    }


def test_the_runs_read_as_sentences(finished):
    _, _, runs = finished
    assert {run["name"]: run["state_type"] for run in runs} == {
        f"prepare {BATCH} (initial)": "COMPLETED",
        f"collect {BATCH}": "COMPLETED",
        f"judge {BATCH} (initial)": "COMPLETED",
        f"package {BATCH}, evaluation 1": "COMPLETED",
    }


def test_a_batch_costs_few_task_runs(finished):
    api, _, _ = finished
    tasks = httpx.post(f"{api}/task_runs/filter", json={}).json()
    assert len(tasks) <= 20
    names = {one["name"] for one in tasks}
    assert {f"collect the {source} of {BATCH}" for source in ("batch_record", "lims")} <= names


def test_the_package_of_the_deployment_verifies(finished, site_file, monkeypatch):
    _, folder, _ = finished
    monkeypatch.setenv("BATCHPROOF_HOME", str(folder / "home"))
    (package,) = (folder / "home" / "packages").iterdir()
    told = verified(package, site_file)
    assert told["findings"] == []
    assert f"evaluation 1 of 1 of batch {BATCH}" in told["said"]


def test_the_artifacts_say_what_blocks(finished):
    api, _, _ = finished
    artifacts = {
        one["key"]: one for one in httpx.post(f"{api}/artifacts/latest/filter", json={}).json()
    }
    table = json.loads(artifacts["exceptions-cart-26-0002"]["data"])
    assert table[0]["blocks"] == "yes"
    assert any("76.3 %" in row["why"] for row in table)
    assert "Not ready" in artifacts["readiness-cart-26-0002"]["data"]
    assert "index.html" in artifacts["package-cart-26-0002"]["data"]


def reason(page, picture):
    """The words on the page, once the reason is among them, and a picture of it."""
    page.get_by_text("76.3 %").first.wait_for(timeout=30_000)
    page.screenshot(path=picture)
    return page.inner_text("body")


def test_a_reviewer_sees_the_reason_in_the_prefect_ui(finished, browser_path):
    api, _, _ = finished
    pictures = ROOT / "screenshots"
    pictures.mkdir(exist_ok=True)
    elsewhere = []
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.on(
            "request",
            lambda request: None if "127.0.0.1" in request.url else elsewhere.append(request.url),
        )
        page.goto(api.replace("/api", "/artifacts/key/readiness-cart-26-0002"))
        seen = [reason(page, pictures / "prefect-artifacts.png")]
        artifacts = httpx.post(f"{api}/artifacts/latest/filter", json={}).json()
        for one in artifacts:
            if one["key"].startswith(("readiness", "exceptions")):
                page.goto(api.replace("/api", f"/artifacts/artifact/{one['latest_id']}"))
                seen.append(reason(page, pictures / f"prefect-{one['key']}.png"))
        browser.close()
    assert len(seen) == 3
    assert all("≥ 80.0 %" in text for text in seen)
    assert not [url for url in elsewhere if not url.startswith(("data:", "blob:"))]
