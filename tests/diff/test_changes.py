"""What became of each observation between two readings of its source."""

from dataclasses import replace

import pytest
from builders import observed, value_of

from contracts.changes import How, changes
from contracts.observation import Awaited, Status

BEFORE = observed("76.3", source_key="uid-1")


def became(*now, then=(BEFORE,)):
    return [(one.how, one.in_words()) for one in changes(then, now)]


def test_the_same_words_at_another_place_are_no_change():
    elsewhere = observed("76.3", b"later: 76.3", source_key="uid-1")
    assert elsewhere.id != BEFORE.id
    assert became(elsewhere) == []


@pytest.mark.parametrize(
    ("now", "how", "words"),
    [
        (
            [replace(BEFORE, as_written="77", value=value_of("77"))],
            How.CORRECTED,
            "76.3 % then, 77 % now, in the same record of the source",
        ),
        (
            [replace(BEFORE, recorded_by="P-002")],
            How.CORRECTED,
            "76.3 % as before; recorded by was P-041, is P-002",
        ),
        (
            [replace(BEFORE, status=Status.INVALIDATED, reason="air bubble")],
            How.INVALIDATED,
            "the LIMS set 76.3 % aside (reason given: air bubble)",
        ),
        ([], How.GONE, "the LIMS said 76.3 % then and says nothing of it now"),
        (
            [BEFORE, observed("81", source_key="uid-2", retest_of="uid-1")],
            How.RETESTED,
            "76.3 % was tested again: 81 %; both stand on record",
        ),
        (
            [BEFORE, observed("81", source_key="uid-2")],
            How.ADDED,
            "81 % is new in the LIMS",
        ),
    ],
)
def test_each_change_names_both_values(now, how, words):
    ((found, told),) = became(*now)
    assert found is how
    assert words in told


def test_a_correction_that_names_what_it_replaces_is_one_change():
    aside = replace(BEFORE, status=Status.INVALIDATED, reason="digits swapped")
    after = observed("73.6", source_key="uid-2", supersedes="uid-1", reason="digits swapped")
    ((how, told),) = became(aside, after)
    assert how is How.SUPERSEDED
    assert "76.3 % was replaced by 73.6 % (reason given: digits swapped)" in told


def test_a_result_that_was_announced_has_arrived():
    announced = replace(BEFORE, as_written="unassigned", value=Awaited("unassigned"))
    ((how, told),) = became(BEFORE, then=(announced,))
    assert how is How.ARRIVED
    assert "announced it then (“unassigned”) and has it now: 76.3 %" in told


def test_two_alike_and_then_one_is_one_gone():
    assert [how for how, _ in became(BEFORE, then=(BEFORE, BEFORE))] == [How.GONE]
