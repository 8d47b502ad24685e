"""How long from a posted event to a running flow, on a plant that `batchproof up` serves here."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

_BATCHES = ("CART-26-0001", "CART-26-0002", "CART-26-0003", "CART-26-0004")
_PATIENCE_SECONDS = 300
_LOOK_EVERY_SECONDS = 0.1
_GOAL_SECONDS = 5.0
_PERCENT = 95
_ENDED = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds from one event's post to its run."""

    created: float
    running: float
    ended: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Post events, each of a real batch, and print what came of them."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.events", description=__doc__)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--at-once", action="store_true", help="do not wait for a run to end")
    parser.add_argument("--batches", nargs="+", default=_BATCHES, help="unknown ones end at once")
    parser.add_argument("--url", default="", help="a plant that is served already")
    asked = parser.parse_args(arguments)
    if asked.url:
        timed = measure(asked.url, asked.events, asked.batches, at_once=asked.at_once)
    else:
        with _served() as url:
            timed = measure(url, asked.events, asked.batches, at_once=asked.at_once)
    return _tell(timed)


def measure(url: str, events: int, batches: Sequence[str], *, at_once: bool) -> tuple[Timed, ...]:
    """Return the times of so many events: one after the other, or all at once."""
    named = [batches[number % len(batches)] for number in range(events)]
    with httpx.Client(base_url=f"{url}/api", timeout=60) as api:
        if at_once:
            posted = [_post(api, batch) for batch in named]
            return tuple(_timed(api, at, number) for at, number in posted)
        return tuple(_timed(api, *_post(api, batch)) for batch in named)


def _post(api: httpx.Client, batch: str) -> tuple[datetime, str]:
    """Post one event; return when, and the event's id."""
    number = str(uuid4())
    event = {
        "event": "batchproof.batch.completed",
        "id": number,
        "occurred": datetime.now(UTC).isoformat(),
        "resource": {"prefect.resource.id": "batch.completed"},
        "payload": {"batch": batch},
    }
    at = datetime.now(UTC)
    api.post("/events", json=[event]).raise_for_status()
    return at, number


def _timed(api: httpx.Client, at: datetime, number: str) -> Timed:
    """Wait until the run that an event started has ended, and return its times."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        run = _run_of(api, number)
        if run is not None and run["state_type"] in _ENDED:
            return Timed(*(_since(at, run[name]) for name in ("created", "start_time", "end_time")))
        time.sleep(_LOOK_EVERY_SECONDS)
    raise TimeoutError(number)


def _run_of(api: httpx.Client, number: str) -> dict[str, Any] | None:
    """Return the run that an event started: Prefect's automation names both in one event."""
    wanted = {"event": {"name": ["prefect.automation.action.executed"]}}
    found = api.post("/events/filter", json={"filter": wanted, "limit": 50}).json()["events"]
    for one in found:
        related = {each.get("prefect.resource.role"): each for each in one["related"]}
        if number in related.get("triggering-event", {}).get("prefect.resource.id", ""):
            run = related["flow-run"]["prefect.resource.id"].rpartition(".")[2]
            answer: dict[str, Any] = api.get(f"/flow_runs/{run}").json()
            return answer
    return None


def _since(at: datetime, text: str) -> float:
    return (datetime.fromisoformat(text) - at).total_seconds()


def _tell(timed: Sequence[Timed]) -> int:
    sys.stdout.write(f"{len(timed)} events; seconds from the post until the run was\n")
    for name in ("created", "running", "ended"):
        values = [getattr(one, name) for one in timed]
        p50, p95 = statistics.median(values), _p95(values)
        worst = max(values)
        sys.stdout.write(f"  {name:8} p50 {p50:6.2f}  p95 {p95:6.2f}  worst {worst:6.2f}\n")
    met = _p95([one.running for one in timed]) <= _GOAL_SECONDS
    sys.stdout.write(f"  running within {_GOAL_SECONDS:g} s (p95): {'yes' if met else 'no'}\n")
    return 0 if met else 1


def _p95(values: Sequence[float]) -> float:
    """Return the smallest value that 95 % of the values do not exceed."""
    ordered = sorted(values)
    return ordered[-(-_PERCENT * len(ordered) // 100) - 1]


@contextmanager
def _served() -> Iterator[str]:
    """Serve the demo plant meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "up.log"
        program = Path(sys.executable).with_name("batchproof")
        with log.open("wb") as file:
            process = subprocess.Popen(  # noqa: S603 (our own program)
                [program, "up", "--demo", "--port", str(port)],
                env=os.environ | {"BATCHPROOF_HOME": str(Path(folder) / "home")},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            while "Stop: Ctrl-C" not in log.read_text():
                if process.poll() is not None:
                    raise RuntimeError(log.read_text())
                time.sleep(_LOOK_EVERY_SECONDS)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
