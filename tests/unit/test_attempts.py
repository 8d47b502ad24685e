"""Attempts in their order, retests beyond the method, failures behind a mean, the guard band."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.attempts import AttemptKind, attempts, concerns, retests_before
from contracts.conversion import Conversion
from contracts.criterion import Stage
from contracts.derive import derive
from contracts.exceptions import Aside, exceptions
from contracts.method import Method
from contracts.observation import Status, Subject
from contracts.question import Evidence
from contracts.readiness import Ready, decide
from contracts.rule import Range
from contracts.subject import Observed, Reportable

D = Decimal
NOON = datetime(2026, 3, 13, 12, 0, tzinfo=UTC)
RESULTS = Observed("lims", "viability", "release_testing")


def made(key, written="90.0", hours=0, zone=0, **changes):
    at = (NOON + timedelta(hours=hours)).astimezone(timezone(timedelta(hours=zone)))
    return observed(written, source_key=key, recorded_at=at, **changes)


def told(*observations, **changes):
    one = criterion(**changes)
    evidence = Evidence(observations, derive((one,), observations, {}))
    result = concluded((one,), evidence, reference.judge)
    return list(concerns(result.asked, result.verdicts, observations))


def test_each_attempt_says_what_it_was():
    found = [
        made("1", status=Status.INVALIDATED, reason="air bubble"),
        made("2", retest_of="1"),
        made("3", retest_of="2"),
        made("4", qualifiers=(("resample_of", "DP-1"),)),
        made("5"),
    ]
    kinds = {one.observation.source_key: one.kind.value for one in attempts(found)}
    assert kinds == {
        "1": "invalidated",
        "2": "repeat",
        "3": "retest",
        "4": "resample",
        "5": "original",
    }
    assert [retests_before(one, {it.source_key: it for it in found}) for one in found] == [
        0,
        0,
        1,
        0,
        0,
    ]


def test_a_retest_of_what_is_not_on_record_is_a_retest():
    ((one,)) = attempts([made("2", retest_of="1")])
    assert one.kind is AttemptKind.RETEST
    assert retests_before(one.observation, {}) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_attempts_stand_in_the_order_of_time_whatever_zone_was_written(turned):
    """23:00+12:00 is 11:00Z and comes before 12:00Z, though its text comes after."""
    found = [made("1"), made("2", hours=-1, zone=12), made("3", hours=1, zone=-11)]
    ordered = attempts(found[::-1] if turned else found)
    assert [one.observation.source_key for one in ordered] == ["2", "1", "3"]


def test_a_retest_comes_after_what_it_repeats_even_if_its_time_says_otherwise():
    found = [made("3", hours=-2, retest_of="2"), made("2", hours=-1, retest_of="1"), made("1")]
    assert [one.observation.source_key for one in attempts(found)] == ["1", "2", "3"]


def test_an_attempt_in_words_names_its_cause_and_approver():
    plain, gone, bare = attempts(
        [
            made("1", "76.3"),
            made("2", "70.0", 1, status=Status.INVALIDATED, reason="air bubble."),
            made("3", "71.0", 2, status=Status.INVALIDATED, qualifiers=(("verified_by", "P-9"),)),
        ]
    )
    assert plain.in_words() == "original: 76.3 %"
    assert gone.in_words() == "invalidated: 70.0 % (air bubble; approved by nobody)"
    assert bare.in_words() == "invalidated: 71.0 % (no assignable cause given; approved by P-9)"


@pytest.mark.parametrize(("allowed", "too_many"), [(None, 0), (2, 0), (1, 1), (0, 1)])
def test_retests_beyond_what_the_method_allows(allowed, too_many):
    found = [made("1"), made("2", "91.0", retest_of="1"), made("3", "92.0", retest_of="1")]
    concern = told(*found, method=Method("TM-1", retests_at_most=allowed))
    assert len(concern) == too_many
    assert all(one.blocking and "2 retests" in one.message for one in concern)


def test_retests_are_counted_for_each_sample_and_repeats_are_none():
    method = Method("TM-1", retests_at_most=1)
    other = Subject("sample", "DP-0002")
    found = [
        made("1"),
        made("2", "91.0", retest_of="1"),
        made("3", subject=other),
        made("4", "91.0", retest_of="3", subject=other),
        made("5", "12.0", status=Status.INVALIDATED),
        made("6", "92.0", retest_of="5"),
    ]
    assert told(*found, method=method) == []


def test_a_round_of_replicates_is_one_retest():
    method = Method("TM-1", retests_at_most=0)
    subject = Reportable(RESULTS, "mean", 2)
    first = [made("1", "90.0"), made("2", "91.0")]
    again = [made(f"{key}b", "92.0", retest_of=key) for key in ("1", "2")]
    assert told(*first, method=method, subject=subject) == []
    (concern,) = told(*first, *again, method=method, subject=subject)
    assert concern.message.startswith("Viability of the drug product: 1 retests")


def test_a_mean_that_hides_a_failing_replicate_blocks_though_it_is_met():
    one = criterion(subject=Reportable(RESULTS, "mean", 2))
    found = (made("1", "70.0"), made("2", "99.0"))  # (70 + 99) / 2 = 84.5
    result = concluded((one,), Evidence(found, derive((one,), found, {})), reference.judge)
    drawn = exceptions(Stage.INITIAL, result, found, Aside())
    assert [(it.kind, it.blocking) for it in drawn] == [("averaging hides a failing result", True)]
    assert "the mean meets ≥ 80.0 %, but 70.0 % does not" in drawn[0].message
    readiness = decide(Stage.INITIAL, (one,), result.verdicts, drawn)
    assert readiness.state is Ready.NOT_READY
    assert readiness.reasons == (drawn[0].message,)


def test_a_sum_hides_nothing_and_a_mean_of_good_ones_neither():
    found = (made("1", "70.0"), made("2", "99.0"))
    assert told(*found, subject=Reportable(RESULTS, "sum", 2)) == []
    assert told(made("1", "80.0"), made("2", "99.0"), subject=Reportable(RESULTS, "mean", 2)) == []


@pytest.mark.parametrize(
    ("written", "inside"),
    # the limit is 80.0 and the expanded uncertainty 0.5
    [
        ("80.5", True),
        ("80.51", False),
        ("80.0", True),
        ("79.5", True),
        ("79.49", False),
        (">80.2", False),
        ("clotted", False),
    ],
)
def test_a_result_that_cannot_be_told_from_its_limit(written, inside):
    found = told(made("1", written), method=Method("TM-1", uncertainty=D("0.5")))
    assert [one.kind for one in found] == ["inside the guard band of its limit"] * inside
    assert not any(one.blocking for one in found)


@pytest.mark.parametrize(("written", "inside"), [("82.05", True), ("82.06", False)])
def test_a_relative_uncertainty_is_the_results_own(written, inside):
    # 82.05 x 2.5 % = 2.05125 >= 2.05, and 82.06 x 2.5 % = 2.0515 < 2.06
    found = told(made("1", written), method=Method("TM-1", uncertainty_percent=D("2.5")))
    assert bool(found) is inside


@pytest.mark.parametrize(("written", "inside"), [("0.805", True), ("0.8051", False)])
def test_an_uncertainty_is_in_the_unit_of_the_result(written, inside):
    """0.005 in the result's unit is 0.5 %: with the number itself, nothing would ever be inside."""
    found = told(
        made("1", written, unit="1"),
        conversions=(Conversion("1", Fraction(100)),),
        method=Method("TM-1", uncertainty=D("0.005")),
    )
    assert bool(found) is inside
    assert all("± 0.5 %" in one.message for one in found)


def test_a_result_in_an_unknown_unit_is_inside_no_guard_band():
    assert told(made("1", "80.0", unit="1"), method=Method("TM-1", uncertainty=D(1))) == []


def test_the_end_that_is_near_is_named():
    rule = Range(low=D("2.0"), high=D("8.0"))
    (one,) = told(made("1", "7.9"), rule=rule, method=Method("TM-1", uncertainty=D("0.2")))
    assert "of the limit 8.0 %" in one.message
