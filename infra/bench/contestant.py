"""One contestant of the benchmark in a process of its own: what it answered, and what it cost."""

import json
import resource
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from infra.bench.batch import FUNCTIONS, SIMPLE, Batch

CONTESTANTS: Final = {
    "product": ("product", "run", FUNCTIONS),
    "product-simple": ("product", "run", SIMPLE),
    "duckdb": ("sql", "by_window", FUNCTIONS),
    "duckdb-in-file-order": ("sql", "in_file_order", FUNCTIONS),
    "duckdb-simple": ("sql", "simple", SIMPLE),
    "gx-split": ("frames", "split", FUNCTIONS),
    "gx-row-conditions": ("frames", "row_conditions", FUNCTIONS),
    "pandera": ("frames", "pandera", FUNCTIONS),
}


def main(name: str, path: str, readings: str, tags: str) -> None:
    """Run one contestant on a file and print its answers and its cost as JSON.

    Wall and CPU time in seconds from after the imports, peak memory in megabytes.
    """
    module, function, functions = CONTESTANTS[name]
    room = import_module(f"infra.bench.{module}")
    room.ready()
    imported = _peak()
    batch = Batch(Path(path), int(readings), int(tags), functions)
    run: Callable[[Batch], object] = getattr(room, function)
    wall, cpu = time.perf_counter(), time.process_time()
    answers = run(batch)
    cost = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "imported": imported,
        "peak": _peak(),
    }
    sys.stdout.write(json.dumps({"cost": cost, "answers": answers.record()}))  # type: ignore[attr-defined]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
