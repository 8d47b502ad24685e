"""Do an evaluation again from nothing but its package: read, judge, write and root once more."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contracts import restore, restore_strategy
from contracts.canonical import Json, parse_strict
from contracts.collection import Collection
from contracts.compared import Altered, compared
from contracts.differences import Differences, Side, differences
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.manifest import (
    CAPTURES,
    EVALUATION,
    INDEX,
    MANIFEST,
    RECORDS,
    SOURCES,
    STRATEGY,
    Manifest,
    contract_path,
    manifest_from,
    table_lines,
    table_path,
)
from contracts.opened import Opened, Read, opened
from contracts.reading_leaves import READINGS
from contracts.steps import day_of
from contracts.strategy import Strategy
from contracts.times import read_time
from expectations import series
from expectations.effective import effective
from tasks.approved import Approved
from tasks.evidence import ReadEvidence, Shelf, read_evidence
from tasks.folder import reader_of
from tasks.judge import judge
from tasks.other_reading import first_other
from tasks.rooted import Grown, grown
from tasks.since import Since, since
from tasks.worksheet import Sitting, worksheet

_READINGS_SHOWN = "tables/readings.parquet"
_CAUSES_FIRST = (
    "series",
    READINGS,
    "observations",
    "unread",
    "quarantines",
    "criteria",
    "answers",
    "verdicts",
    "exceptions",
    "lineage",
    "environment",
    "evaluation",
    "captures",
)
"""The tables in the order in which one follows from the other: the first difference is a cause.

That captured bytes are others is told by what changed since; what they say comes before it."""


@dataclass(frozen=True, slots=True)
class Again:
    """An evaluation done again: its files and trees, drawn from the captured bytes."""

    package: Opened
    files: Mapping[str, bytes]
    trees: Grown
    evidence: ReadEvidence


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of doing an evaluation again, beside what its package says."""

    package: Opened
    then: Manifest
    now: Grown
    altered: tuple[Altered, ...]
    """What does not come out as it was recorded, causes first."""
    others: tuple[str, ...]
    """What else is not the same, in words: readings, and files that show the tables."""
    since: tuple[Since, ...]
    """What changed in evidence, strategy, contracts, code and libraries."""

    @property
    def same(self) -> bool:
        """Whether the identical root came out, and every record that the package shows."""
        return self.then.root == self.now.root and not self.altered and not self.others


def replay(folder: Path) -> Replayed:
    """Read and judge a package's captures again, and compare every record and the root.

    Raises:
        NotFoundError: there is no package, or a capture is gone.
        IntegrityError: the package is not what the format says.
        JudgementError: the judges differ now.
    """
    read = reader_of(folder)
    then = manifest_from(read(MANIFEST))
    again = done_again(read, opened(read))
    found = sorted(_altered(read, again.files), key=lambda one: _CAUSES_FIRST.index(one.table))
    return Replayed(
        package=again.package,
        then=then,
        now=again.trees,
        altered=tuple(found),
        others=(*_readings(read, then, again), *_shown(read, again.files)),
        since=tuple(since(read, again.package)),
    )


def done_again(read: Read, package: Opened, other: Approved | None = None) -> Again:
    """Return what comes out of a package's captures, by its own contracts and strategy.

    What is a fact of then stays one: the evaluation's number and time, the zones, which sources
    were in quarantine, the doubts about the strategy, the code and the libraries. `other` is
    another strategy to judge by.

    Raises:
        as for `replay`.
    """
    captured = cache(_captured(read))
    shelf = Shelf(captured, package.zones, _contracts(read))
    collection = Collection(package.batch, package.captured, package.quarantines)
    evidence = read_evidence(shelf, collection)
    approved = other or Approved(strategy_in(read), package.doubts)
    day = day_of(approved.strategy.dated_by, evidence.observations, package.day)
    dated = (day, package.context)
    judged = judge(package.batch, package.stage, approved, dated, evidence)
    files = worksheet(judged, evidence, collection, _sitting(read, package), captured)
    trees = grown(collection.captures, files, evidence.pages, captured)
    return Again(package, files, trees, evidence)


def judged_by(folder: Path, strategies: Path) -> Differences:
    """Return what would differ had a package been judged by the strategy in another folder.

    Nothing is written: the package, its number and its time stay what they are.

    Raises:
        StrategyError: the files are not what their schema says.
        NotFoundError, IntegrityError, JudgementError: as for `replay`.
    """
    read = reader_of(folder)
    package, evaluation = opened(read), document(read, EVALUATION)
    site, product = package.context.get("site", ""), str(evaluation["product"])
    found = effective(strategies, site=site, product=product)
    doubts = tuple(str(one) for one in sorted(found.doubts))
    again = done_again(read, package, Approved(found.strategy, doubts))
    files = again.files
    then = Side(package, manifest_from(read(MANIFEST)).root, evaluation)
    now = Side(
        opened(lambda path: files[path]),
        again.trees.root,
        document(lambda path: files[path], EVALUATION),
    )
    return differences(then, now)


def _captured(read: Read) -> Callable[[Digest], bytes]:
    return lambda digest: read(f"{CAPTURES}/{digest}")


def _contracts(read: Read) -> dict[str, Mapping[str, Json]]:
    return {source: document(read, contract_path(source)) for source in SOURCES}


def document(read: Read, path: str) -> Mapping[str, Json]:
    """Return a member of a package that is one canonical JSON object.

    Raises:
        IntegrityError: it is another thing, or spelt otherwise.
    """
    found = parse_strict(read(path).removesuffix(b"\n"))
    if not isinstance(found, Mapping):
        raise IntegrityError("a document that is no object", expected="an object", where=path)
    return found


def strategy_in(read: Read) -> Strategy:
    """Return the control strategy that a package was judged by.

    Raises:
        IntegrityError: it cannot be read.
    """
    return restore.restored("strategy", restore_strategy.strategy, document(read, STRATEGY))


def _sitting(read: Read, package: Opened) -> Sitting:
    judged_at = read_time(str(document(read, EVALUATION)["judged_at"]))
    made_with = tuple(one for one in package.environment if one.kind in {"code", "lock"})
    return Sitting(package.number, judged_at, package.zones, made_with)


def _altered(read: Read, files: Mapping[str, bytes]) -> Iterator[Altered]:
    for name in RECORDS:
        then, now = read(table_path(name)), files[table_path(name)]
        if then != now:
            yield from compared(name, _rows(then), _rows(now))


def _rows(data: bytes) -> list[Mapping[str, Json]]:
    rows = [parse_strict(line) for line in table_lines(data)]
    return [row for row in rows if isinstance(row, Mapping)]


def _readings(read: Read, then: Manifest, again: Again) -> Iterator[str]:
    """Yield whether the readings are others, and the first that is: by the package's Parquet."""
    was, comes = then.head(READINGS), again.trees.tables[-1]
    if was.count != comes.count:
        yield f"readings: {was.count} were recorded then, {comes.count} come out"
    if read(INDEX) != again.trees.index or was != comes:
        recorded = pq.read_table(pa.BufferReader(read(_READINGS_SHOWN)))
        words = first_other(recorded, series.table_of(again.evidence.pages))
        yield words or "readings: their trees are others, and their values are not"


def _shown(read: Read, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield every other file that does not come out as it lies in the package."""
    tables = {table_path(name) for name in RECORDS}
    for path, data in sorted(files.items()):
        if path not in tables and read(path) != data:
            yield f"{path} comes out as another file"
