"""Many events at once on the plant of the compose file: PostgreSQL for Prefect and for the ledger.

Copies of a demo batch are completed, and the event of each is posted at once, some of them twice.
At the end every batch must have one evaluation and one package, and the log no finding:
`python -m infra.bench.composed_burst --events 50 --twice 10`. The tests run the same with fewer.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from flows.up_deployments import declared
from infra.bench.table import say
from infra.composed import SERVER, Composed, composed
from infra.plant.site import LATER_FILE

_PATIENCE_SECONDS = 3600
ENDED: Final = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


def serve(plant: Composed) -> None:
    """Start the plant, and wait until its worker has registered every deployment."""
    plant.start("worker")
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if plant.post(f"{SERVER}/api/deployments/count", {}) == len(declared()):
            return
        time.sleep(0.5)
    raise SystemExit("The worker did not register the deployments.")


def burst(plant: Composed, site: Path, events: int, twice: int) -> list[str]:
    """Complete so many batches, and post their events at once; wait for the runs to end."""
    asked = {"what": "many", "count": events, "copy_of": "CART-26-0002"}
    batches: list[str] = plant.post((site / LATER_FILE).read_text().strip(), asked)["batches"]
    posted = [event(one) for one in (*batches, *batches[:twice])]
    plant.post(f"{SERVER}/api/events", posted)
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        states = Counter(one["state_type"] for one in prepared(plant))
        if states.total() == len(posted) and not set(states) - ENDED:
            return batches
        time.sleep(1)
    raise SystemExit(f"Not every run ended within {_PATIENCE_SECONDS} seconds.")


def prepared(plant: Composed) -> list[dict[str, Any]]:
    """Return the runs of the deployment *prepare review*."""
    wanted = {"deployments": {"name": {"any_": ["prepare-review"]}}}
    runs: list[dict[str, Any]] = plant.post(f"{SERVER}/api/flow_runs/filter", wanted)
    return runs


def faults(plant: Composed, batches: Sequence[str]) -> Iterator[str]:
    """Yield everything that is lost, doubled or odd, in words."""
    for run in prepared(plant):
        if run["state_type"] != "COMPLETED":
            yield f"{run['name']}: {run['state']['message']}"
    yield from faults_on_record(plant, batches)


def faults_on_record(plant: Composed, batches: Sequence[str]) -> Iterator[str]:
    """Yield what is lost, doubled or odd in ledger and packages, whatever became of the runs."""
    kinds = ("capture", "intent", "result", "seal")
    told = Counter(
        (one["batch"], one["kind"]) for one in json.loads(said(plant, "log show --json"))
    )
    for batch in batches:
        for kind in kinds:
            if told[batch, kind] != 1:
                yield f"{batch}: {told[batch, kind]} entries of the kind {kind}, not 1"
        if batch not in plant.get(f"/packages/{batch}-initial-evaluation-1/index.html"):
            yield f"{batch}: no page of it is served"
    verified = ended(plant, "Nightly verification/nightly-verification")
    if verified["state_type"] != "COMPLETED":
        yield f"{verified['name']}: {verified['state']['message']}"


def ended(plant: Composed, deployment: str) -> dict[str, Any]:
    """Start a deployment that needs no parameters, and return its run once it has ended."""
    api = f"{SERVER}/api"
    known = json.loads(plant.get(f"/api/deployments/name/{quote(deployment)}"))
    run = plant.post(f"{api}/deployments/{known['id']}/create_flow_run", {})
    until = time.monotonic() + _PATIENCE_SECONDS
    while run["state_type"] not in ENDED and time.monotonic() < until:
        time.sleep(1)
        run = json.loads(plant.get(f"/api/flow_runs/{run['id']}"))
    return dict(run)


def said(plant: Composed, command: str) -> str:
    """Return what a command of ours says beside the worker, with its password.

    Raises:
        SystemExit: it fails.
    """
    shown = 'export PGPASSWORD="$(cat /run/secrets/ledger-password)"'
    done = plant.run("worker", ["sh", "-c", f"{shown}; batchproof {command}"])
    if done.returncode:
        raise SystemExit(f"batchproof {command}: {done.stdout}{done.stderr}")
    return done.stdout


def event(batch: str) -> dict[str, Any]:
    """Return the event that a batch completed, as the MES posts it."""
    return {
        "event": "mes.batch.completed",
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "resource": {"prefect.resource.id": f"batch.{batch}"},
        "payload": {"batch": batch},
    }


def main() -> int:
    """Post the events, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50)
    parser.add_argument("--twice", type=int, default=10, help="events that come a second time")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="batchproof-composed-") as name:
        folder = Path(name)
        with composed(folder / "plant", folder / "site") as plant:
            serve(plant)
            began = time.monotonic()
            batches = burst(plant, folder / "site", asked.events, asked.twice)
            seconds = time.monotonic() - began
            found = list(faults(plant, batches))
    say(
        f"{asked.events} batches, {asked.twice} events twice: {seconds:.0f} s to the last run's end"
    )
    say("\n".join(found) or "nothing lost, nothing twice, no finding: HELD")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
