"""Every function of a series: what it comes down to, and that three implementations agree."""

import json
from array import array
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from builders import criterion, observed
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.derive import Window
from contracts.errors import StrategyError
from contracts.evidence import digest_of
from contracts.kinetic import mean_kinetic_temperature
from contracts.observation import Moment
from contracts.reduction_result import FUNCTIONS, IN_RATES, IN_TIME, OF_A_RANGE
from contracts.reductions import reduced
from contracts.rule import Range
from contracts.series import SeriesPage
from contracts.subject import Reduction
from expectations.readings import PageReadings
from expectations.series import columns, questions_of, reduce_by
from expectations.series_again import ArrowTag

START = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
SECOND = 10**9
MINUTE = 60 * SECOND
START_NS = int(START.timestamp()) * SECOND
GOOD, SUBSTITUTED, UNCERTAIN, BAD = 0, 0x4091_0000, 0x4090_0000, 0x8031_0000
DOUBTFUL, INTERPOLATED = 0x40A4_0401, 0x0000_0402
NAN, INFINITE = float("nan"), float("inf")


def page(*readings, tag="BR-101.TEMP", unit="Cel", name="capture"):
    """A page of (nanoseconds after the start, value, status) readings, 8 bytes each."""
    times, values, statuses = zip(*readings, strict=True) if readings else ((), (), ())
    return SeriesPage(
        capture=digest_of(name.encode()),
        tag=tag,
        equipment=tag.split(".")[0],
        characteristic="temperature",
        unit=unit,
        times=array("q", [START_NS + one for one in times]),
        values=array("d", values),
        statuses=array("L", statuses),
        offsets=array("q", [100 + 8 * row for row in range(len(times))]),
        lengths=array("l", [8] * len(times)),
    )


