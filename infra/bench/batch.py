"""The batch that everyone in the benchmark judges: readings of 40 tags, and five criteria a tag.

The tags stand one after the other, each in the order of time, as a package's own file does. A tag
has a reading a second with two decimals, about one in a thousand of them Bad or Uncertain. Every
tenth tag has excursions, and another tenth a gap of fifteen minutes, so that criteria fail.

The five are what a bioreactor's strategy asks of every tag: all readings within the proven range,
the highest and the lowest reading, the time outside the normal range, and the longest gap.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from contracts.criterion import AttributeClass, Criterion, Stage
from contracts.derive import Window
from contracts.evidence import Place, digest_of
from contracts.observation import Moment, Observation, Origin, Provenance, Status, Subject
from contracts.rule import Limit, Range
from contracts.subject import Reduction
from tasks.readings import write_readings

START: Final = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
SECOND: Final = 10**9
START_NS: Final = int(START.timestamp()) * SECOND
STEP: Final = "expansion"
EQUIPMENT: Final = "BR-101"
WITHIN: Final = ("36.00", "38.00")
NORMAL: Final = ("36.50", "37.50")
MOST_MINUTES_OUTSIDE: Final = 30
MOST_MINUTES_OF_GAP: Final = 10
FUNCTIONS: Final = ("readings_outside", "max", "min", "time_outside", "longest_gap")
SIMPLE: Final = ("readings_outside", "max", "min", "count_readings", "count_true")
_PAGE: Final = 10_000
"""Readings in a capture."""
_BYTES: Final = 38
"""Of a reading in its capture."""
_BAD, _UNCERTAIN = 0x8031_0000, 0x4090_0000
_EVERY: Final = 10
_WITH_GAP: Final = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """What is judged: the file, how many readings and tags it holds, and when the step ran."""

    path: Path
    readings: int
    tags: int
    functions: tuple[str, ...] = FUNCTIONS

    @property
    def each(self) -> int:
        """How many readings a tag has."""
        return self.readings // self.tags

    @property
    def ends(self) -> tuple[int, int]:
        """The step's start and end in nanoseconds: a minute less than the readings at both ends."""
        return START_NS + 60 * SECOND, START_NS + (self.each - 60) * SECOND

    def names(self) -> list[str]:
        """Return the tags."""
        return [f"{EQUIPMENT}.T{number:02}" for number in range(self.tags)]

    def window(self) -> Window:
        """Return the step's window, as the batch record would give it."""
        start, end = (START + timedelta(seconds=one) for one in (60, self.each - 60))
        return Window(STEP, _edge("started_at", start), _edge("ended_at", end), (EQUIPMENT,))

    def criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria, as many of each tag as there are functions."""
        return tuple(
            _criterion(tag, function) for tag in self.names() for function in self.functions
        )


def criterion_id(tag: str, function: str) -> str:
    """Return the id of a tag's criterion on a function."""
    return f"CPP-{tag.partition('.')[2]}-{function}"


def limit_of(function: str) -> Range:
    """Return the limit of a function's criteria."""
    low, high = (Decimal(one) for one in WITHIN)
    return {
        "readings_outside": Range(high=Decimal(0)),
        "max": Range(high=high),
        "min": Range(low=low),
        "count_true": Range(low=Decimal(100)),
        "count_readings": Range(low=Decimal(100)),
        "time_outside": Range(high=Decimal(MOST_MINUTES_OUTSIDE)),
        "longest_gap": Range(high=Decimal(MOST_MINUTES_OF_GAP)),
    }[function]


def _criterion(tag: str, function: str) -> Criterion:
    ranges = {"readings_outside": WITHIN, "time_outside": NORMAL}
    low, high = (Decimal(one) for one in ranges.get(function, WITHIN))
    units = {"time_outside": "min", "longest_gap": "min"}
    units |= dict.fromkeys(("readings_outside", "count_readings", "count_true"), "1")
    return Criterion(
        id=criterion_id(tag, function),
        title=f"{function} of {tag}",
        attribute_class=AttributeClass.CPP,
        criticality="major",
        required_for=Stage.INITIAL,
        subject=Reduction(f"temperature_{tag[-2:]}", STEP, function, low, high),
        unit=units.get(function, "Cel"),
        limits=(Limit(date(2024, 1, 1), limit_of(function), "EXAMPLE: benchmark"),),
        owner="manufacturing",
        message="The benchmark's limit was left.",
        unit_procedure=STEP,
    )


def _edge(edge: str, moment: datetime) -> Observation:
    text = moment.isoformat()
    return Observation(
        batch="BENCH-1",
        source="batch_record",
        subject=Subject("batch", "BENCH-1"),
        step=STEP,
        characteristic=edge,
        as_written=text,
        value=Moment(moment),
        unit="1",
        occurred_at=moment,
        recorded_at=moment,
        captured_at=moment,
        zone="UTC",
        recorded_by="P-001",
        instrument="MES",
        status=Status.FINAL,
        provenance=Provenance.INTERFACE,
        origin=Origin((Place(digest_of(text.encode()), 0, len(text), "/"),)),
        source_key=edge,
    )


def build(batch: Batch) -> None:
    """Write the batch's readings to its file, the same whoever builds it."""
    each = batch.each
    pages = -(-each // _PAGE)
    tags = np.repeat(np.arange(batch.tags, dtype=np.int32), each)
    captures = np.tile(np.repeat(np.arange(pages, dtype=np.int32), _PAGE)[:each], batch.tags)
    captures += tags * pages
    within = np.tile(np.arange(each, dtype=np.int64) % _PAGE, batch.tags)
    digests = [digest_of(str(one).encode()) for one in range(batch.tags * pages)]
    columns = [_readings(number, each) for number in range(batch.tags)]
    zeros = np.zeros(len(tags), np.int32)
    characteristics = [f"temperature_{one:02}" for one in range(batch.tags)]
    table = pa.table(
        {
            "tag": _named(tags, batch.names()),
            "equipment": _named(zeros, [EQUIPMENT]),
            "characteristic": _named(tags, characteristics),
            "unit": _named(zeros, ["Cel"]),
            "time": np.concatenate([one[0] for one in columns]),
            "value": np.concatenate([one[1] for one in columns]),
            "status": np.concatenate([one[2] for one in columns]),
            "capture": _named(captures, digests),
            "offset": within * _BYTES,
            "length": np.full(len(tags), _BYTES, np.int32),
        }
    )
    write_readings(table, batch.path.parent)


def _named(codes: np.ndarray, names: list[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))


def _readings(number: int, each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the times, values and statuses of one tag."""
    chance = np.random.default_rng(20260305 + number)
    times = START_NS + np.arange(each, dtype=np.int64) * SECOND
    values = np.round(37 + np.clip(chance.normal(0, 0.1, each), -0.45, 0.45), 2)
    statuses = np.zeros(each, np.uint32)
    kinds = chance.integers(0, 10_000, each)
    statuses[kinds < 7] = _BAD  # noqa: PLR2004 (7 in 10,000)
    statuses[kinds > 9_996] = _UNCERTAIN  # noqa: PLR2004 (3 in 10,000)
    middle = each // 2
    if number % _EVERY == 0:
        values[middle : middle + min(3600, each // 4)] = 37.9
        values[chance.integers(middle // 2, middle, 30)] = 38.01
        values[chance.integers(middle // 2, middle, 5)] = 35.99
    if number % _EVERY == _WITH_GAP:
        statuses[middle : middle + min(900, each // 4)] = _BAD
    return times, values, statuses
