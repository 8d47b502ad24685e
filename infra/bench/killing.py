"""Kills the product at random instants, and counts what is lost and what is there twice.

A served plant prepares one batch after the other, each begun by an event. At a random instant a
run, the worker or the server is ended by SIGKILL; what a supervisor would start again is started
again, and the next batch follows. At the end every batch must have one evaluation, one package and
no finding: `python -m infra.bench.killing --kills 100`. The tests run the same with fewer.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from contracts.criterion import Stage
from flows.verify import Asked, answer_of
from infra.bench.table import say
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Finished
from tasks.log_check import check_log

KINDS: Final = ("run", "worker", "server")
_MODULES: Final = {"worker": "flows.up_worker", "server": "flows.server"}
_BATCHPROOF: Final = Path(sys.executable).with_name("batchproof")
_UP_SECONDS: Final = 300
_SETTLE_SECONDS: Final = 1200
_PAST_THE_END: Final = 1.2
"""The kill falls within a batch's time from the event to the end of its run, times this."""
_ENDED: Final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


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
        self.wait(self.serves, _UP_SECONDS)

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

        self.wait(taken, _UP_SECONDS)

    def kill(self, kind: str, batch: str) -> None:
        """End one of its processes by SIGKILL: a run, the worker, or the server.

        If the batch's run has ended already, its event comes a second time, and that run is killed.
        """

        def ended() -> bool:
            for pid in reversed(list(_pids(self.home, kind))):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return True
            return False

        if not ended():
            self.event(batch)
            self.wait(ended, _UP_SECONDS)
        self.killed[kind] = self.killed.get(kind, 0) + 1

    def later(self, **told: str | int) -> list[str]:
        """Let something happen in the demo plant."""
        place = self.home / "plant" / "later-address"
        self.wait(place.exists, _UP_SECONDS)
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

        self.wait(asked, _UP_SECONDS)  # SQLite may be busy: 503
        time.sleep(2)
        self.wait(self.quiet, _SETTLE_SECONDS)

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


def _pids(home: Path, kind: str) -> Iterator[int]:
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


def killed(one: Served, kills: int, seed: int) -> list[str]:
    """Kill at random instants while a batch after the other is prepared; return the batches.

    The first batch is left alone: it says how long one takes here.
    """
    chance = random.Random(seed)  # noqa: S311 (instants, no secrets)
    kinds = [KINDS[number % len(KINDS)] for number in range(kills)]
    chance.shuffle(kinds)
    whole, *batches = one.later(what="many", count=kills + 1, copy_of="CART-26-0002")
    began = time.monotonic()
    one.event(whole)
    one.wait(lambda: bool(list(_pids(one.home, "run"))), _UP_SECONDS)
    one.wait(one.quiet, _SETTLE_SECONDS)
    span = (time.monotonic() - began) * _PAST_THE_END
    for batch, kind in zip(batches, kinds, strict=True):
        one.start()
        one.event(batch)
        instant = chance.uniform(0, span)
        time.sleep(instant)
        one.kill(kind, batch)
        say(f"  {batch}: {kind} killed {instant:.1f} s after its event")
        time.sleep(1)
    one.start()
    one.wait(one.quiet, _SETTLE_SECONDS)
    for _ in range(2):
        one.look()
    return [whole, *batches]


def faults(home: Path, batches: Sequence[str]) -> Iterator[str]:
    """Yield everything that is lost, doubled or not whole, in words."""
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        for batch in batches:
            every = ledger.evaluations(batch)
            ends = [one for one in every if isinstance(one.ending, Finished)]
            packages = {one.location for one in ledger.packages(batch)}
            initial = [one for one in ends if one.stage is Stage.INITIAL]
            if len(initial) != 1:
                why = "; ".join(
                    f"{one.number}: {one.reason} ({one.evidence[:8]})" for one in initial
                )
                yield f"{batch}: {len(initial)} finished evaluations, not 1 ({why})"
            if any(one.ending is None for one in every):
                yield f"{batch}: an evaluation that was begun has no end"
            if len(packages) != len(ends):
                yield f"{batch}: {len(packages)} packages of {len(ends)} evaluations"
            for location in sorted(packages):
                told = answer_of(Path(location), Asked())
                if not told["ok"]:
                    yield f"{batch}: {told['findings']}"
        yield from (f"log: {odd}" for odd in check_log(ledger))
    for left in home.glob("packages/.*"):
        yield f"a folder half written: {left.name}"


def main() -> int:
    """Kill, look, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument("--port", type=int, default=4321)
    parser.add_argument("--folder", type=Path, help="an empty one, kept for whoever looks into it")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="batchproof-killing-"))
        )
        began = time.monotonic()
        with served(folder, asked.port) as one:
            batches = killed(one, asked.kills, asked.seed)
            found = list(faults(one.home, batches))
        counted = ", ".join(f"{count} x {kind}" for kind, count in sorted(one.killed.items()))
        say(f"killed: {counted}; {len(batches)} batches; {time.monotonic() - began:.0f} s")
        say("\n".join(found) or "nothing lost, nothing twice, nothing half done: HELD")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
