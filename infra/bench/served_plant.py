"""A demo plant that `batchproof up` serves, to be killed: started again as a supervisor would."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

_MODULES: Final = {"worker": "flows.worker", "server": "flows.server"}
_BATCHPROOF: Final = Path(sys.executable).with_name("batchproof")
UP_SECONDS: Final = 300
SETTLE_SECONDS: Final = 1200


@dataclass
class Served:
    """One `batchproof up --demo`, started again whenever it ended. Not a value: it runs."""

    folder: Path
    port: int
    killed: dict[str, int] = field(default_factory=dict)
    up: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Where this demo keeps everything."""
        return self.folder / "home" / "demo"

    @property
    def api(self) -> str:
        """Prefect's API."""
        return f"http://127.0.0.1:{self.port}/api"

    def ask(self, path: str, body: object = None) -> Any:  # noqa: ANN401 (JSON of any shape)
        """Return what the API answers."""
        request = urllib.request.Request(  # noqa: S310 (our own loopback address)
            self.api + path,
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (as above)
            data = answer.read()
        return json.loads(data) if data else None

    def start(self) -> None:
        """Start it if it does not run, and wait until it serves."""
        self.wait(self.serves, UP_SECONDS)

    def serves(self) -> bool:
        """Tell whether server and worker are there; start both, as a supervisor would, if not.

        It ends by itself when something of it was killed too often within ten minutes.
        """
        if self.up is not None and self.up.poll() is None:
            return (self.home / "up" / "worker.ready").exists() and self.ask("/health") is True
        (self.home / "up" / "worker.ready").unlink(missing_ok=True)
        with (self.folder / "up.log").open("ab") as log:
            self.up = subprocess.Popen(  # noqa: S603 (our own program, no shell)
                [_BATCHPROOF, "up", "--demo", "--port", str(self.port)],
                env=os.environ | {"BATCHPROOF_HOME": str(self.folder / "home")},
                stdout=log,
                stderr=log,
            )
        return False

    def wait(self, what: Callable[[], bool], seconds: float) -> None:
        """Wait until something is true."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError):
                if what():
                    return
            time.sleep(0.5)
        told = (self.folder / "up.log").read_text()[-2000:]
        raise SystemExit(f"not within {seconds} seconds: {getattr(what, '__name__', what)}; {told}")

    def event(self, batch: str) -> None:
        """Post that a batch was completed, as a MES does, until somebody takes it."""
        said = {
            "id": str(uuid.uuid4()),
            "occurred": datetime.now(UTC).isoformat(),
            "event": "mes.batch.completed",
            "resource": {"prefect.resource.id": f"batch.{batch}"},
            "payload": {"batch": batch},
        }

        def taken() -> bool:
            return self.serves() and self.ask("/events", [said]) is None

        self.wait(taken, UP_SECONDS)

    def kill(self, kind: str, batch: str) -> None:
        """End one of its processes by SIGKILL: a run, the worker, or the server.

        If the batch's run has ended already, its event comes a second time, and that run is killed.
        """

        def ended() -> bool:
            for pid in reversed(list(pids(self.home, kind))):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return True
            return False

        if not ended():
            self.event(batch)
            self.wait(ended, UP_SECONDS)
        self.killed[kind] = self.killed.get(kind, 0) + 1

    def later(self, **told: str | int) -> list[str]:
        """Let something happen in the demo plant."""
        place = self.home / "plant" / "later-address"
        self.wait(place.exists, UP_SECONDS)
        address = place.read_text().strip()
        request = urllib.request.Request(address, json.dumps(told).encode())  # noqa: S310 (ours)
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (ours)
            return list(json.load(answer)["batches"])

    def look(self) -> None:
        """Have the watch look at the plant once, and wait until every run has ended."""
        found = self.ask("/deployments/filter", {})
        (watch,) = [one["id"] for one in found if one["name"] == "watch-plant"]

        def asked() -> bool:
            self.ask(f"/deployments/{watch}/create_flow_run", {"state": {"type": "SCHEDULED"}})
            return True

        self.wait(asked, UP_SECONDS)  # SQLite may be busy: 503
        time.sleep(2)
        self.wait(self.quiet, SETTLE_SECONDS)

    def quiet(self) -> bool:
        """Tell whether it serves, and no run is going on or due."""
        if not self.serves():
            return False
        runs = self.ask(
            "/flow_runs/filter",
            {
                "flow_runs": {
                    "state": {"type": {"any_": ["RUNNING", "PENDING", "SCHEDULED", "CANCELLING"]}},
                    "expected_start_time": {"before_": datetime.now(UTC).isoformat()},
                }
            },
        )
        return not runs


def pids(home: Path, kind: str) -> Iterator[int]:
    """Yield the processes of one kind that belong to this home, oldest first."""
    mine = f"BATCHPROOF_HOME={home}".encode()
    found: dict[int, tuple[str, int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if mine in (entry / "environ").read_bytes().split(b"\0"):
                    command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    found[int(entry.name)] = (command, parent)
    if kind in _MODULES:
        yield from sorted(pid for pid, (said, _) in found.items() if f"-m {_MODULES[kind]}" in said)
        return
    helpers = {pid for pid, (said, _) in found.items() if "forkserver" in said}
    parents = helpers | {pid for pid, (said, _) in found.items() if "prefect.engine" in said}
    yield from sorted(pid for pid, (_, parent) in found.items() if parent in parents)


@contextmanager
def served(folder: Path, port: int) -> Iterator[Served]:
    """Serve a demo plant in a folder, and end it by its own process afterwards."""
    one = Served(folder, port)
    try:
        one.start()
        yield one
    finally:
        if one.up is not None:
            one.up.terminate()
            try:
                one.up.wait(60)
            except subprocess.TimeoutExpired:
                one.up.kill()
                one.up.wait()
