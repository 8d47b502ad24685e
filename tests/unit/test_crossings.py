"""Limits that warn: each crossing is told, none blocks, and none speaks where a limit blocks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.criterion import Stage
from contracts.exceptions import Aside, exceptions
from contracts.method import Method, one_side
from contracts.question import Evidence
from contracts.readiness import Ready, decide
from contracts.rule import Limit, LimitKind, Range
from contracts.verdict import Outcome


def warned(kind, *written, low="85.0"):
    alert = Limit(date(2024, 1, 1), Range(low=Decimal(low)), "CS-0042, table 3", kind)
    one = criterion()
    one = replace(one, limits=(alert, *one.limits))
    found = tuple(observed(each) for each in written)
    result = concluded((one,), Evidence(found, {}), reference.judge)
    drawn = exceptions(Stage.INITIAL, result, found, Aside())
    return result.verdicts[0], drawn, decide(Stage.INITIAL, (one,), result.verdicts, drawn).state


KINDS = {
    LimitKind.ALERT: ("alert limit crossed", "alert limit"),
    LimitKind.ACTION: ("action limit crossed", "action limit"),
    LimitKind.NOR: ("outside the normal operating range", "normal operating range"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_crossing_is_told_and_does_not_block(kind):
    verdict, (told,), state = warned(kind, "84.9")
    named, words = KINDS[kind]
    assert (verdict.outcome, verdict.limit, state) == (Outcome.MET, "≥ 80.0 %", Ready.READY)
    assert (told.kind, told.blocking, told.criterion) == (named, False, "CQA-VIA-001")
    assert told.message == (
        f"Viability of the drug product: 84.9 % against its {words} ≥ 85.0 % (CS-0042, table 3)."
    )
    assert told.observations == (observed("84.9").id,)


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        (("85.0",), []),
        (("80.0",), ["alert limit crossed"]),
        (("84.9", "90.0", "84.0"), ["alert limit crossed"]),
        (("79.9",), ["criterion not met"]),
        (("79.9", "84.0"), ["criterion not met"]),
        ((">84.0",), ["warning limit cannot be told"]),
        ((">84.0", "84.9"), ["alert limit crossed", "warning limit cannot be told"]),
        (("clotted",), ["result not evaluable"]),
        ((), ["result missing"]),
    ],
)
def test_what_is_told_on_both_sides_of_both_limits(written, kinds):
    _, drawn, _ = warned(LimitKind.ALERT, *written)
    assert [one.kind for one in drawn] == kinds


def test_several_crossings_are_one_line_with_their_number():
    _, (told,), _ = warned(LimitKind.ALERT, "84.9", "90.0", "84.0")
    assert "84.9 % against its alert limit ≥ 85.0 % (2 of 3 values)" in told.message
    assert len(told.observations) == 2


@pytest.mark.parametrize("kind", LimitKind)
def test_a_kind_blocks_or_warns(kind):
    assert kind.blocks is (kind not in KINDS)


def test_a_proven_acceptable_range_blocks_as_a_specification_does():
    one = criterion()
    par = replace(one.limits[0], kind=LimitKind.PAR)
    found = (observed("79.9"),)
    result = concluded((replace(one, limits=(par,)),), Evidence(found, {}), reference.judge)
    assert result.verdicts[0].outcome is Outcome.NOT_MET


def test_a_word_that_crosses_is_told_with_the_number_that_it_stands_for():
    alert = Limit(date(2024, 1, 1), Range(high=Decimal(95)), "CS-0042, table 3", LimitKind.ALERT)
    method = Method("QC-M-101", words=((">LOQ", one_side(">99.0")),))
    one = replace(criterion(), method=method)
    one = replace(one, limits=(alert, *one.limits))
    found = (observed(">LOQ"),)
    result = concluded((one,), Evidence(found, {}), reference.judge)
    (told,) = exceptions(Stage.INITIAL, result, found, Aside())
    assert ">LOQ % (which stands for >99.0 %) against its alert limit ≤ 95 %" in told.message
