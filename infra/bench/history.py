"""The benchmark of judging a history again: throughput against workers, and the same bytes.

Many demo-sized batches are put on record (see `infra.bench.clones`): the ledger on a PostgreSQL,
the evidence in a bucket of a real object store, both started here. They are judged one by one by a
plain loop, then by the flow "Judge a history again" on each task runner, every time from the same
start: a copy of the database, and a bucket without evaluations. Every evaluation's record must have
the same digest each time. `python -m infra.bench.history --batches 100 --workers 1,2 --dask 2`.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.bench.history_site import Place, start
from infra.bench.table import Line, run, say, show

_LEAST_RATIO: Final = 1.5
"""Of two processes on two cores, beside one by one."""


def measured(place: Place, *more: str) -> dict[str, Any]:
    """Return what one way of judging found, from the same start, in a process of its own."""
    with place.from_the_start() as also:
        told = run([sys.executable, "-m", "infra.bench.history_runs", str(place.site), *more], also)
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def ways(options: argparse.Namespace) -> Iterator[tuple[str, str, str]]:
    """Yield every way of judging but the plain one: its words, the runner, how many workers."""
    for workers in options.workers.split(","):
        yield f"threads, {workers} at a time", "threads", workers
    for runner, workers in (("dask", options.dask), ("ray", options.ray)):
        if workers:
            yield f"{runner}, {workers} processes", runner, str(workers)


def lines(place: Place, options: argparse.Namespace) -> Iterator[Line]:
    """Yield each way's throughput, beside that of one by one."""
    alone = measured(place)
    yield Line("one by one, a plain loop", _speed(alone))
    for words, runner, workers in ways(options):
        found = measured(place, runner, workers)
        if found["program"] != alone["program"]:
            raise SystemExit("The program was changed while it was measured.")
        ratio = alone["seconds"] / found["seconds"]
        processes = runner != "threads" and int(workers) > 1
        target = f"at least {_LEAST_RATIO:g} x" if processes else ""
        held = ratio >= _LEAST_RATIO
        yield Line(words, f"{_speed(found)}, {ratio:.2f} x", target, held)
        same = sum(found["records"].get(one) == digest for one, digest in alone["records"].items())
        count = f"{same} of {len(alone['records'])}"
        yield Line("  records with the digest of one by one", count, "all", same == options.batches)
        yield Line(
            "  findings of `log check`", str(found["findings"]), "none", not found["findings"]
        )


def _speed(found: Mapping[str, Any]) -> str:
    count, seconds, cpu = len(found["records"]), found["seconds"], found["cpu"]
    return f"{count / seconds:.2f} batches/s ({cpu / count:.2f} CPU s each)"


def main() -> None:
    """Run the benchmark and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--batches", type=int, default=100)
    options.add_argument("--workers", default="1,2", help="threads at a time, separated by commas")
    options.add_argument("--dask", type=int, default=2, help="processes of Dask; 0 for none")
    options.add_argument("--ray", type=int, default=0, help="processes of Ray; 0 for none")
    asked = options.parse_args()
    os.environ["PREFECT_LOGGING_LEVEL"] = "CRITICAL"
    with tempfile.TemporaryDirectory(prefix="bh") as folder, start(Path(folder)) as place:
        say(f"{asked.batches:,} batches of the demo plant's six kinds, on {os.cpu_count()} cores")
        place.fill(asked.batches)
        show(lines(place, asked))


if __name__ == "__main__":
    main()