def minutes(*readings, **said):
    """A page of (minutes after the start, value) readings, Good unless they say otherwise."""
    return page(
        *((int(at * MINUTE), value, *(kind or [GOOD])) for at, value, *kind in readings), **said
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


def window(seconds=600, equipment=("BR-101", "BR-102")):
    end = START + timedelta(seconds=seconds)
    return Window("expansion", boundary("started_at", START), boundary("ended_at", end), equipment)


def asked(function, rule=None, unit=None, **said):
    ranged = {"low": Decimal("36.0"), "high": Decimal("38.0")} if function in OF_A_RANGE else {}
    ramp = {"start": Decimal(-4), "end": Decimal(-40)} if function == "ramp_rate" else {}
    subject = Reduction("temperature", "expansion", function, **(ranged | ramp | said))
    if unit is None:
        unit = "min" if function in IN_TIME else "Cel/min" if function in IN_RATES else "Cel"
    name = json.dumps([function, *(str(one) for one in said.values())])
    return criterion(rule or Range(high=Decimal(30)), id=name, subject=subject, unit=unit)


def three(criteria, pages, span=None):
    """What all three give, as observations by criterion id; equal, or the test fails."""
    spans = [span or window()]
    naive = reduced(criteria, pages, spans)
    said = {name: one.record() for name, one in naive.items()}
    questions = questions_of(criteria, spans)
    for found in reduce_by((columns, ArrowTag), questions, PageReadings(pages), threads=1):
        assert said == {name: one.record() for name, one in found.items()}
    return naive


def number(one, *pages, span=None):
    """The number of one criterion, and the rows of the readings that decided it."""
    found = three([one], pages, span)
    if not found:
        return None
    (said,) = found.values()
    return str(said.value), [(place.offset - 100) // 8 for place in said.origin.places]


EXCURSIONS = minutes((0, 37.0), (1, 38.5), (3, 37.0), (4, 35.0), (5, 39.0), (7, 37.0), (7.5, 38.0))


def test_the_longest_stretch_outside():
    # 1 to 3 min, and 4 to 7 min: below the range and above it are one stretch
    assert number(asked("longest_outside"), EXCURSIONS) == ("3.0000", [3, 4])
    assert number(asked("time_outside"), EXCURSIONS) == ("5.0000", [3, 4])
    assert number(asked("longest_outside"), minutes((0, 37.0))) == ("0.0000", [0])


def test_a_reading_inside_that_another_of_its_time_follows_ends_no_stretch():
    series = minutes((1, 39.0), (2, 37.0), (2, 39.0), (4, 37.0))
    assert number(asked("longest_outside"), series) == ("3.0000", [0, 2])


def test_readings_outside_are_named_and_told():
    assert number(asked("readings_outside", unit="1"), EXCURSIONS) == ("3", [1, 3, 4])
    (said,) = three([asked("readings_outside", unit="1")], [EXCURSIONS]).values()
    assert said.origin.recipe == (
        "number of readings of temperature outside 36.0 to 38.0 while expansion ran, from Good "
        "readings only: BR-101.TEMP had 7 Good, 0 substituted, 0 Uncertain and 0 Bad readings, "
        "3 of them outside in 2 stretches: "
        "2026-03-05T06:01:00.000000Z to 2026-03-05T06:01:00.000000Z, "
        "2026-03-05T06:04:00.000000Z to 2026-03-05T06:05:00.000000Z"
    )
    assert number(asked("readings_outside"), minutes((1, 36.0), (2, 38.0))) == ("0", [0, 1])


def test_of_many_readings_outside_twenty_are_named_and_all_are_counted():
    series = minutes(*((at / 10, 39.0 if at % 2 else 37.0) for at in range(80)))
    said, named = number(asked("readings_outside"), series)
    assert (said, named) == ("40", list(range(1, 40, 2)))
    (said,) = three([asked("readings_outside")], [series]).values()
    assert said.origin.recipe.endswith(" and 20 more stretches")
    assert "40 of them outside in 40 stretches" in said.origin.recipe


def test_the_rate_of_a_ramp_is_from_its_first_to_its_last_reading():
    freezing = minutes((0, 4.0), (1, 0.0), (2, -4.0), (5, -20.0), (8, -41.5), (9, -80.0))
    rate = number(asked("ramp_rate"), freezing)
    assert rate == ("-6.25", [2, 4])  # (-41.5 + 4) / (8 - 2)
    thawing = asked("ramp_rate", start=Decimal("-60.5"), end=Decimal(0))
    assert number(thawing, minutes((0, -70.0), (1, -60.0), (4, 1.5))) == ("20.5", [1, 2])


@pytest.mark.parametrize(
    "series",
    [
        minutes((0, 4.0), (1, -3.9)),
        minutes((0, 4.0), (1, -4.0), (2, -39.9)),
        minutes((0, -50.0)),
        minutes((1, 4.0), (2, -41.0), (2, -42.0)),
        minutes((0, 4.0), (1, -4.0), (2, -41.0, BAD)),
    ],
    ids=["never starts", "never ends", "one reading", "in no time", "ends in a bad reading"],
)
def test_where_there_is_no_ramp_there_is_no_number(series):
    assert number(asked("ramp_rate"), series) is None


def test_the_fastest_change_is_between_neighbours_in_time():
    series = minutes((0, 37.0), (1, 37.2), (3, 36.0), (4, 36.5))
    assert number(asked("fastest_change"), series) == ("0.6", [1, 2])  # 1.2 / 2 > 0.5
    assert number(asked("fastest_change"), minutes((0, 37.0))) is None


def test_of_several_readings_of_one_time_the_last_one_changes():
    assert number(asked("fastest_change"), minutes((0, 37.0), (1, 99.0), (1, 38.0))) == (
        "1",
        [0, 2],
    )
    assert number(asked("fastest_change"), minutes((1, 99.0), (1, 38.0))) is None


def test_floats_that_cannot_tell_two_changes_apart_do_not_decide():
    # as floats 0.3 - 0.2 is less than 0.1 - 0.0; as decimals they are equal: the first one decides
    series = minutes((0, 0.2), (1, 0.3), (2, 0.3), (3, 0.0), (6, 0.0), (7, 0.1))
    assert number(asked("fastest_change"), series) == ("0.3", [2, 3])
    series = minutes((0, 0.2), (1, 0.3), (2, 0.3), (3, 0.4), (4, 0.4), (5, 0.3))
    assert number(asked("fastest_change"), series) == ("0.1", [0, 1])


@pytest.mark.parametrize("function", ["ramp_rate", "fastest_change"])
def test_a_rate_has_the_unit_of_the_series_per_minute(function):
    series = minutes((0, -4.0), (1, -40.0), unit="K")
    (said,) = three([asked(function)], [series]).values()
    assert said.unit == "K/min"  # not that of the criterion, which is then not evaluable


def test_the_mean_is_weighted_by_time_and_exact():
    series = minutes((0, 37.0), (2, 38.0), (8, 36.0))
    assert number(asked("mean"), series) == ("37.4", [0, 2])  # (2 * 37 + 6 * 38 + 2 * 36) / 10
    series = minutes((4, 0.1), (7, 0.2))  # nobody speaks for the first four minutes
    assert number(asked("mean"), series) == ("0.15", [0, 1])
    assert number(asked("mean"), minutes((10, 37.0))) is None  # held for no time


MKT = [
    ("constant 25", [25] * 52, None, "25.0000"),
    ("5, then one 15 of 10", [5] * 9 + [15], None, "6.7261"),
    ("40 min at 20", [5, 20, 5], [1000, 40, 400], "6.0655"),
    ("months", [20, 20, 21, 23, 25, 27, 29, 29, 26, 23, 21, 20], None, "24.2624"),
]


@pytest.mark.parametrize(("case", "temperatures", "weights", "expected"), MKT)
def test_the_mean_kinetic_temperature_of_worked_examples(case, temperatures, weights, expected):
    """Worked with dH 83.144 kJ/mol and R 8.3144 J/(mol K), as the examples beside USP <1079.2>."""
    weights = weights or [10] * len(temperatures)
    starts = [sum(weights[:at]) for at in range(len(weights))]
    series = minutes(*zip(starts, map(float, temperatures), strict=True))
    kinetic = asked("mean_kinetic_temperature")
    whole = window(60 * sum(weights))
    assert number(kinetic, series, span=whole) == (expected, [0, len(weights) - 1])
    in_kelvin = minutes(
        *((at, round(one + 273.15, 2)) for at, one in zip(starts, temperatures, strict=True)),
        unit="K",
    )
    found = three([kinetic], [in_kelvin], whole)[kinetic.id]
    assert (found.value.number - Decimal("273.15"), found.unit) == (Decimal(expected), "K")


@pytest.mark.parametrize(
    ("value", "unit"), [(-272.5, "Cel"), (1e6, "Cel"), (5e-324, "K"), (-1.0, "K"), (5.0, "[degF]")]
)
def test_what_is_no_temperature_has_no_mean_kinetic_temperature(value, unit):
    series = minutes((0, 5.0 if unit == "Cel" else 280.0), (1, value), unit=unit)
    assert number(asked("mean_kinetic_temperature"), series) is None


def test_a_mean_kinetic_temperature_between_two_roundings_goes_to_the_even_one():
    for value, expected in ((25.12345, "25.1234"), (25.12355, "25.1236"), (-1e-40, "0.0000")):
        series = minutes((0, value), (1, value), (7, value))
        assert number(asked("mean_kinetic_temperature"), series) == (expected, [0, 2])


def test_no_time_has_no_mean_kinetic_temperature():
    assert mean_kinetic_temperature({}, "Cel") is None
    assert number(asked("mean_kinetic_temperature"), minutes((10, 5.0))) is None


HOLD = {"hold": Decimal("1.5")}


def test_time_that_no_reading_speaks_for_counts_as_outside():
    # unknown: 0 to 0.5 (1.5 before the first reading it speaks for), 3.5 to 5, and 6.5 to 10 min
    series = minutes((2, 37.0), (5, 37.0))
    assert number(asked("time_outside", **HOLD), series) == ("5.5000", [1])
    assert number(asked("longest_outside", **HOLD), series) == ("3.5000", [1])
    # outside with what follows it unknown is one stretch: 5 to 10 min
    series = minutes((0, 37.0), (1, 37.0), (2, 37.0), (3.5, 37.0), (5, 39.0))
    assert number(asked("longest_outside", **HOLD), series) == ("5.0000", [4])


def test_a_first_reading_outside_speaks_for_the_time_before_it():
    series = minutes((1, 39.0), (2, 37.0), (3, 37.0))
    assert number(asked("time_outside", hold=Decimal(7)), series) == ("2.0000", [0])
    assert number(asked("time_outside"), series) == ("1.0000", [0])


def test_readings_that_speak_for_no_time_leave_all_of_it_unknown():
    series = minutes((1, 37.0), (2, 37.0))
    assert number(asked("time_outside", hold=Decimal(0)), series) == ("10.0000", [0, 1])


def test_a_mean_over_time_that_is_partly_unknown_is_none():
    series = minutes((1, 36.0), (4, 38.0))
    assert number(asked("mean", hold=Decimal(6)), series) == ("37.2", [0, 1])  # 4 and 6 minutes
    for hold in ("0.5", "2.9", "5.9"):
        assert number(asked("mean", hold=Decimal(hold)), series) is None
        assert number(asked("mean_kinetic_temperature", hold=Decimal(hold)), series) is None


MIXED = minutes(
    (0, 37.0),
    (1, 40.0, UNCERTAIN),
    (2, 41.0, SUBSTITUTED),
    (3, 42.0, INTERPOLATED),
    (4, 43.0, DOUBTFUL),
    (5, 44.0, BAD),
    (6, NAN, UNCERTAIN),
)


@pytest.mark.parametrize(
    ("uncertain", "substituted", "highest", "words"),
    [
        ("gap", "gap", "37.0", "from Good readings only"),
        ("speaks", "gap", "40.0", "from Good and Uncertain readings only"),
        ("gap", "speaks", "42.0", "from Good and substituted readings only"),
        ("speaks", "speaks", "43.0", "from Good and Uncertain and substituted readings only"),
    ],
)
def test_the_criterion_says_whether_uncertain_and_substituted_readings_speak(
    uncertain, substituted, highest, words
):
    one = asked("max", uncertain=uncertain, substituted=substituted)
    (said,) = three([one], [MIXED]).values()
    assert str(said.value) == highest
    assert words in said.origin.recipe
    without = " (1 without a number)" if uncertain == "speaks" else ""
    counted = "BR-101.TEMP had 1 Good, 3 substituted, 2 Uncertain and 1 Bad readings"
    assert said.origin.recipe.endswith(counted + without)


def test_of_two_bioreactors_the_mean_that_leaves_the_range_furthest_counts():
    pages = [minutes((0, 37.0)), minutes((0, 36.4), tag="BR-102.TEMP")]
    for low, high, expected in (("36.0", "38.0", "36.4"), ("35.0", "37.1", "37")):
        rule = Range(low=Decimal(low), high=Decimal(high))
        found = three([asked("mean", rule)], pages)
        assert [str(one.value) for one in found.values()] == [expected]
    silent = minutes((0, 37.0), tag="BR-102.TEMP")
    assert three([asked("ramp_rate")], [minutes((0, -4.0), (1, -40.0)), silent]) == {}


@pytest.mark.parametrize(
    ("function", "said", "words"),
    [
        ("median", {}, "the reduction “median”"),
        ("readings_outside", {"low": None, "high": None}, "readings_outside without a range"),
        ("ramp_rate", {"end": None}, "a ramp without two ends"),
        ("ramp_rate", {"end": Decimal("-4.0")}, "a ramp without two ends"),
        ("max", {"uncertain": "perhaps"}, "“perhaps” and “gap” readings"),
        ("max", {"hold": Decimal(-1)}, "a reading that holds -1 min"),
    ],
)
def test_what_nobody_can_carry_out_is_refused_in_the_same_words(function, said, words):
    criteria = [asked(function, **said)]
    for attempt in (
        lambda: reduced(criteria, [EXCURSIONS], [window()]),
        lambda: questions_of(criteria, [window()]),
    ):
        with pytest.raises(StrategyError, match=words):
            attempt()


EVERY = [
    *(asked(function) for function in FUNCTIONS),
    *(asked(one, hold=Decimal(hold)) for one in OF_A_RANGE for hold in ("0", "0.5", "1e30")),
    *(asked(one, hold=Decimal(3)) for one in ("mean", "mean_kinetic_temperature")),
    asked("ramp_rate", start=Decimal(-1), end=Decimal("36.5")),
    asked("ramp_rate", start=Decimal(37), end=Decimal("36.5")),
    asked("readings_outside", high=None),
    asked("readings_outside", low=None),
    *(asked(one, uncertain="speaks") for one in FUNCTIONS),
    *(asked(one, uncertain="speaks", substituted="speaks") for one in FUNCTIONS),
]

times = st.sampled_from([0, 1, MINUTE, 300 * SECOND, 600 * SECOND, -1, 600 * SECOND + 1])
times = times | st.integers(-2 * SECOND, 620 * SECOND)
ugly = [36.0, 38.0, 35.99999999999999, 38.00000000000001, -4.0, -40.0, 0.0, -0.0, 1e-30, 1e30]
ugly += [5e-324, -5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 1e300, 0.1, 0.2, 0.3]
values = st.sampled_from([*ugly, NAN, INFINITE, -INFINITE]) | st.floats(-50, 45)
plain = st.sampled_from([36.5, 36.6, 36.7, 37.0, 38.1, 37.2, -3.9, -4.1, -41.0])
statuses = st.sampled_from(
    [GOOD] * 6 + [0x0030_0000, SUBSTITUTED, UNCERTAIN, BAD, DOUBTFUL, INTERPOLATED, 0xC000_0000]
)
some = st.lists(st.tuples(times, plain | values, statuses), max_size=25)
steady = st.lists(st.tuples(times, plain, st.just(GOOD)), min_size=1, max_size=40)


@given(some | steady, st.integers(0, 25), some)
@settings(max_examples=60, deadline=None)
def test_three_implementations_agree_on_everything(readings, cut, others):
    pages = [
        page(*readings[:cut], name="one"),
        page(*readings[cut:], name="two"),
        page(*others, tag="BR-102.TEMP"),
    ]
    three(EVERY, pages)
