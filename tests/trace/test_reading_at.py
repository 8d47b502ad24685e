"""A reading is found by its time without reading the others, and it is the one that plainly is."""

from bisect import bisect_right
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_package import PER_PAGE, START, TAG, readings_of

from contracts.errors import NotFoundError
from contracts.tracer import Tracer

STEP = 10_000_000
"""Microseconds from one reading to the next."""
COUNT = sum(PER_PAGE)


def plainly(microseconds):
    """Return the row of the last reading not after a time, by looking at all of them."""
    return bisect_right([row * STEP for row in range(COUNT)], microseconds) - 1


@given(st.integers(0, (COUNT + 5) * STEP))
@example(0)
@example(255 * STEP)
@example(256 * STEP - 1)
@example(256 * STEP)
@example(299 * STEP)
@example(300 * STEP - 1)
@example(300 * STEP)
@example(449 * STEP + 1)
@example(COUNT * STEP)
def test_the_last_reading_not_after_a_time(tracer, microseconds):
    row, value = plainly(microseconds), readings_of(3)[plainly(microseconds)]
    moment = START + timedelta(microseconds=microseconds)
    traced = tracer.trace(f"{TAG}@{moment.isoformat()}")
    at = (START + timedelta(microseconds=row * STEP)).isoformat()
    assert f"at {at} (" in traced.steps[0].words
    assert f"{row + 1} of all {COUNT}" in traced.steps[1].words
    if value is None:
        assert "BadSensorFailure" in traced.steps[0].words
    else:
        assert float(traced.quotes[0].text) == value


def test_before_the_first_reading_there_is_none(tracer):
    with pytest.raises(NotFoundError, match="so early"):
        tracer.trace(f"{TAG}@2026-03-10T05:59:59.999999Z")


def test_only_a_block_of_one_capture_is_read(package):
    """Of 540 readings one is asked for: none of the tables that it does not need is opened."""
    asked, spans = [], []

    def read(path):
        asked.append(path)
        return package.read(path)

    def span(path, at, length):
        spans.append(length)
        return package.span(path, at, length)

    Tracer(read, span).trace(f"{TAG}@2026-03-10T06:10:00Z")
    assert {path for path in asked if not path.startswith("captures/")} == {
        "manifest.json",
        "tables/captures.jsonl",
        "tables/readings.index",
        "tables/series.jsonl",
    }
    assert [path for path in asked if path.startswith("captures/")] == []
    assert spans == [256 * 34]
