"""The record of one evaluation: every table and text that a package shows, as canonical bytes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.answered import both_answered
from contracts.canonical import Json, canonical, parse_strict
from contracts.chunks import ChunkedCapture, tree_of
from contracts.collection import Collection
from contracts.environment import Fact
from contracts.errors import IntegrityError
from contracts.evidence import Digest, digest_of
from contracts.leaves import Captured
from contracts.lineage import edges
from contracts.manifest import (
    EVALUATION,
    READINESS,
    SOURCES,
    STRATEGY,
    VERDICTS,
    contract_path,
    table_bytes,
    table_path,
)
from contracts.times import written
from contracts.words import WORDING
from expectations import compiler
from tasks.evidence import ReadEvidence
from tasks.judge import Judged
from tasks.reading import Document
from tasks.storage import Storage

_PUTS_AT_A_TIME: Final = 4


@dataclass(frozen=True, slots=True)
class Sitting:
    """What is a fact of an evaluation and follows from no evidence."""

    number: int
    judged_at: datetime
    zones: Mapping[str, str]
    """The zone each source writes its times in."""
    made_with: tuple[Fact, ...]
    """The code and the locked libraries."""


def worksheet(
    judged: Judged,
    evidence: ReadEvidence,
    collection: Collection,
    sitting: Sitting,
    captured: Captured,
) -> dict[str, bytes]:
    """Return the evaluation's files by their path in the package."""
    files = _bound(judged, evidence.contracts)
    verdicts: list[Json] = [one.record() for one in judged.verdicts]
    tables: Mapping[str, Sequence[Mapping[str, Json]]] = {
        "answers": [one.record() for one in both_answered(judged.asked, judged.answers)],
        "captures": [
            ChunkedCapture(one, tree_of(captured(one.digest))).record()
            for one in collection.captures
        ],
        "criteria": [one.record() for one in judged.criteria],
        "environment": [one.record() for one in _environment(judged, sitting, files)],
        "exceptions": [one.record() for one in judged.exceptions],
        "lineage": list(edges(judged.asked, judged.verdicts, judged.observations)),
        "observations": [one.record() for one in judged.observations],
        "quarantines": [one.record() for one in evidence.quarantines],
        "series": [page.record() for page in evidence.pages],
        "unread": [one.record() for one in evidence.unread],
        "verdicts": [one.record() for one in judged.verdicts],
    }
    files |= {table_path(name): table_bytes(records) for name, records in tables.items()}
    files[EVALUATION] = _line(_evaluation(judged, evidence, sitting))
    files[READINESS] = _line(judged.readiness.record())
    files[VERDICTS] = _line(verdicts)
    return files


def _bound(judged: Judged, contracts: Mapping[str, Document]) -> dict[str, bytes]:
    """Return the files that the environment's facts bind: strategy, contracts, suites."""
    files = {STRATEGY: _line(judged.strategy.record())}
    files |= {f"strategy/files/{name}": data for name, data in judged.strategy_files.items()}
    for source in SOURCES:
        files[contract_path(source)] = _line(dict(contracts[source]))
    for name, compiled in compiler.compile_all(judged.strategy, judged.day, judged.context).items():
        files[f"suites/{name}"] = (
            json.dumps(compiled, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        ).encode()
    return files


def _environment(judged: Judged, sitting: Sitting, files: Mapping[str, bytes]) -> Iterator[Fact]:
    """Yield what the evaluation was made with, each by its digest."""
    yield from sitting.made_with
    strategy = judged.strategy
    yield Fact("strategy", strategy.product, strategy.digest, strategy.version)
    for path, data in sorted(files.items()):
        folder, _, name = path.partition("/")
        if folder in {"contracts", "suites"}:
            yield Fact(folder.removesuffix("s"), name, digest_of(data))


def _line(record: Json) -> bytes:
    return canonical(record) + b"\n"


def _evaluation(judged: Judged, evidence: ReadEvidence, sitting: Sitting) -> dict[str, Json]:
    return {
        "batch": judged.batch,
        "context": dict(judged.context),
        "criteria_in_force": len(judged.criteria),
        "criteria_judged": len(judged.verdicts),
        "doubts": list(judged.doubts),
        "evaluation": sitting.number,
        "evidence": evidence.fingerprint,
        "in_force_on": judged.day.isoformat(),
        "judged_at": written(sitting.judged_at),
        "judges": ["great_expectations", "reference"],
        "product": judged.strategy.product,
        "readiness": judged.readiness.state.value,
        "stage": judged.stage.value,
        "strategy": judged.strategy.digest,
        "strategy_title": judged.strategy.title,
        "strategy_version": judged.strategy.version,
        "wording": WORDING,
        "zones": dict(sitting.zones),
    }


def keep(store: Storage, files: Mapping[str, bytes]) -> Digest:
    """Keep an evaluation's files and return the digest of their list."""
    with ThreadPoolExecutor(_PUTS_AT_A_TIME) as pool:  # each waits for a disk or a server
        digests = list(pool.map(store.put, files.values()))
    listed: dict[str, Json] = dict(zip(files, digests, strict=True))
    return store.put(canonical(listed))


def kept(store: Storage, digest: Digest) -> dict[str, bytes]:
    """Return an evaluation's files by the digest of their list.

    Raises:
        IntegrityError: a file is not what its digest says.
    """
    listed = parse_strict(store.get(digest))
    if not isinstance(listed, dict):
        raise IntegrityError("a list of files that is no list", expected="paths and digests")
    return {path: store.get(str(name)) for path, name in listed.items()}
