"""What is calculated from the batch record: times between steps, counts, the day of the limits."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts.derive import counted, elapsed
from contracts.errors import UnreadableError
from contracts.observation import Awaited, Moment, Status, Subject
from contracts.rule import Range
from contracts.steps import day_of
from contracts.subject import Boundary, Count, Elapsed, Observed
from contracts.times import in_utc, read_time

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
