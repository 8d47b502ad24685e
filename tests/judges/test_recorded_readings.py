"""Readings read back from a package's file give what the pages in memory give, on any threads."""

from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from builders import criterion, observed

from contracts.canonical import canonical
from contracts.derive import Window
from contracts.errors import IntegrityError
from contracts.evidence import digest_of
from contracts.observation import Moment
from contracts.reductions import reduced
from contracts.rule import Range
from contracts.series import SeriesPage
from contracts.subject import Reduction
from expectations.readings import PageReadings
from expectations.series import columns, questions_of, reduce_by, table_of
from expectations.series_again import ArrowTag
from tasks import readings as tables
from tasks.recorded import FileReadings

START = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
SECOND = 10**9
START_NS = int(START.timestamp()) * SECOND
TAGS = ("BR-101.TEMP", "BR-101.PH", "BR-102.TEMP")
STATUSES = np.array([0] * 30 + [0x4090_0000, 0x4091_0000, 0x8031_0000], np.uint32)


def page(tag, number, count=300):
    """A page of one tag's readings; every second capture holds pages of several tags."""
    chance = np.random.default_rng([number, TAGS.index(tag)])
    at = np.sort(chance.integers(0, 900, count)) + 900 * number
    if number == 1:
        chance.shuffle(at)
    values = chance.choice([36.5, 37.0, 37.25, 38.5, float("nan")], count)
    return SeriesPage(
        capture=digest_of(f"capture {number // 2}".encode()),
        tag=tag,
        equipment=tag.split(".")[0],
        characteristic=tag.split(".")[1].lower(),
        unit="Cel",
        times=array("q", (START_NS + at * SECOND).tolist()),
        values=array("d", values.tolist()),
        statuses=array("L", chance.choice(STATUSES, count).tolist()),
        offsets=array("q", (1000 * number + 8 * np.arange(count)).tolist()),
        lengths=array("l", [8] * count),
    )


PAGES = [page(tag, number) for number in range(4) for tag in TAGS]


def boundary(edge, moment):
    return observed(
        moment.isoformat(),
        source="batch_record",
        step="expansion",
        characteristic=edge,
        value=Moment(moment),
        unit="1",
    )


WINDOW = Window(
    "expansion",
    boundary("started_at", START + timedelta(seconds=20)),
    boundary("ended_at", START + timedelta(seconds=3500)),
    ("BR-101", "BR-102"),
)


def asked(characteristic, function, **said):
    ranged = function in {"time_outside", "longest_outside", "readings_outside"}
    ends = {"low": Decimal("36.9"), "high": Decimal("38.0")} if ranged else {}
    subject = Reduction(characteristic, "expansion", function, **(ends | said))
    unit = "min" if "outside" in function or "gap" in function else "Cel"
    name = f"{characteristic}-{function}-{'-'.join(said)}"
    return criterion(Range(high=Decimal(30)), id=name, subject=subject, unit=unit)


CRITERIA = [
    asked(characteristic, function, **said)
    for characteristic in ("temp", "ph")
    for said in ({}, {"uncertain": "speaks"}, {"uncertain": "speaks", "substituted": "speaks"})
    for function in (
        *("max", "min", "mean", "mean_kinetic_temperature", "fastest_change", "count_readings"),
        *("time_outside", "longest_outside", "readings_outside", "longest_gap"),
    )
]


def verdict_bytes(source, threads):
    questions = questions_of(CRITERIA, [WINDOW])
    found = reduce_by((columns, ArrowTag), questions, source, threads=threads)
    first, second = (canonical([one.record() for one in said.values()]) for said in found)
    assert first == second
    return first


@pytest.fixture
def written(tmp_path):
    tables.write_pages(PAGES, tmp_path)
    return tmp_path / "readings.parquet"


def test_one_thread_and_two_give_the_same_bytes(written):
    expected = canonical([one.record() for one in reduced(CRITERIA, PAGES, [WINDOW]).values()])
    for source in (PageReadings(PAGES), FileReadings(written)):
        for threads in (1, 2, 2, 3):
            assert verdict_bytes(source, threads) == expected


@pytest.mark.parametrize("size", [7, 100, 450, 10**6])
def test_tags_may_lie_in_any_row_groups(tmp_path, monkeypatch, size):
    monkeypatch.setattr(tables, "_ROW_GROUP", size)
    tables.write_pages(PAGES, tmp_path)
    found = verdict_bytes(FileReadings(tmp_path / "readings.parquet"), 2)
    assert found == verdict_bytes(PageReadings(PAGES), 1)


def test_a_file_with_two_meanings_of_a_tag_is_refused(tmp_path):
    tables.write_readings(table_of([PAGES[0], replace(PAGES[3], unit="K")]), tmp_path)
    with pytest.raises(IntegrityError, match="its unit"):
        FileReadings(tmp_path / "readings.parquet")


def test_a_file_without_readings_has_no_tags(tmp_path):
    tables.write_readings(table_of([]), tmp_path)
    assert FileReadings(tmp_path / "readings.parquet").meanings() == {}
