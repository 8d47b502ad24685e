from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby, pairwise
from time import perf_counter

import numpy as np
import pyarrow as pa
import pytest
from builders import criterion, observed
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import reference
from contracts.derive import Window
from contracts.errors import IntegrityError, StrategyError
from contracts.evidence import Place, digest_of
from contracts.observation import Moment, Number, Provenance
from contracts.question import Answer, Point
from contracts.rule import Range
from contracts.series import SeriesPage
from contracts.subject import Reduction
from expectations.readings import PageReadings
from expectations.series import reduce, table_of

START = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
SECOND = 10**9
START_NS = int(START.timestamp()) * SECOND
GOOD, GOOD_CLAMPED, UNCERTAIN, BAD = 0x0000_0000, 0x0030_0000, 0x4090_0000, 0x8031_0000
NAN = float("nan")


def page(*readings, tag="BR-101.TEMP", unit="Cel", name="capture"):
    """A page of (seconds after the start, value, status) readings, 8 bytes each from byte 100."""
    times, values, statuses = zip(*readings, strict=True) if readings else ((), (), ())
    return SeriesPage(
        capture=digest_of(name.encode()),
        tag=tag,
        equipment=tag.split(".")[0],
        characteristic="temperature",
        unit=unit,
        times=array("q", [START_NS + int(one * SECOND) for one in times]),
        values=array("d", values),
        statuses=array("L", statuses),
        offsets=array("q", [100 + 8 * row for row in range(len(times))]),
        lengths=array("l", [8] * len(times)),
    )


def boundary(edge, moment):
    return observed(
        moment.isoformat(),
        source="batch_record",
        step="expansion",
        characteristic=edge,
        value=Moment(moment),
        unit="1",
    )


def window(seconds, equipment=("BR-101",)):
    end = START + timedelta(seconds=seconds)
    return Window("expansion", boundary("started_at", START), boundary("ended_at", end), equipment)


def asked(function, unit="Cel", low=None, high=None):
    subject = Reduction("temperature", "expansion", function, low, high)
    return criterion(Range(high=Decimal(30)), id=f"CPP-{function}", subject=subject, unit=unit)


IN_SECONDS = [
    asked("max"),
    asked("min"),
    asked("time_outside", "s", Decimal("36.0"), Decimal("38.0")),
    asked("longest_gap", "s"),
    asked("count_true", "1"),
    asked("count_readings", "1"),
]


def told(pages, seconds=600, criteria=IN_SECONDS):
    """Each function's number and the seconds of the readings that decided it."""
    found = reduce(criteria, PageReadings(pages), [window(seconds)])
    return {name.removeprefix("CPP-"): str(one.value) for name, one in found.items()}


