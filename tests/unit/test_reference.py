"""The reference judge, rule by rule, on both sides of every boundary."""

from decimal import Decimal
from fractions import Fraction

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.conclude import conclude
from contracts.conversion import Conversion
from contracts.method import Method, one_side
from contracts.observation import Awaited
from contracts.question import Answer, Evidence, Point, questions
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


TO_DATE = OneOf(("Negative",), ("Positive",), "negative to date", 7)
NEVER_EARLY = OneOf(("Negative",), (), "negative to date")


@pytest.mark.parametrize(
    ("rule", "written", "outcome"),
    [
        (TO_DATE, "Negative", "met"),
        (TO_DATE, "Positive", "not_met"),
        (TO_DATE, "negative to date", "pending"),
        (TO_DATE, "negative to date, day 6", "pending"),
        (TO_DATE, "negative to date, day 7", "met"),
        (TO_DATE, " Negative to date (Day 10) ", "met"),
        (TO_DATE, "negative to date, day 10 of 14", "met"),
        (TO_DATE, "negative to date, day 10/14.", "met"),
        # a remark is for a person to read
        (TO_DATE, "negative to date, turbid", "not_evaluable"),
        (TO_DATE, "negative to date, day 10, turbid", "not_evaluable"),
        (TO_DATE, "negative to date, day \u0667", "not_evaluable"),
        (TO_DATE, "negative to dateless", "not_evaluable"),
        (TO_DATE, "negative", "not_evaluable"),
        (TO_DATE, "negative to date, day 7 or later", "not_evaluable"),
        (NEVER_EARLY, "negative to date, day 999", "pending"),
        (NEVER_EARLY, "negative to date, turbid", "not_evaluable"),
        (NEVER_EARLY, "Positive", "not_met"),
        # what the rule names word by word is what it says of it
        (OneOf(("No growth",), ("No growth to date, leaking",), "no growth"), "No growth", "met"),
        (
            OneOf(("No growth",), ("No growth to date, leaking",), "no growth to date"),
            "No growth to date, leaking",
            "not_met",
        ),
    ],
)
def test_words_given_before_a_test_has_ended(rule, written, outcome):
    told = criterion(rule, unit="1")
    asked = questions((told,), Evidence((observed(written, unit="1"),), {}))
    (verdict,) = conclude(asked, reference.judge(asked))
    assert verdict.outcome.value == outcome


METHOD = Method("TM-1", (("TNTC", one_side(">300")), ("< LOQ", one_side("<0.05"))))


@pytest.mark.parametrize(
    ("rule", "written", "expected"),
    [
        (Range(high=D("100")), "TNTC", "not_met"),
        (Range(high=D("100")), " tn tc", "not_met"),
        (Range(high=D("500")), "TNTC", "not_evaluable"),
        (Range(low=D("300")), "TNTC", "met"),
        (Range(high=D("0.1")), "<LOQ", "met"),
        (Range(high=D("0.05"), high_inclusive=False), "< loq", "met"),
        (Range(high=D("0.04")), "<LOQ", "not_evaluable"),
        (Range(high=D("0.1")), "LOQ", "not_evaluable"),
        (OneOf(("TNTC",)), "TNTC", "met"),
    ],
)
def test_the_words_of_a_method_stand_for_one_side_of_a_number(rule, written, expected):
    told = criterion(rule, method=METHOD, unit="1")
    (asked,) = questions((told,), Evidence((observed(written, unit="1"),), {}))
    (point,) = asked.points
    assert answer(told, point) is Answer(expected)
    assert point.observation.as_written == written


HOURS = (
    Conversion("min", Fraction(1, 60)),
    Conversion("[degF]", Fraction(5, 9), Fraction(-160, 9)),
)


@pytest.mark.parametrize(
    ("rule", "unit", "written", "expected"),
    [
        # 50 min are 5/6 h: no decimal, and still on its own side
        (Range(high=D("0.83")), "min", "50", "not_met"),
        (Range(high=D("0.833333333333333")), "min", "50", "not_met"),
        (Range(low=D("0.833333333333333")), "min", "50", "met"),
        (Range(high=D("1.5")), "min", "90", "met"),
        (Range(high=D("1.5")), "min", "90.0000000000000000000001", "not_met"),
        (Range(high=D("1.5")), "min", "<90", "met"),
        (Range(high=D("1.5")), "min", "<90.1", "not_evaluable"),
        (Range(high=D("1.5"), high_inclusive=False), "min", "<90", "met"),
        # -112 degF are -80 degC
        (Range(high=D("-80")), "[degF]", "-112", "met"),
        (Range(high=D("-80")), "[degF]", "-111.9", "not_met"),
        (Range(high=D("-80")), "[degF]", "<-112", "met"),
        (Range(high=D("-80")), "[degF]", ">-112", "not_met"),
        (Range(high=D("-80")), "K", "1", "not_evaluable"),
    ],
)
def test_another_unit_comes_in_by_its_exact_factor(rule, unit, written, expected):
    told = criterion(rule, unit="h", conversions=HOURS)
    assert answer(told, Point(observed(written, unit=unit))) is Answer(expected)


def test_a_converted_and_rounded_value_is_shown_as_it_was_judged():
    told = criterion(Range(low=D("0.84")), unit="h", conversions=HOURS, rounding="half_up")
    asked = questions((told,), Evidence((observed("50", unit="min"),), {}))
    (verdict,) = conclude(asked, reference.judge(asked))
    assert "50 min, which is 0.833333… h, rounded 0.83 h" in (verdict.message)


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
