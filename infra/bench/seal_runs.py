"""One measurement of the benchmark of sealing, in a process of its own: what it found, as JSON.

`python -m infra.bench.seal_runs NAME FOLDER READINGS [MORE]`; times are CPU seconds of the whole
process, all threads, unless named otherwise; peaks are megabytes.
"""

import hashlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from contracts.chunks import tree_of
from contracts.manifest import MANIFEST, Manifest, manifest_from
from contracts.opened import opened
from contracts.reading_leaves import READINGS
from contracts.salts import seed_of
from contracts.series import SeriesPage
from infra.bench import lineage_rivals, sealed_batch
from infra.bench.proof_runs import proofs, traces
from infra.bench.replays import replay
from infra.bench.sealed_batch import Bench
from tasks import reading
from tasks.folder import findings_in, reader_of
from tasks.hashing import by_datafusion, by_hashlib
from tasks.readings import write_pages
from tasks.rooted import captures_in
from tasks.sealed_readings import sealed_readings

_LINEAGE: Final = ("capture", "offset", "length")
_TABLES: Final = ("readings.index", "series.jsonl", "captures.jsonl", "lineage.jsonl")
_WAYS: Final = {"hashlib": by_hashlib, "datafusion": by_datafusion}
Found = dict[str, Any]


def collect(bench: Bench) -> Found:
    """Collect the batch; `collection` names what came."""
    return {"collection": sealed_batch.collect(bench)}


def evaluate(bench: Bench, collection: str) -> Found:
    """Judge the collection: two readings of every byte, both judges."""
    return {"number": sealed_batch.evaluate(bench, collection)}


def assemble(bench: Bench, number: str) -> Found:
    """Put the package together, with page, tables, Parquet, trees and manifest."""
    folder = sealed_batch.assemble(bench, int(number))
    return {"folder": str(folder), "root": _manifest(folder).root}


def seal(bench: Bench, package: str, way: str) -> Found:
    """Draw everything that is hashed: captures, their chunks, salts, a leaf a reading, the tree."""
    folder = Path(package)
    pages, captured = _pages(folder), captures_in(folder)
    began = time.process_time()
    seed = seed_of(captured(one.digest) for one in opened(reader_of(folder)).captured)
    for capture in folder.glob("captures/*"):
        data = capture.read_bytes()
        hashlib.sha256(data).hexdigest()
        tree_of(data)
    head = sealed_readings(seed, pages, captured, _WAYS[way])
    trees = time.process_time() - began
    same = head.head.hex() == _manifest(folder).head(READINGS).root
    write_pages(pages, bench.folder)
    parquet = time.process_time() - began - trees
    return {"trees": trees, "parquet": parquet, "same": same, "leaves": head.count}


def lineage(_bench: Bench, package: str) -> Found:
    """Count the bytes that say where readings are from, beside those that hold the readings."""
    folder = Path(package)
    metadata = pq.read_metadata(folder / "tables" / "readings.parquet")
    columns = dict.fromkeys(metadata.schema.names, 0)
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            one = metadata.row_group(group).column(column)
            columns[one.path_in_schema] += one.total_compressed_size
    sizes = {path: (folder / "tables" / path).stat().st_size for path in _TABLES}
    told: int = sum(columns[name] for name in _LINEAGE) + sum(sizes.values())
    whole = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return {
        "readings": metadata.num_rows,
        "lineage": told,
        "parquet": (folder / "tables" / "readings.parquet").stat().st_size,
        "package": whole,
    }


def drawn_again(_bench: Bench, package: str) -> Found:
    """Verify a package by drawing every record and reading again, naively, from its captures."""
    return {"findings": [one.words for one in findings_in(Path(package))][:3]}


def rivals(_bench: Bench, package: str, count: str) -> Found:
    """Write the lineage of some readings as others would; bytes and CPU microseconds a value."""
    rows = lineage_rivals.readings_of(Path(package) / "tables" / "readings.parquet", int(count))
    for library in lineage_rivals.LIBRARIES:
        import_module(library)
    found = {}
    for name, write in lineage_rivals.RIVALS.items():
        with tempfile.TemporaryDirectory() as place:
            began = time.process_time()
            size = write(rows, Path(place))
            spent = time.process_time() - began
        found[name] = [size / len(rows), spent / len(rows) * 1e6]
    return {"rivals": found}


def _pages(folder: Path) -> tuple[SeriesPage, ...]:
    package, captured = opened(reader_of(folder)), captures_in(folder)
    equipment = [
        (one, captured(one.digest)) for one in package.captured if one.source == "equipment"
    ]
    return reading.read("equipment", equipment, package.batch, package.zones["equipment"]).pages


def _manifest(folder: Path) -> Manifest:
    return manifest_from((folder / MANIFEST).read_bytes())


RUNS: Final[dict[str, Callable[..., Found]]] = {
    "collect": collect,
    "evaluate": evaluate,
    "assemble": assemble,
    "seal": seal,
    "lineage": lineage,
    "drawn_again": drawn_again,
    "proofs": proofs,
    "replay": replay,
    "traces": traces,
    "rivals": rivals,
}


def main(name: str, folder: str, readings: str, *more: str) -> None:
    """Run one measurement and print what it found, with its cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = RUNS[name](Bench(Path(folder), int(readings)), *more)
    cost = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    sys.stdout.write(json.dumps(cost | found))


if __name__ == "__main__":
    main(*sys.argv[1:])
