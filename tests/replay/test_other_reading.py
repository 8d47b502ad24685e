"""The first equipment reading that is another is told with its time, then and now."""

import math

import pyarrow as pa

from tasks.other_reading import first_other

TIMES = [1_772_604_683_000_000_000, 1_772_604_698_000_000_000]


def table(values, statuses=(0, 0)):
    columns = {"tag": ["BR-101.TEMP"] * 2, "time": TIMES, "value": values}
    return pa.table(columns | {"status": pa.array(statuses, pa.uint32())})


def test_the_same_readings_are_no_difference_even_where_there_is_no_number():
    assert first_other(table([37.0, math.nan]), table([37.0, math.nan])) == ""


def test_the_first_other_value_is_told_with_its_time():
    told = first_other(table([37.0, 37.1]), table([37.0, 38.1]))
    assert told == "readings: BR-101.TEMP at 2026-03-04 06:11:38 UTC: value was 37.1, is 38.1"


def test_another_status_is_a_difference_too():
    assert "status was 0, is 1" in first_other(table([1.0, 2.0]), table([1.0, 2.0], (0, 1)))
