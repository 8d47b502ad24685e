"""The benchmark of sealing: what a leaf for every reading, its lineage and its proofs cost.

A batch of ten million readings is collected, judged and packaged as the product does; everything
that is measured runs in a process of its own on that one package, in one run, other programs'
figures beside it. Run it by `make bench`, or smaller by `make bench READINGS=1000000`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from flows.plant import running_plant
from infra.bench.replays import replays
from infra.bench.sealed_batch import TAGS, Bench
from infra.bench.table import Line, at_most, measured, run, say, show

_RUNS: Final = "seal_runs"
_FULL: Final = 10_000_000
_MOST_LINEAGE: Final = 2
_MOST_SECONDS: Final = 10
_MOST_MEGABYTES: Final = 1_500
_LEAST_SPEED: Final = 1 / 3
_ROUNDS: Final = 3
_RIVALS_BEAR: Final = "20000"


def build(bench: Bench) -> tuple[Path, dict[str, Any]]:
    """Collect, judge and package the batch; return the package and what packaging cost."""
    say(f"{bench.readings:,} readings of {TAGS} tags, and a batch record and a laboratory:")
    with running_plant(bench.folder / "plant") as plant:
        plant.site_file()
        collected = measured(_RUNS, "collect", bench)
        judged = measured(_RUNS, "evaluate", bench, collected["collection"])
        packaged = measured(_RUNS, "assemble", bench, str(judged["number"]))
    for what, cost in (
        ("collected, and the captures encoded", collected),
        ("read and judged under both judges", judged),
        ("packaged: read again, page, Parquet, trees, seal", packaged),
    ):
        say(f"  {what:<58} {cost['cpu']:6.1f} CPU s, peak {cost['peak']:,.0f} MB")
    return Path(packaged["folder"]), packaged


def sealing(bench: Bench, package: Path) -> Iterator[Line]:
    """Yield what drawing all hashes costs, by DataFusion and by hashlib alone."""
    fast = measured(_RUNS, "seal", bench, str(package), "datafusion")
    plain = measured(_RUNS, "seal", bench, str(package), "hashlib")
    if not (fast["same"] and plain["same"]):
        raise SystemExit("The head of the readings came out as another than in the package.")
    words = "seal by the extra `speed`: digests, salts, leaves, trees"
    yield at_most(words, fast["trees"], _MOST_SECONDS, "CPU s")
    yield Line("seal, hashlib alone: the same head", f"{plain['trees']:.2f} CPU s")
    yield Line("the readings' Parquet file", f"{fast['parquet']:.2f} CPU s")


def lineage(bench: Bench, package: Path) -> Iterator[Line]:
    """Yield how many bytes say where readings come from."""
    found = measured(_RUNS, "lineage", bench, str(package))
    count = found["readings"]
    each = found["lineage"] / count
    yield at_most("lineage stored", each, _MOST_LINEAGE, "B a value")
    for what in ("parquet", "package"):
        yield Line(f"the whole {what}", f"{found[what] / count:.2f} B a value")


def verifying(bench: Bench, package: Path) -> Iterator[Line]:
    """Yield what drawing everything again costs, by the plain checks that need no library."""
    found = measured(_RUNS, "drawn_again", bench, str(package))
    held = not found["findings"]
    yield Line("drawn again from the captures: findings", str(found["findings"]), "none", held)
    cost = f"{found['cpu']:.0f} CPU s, {found['peak']:,.0f} MB"
    yield Line("drawn again from the captures: cost", cost)


def reading_speed(package: Path) -> Iterator[Line]:
    """Yield how fast the package's own verifier reads it, beside sha256sum over the same bytes."""
    files = [str(path) for path in sorted(package.rglob("*")) if path.is_file()]
    trusted = ["--trust", str(package / "seal" / "keys.json"), "--json"]
    verifier = [sys.executable, str(package / "verify.py"), str(package), *trusted]
    rounds = [(_seconds(verifier), _seconds(["sha256sum", *files])) for _ in range(_ROUNDS)]
    verified, summed = (statistics.median(times) for times in zip(*rounds, strict=True))
    size = sum(Path(one).stat().st_size for one in files) / 1e6
    speed = f"{size / verified:.0f} MB/s of {size / summed:.0f}"
    held = summed / verified >= _LEAST_SPEED
    yield Line("verify.py's speed, of sha256sum's", speed, "at least 1/3", held)


def _seconds(command: Sequence[str]) -> float:
    """Return the wall seconds of a command that must find nothing wrong."""
    began = time.perf_counter()
    run(command)
    return time.perf_counter() - began


def proving(bench: Bench, package: Path) -> Iterator[Line]:
    """Yield what proofs and traces of single items cost, warm and by a command of its own."""
    found = measured(_RUNS, "proofs", bench, str(package))
    yield at_most("one proof: leaf and hashes", found["binary"], 1_024, "B")
    yield at_most("one proof: as text, with seal and log proof", found["text"], 3_072, "B")
    yield Line("one proof: made, warm", f"{found['made']:.2f} ms")
    yield at_most("one proof: verified", found["checked"], 1, "ms")
    yield Line("proofs: findings", str(found["findings"]), "none", not found["findings"])
    traced = measured(_RUNS, "traces", bench, str(package))
    for what in ("readings", "verdicts"):
        yield at_most(f"trace, warm, median over {what}", traced[what], 2, "ms")
    command = [str(Path(sys.executable).with_name("batchproof")), "trace", str(package)]
    cold = statistics.median(_seconds([*command, traced["item"]]) for _ in range(2 * _ROUNDS + 1))
    yield at_most("trace, one cold command", cold, 0.5, "s")


def rivals(bench: Bench, package: Path) -> None:
    """Print the same lineage as others write it."""
    found = measured(_RUNS, "rivals", bench, str(package), _RIVALS_BEAR)
    say(f"The same lineage of {int(_RIVALS_BEAR):,} readings by others; of all it is extrapolated:")
    for name, (size, spent) in found["rivals"].items():
        whole = f"{size * bench.readings / 1e9:.1f} GB, {spent * bench.readings / 1e6:,.0f} CPU s"
        say(f"  {name:<32} {size:8.0f} B and {spent:6.1f} µs a value; extrapolated {whole}")


def main() -> None:
    """Run the benchmark and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readings", type=int, default=_FULL)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        bench = Bench(Path(place), asked.readings)
        package, packaged = build(bench)
        show([at_most("packaging: peak memory", packaged["peak"], _MOST_MEGABYTES, "MB")])
        show(sealing(bench, package))
        show(lineage(bench, package))
        say("  (lineage: tables/readings.index, tables/series, captures and lineage.jsonl, and the")
        say("  columns capture, offset and length of tables/readings.parquet, compressed)")
        show(reading_speed(package))
        show(proving(bench, package))
        show(verifying(bench, package))
        show(replays(bench, package, packaged["root"]))
        rivals(bench, package)


if __name__ == "__main__":
    main()
