"""Proofs and traces of the measured package, each in a process of its own.

Times of proofs and traces are medians of wall milliseconds over items drawn by a fixed seed, from a
package that is already open; nothing is asked for twice.
"""

import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from contracts.canonical import canonical
from contracts.opened import opened
from contracts.prover import Prover
from contracts.tracer import Tracer
from infra.bench.sealed_batch import Bench
from tasks.members import reader_of, spans_of
from tasks.verifier import Trust, check_proof

_ASKED: Final = 200
_KEYS: Final = "seal/keys.json"
One = TypeVar("One")
Other = TypeVar("Other")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def proofs(_bench: Bench, package: str) -> dict[str, Any]:
    """Prove readings drawn at random, and check each proof as its receiver does."""
    folder = Path(package)
    prover = Prover(reader_of(folder), spans_of(folder))
    trust = Trust(_trusted_always((folder / _KEYS).read_bytes()), given=True)
    prover.reading(0)
    rows = random.Random(4).sample(range(prover.readings.count), _ASKED)  # noqa: S311 (no secret)
    made, making = _timed(prover.reading, rows)
    texts = [one.to_bytes() for one in made]
    reports, checking = _timed(lambda data: check_proof(data, trust), texts)
    return {
        "binary": max(one.binary for one in made),
        "text": max(map(len, texts)),
        "made": making,
        "checked": checking,
        "findings": [one.words for report in reports for one in report.findings][:3],
    }


def _trusted_always(data: bytes) -> bytes:
    """Return a trust file whose keys have no beginning: the measured site has no witness.

    Without one no outsider attests a proof's time, and a key with a beginning is refused.
    """
    said = json.loads(data)
    keys = [one | {"from": None} for one in said["keys"]]
    return canonical(said | {"keys": keys})


def traces(_bench: Bench, package: str) -> dict[str, Any]:
    """Trace readings drawn at random, and every verdict, from one open package."""
    folder = Path(package)
    tracer = Tracer(reader_of(folder), spans_of(folder))
    drawn = random.Random(5).sample(range(tracer.readings.count), _ASKED)  # noqa: S311 (no secret)
    items = [named(tracer, row) for row in drawn]
    verdicts = list(opened(reader_of(folder)).verdicts)
    tracer.trace(items[0])
    tracer.trace(verdicts[0])
    _, of_readings = _timed(tracer.trace, items[1:])
    _, of_verdicts = _timed(tracer.trace, verdicts[1:])
    return {"readings": of_readings, "verdicts": of_verdicts, "item": items[0]}


def named(tracer: Tracer, row: int) -> str:
    """Return a reading's name, `TAG@TIME`."""
    one = tracer.readings.at(row)
    moment = _EPOCH + timedelta(microseconds=one.leaf.time // 1000)
    return f"{one.page.record['tag']}@{moment.isoformat()}"


def _timed(act: Callable[[One], Other], items: Sequence[One]) -> tuple[list[Other], float]:
    found, spent = [], []
    for item in items:
        began = time.perf_counter()
        found.append(act(item))
        spent.append((time.perf_counter() - began) * 1000)
    return found, statistics.median(spent)
