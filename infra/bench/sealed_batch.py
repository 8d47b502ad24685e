"""A batch with millions of readings, as a plant would hand it over: the package that is measured.

Batch record and laboratory are the demo plant's, asked over the wire. The history of the bioreactor
is asked as well; then 40 tags are recorded far more often than the plant does, encoded by the
plant's own server code, one HistoryRead response of 10,000 readings after the other.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from contracts.collection import Collection
from contracts.criterion import Stage
from contracts.evidence import Capture
from flows.plant import running_plant
from infra.plant.history import PAGE, History, encoded
from infra.plant.series import BAD_NO_COMMUNICATION, UNCERTAIN_LAST_USABLE_VALUE, Series
from tasks import reading
from tasks.collect import collect_source
from tasks.desk import Desk, open_desk
from tasks.evaluate import evaluate_collection
from tasks.package import assemble_evaluation
from tasks.sources.equipment import TagWindow
from tasks.sources.history_wire import MEDIA_TYPE
from tasks.windows import equipment_windows

BATCH: Final = "CART-26-0001"
TAGS: Final = 40
_KINDS: Final = {"TEMP": (37.0, 2), "PH": (7.2, 2), "DO": (50.0, 1), "AGIT": (15.0, 1)} | {
    "CO2": (5.0, 2)
}
"""What a dense tag measures: around which number, and with how many decimals."""
_BAD_ONE_IN, _UNCERTAIN_ONE_IN = 2_000, 1_500
_HISTORY_DATA: Final = 658
_RESULT: Final = struct.Struct("<iIi")
_BODY: Final = struct.Struct("<BBHBi")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the measured batch lies, and how many readings its 40 dense tags have."""

    folder: Path
    readings: int

    @property
    def site(self) -> Path:
        """The site file that the plant wrote."""
        return self.folder / "plant" / "site.yaml"

    def desk(self) -> Desk:
        """Open the desk that the batch is prepared at."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        ledger = f"sqlite:///{home / 'ledger.sqlite'}"
        return open_desk(
            self.site, home, ledger, packages=self.folder / "packages", strategies=None
        )


def collect(bench: Bench) -> str:
    """Collect the batch and return the digest of its collection."""
    with running_plant(bench.folder / "plant") as plant:
        plant.site_file()
        desk = bench.desk()
        record = collect_source(desk, BATCH, "batch_record")
        laboratory = collect_source(desk, BATCH, "lims")
        windows = equipment_windows(desk, BATCH, record)
        dense = _dense(windows)
        plain = collect_source(
            desk, BATCH, "equipment", [one for one in windows if one not in dense]
        )
    history = tuple(_captures(desk, dense, bench.readings // len(dense)))
    collection = Collection(BATCH, (*record, *laboratory, *plain, *history))
    digest = desk.records.put(collection.to_bytes())
    desk.ledger.close()
    return digest


def _dense(windows: Sequence[TagWindow]) -> list[TagWindow]:
    """Return the 40 windows that are recorded often: the batch's own vessel first."""
    own = [one for one in windows if _is_dense(one.node)]
    span = own[0]
    more = (
        TagWindow(f"ns=2;s=BR-{vessel}.{kind}", span.start, span.end)
        for vessel in range(201, 300)
        for kind in _KINDS
    )
    return [*own, *more][:TAGS]


def _is_dense(node: str) -> bool:
    tag = node.rpartition(";s=")[2]
    return tag.startswith("BR-") and tag.rpartition(".")[2] in _KINDS


def _captures(desk: Desk, windows: Sequence[TagWindow], each: int) -> Iterator[Capture]:
    """Keep every page of every window's history."""
    for number, window in enumerate(windows):
        history = encoded(_series(window, each, np.random.default_rng(number)))
        starts = range(0, each, PAGE)
        for page, start in enumerate(starts, 1):
            stop = min(start + PAGE, each)
            more = f"{history.tag}:{stop}".encode() if stop < each else b""
            data = _response(history, range(start, stop), more)
            yield Capture(
                digest=desk.store.put(data),
                size=len(data),
                source="equipment",
                system=desk.site.sources["equipment"].kind,
                request=f"{window.request} page {page}",
                media_type=MEDIA_TYPE,
                headers=(),
                contract=reading.contract_of("equipment").name,
                captured_at=desk.now(),
            )


def _series(window: TagWindow, count: int, rng: np.random.Generator) -> Series:
    """Return readings at an even pace, each a little late, a few of them bad or uncertain."""
    tag = window.node.rpartition(";s=")[2]
    level, places = _KINDS[tag.rpartition(".")[2]]
    start, end = (int(one.timestamp() * 1000) for one in (window.start, window.end))
    pace = max(1, (end - start) // count)
    times = (
        start + np.arange(count, dtype=np.int64) * pace + rng.integers(0, max(1, pace // 4), count)
    )
    values = np.round(level + np.cumsum(rng.normal(0, 0.002, count)) % 0.3, places)
    statuses = np.zeros(count, np.uint32)
    statuses[rng.integers(0, _UNCERTAIN_ONE_IN, count) == 0] = UNCERTAIN_LAST_USABLE_VALUE
    bad = rng.integers(0, _BAD_ONE_IN, count) == 0
    statuses[bad], values[bad] = BAD_NO_COMMUNICATION, np.nan
    return Series(tag, times, values, statuses)


def _response(history: History, positions: range, more: bytes) -> bytes:
    """Return one page as the server sends it: a HistoryReadResponse without its header."""
    body = history.page(positions)
    before = _RESULT.pack(1, 0, len(more) or -1) + more
    return before + _BODY.pack(1, 0, _HISTORY_DATA, 1, len(body)) + body + struct.pack("<i", -1)


def evaluate(bench: Bench, collection: str) -> int:
    """Judge the collected batch and return the number of the evaluation."""
    desk = bench.desk()
    done = evaluate_collection(desk, BATCH, collection, Stage.INITIAL, "the benchmark of sealing")
    desk.ledger.close()
    return done.number


def assemble(bench: Bench, number: int) -> Path:
    """Put the package of an evaluation together and return its folder."""
    desk = bench.desk()
    package = assemble_evaluation(desk, BATCH, number)
    desk.ledger.close()
    return package.folder
