"""Rounding to a limit's precision, held against whole numbers: the oracle asks neither judge."""

from decimal import Decimal
from fractions import Fraction

import pytest
from builders import criterion, observed

from contracts.question import Answer, Point
from contracts.reference import answer
from contracts.rounding import rounded
from contracts.rule import Range

D = Decimal


def half_up(hundredths: int) -> int:
    """Tenths of hundredths by whole numbers: ties away from zero (USP General Notices 7.20)."""
    tenths = (abs(hundredths) + 5) // 10
    return tenths if hundredths >= 0 else -tenths


def half_even(hundredths: int) -> int:
    """Tenths of hundredths by whole numbers: ties to the even digit (IEEE 754)."""
    tenths, rest = divmod(hundredths, 10)
    return tenths + (rest > 5 or (rest == 5 and tenths % 2 == 1))


@pytest.mark.parametrize(("rule", "oracle"), [("half_up", half_up), ("half_even", half_even)])
def test_every_hundredth_goes_to_its_tenth(rule, oracle):
    for number in range(-1234, 1235):
        assert rounded(Fraction(number, 100), D("0.1"), rule) * 10 == oracle(number), number


@pytest.mark.parametrize(
    ("number", "half_up", "half_even"),
    # worked by hand; a double holds 2.675 as 2.67499999999999982236431605997495353221893310546875
    [
        ("2.675", "2.68", "2.68"),
        ("2.665", "2.67", "2.66"),
        ("-2.665", "-2.67", "-2.66"),
        ("0.005", "0.01", "0"),
        ("-0.005", "-0.01", "0"),
        ("2.6649999999999999999999999999999999", "2.66", "2.66"),
        ("2.6650000000000000000000000000000001", "2.67", "2.67"),
        ("1E-30", "0", "0"),
        ("1E+30", "1E+30", "1E+30"),
    ],
)
def test_ties_and_what_lies_a_hair_beside_them(number, half_up, half_even):
    for rule, expected in (("half_up", half_up), ("half_even", half_even)):
        assert rounded(Fraction(D(number)), D("1.00"), rule) == Fraction(D(expected))


def test_the_precision_is_the_one_that_the_limit_is_written_with():
    assert rounded(Fraction(1250), D("1E+3"), "half_up") == 1000
    assert rounded(Fraction(1500), D("1E+3"), "half_even") == 2000
    assert rounded(Fraction(2500), D("1E+3"), "half_even") == 2000
    assert rounded(Fraction("79.95"), D("80"), "half_up") == 80
    assert rounded(Fraction("79.95"), D("80.00"), "half_up") == Fraction("79.95")


def test_without_a_rule_nothing_is_rounded_and_another_rule_is_none():
    assert rounded(Fraction(1, 3), D("0.1"), "") == Fraction(1, 3)
    with pytest.raises(ValueError, match="up"):
        rounded(Fraction(1, 3), D("0.1"), "up")


LOW, HIGH = Range(low=D("80.0")), Range(high=D("0.5"))
ABOVE, BELOW = Range(low=D("80.0"), low_inclusive=False), Range(high=D("0.5"), high_inclusive=False)
COLD = Range(low=D("-2.5"))


@pytest.mark.parametrize(
    ("rule", "written", "exact", "up", "even"),
    [
        (LOW, "80.0", "met", "met", "met"),
        (LOW, "79.96", "not_met", "met", "met"),
        (LOW, "79.95", "not_met", "met", "met"),  # 800 tenths are even
        (LOW, "79.94", "not_met", "not_met", "not_met"),
        (LOW, "79.9499999999999999", "not_met", "not_met", "not_met"),
        (ABOVE, "80.04", "met", "not_met", "not_met"),
        (ABOVE, "80.05", "met", "met", "not_met"),
        (ABOVE, "80.06", "met", "met", "met"),
        (HIGH, "0.54", "not_met", "met", "met"),
        (HIGH, "0.55", "not_met", "not_met", "not_met"),  # 6 is even, so both go up
        (HIGH, "0.56", "not_met", "not_met", "not_met"),
        (BELOW, "0.44", "met", "met", "met"),
        (BELOW, "0.45", "met", "not_met", "met"),
        (BELOW, "0.46", "met", "not_met", "not_met"),
        (COLD, "-2.54", "not_met", "met", "met"),
        (COLD, "-2.55", "not_met", "not_met", "not_met"),
        (COLD, "-2.45", "met", "met", "met"),
        # of a one-sided number every number that it leaves open is rounded
        (LOW, ">79.95", "not_evaluable", "met", "met"),
        (LOW, ">79.94", "not_evaluable", "not_evaluable", "not_evaluable"),
        (LOW, "<79.95", "not_met", "not_met", "not_met"),
        (LOW, "<79.96", "not_met", "not_evaluable", "not_evaluable"),
        (HIGH, "<0.55", "not_evaluable", "met", "met"),
        (HIGH, "<0.56", "not_evaluable", "not_evaluable", "not_evaluable"),
        (HIGH, ">0.55", "not_met", "not_met", "not_met"),
        (HIGH, ">0.54", "not_met", "not_evaluable", "not_evaluable"),
        (BELOW, "<0.45", "met", "met", "met"),
        (BELOW, "<0.46", "met", "not_evaluable", "not_evaluable"),
    ],
)
def test_a_result_is_rounded_before_it_is_compared(rule, written, exact, up, even):
    for rounding, expected in (("", exact), ("half_up", up), ("half_even", even)):
        told = criterion(rule, rounding=rounding)
        assert answer(told, Point(observed(written))) is Answer(expected), rounding
