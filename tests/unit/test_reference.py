"""The reference judge, rule by rule, on both sides of every boundary."""

from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts.observation import Awaited
from contracts.question import Answer, Point
from contracts.reference import answer
from contracts.rule import Agrees, OneOf, Present, Range

D = Decimal


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        (Range(low=D("80.0")), "80.0", "met"),
        (Range(low=D("80.0")), "79.9", "not_met"),
        (Range(low=D("80.0")), "79.99999999999999999999", "not_met"),
        (Range(low=D("80.0"), low_inclusive=False), "80.0", "not_met"),
        (Range(high=D("5.0"), high_inclusive=False), "4.9", "met"),
        (Range(high=D("5.0"), high_inclusive=False), "5.0", "not_met"),
        (Range(high=D("0.3")), "0.3", "met"),
        # a float would take both of these for 0.3
        (Range(low=D("0.3")), "0.29999999999999999", "not_met"),
        (Range(high=D("0.3")), "0.30000000000000001", "not_met"),
        (Range(low=D("2.0"), high=D("8.0")), "2.0", "met"),
        (Range(low=D("2.0"), high=D("8.0")), "8.1", "not_met"),
        (Range(high=D("5")), "1E+30", "not_met"),
        (Range(low=D("0"), low_inclusive=False), "1E-30", "met"),
        # censored: every number the text leaves open must pass
        (Range(high=D("5.0")), "<0.5", "met"),
        (Range(high=D("0.5"), high_inclusive=False), "<0.5", "met"),
        (Range(high=D("0.4")), "<0.5", "not_evaluable"),
        (Range(low=D("0.5")), "<0.5", "not_met"),
        (Range(low=D("0.1")), "<0.5", "not_evaluable"),
        (Range(low=D("80")), ">95", "met"),
        (Range(low=D("99")), ">95", "not_evaluable"),
        (Range(high=D("90")), ">95", "not_met"),
        # words are no numbers
        (Range(high=D("5.0")), "> LOQ", "not_evaluable"),
        (Range(high=D("5.0")), "TNTC", "not_evaluable"),
        (OneOf(("No growth",)), "No growth", "met"),
        (OneOf(("No growth",)), "no growth", "not_met"),
        (OneOf(("No growth",)), "5", "not_evaluable"),
        (Present(), "LN2-03/A/14", "met"),
        (Present(), " ", "not_evaluable"),
    ],
)
def test_one_point(rule, written, expected):
    assert answer(criterion(rule), Point(observed(written))) is Answer(expected)


def test_another_unit_is_not_evaluable():
    """0.9 is not 90 %: the judge compares nothing that is not in the criterion's unit."""
    assert answer(criterion(), Point(observed("90", unit="1"))) is Answer.NOT_EVALUABLE


@pytest.mark.parametrize(
    ("mine", "other", "expected"),
    [
        ("COI-7K4M-0004", "COI-7K4M-0004", "met"),
        ("COI-7K4M-0004", "COI-7K4M-0009", "not_met"),
        ("COI-7K4M-0004", "COI-7K4M-0004 ", "not_met"),
        ("COI-7K4M-0004", "4", "not_evaluable"),
    ],
)
def test_two_records_must_agree(mine, other, expected):
    point = Point(observed(mine), observed(other, source="batch_record"))
    assert answer(criterion(Agrees()), point) is Answer(expected)


def test_nothing_to_agree_with_is_not_evaluable():
    assert answer(criterion(Agrees()), Point(observed("COI-1"))) is Answer.NOT_EVALUABLE


def test_an_awaited_result_is_no_result():
    awaited = observed("assigned", value=Awaited("assigned"))
    assert answer(criterion(), Point(awaited)) is Answer.NOT_EVALUABLE
