"""The benchmark of judging: this product beside DuckDB, stock Great Expectations and pandera.

Every contestant runs in a process of its own on the same file, and must give the same answers. Time
is from after the imports to the verdicts; memory is the process's peak. Run it by `make bench`, or
smaller by `make bench READINGS=1000000`.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.bench.batch import Batch, build

_TAGS: Final = 40
_MOST_DUCKDB, _LEAST_STOCK, _LEAST_CONDITIONS, _MOST_MEGABYTES = 1.3, 8, 150, 500
_SLOW: Final = ("gx-row-conditions", "gx-split", "pandera")
_WORDS: Final = {
    "product": "this product",
    "duckdb": "DuckDB, window functions",
    "duckdb-in-file-order": "DuckDB, trusting the file's order",
    "pandera": "pandera, split by tag",
    "gx-split": "stock Great Expectations, split by tag",
    "gx-row-conditions": "stock Great Expectations, row conditions",
    "product-simple": "this product, on GROUP BY's checks",
    "duckdb-simple": "DuckDB, GROUP BY only",
}
_SIMPLE: Final = ("product-simple", "duckdb-simple")


@dataclass(frozen=True, slots=True)
class Result:
    """What a contestant answered, and its cost: seconds and megabytes, medians of its runs."""

    wall: float
    cpu: float
    imported: float
    peak: float
    answers: dict[str, dict[str, Any]]


def _batch(folder: Path, readings: int) -> Batch:
    """Return a batch with its file built."""
    own = folder / str(readings)
    own.mkdir()
    batch = Batch(own / "readings.parquet", readings, _TAGS)
    program = "from infra.bench.series import built; built(*__import__('sys').argv[1:])"
    _python("-c", program, str(batch.path), str(readings))
    return batch


def built(path: str, readings: str) -> None:
    """Build a batch's file; in a process of its own, for what it takes is given back."""
    build(Batch(Path(path), int(readings), _TAGS))


def _python(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _result(name: str, batch: Batch, runs: int) -> Result:
    """Return the median cost of some runs, whose answers are all the same."""
    said = [
        json.loads(
            _python(
                *("-m", "infra.bench.contestant", name),
                *(str(batch.path), str(batch.readings), str(batch.tags)),
            )
        )
        for _ in range(runs)
    ]
    answers = [one["answers"] for one in said]
    if any(one != answers[0] for one in answers):
        raise SystemExit(f"{_WORDS[name]} answered differently when asked again.")
    costs = {what: statistics.median(one["cost"][what] for one in said) for what in said[0]["cost"]}
    return Result(answers=answers[0], **costs)


def _same(name: str, result: Result, expected: Result) -> None:
    """Demand the answers of the product: outcomes, numbers where there are some, failing rows."""
    for what in ("met", "numbers", "rows"):
        theirs, ours = result.answers[what], expected.answers[what]
        if theirs != ours and (theirs or what != "numbers"):
            differing = sorted(one for one in {*theirs, *ours} if theirs.get(one) != ours.get(one))
            first = differing[0]
            raise SystemExit(
                f"{_WORDS[name]} says of {first} {theirs.get(first)}, not {ours.get(first)}."
            )


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        numbers = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join([row[0].ljust(widths[0]), *numbers])


def _compared(names: Sequence[str], batch: Batch) -> dict[str, Result]:
    """Let contestants judge, the first of them the one that all must agree with."""
    found: dict[str, Result] = {}
    for name in names:
        found[name] = _result(name, batch, 1 if name in _SLOW else 3)
        _same(name, found[name], found[names[0]])
    rows = [("", "wall s", "CPU s", "peak MB", "of it imports")]
    rows += [
        (
            _WORDS[name],
            f"{one.wall:.2f}",
            f"{one.cpu:.2f}",
            f"{one.peak:.0f}",
            f"{one.imported:.0f}",
        )
        for name, one in found.items()
    ]
    product = found[names[0]].answers
    failing = sum(not one for one in product["met"].values())
    _say(f"\n{batch.readings:,} readings, {batch.tags} tags, {len(product['met'])} criteria:")
    _say(f"the same answers from all, {failing} of them not met, and the same failing rows.")
    for line in _table(rows):
        _say(f"  {line}")
    return found


def _judge(found: dict[str, Result]) -> None:
    """Say how the product stands against the targets, which are for ten million readings."""
    product = found["product"]
    _say("  against the targets for 10,000,000 readings on two idle cores:")
    for name in ("duckdb", "duckdb-in-file-order"):
        ratio = product.wall / found[name].wall
        cpu = product.cpu / found[name].cpu
        words = f"{ratio:.2f} times {_WORDS[name]} by wall time, {cpu:.2f} times by CPU time"
        _say(f"  {words}{_held(ratio <= _MOST_DUCKDB, f'at most {_MOST_DUCKDB}')}")
    for name, least in (("gx-split", _LEAST_STOCK), ("gx-row-conditions", _LEAST_CONDITIONS)):
        if name in found:
            ratio = found[name].wall / product.wall
            words = f"{ratio:.0f} times faster than {_WORDS[name]}"
            _say(f"  {words}{_held(ratio >= least, f'at least {least}')}")
    words = f"{product.peak:.0f} MB at its peak, {product.imported:.0f} MB of it imports"
    _say(f"  {words}{_held(product.peak < _MOST_MEGABYTES, f'less than {_MOST_MEGABYTES} MB')}")


def _held(held: bool, target: str) -> str:  # noqa: FBT001 (the one thing it is about)
    return f": target of {target} {'held' if held else 'MISSED'}"


def _growth(folder: Path, largest: int) -> None:
    """Show what a reading costs over a range of sizes."""
    _say("\nCost by size, 200 criteria:")
    rows = [("readings", "wall s", "CPU s", "CPU µs a reading", "peak MB")]
    for readings in (largest // 8, largest // 4, largest // 2, largest):
        own = folder / "growth" / str(readings)
        own.parent.mkdir(exist_ok=True)
        batch = _batch(own.parent, readings)
        one = _result("product", batch, 3)
        each = f"{one.cpu / readings * 1e6:.3f}"
        rows.append((f"{readings:,}", f"{one.wall:.2f}", f"{one.cpu:.2f}", each, f"{one.peak:.0f}"))
        batch.path.unlink()
    for line in _table(rows):
        _say(f"  {line}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Run the benchmark and print it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readings", type=int, default=10_000_000)
    options.add_argument("--without", nargs="*", default=[], choices=_SLOW, help="leave these out")
    asked = options.parse_args()
    names = [one for one in _WORDS if one not in {*_SIMPLE, *asked.without}]
    with tempfile.TemporaryDirectory() as place:
        batch = _batch(Path(place), asked.readings)
        _judge(_compared(names, batch))
        simple = _compared(_SIMPLE, batch)
        ratio = simple["product-simple"].cpu / simple["duckdb-simple"].cpu
        _say(f"  {ratio:.1f} times {_WORDS['duckdb-simple']} by CPU time; without a target")
        batch.path.unlink()
        _growth(Path(place), asked.readings)


if __name__ == "__main__":
    main()
