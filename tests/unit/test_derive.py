"""What is calculated from the batch record: times between steps, counts, the day of the limits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.conclude import conclude
from contracts.criterion import Due
from contracts.derive import counted, elapsed, in_unit
from contracts.errors import UnreadableError
from contracts.observation import Awaited, Moment, Status, Subject
from contracts.question import Evidence, Point, questions
from contracts.rule import Range
from contracts.steps import day_of
from contracts.subject import Boundary, Count, Delay, Elapsed, Observed
from contracts.times import in_utc, read_time, written

TODAY = date(2026, 3, 24)
START = Boundary("apheresis_receipt", "started_at")
HOLD = criterion(
    Range(high=Decimal(60)),
    subject=Elapsed(
        Boundary("formulation", "ended_at"), Boundary("cryopreservation", "started_at")
    ),
    unit="min",
)


def boundary(step, edge, text, **changes):
    return observed(
        text,
        source="batch_record",
        step=step,
        characteristic=edge,
        unit="1",
        value=Moment(read_time(text)),
        **changes,
    )


FORMULATED = boundary("formulation", "ended_at", "2026-03-13T10:00:00+01:00")
FREEZING = boundary("cryopreservation", "started_at", "2026-03-13T09:42:30Z")


def test_the_time_between_two_steps_is_exact_across_offsets():
    ((one,),) = elapsed([HOLD], [FORMULATED, FREEZING]).values()
    # 10:00:00+01:00 is 09:00:00Z; to 09:42:30Z that is 42.5 minutes
    assert (str(one.value), one.unit, one.as_written) == ("42.5000", "min", "")
    assert one.origin.places == (FORMULATED.origin.places[0], FREEZING.origin.places[0])
    assert one.origin.derived_from == (FORMULATED.id, FREEZING.id)
    assert one.occurred_at == FREEZING.value.moment


def test_a_lacking_end_gives_no_time():
    assert elapsed([HOLD], [FORMULATED]) == {}


def test_a_step_that_ran_twice_gives_no_time():
    again = boundary("cryopreservation", "started_at", "2026-03-13T12:00:00Z")
    assert elapsed([HOLD], [FORMULATED, FREEZING, again]) == {}


def test_an_invalidated_end_does_not_count_as_a_second():
    gone = boundary(
        "cryopreservation", "started_at", "2026-03-13T12:00:00Z", status=Status.INVALIDATED
    )
    assert len(elapsed([HOLD], [FORMULATED, FREEZING, gone])) == 1


COUNTED = criterion(subject=Count(Observed("lims", "viability", "expansion")), unit="1")


def day(number, written="90.0", **changes):
    step = f"expansion/sampling/day_{number}"
    return observed(written, step=step, source_key=f"{number}-{written}", **changes)


@pytest.mark.parametrize(
    ("results", "count"),
    [
        ([day(3), day(5), day(7)], "3"),
        ([day(3), day(5), day(5, "91.0")], "2"),
        ([day(3), day(5, status=Status.INVALIDATED)], "1"),
        ([day(3), day(5, "assigned", value=Awaited("assigned"))], "1"),
        ([day(3), day(3, subject=Subject("sample", "DP-0002"))], "2"),
        ([day(3), observed("90.0", step="harvest")], "1"),
    ],
)
def test_occasions_are_counted_not_entries(results, count):
    ((one,),) = counted([COUNTED], results).values()
    assert str(one.value) == count


def test_nothing_to_count_is_nothing_not_zero():
    """Absence is missing, so that nobody can mistake it for a result."""
    assert counted([COUNTED], []) == {}


@pytest.mark.parametrize("text", ["2026-03-02T00:30:00+01:00", "2026-03-01T23:30:00Z"])
def test_the_day_is_the_plants_whatever_offset_was_written(text):
    start = boundary("apheresis_receipt", "started_at", text, zone="Europe/Amsterdam")
    assert day_of(START, [start], TODAY) == date(2026, 3, 2)


def test_without_a_start_the_day_is_today():
    assert day_of(START, [], TODAY) == TODAY


def test_a_time_outside_the_calendar_is_refused_in_words():
    with pytest.raises(UnreadableError, match="between the years"):
        in_utc(read_time("0001-01-01T00:00:00+23:59"))
    assert in_utc(datetime(1, 1, 1, tzinfo=UTC)).year == 1


@pytest.mark.parametrize(
    ("unit", "limit", "seconds", "outcome"),
    [
        ("d", "2", 2 * 86400, "met"),
        ("d", "2", 2 * 86400 + 1, "not_met"),  # 2.0000116 d is 2.0000 d to the nearest
        ("d", "2", 2 * 86400 - 1, "met"),
        ("h", "1.5", 5400, "met"),
        ("h", "1.5", 5401, "not_met"),
        ("min", "60", 3600, "met"),
        ("min", "60", 3601, "not_met"),
        ("s", "90", 90, "met"),
        ("s", "90", 91, "not_met"),
    ],
)
def test_a_second_beyond_a_limit_is_beyond_it_in_every_unit(unit, limit, seconds, outcome):
    end = FORMULATED.value.moment + timedelta(seconds=seconds)
    late = boundary("cryopreservation", "started_at", written(end))
    told = replace(HOLD, unit=unit, limits=criterion(Range(high=Decimal(limit))).limits)
    ((one,),) = elapsed([told], [FORMULATED, late]).values()
    assert reference.answer(told, Point(one)).value == outcome


@pytest.mark.parametrize(
    ("microseconds", "unit", "number"),
    [
        (1, "d", "0.0001"),
        (-1, "d", "-0.0001"),
        (0, "d", "0.0000"),
        (86_400_000_001, "d", "1.0001"),
        (86_399_999_999, "d", "0.9999"),
        (1, "s", "0.0001"),
        (100, "s", "0.0001"),
        (20_000_000, "min", "0.3333"),
        (40_000_000, "min", "0.6666"),
    ],
)
def test_a_duration_stays_on_its_side_of_every_shorter_number(microseconds, unit, number):
    assert str(in_unit(timedelta(microseconds=microseconds), unit)) == number


EXPIRY = Observed("batch_record", "expires_at", "formulation")
AT_USE = replace(HOLD, subject=Elapsed(Boundary("formulation", "ended_at"), EXPIRY), unit="d")


def expiry(text, key, **changes):
    about = {"source": "batch_record", "step": "formulation/lot", "characteristic": "expires_at"}
    value = {"value": Moment(read_time(text))} if text[:4] == "2026" else {}
    return observed(text, source_key=key, unit="1", **about | value | changes)


def test_every_moment_that_was_recorded_gives_a_time():
    # formulated 2026-03-13T09:00Z; 23:30-11:00 on the 15th is 10:30Z on the 16th
    lots = [
        expiry("2026-03-14T09:00:00Z", "1"),
        expiry("2026-03-15T23:30:00-11:00", "2"),
        expiry("2026-03-12T21:00:00+12:00", "3"),
        expiry("2026-03-11T09:00:00Z", "4", status=Status.INVALIDATED),
    ]
    (found,) = elapsed([AT_USE], [FORMULATED, *lots]).values()
    assert [str(one.value) for one in found] == ["1.0000", "3.0625", "-1.0000"]
    assert found[1].origin.derived_from == (FORMULATED.id, lots[1].id)


def test_an_end_that_is_no_moment_is_no_time_and_not_left_out():
    lots = [expiry("2026-03-14T09:00:00Z", "1"), expiry("03/2026", "2")]
    (found,) = elapsed([AT_USE], [FORMULATED, *lots]).values()
    assert [str(one.value) for one in found] == ["1.0000", "expires at is “03/2026”, no time"]
    awaited = expiry("assigned", "3", value=Awaited("assigned"))
    ((one,),) = elapsed([AT_USE], [FORMULATED, awaited]).values()
    assert one.value == Awaited("assigned")


DELAYED = replace(HOLD, subject=Delay(Observed("lims", "viability", "release_testing")))


UNKNOWN = "the source does not say both when it happened and when it was recorded"


@pytest.mark.parametrize(
    ("happened", "recorded", "value"),
    [
        ("2026-03-13T09:00:00Z", "2026-03-13T09:42:30Z", "42.5000"),
        ("2026-03-13T23:00:00+14:00", "2026-03-13T09:42:30Z", "42.5000"),
        ("2026-03-13T09:42:30Z", "2026-03-13T09:00:00Z", "-42.5000"),
        (None, "2026-03-13T09:42:30Z", UNKNOWN),
        ("2026-03-13T09:42:30Z", None, UNKNOWN),
    ],
)
def test_how_long_after_it_happened_a_thing_was_recorded(happened, recorded, value):
    """What has no time is not left out: absence is never conformity."""
    times = {"occurred_at": happened, "recorded_at": recorded}
    read = {name: text and read_time(text) for name, text in times.items()}
    ((one,),) = elapsed([DELAYED], [observed("90.0", **read)]).values()
    assert (str(one.value), one.unit) == (value, "min")


@pytest.mark.parametrize(("within", "unit", "day"), [("14", "d", "03-27"), ("36", "h", "03-14")])
def test_by_when_a_result_is_owed(within, unit, day):
    due = Due(Boundary("formulation", "ended_at"), Decimal(within), unit)
    told = criterion(due=due)
    evidence = Evidence((FORMULATED, observed("assigned", value=Awaited("assigned"))), {})
    asked = questions((told,), evidence)
    (verdict,) = conclude(asked, reference.judge(asked))
    hour = "09:00" if unit == "d" else "21:00"
    assert verdict.message == (
        "Viability of the drug product: no final result yet; the LIMS says “assigned”. "
        f"QC laboratory owes it by 2026-{day} {hour} UTC."
    )


def test_without_the_step_it_is_owed_by_nobody_knows_when():
    due = Due(Boundary("formulation", "ended_at"), Decimal(14), "d")
    asked = questions((criterion(due=due),), Evidence((), {}))
    (verdict,) = conclude(asked, reference.judge(asked))
    assert verdict.message.endswith("nothing was recorded. QC laboratory owes it.")
