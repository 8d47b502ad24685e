"""Three implementations of every reduction: numpy, Arrow, and the plain loops of the verifier."""

import math
from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from time import process_time

import pytest
import yaml
from builders import criterion, observed
from hypothesis import event, given, settings
from hypothesis import strategies as st

import contracts.sources
from contracts.derive import Window
from contracts.errors import IntegrityError, StrategyError
from contracts.evidence import digest_of
from contracts.observation import Moment
from contracts.reductions import expected_equipment, reduced
from contracts.rule import Range
from contracts.series import SeriesPage
from contracts.sources.odcs import source_contract
from contracts.subject import Reduction
from expectations.readings import PageReadings
from expectations.series import columns, questions_of, reduce, reduce_by
from expectations.series_again import ArrowTag

START = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
SECOND = 10**9
START_NS = int(START.timestamp()) * SECOND
GOOD, GOOD_CLAMPED, UNCERTAIN, BAD, BAD_TOO = 0, 0x0030_0000, 0x4090_0000, 0x8031_0000, 0xC000_0000
NAN, INFINITE = float("nan"), float("inf")
CHARACTERISTICS = {"TEMP": "temperature", "TEMP2": "temperature", "PH": "ph"}
EQUIPMENT = ("BR-101", "BR-102", "WS-1")


def page(*readings, tag="BR-101.TEMP", unit="Cel", name="capture"):
    """A page of (nanoseconds after the start, value, status) readings, 8 bytes each."""
    times, values, statuses = zip(*readings, strict=True) if readings else ((), (), ())
    return SeriesPage(
        capture=digest_of(name.encode()),
        tag=tag,
        equipment=tag.split(".")[0],
        characteristic=CHARACTERISTICS[tag.split(".")[1]],
        unit=unit,
        times=array("q", [START_NS + one for one in times]),
        values=array("d", values),
        statuses=array("L", statuses),
        offsets=array("q", [100 + 8 * row for row in range(len(times))]),
        lengths=array("l", [8] * len(times)),
    )


def boundary(step, edge, moment):
    return observed(
        moment.isoformat(),
        source="batch_record",
        step=step,
        characteristic=edge,
        value=Moment(moment),
        unit="1",
    )


def window(step="expansion", start=0, end=600, equipment=("BR-101", "BR-102")):
    started, ended = (START + timedelta(seconds=one) for one in (start, end))
    ends = boundary(step, "started_at", started), boundary(step, "ended_at", ended)
    return Window(step, *ends, equipment)


def asked(function, unit="Cel", ends=(None, None), characteristic="temperature", step="expansion"):
    subject = Reduction(characteristic, step, function, *ends)
    name = f"{step}-{characteristic}-{function}-{ends[0]}-{ends[1]}"
    return criterion(Range(high=Decimal(30)), id=name, subject=subject, unit=unit)


LOW, HIGH = Decimal("36.1"), Decimal("38.0")
CRITERIA = [
    asked(function, unit, ends, characteristic, step)
    for step, characteristic in product(("expansion", "harvest"), ("temperature", "ph"))
    for function, unit, ends in (
        ("max", "Cel", (None, None)),
        ("min", "Cel", (None, None)),
        ("time_outside", "s", (LOW, HIGH)),
        ("time_outside", "min", (LOW, None)),
        ("time_outside", "h", (None, HIGH)),
        ("longest_gap", "d", (None, None)),
        ("count_true", "1", (None, None)),
        ("count_readings", "1", (None, None)),
    )
]
SPANS = (window(), window("harvest", 300, 601, ("BR-102",)))
NOTHING = {}


def records(found):
    return {name: one.record() for name, one in found.items()}


def both(criteria, pages, spans, expected=NOTHING):
    """What the two give, as records; equal, or the test fails."""
    naive = records(reduced(criteria, pages, spans, expected))
    asked = questions_of(criteria, spans)
    engines = (columns, ArrowTag)
    for found in reduce_by(engines, asked, PageReadings(pages), expected, threads=1):
        assert naive == records(found)
        assert list(naive) == list(found)
    return naive


