"""A real `batchproof up --demo`, and how a test asks it: over HTTP, and events with curl."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx

PROGRAM = Path(sys.executable).with_name("batchproof")
COMPLETED = "batchproof.batch.completed"
PATIENCE = 240
"""Seconds; a test that is patient is not slow: nothing here waits for a time to pass."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def event(batch, name=COMPLETED, number=None):
    """One event as a MES posts it. The payload's batch may be anything."""
    return {
        "event": name,
        "id": str(number or uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "resource": {"prefect.resource.id": "batch.completed"},
        "payload": {"batch": batch},
    }


@dataclass(frozen=True)
class Served:
    """Where it is, and what can be asked of it."""

    url: str
    home: Path
    site: Path
    log: Path

    @property
    def api(self):
        return f"{self.url}/api"

    @property
    def pages(self):
        return f"{self.url}/packages"

    def curl(self, *events):
        """Post events as the README says; return the status."""
        command = [
            "curl",
            "-sS",
            "--retry",
            "8",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-X",
            "POST",
        ]
        command += [f"{self.api}/events", "-H", "Content-Type: application/json"]
        command += ["--data-binary", "@-"]
        done = subprocess.run(
            command, input=json.dumps(events), capture_output=True, text=True, check=True
        )
        return int(done.stdout)

    def ask(self, path, **body):
        """Ask the API, and again while SQLite is busy, as Prefect's own client does."""

        def answered():
            try:
                answer = httpx.post(f"{self.api}/{path}", json=body, timeout=60)
            except httpx.TimeoutException:
                return None
            return None if answer.status_code == 503 else answer

        answer = self.wait(answered)
        assert answer.is_success, answer.text
        return answer.json()

    def runs(self, deployment="prepare-review", batch=None):
        """The runs of a deployment, newest first; of one batch if it is named."""
        found = self.ask(
            "flow_runs/filter",
            deployments={"name": {"any_": [deployment]}},
            sort="EXPECTED_START_TIME_DESC",
        )
        return [
            one
            for one in found
            if "auto-scheduled" not in one["tags"]
            and (batch is None or one["parameters"].get("batch") == batch)
        ]

    def start(self, deployment, **parameters):
        """Start a deployment named `Flow/deployment` as its form does; return the run's id."""
        found = httpx.get(f"{self.api}/deployments/name/{deployment}", timeout=30).json()
        path = f"deployments/{found['id']}/create_flow_run"
        return self.ask(path, parameters=parameters)["id"]

    def block(self, kind, called, **data):
        """Make a Prefect block, as the page for it does."""
        slug = httpx.get(f"{self.api}/block_types/slug/{kind}", timeout=30).json()["id"]
        (schema, *_) = self.ask(
            "block_schemas/filter", block_schemas={"block_type_id": {"any_": [slug]}}
        )
        ids = {"block_type_id": slug, "block_schema_id": schema["id"]}
        self.ask("block_documents/", name=called, data=data, **ids)

    def ended(self, run_id, seconds=PATIENCE):
        """Wait until a run ended, and return it."""

        def look():
            run = httpx.get(f"{self.api}/flow_runs/{run_id}", timeout=30).json()
            return run if run["state_type"] in ENDED else None

        return self.wait(look, seconds)

    def wait(self, look, seconds=PATIENCE):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = look()
            if found:
                return found
            time.sleep(0.2)
        raise AssertionError(self.last_words())

    def artifacts(self):
        return {one["key"]: one for one in self.ask("artifacts/latest/filter", limit=200)}

    def places(self):
        """Every place that a batch's number could name."""
        found = (one for pattern in ("*", "packages/*") for one in self.home.glob(pattern))
        return sorted(map(str, found))

    def last_words(self):
        logs = [self.log, *sorted((self.home / "up").glob("*.log"))]
        return "\n".join(f"== {one}\n{one.read_text()[-2000:]}" for one in logs if one.exists())


ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def own_environment(home, **more):
    """An environment without variables of ours, but a home."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BATCHPROOF_", "PREFECT_"))
    }
    return kept | {"BATCHPROOF_HOME": str(home)} | more


@contextmanager
def up(folder, *arguments, **environment):
    """Run `batchproof up --demo` in a folder; it must end by itself once it is asked to."""
    port, log = free_port(), folder / "up.log"
    command = [str(PROGRAM), "up", "--demo", "--port", str(port), *arguments]
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=own_environment(folder / "home", **environment),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    home = folder / "home" / "demo"
    served = Served(f"http://127.0.0.1:{port}", home, home / "plant" / "site.yaml", log)
    try:
        served.wait(lambda: "Stop: Ctrl-C" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, served.last_words()
        yield served, process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