def deciding(pages, function):
    """The positions in the (one) page of the readings that decided."""
    found = reduce(IN_SECONDS, PageReadings(pages), [window(600)])[f"CPP-{function}"]
    return [(place.offset - 100) // 8 for place in found.origin.places]


def test_what_a_short_series_comes_down_to():
    series = page(
        (60, 37.0, GOOD),
        (120, 38.5, GOOD),  # outside from 120 to 240 s: the uncertain one does not end it
        (180, 37.0, UNCERTAIN),
        (240, 38.0, GOOD),
        (300, 39.9, BAD),
        (360, 0.0, GOOD_CLAMPED),  # outside from 360 to 390 s
        (390, 37.0, GOOD),
    )
    assert told([series]) == {
        "max": "38.5",
        "min": "0.0",
        "time_outside": "150.0000",  # (240 - 120) + (390 - 360)
        "longest_gap": "210.0000",  # 600 - 390
        "count_true": "4",
        "count_readings": "5",
    }
    assert deciding([series], "max") == [1]
    assert deciding([series], "min") == [5]
    assert deciding([series], "time_outside") == [1]
    assert deciding([series], "longest_gap") == [6]
    assert deciding([series], "count_true") == [0, 6]


def test_gaps_at_both_ends_count_and_the_readings_around_a_gap_are_quoted():
    assert told([page((400, 37.0, GOOD), (500, 37.0, GOOD))])["longest_gap"] == "400.0000"
    assert told([page((100, 37.0, GOOD), (200, 37.0, GOOD))])["longest_gap"] == "400.0000"
    middle = page((10, 37.0, GOOD), (20, 37.0, GOOD), (590, 37.0, GOOD))
    assert told([middle])["longest_gap"] == "570.0000"
    assert deciding([middle], "longest_gap") == [1, 2]


def test_the_last_reading_holds_until_the_step_ends():
    assert told([page((0, 37.0, GOOD), (540, 35.9, GOOD))])["time_outside"] == "60.0000"


def test_a_bad_reading_during_an_excursion_does_not_shorten_it():
    series = page((0, 39.0, GOOD), (100, 37.0, BAD), (200, NAN, GOOD), (300, 37.0, GOOD))
    assert told([series])["time_outside"] == "300.0000"


def test_the_first_and_last_reading_of_the_longest_excursion_are_quoted():
    series = page(
        (0, 39.0, GOOD), (10, 37.0, GOOD), (20, 39.0, GOOD), (30, 35.0, GOOD), (60, 37.0, GOOD)
    )
    assert told([series])["time_outside"] == "50.0000"
    assert deciding([series], "time_outside") == [2, 3]


def test_without_an_excursion_the_first_reading_is_quoted():
    series = page((5, 36.0, GOOD), (10, 38.0, GOOD))  # on both limits: not outside
    assert told([series])["time_outside"] == "0.0000"
    assert deciding([series], "time_outside") == [0]


def test_one_end_of_the_range_may_be_open():
    series = PageReadings([page((0, 90.0, GOOD), (60, 39.9, GOOD), (120, 40.0, GOOD))])
    below = asked("time_outside", "min", low=Decimal(40))
    above = asked("time_outside", "min", high=Decimal(40))
    for one, minutes in ((below, "1.0000"), (above, "1.0000")):
        assert str(reduce([one], series, [window(600)])[one.id].value) == minutes


def test_a_single_reading_is_a_series():
    assert told([page((30, 37.0, GOOD))], seconds=60) == {
        "max": "37.0",
        "min": "37.0",
        "time_outside": "0.0000",
        "longest_gap": "30.0000",
        "count_true": "1",
        "count_readings": "1",
    }


@pytest.mark.parametrize(
    "pages",
    [
        [],
        [page()],
        [page((1, 37.0, UNCERTAIN), (2, 37.0, BAD), (3, 37.0, 0xC000_0000))],
        [page((1, NAN, GOOD), (2, float("inf"), GOOD))],
        [page((-1, 37.0, GOOD), (601, 37.0, GOOD))],
        [page((1, 37.0, GOOD), tag="BR-102.TEMP")],
    ],
    ids=["nothing", "empty", "not good", "no number", "other time", "other equipment"],
)
def test_a_series_that_says_nothing_gives_no_number(pages):
    assert told(pages) == {}


def test_a_step_whose_time_nobody_knows_gives_no_number():
    assert reduce(IN_SECONDS, PageReadings([page((1, 37.0, GOOD))]), []) == {}


def test_readings_on_both_ends_of_the_step_speak():
    assert told([page((0, 37.0, GOOD), (600, 38.0, GOOD))])["count_readings"] == "2"


def test_several_readings_of_one_time_keep_their_order():
    series = page((10, 39.0, GOOD), (10, 37.0, GOOD), (20, 37.0, GOOD), (20, 39.0, GOOD))
    assert told([series])["time_outside"] == "580.0000"  # only the last of each time holds
    assert deciding([series], "max") == [0]


def test_a_number_says_where_it_comes_from():
    first = page((1, 37.0, GOOD), (2, 37.1, UNCERTAIN), name="first")
    second = page((3, 38.4, GOOD), (4, NAN, GOOD), (5, 39.0, BAD), (6, 38.6, GOOD), name="second")
    (one,) = reduce(IN_SECONDS[:1], PageReadings([first]), [window(600)]).values()
    assert one.value == Number(Decimal("37.0"))
    series = PageReadings([first, second])
    (one,) = reduce(IN_SECONDS[:1], series, [window(600)]).values()
    assert one.origin.places == (Place(digest_of(b"second"), 124, 8, "BR-101.TEMP[3]"),)
    assert one.origin.derived_from == (
        "series:BR-101.TEMP[2026-03-05T06:00:00.000000Z,2026-03-05T06:10:00.000000Z]",
    )
    assert one.origin.recipe == (
        "highest temperature while expansion ran, from Good readings only: BR-101.TEMP had "
        "4 Good, 0 substituted, 1 Uncertain and 1 Bad readings (1 without a number)"
    )
    assert (one.as_written, one.provenance) == ("", Provenance.CALCULATED)
    assert (one.source, one.step, one.source_key) == ("equipment", "expansion", "CPP-max")
    assert (one.subject.kind, one.subject.identifier) == ("equipment", "BR-101")
    assert one.occurred_at == START + timedelta(seconds=6)


def test_the_row_counts_the_readings_of_the_tag_in_the_capture():
    pages = [
        page((3, 12.0, GOOD), tag="BR-101.PH"),
        page((1, 37.0, GOOD), (2, 38.0, GOOD)),
        page((4, 39.0, GOOD), name="next"),
    ]
    pointers = [
        reduce(IN_SECONDS[:1], PageReadings(pages[:end]), [window(600)])["CPP-max"].origin.places[0]
        for end in (2, 3)
    ]
    assert [one.pointer for one in pointers] == ["BR-101.TEMP[1]", "BR-101.TEMP[0]"]


def test_of_two_bioreactors_the_least_favourable_counts():
    pages = [
        page((0, 37.0, GOOD), (300, 38.5, GOOD), (400, 37.0, GOOD)),
        page((0, 39.0, GOOD), (50, 36.5, GOOD), (599, 37.0, GOOD), tag="BR-102.TEMP"),
    ]
    found = reduce(IN_SECONDS, PageReadings(pages), [window(600, ("BR-101", "BR-102"))])
    assert {name: str(one.value) for name, one in found.items()} == {
        "CPP-max": "39.0",
        "CPP-min": "36.5",
        "CPP-time_outside": "150.0000",  # 100 of the first and 50 of the second
        "CPP-longest_gap": "549.0000",  # of the second; the two together would have none over 250
        "CPP-count_true": "6",
        "CPP-count_readings": "6",
    }
    assert found["CPP-max"].subject.identifier == "BR-101+BR-102"
    assert "the least favourable of all tags" in found["CPP-max"].origin.recipe
    assert found["CPP-max"].origin.places[0].pointer == "BR-102.TEMP[0]"


def test_a_silent_bioreactor_is_not_answered_for_by_the_other():
    pages = [page((0, 37.0, GOOD)), page((0, 37.0, BAD), tag="BR-102.TEMP")]
    assert reduce(IN_SECONDS, PageReadings(pages), [window(600, ("BR-101", "BR-102"))]) == {}


def test_a_series_in_another_unit_is_not_evaluable():
    found = reduce(IN_SECONDS[:1], PageReadings([page((0, 37.0, GOOD), unit="K")]), [window(600)])
    assert found["CPP-max"].unit == "K"
    assert reference.answer(IN_SECONDS[0], Point(found["CPP-max"])) is Answer.NOT_EVALUABLE


def test_a_time_in_no_unit_of_time_is_refused():
    with pytest.raises(StrategyError, match="the unit Cel for a time"):
        told([page((0, 37.0, GOOD))], criteria=[asked("longest_gap", "Cel")])


def test_an_unknown_function_is_refused():
    with pytest.raises(StrategyError, match="the reduction “median”"):
        told([page((0, 37.0, GOOD))], criteria=[asked("median")])


def test_one_tag_with_two_meanings_is_refused():
    pages = [page((0, 37.0, GOOD)), page((1, 310.0, GOOD), unit="K")]
    with pytest.raises(IntegrityError, match="its unit"):
        told(pages)


def test_the_table_has_the_columns_that_were_agreed():
    table = table_of([page((0, 37.0, GOOD), (1, NAN, BAD)), page((2, 1.0, GOOD), name="next")])
    text = pa.dictionary(pa.int32(), pa.string())
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {
        "tag": text,
        "equipment": text,
        "characteristic": text,
        "unit": text,
        "time": pa.int64(),
        "value": pa.float64(),
        "status": pa.uint32(),
        "capture": text,
        "offset": pa.int64(),
        "length": pa.int32(),
    }
    assert table["capture"].to_pylist() == [digest_of(b"capture")] * 2 + [digest_of(b"next")]
    assert table["offset"].to_pylist() == [100, 108, 100]
    assert table["status"].to_pylist() == [GOOD, BAD, GOOD]
    assert table["value"].null_count == 0
    assert np.isnan(table["value"].to_numpy()[1])
    assert table_of([]).num_rows == 0


def test_a_status_that_is_none_is_refused():
    with pytest.raises(IntegrityError, match="no uint32"):
        table_of([page((0, 37.0, 2**32))])


readings = st.tuples(
    st.integers(-20, 620) | st.sampled_from([0, 100, 600]),
    st.sampled_from([35.9, 36.0, 37.0, 38.0, 38.1, 0.0, -1.0, NAN, float("inf")])
    | st.floats(30, 45),
    st.sampled_from([GOOD, GOOD, GOOD, GOOD_CLAMPED, UNCERTAIN, BAD]),
)


def naive(series):
    """The same in plain loops over Python numbers, in the order that the docstring states."""
    good = [one for one in series if one[2] >> 30 == 0 and abs(one[1]) < float("inf")]
    good = sorted((one for one in good if 0 <= one[0] <= 600), key=lambda one: one[0])
    if not good:
        return {}
    until = [one[0] for one in good[1:]] + [600]
    numbers = [Decimal(repr(one[1])) for one in good]
    outside = [not Decimal("36.0") <= one <= Decimal("38.0") for one in numbers]
    held = [end - one[0] for one, end in zip(good, until, strict=True)]
    edges = [0, *(one[0] for one in good), 600]
    in_seconds = {
        "time_outside": sum(one for one, out in zip(held, outside, strict=True) if out),
        "longest_gap": max(after - before for before, after in pairwise(edges)),
    }
    places = Decimal("0.0001")
    return {
        "max": str(Number(max(numbers))),
        "min": str(Number(min(numbers))),
        **{k: str(Decimal(v).quantize(places, ROUND_HALF_EVEN)) for k, v in in_seconds.items()},
        "count_true": str(sum(one != 0 for one in numbers)),
        "count_readings": str(len(good)),
    }


def longest_excursion(series):
    """The seconds at which the longest stretch of readings outside starts and last reads."""
    ends = [one[0] for one in series[1:]] + [600]
    rows = [
        (one[0], end, not 36.0 <= one[1] <= 38.0) for one, end in zip(series, ends, strict=True)
    ]
    runs = [list(run) for out, run in groupby(rows, key=lambda row: row[2]) if out]
    return max(runs, key=lambda run: run[-1][1] - run[0][0], default=None)


@given(st.lists(readings, max_size=25), st.integers(0, 25))
@settings(max_examples=200)
def test_the_columns_give_what_plain_loops_give(series, cut):
    pages = [page(*series[:cut], name="one"), page(*series[cut:], name="two")]
    expected = naive(series)
    found = told(pages)
    assert {k: Decimal(v) for k, v in found.items()} == {k: Decimal(v) for k, v in expected.items()}


@given(st.lists(readings, min_size=1, max_size=25, unique_by=lambda one: one[0]))
@settings(max_examples=200)
def test_the_longest_excursion_is_the_one_that_is_quoted(series):
    series = sorted((at, value if abs(value) < 100 else 37.0, GOOD) for at, value, _ in series)
    series = [one for one in series if 0 <= one[0] <= 600] or [(0, 37.0, GOOD)]
    run = longest_excursion(series)
    quoted = [series[row][0] for row in deciding([page(*series)], "time_outside")]
    expected = [series[0][0]] if run is None else list(dict.fromkeys([run[0][0], run[-1][0]]))
    assert quoted == expected


def test_a_whole_batch_of_readings_takes_no_noticeable_time():
    count = 200_000  # of fifteen criteria: the design's batch; here it takes 0.03 s
    series = SeriesPage(
        capture=digest_of(b"whole"),
        tag="BR-101.TEMP",
        equipment="BR-101",
        characteristic="temperature",
        unit="Cel",
        times=array("q", range(START_NS, START_NS + count * SECOND, SECOND)),
        values=array("d", [37.0]) * count,
        statuses=array("L", [GOOD]) * count,
        offsets=array("q", range(count)),
        lengths=array("l", [8]) * count,
    )
    criteria = [replace(one, id=f"{one.id}-{row}") for row in range(3) for one in IN_SECONDS]
    before = perf_counter()
    found = reduce(criteria, PageReadings([series]), [window(count)])
    assert perf_counter() - before < 1.0
    assert found["CPP-count_readings-2"].value == Number(Decimal(count))