times = st.sampled_from(
    [one * SECOND for one in (-1, 0, 1, 299, 300, 301, 599, 600, 601, 602)]
    + [-1, 1, 999, 600 * SECOND + 1]
) | st.integers(-2 * SECOND, 620 * SECOND)
values = st.sampled_from(
    [36.1, 38.0, 36.099999999999994, 38.00000000000001, 37.0, 0.0, -0.0, 1.0, -1.0, 1e300]
)
values = values | st.sampled_from([NAN, INFINITE, -INFINITE]) | st.floats(30, 45)
statuses = st.sampled_from([GOOD] * 5 + [GOOD_CLAMPED, UNCERTAIN, BAD, BAD_TOO])
some_pages = st.lists(
    st.builds(
        lambda readings, tag, name: page(*readings, tag=tag, name=name),
        st.lists(st.tuples(times, values, statuses), max_size=12),
        st.sampled_from([f"{one}.{tag}" for one in EQUIPMENT for tag in CHARACTERISTICS]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=8,
)
some_expected = st.dictionaries(
    st.tuples(st.sampled_from(["expansion", "harvest"]), st.sampled_from(["temperature", "ph"])),
    st.frozensets(st.sampled_from(EQUIPMENT), max_size=2),
    max_size=3,
)


@given(some_pages, some_expected)
@settings(max_examples=150, deadline=None)
def test_plain_loops_and_columns_give_identical_observations(pages, expected):
    event(f"some number: {bool(both(CRITERIA, pages, SPANS, expected))}")


one_tag = st.lists(st.tuples(times, values, statuses), min_size=1, max_size=40)


@given(one_tag, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_one_tag_in_several_pages_and_captures_is_quoted_alike(readings, one, two):
    first, second = sorted((one, two))
    pages = [
        page(*readings[:first], name="one"),
        page(*readings[first:second], name="two"),
        page(*readings[second:], name="one"),
    ]
    speaks = any(
        0 <= time <= 600 * SECOND and abs(value) < INFINITE and status in (GOOD, GOOD_CLAMPED)
        for time, value, status in readings
    )
    found = both(CRITERIA[:8], pages, SPANS[:1])
    assert len(found) == (8 if speaks else 0)


@given(st.decimals(-(10**8), 10**8, places=6), st.sampled_from([-INFINITE, 0, INFINITE]))
def test_a_double_next_to_a_limit_is_on_the_same_side_in_both(limit, towards):
    value = math.nextafter(float(limit), towards) if towards else float(limit)
    criteria = [asked("time_outside", "s", ends) for ends in ((limit, None), (None, limit))]
    found = both(criteria, [page((0, value, GOOD))], [window()])
    held = [found[one.id]["value"]["number"] for one in criteria]
    number = Decimal(repr(value))
    assert held == ["600.0000" if out else "0.0000" for out in (number < limit, number > limit)]


@pytest.mark.parametrize(
    ("limit", "inside", "below"),
    [
        # 0.1 is the double nearest to all three; as text it is 0.1, below the second, not the third
        ("0.1", "0.1", "0.09999999999999999"),
        ("0.10000000000000000001", "0.10000000000000002", "0.1"),
        ("0.09999999999999999999", "0.1", "0.09999999999999999"),
        ("1e400", None, "1.7976931348623157e308"),
    ],
)
def test_plain_loops_keep_limits_that_no_double_is(limit, inside, below):
    only_low = asked("time_outside", "s", (Decimal(limit), None))
    only_high = asked("time_outside", "s", (None, -Decimal(limit)))
    for value, seconds in ((inside, "0.0000"), (below, "600.0000")):
        if value is None:
            continue
        for one, sign in ((only_low, 1), (only_high, -1)):
            found = reduced([one], [page((0, sign * float(value), GOOD))], [window()])
            assert str(found[one.id].value) == seconds


def test_what_a_short_series_comes_down_to_in_plain_loops():
    at = [one * SECOND for one in (60, 120, 180, 240, 300, 360, 390)]
    numbers = [37.0, 38.5, 37.0, 38.0, 39.9, 0.0, 37.0]
    kinds = [GOOD, GOOD, UNCERTAIN, GOOD, BAD, GOOD_CLAMPED, GOOD]
    found = reduced(CRITERIA[:8], [page(*zip(at, numbers, kinds, strict=True))], [window()])
    assert [(str(one.value), _rows(one)) for one in found.values()] == [
        ("38.5", [1]),
        ("0.0", [5]),
        ("150.0000", [1]),  # (240 - 120) + (390 - 360); the uncertain one at 180 s ends nothing
        ("0.5000", [5]),  # (390 - 360) / 60
        ("0.0333", [1]),  # (240 - 120) / 3600
        ("0.0024", [6]),  # (600 - 390) / 86400
        ("4", [0, 6]),
        ("5", [0, 6]),
    ]


def test_whatever_is_not_zero_was_true():
    readings = [(at, value, GOOD) for at, value in enumerate((-1.0, 0.0, -0.0, 5e-324, 1.0))]
    found = both([asked("count_true", "1")], [page(*readings)], SPANS[:1])
    assert [one["value"]["number"] for one in found.values()] == ["3"]


def _rows(one):
    return [(place.offset - 100) // 8 for place in one.origin.places]


ONE = page((0, 37.0, GOOD), (60 * SECOND, 37.5, GOOD))
OTHER = page((0, 36.0, GOOD), tag="BR-102.TEMP")
ASKED = {("expansion", "temperature"): frozenset({"BR-101", "BR-102"})}


def test_expected_equipment_without_any_reading_gives_no_number():
    assert len(both(CRITERIA[:8], [ONE], SPANS[:1])) == 8
    assert both(CRITERIA[:8], [ONE], SPANS[:1], ASKED) == {}
    assert both(CRITERIA[:8], [ONE, page(tag="BR-102.TEMP")], SPANS[:1], ASKED) == {}
    assert both(CRITERIA[:8], [ONE, page((0, 7.0, GOOD), tag="BR-102.PH")], SPANS, ASKED) == {}
    late = page((601 * SECOND, 36.0, GOOD), tag="BR-102.TEMP")
    assert both(CRITERIA[:8], [ONE, late], SPANS[:1], ASKED) == {}


def test_expected_equipment_with_a_reading_changes_nothing():
    heard = both(CRITERIA[:8], [ONE, OTHER], SPANS[:1], ASKED)
    assert heard == both(CRITERIA[:8], [ONE, OTHER], SPANS[:1])
    assert len(heard) == 8


def test_what_is_expected_of_another_series_does_not_matter():
    for key in (("expansion", "ph"), ("harvest", "temperature")):
        assert len(both(CRITERIA[:8], [ONE], SPANS[:1], {key: frozenset({"BR-102"})})) == 8


def test_expected_is_the_equipment_of_the_step_whose_class_has_the_tag():
    contract_file = Path(contracts.sources.__file__).with_name("equipment.odcs.yaml")
    contract = source_contract(yaml.safe_load(contract_file.read_text("utf-8")))
    spans = [
        window(equipment=("BR-101", "BR-102", "BRX-1", "BR", "CRF-01", "WS-1")),
        window("cryopreservation", equipment=("CRF-01", "WS-1")),
    ]
    criteria = [
        asked("max"),
        asked("min"),
        asked("max", characteristic="freezing_temperature", step="cryopreservation"),
        asked("max", characteristic="nobody_knows", step="cryopreservation"),
        asked("max", step="harvest"),  # no window: nobody knows its equipment
        criterion(id="no series"),
    ]
    assert expected_equipment(criteria, spans, contract) == {
        ("expansion", "temperature"): frozenset({"BR-101", "BR-102"}),
        ("cryopreservation", "freezing_temperature"): frozenset({"CRF-01"}),
        ("cryopreservation", "nobody_knows"): frozenset(),
    }


@pytest.mark.parametrize(
    ("criteria", "pages", "error", "words"),
    [
        ([asked("median")], [ONE], StrategyError, "the reduction “median”"),
        ([asked("longest_gap")], [ONE], StrategyError, "the unit Cel for a time"),
        ([asked("max")], [ONE, replace(ONE, unit="K")], IntegrityError, "a tag: its unit"),
        ([asked("max")], [ONE, replace(ONE, equipment="X")], IntegrityError, "its equipment"),
        ([asked("max")], [ONE, replace(ONE, characteristic="x")], IntegrityError, "its charact"),
    ],
)
def test_both_refuse_the_same_in_the_same_words(criteria, pages, error, words):
    said = []
    for attempt in (
        lambda: reduced(criteria, pages, SPANS),
        lambda: reduce(criteria, PageReadings(pages), SPANS),
    ):
        with pytest.raises(error, match=words) as caught:
            attempt()
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_columns_may_be_views_of_memory():
    columns = ("times", "values", "statuses", "offsets", "lengths")
    views = replace(ONE, **{name: memoryview(getattr(ONE, name)) for name in columns})
    assert records(reduced(CRITERIA, [views], SPANS)) == records(reduced(CRITERIA, [ONE], SPANS))


def test_a_whole_batch_of_readings_is_checked_while_one_waits():
    count = 210_000  # of fifteen criteria: the design's batch; here it takes 0.3 s
    readings = [(row * SECOND, 30 + row * 7919 % 1000 / 100, GOOD) for row in range(count)]
    series = page(*readings)
    criteria = [replace(one, id=f"{one.id}-{row}") for row in range(2) for one in CRITERIA[:8]]
    before = process_time()
    found = reduced(criteria[:15], [series], [window(end=count)])
    assert process_time() - before < 5
    assert len(found) == 15
