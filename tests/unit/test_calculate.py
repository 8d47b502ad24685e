"""Ratios, differences and reportable values: each number worked by hand beside it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from builders import criterion, observed

from contracts.calculate import calculated, formula
from contracts.numbers import decimal_of
from contracts.observation import Awaited, Bound, Number, Status, Text
from contracts.rule import Range
from contracts.subject import FORMULAS, Difference, Observed, Operand, Quotient, Reportable

D = Decimal
NAMES = {"viable": "%", "dose": "10*6", "weight": "kg", "other_weight": "kg"}


def told(name):
    return Observed("lims", name, "release_testing")


def operand(name):
    return Operand(NAMES[name], told(name))


def result(name, written, key="", **changes):
    key = key or f"{name}-{written}"
    return observed(written, characteristic=name, source_key=key, **{"unit": NAMES[name]} | changes)


PER_KG = Quotient((operand("dose"),), (operand("weight"),))
LESS = Difference(operand("weight"), operand("other_weight"))


def values(subject, *observations):
    one = criterion(Range(low=D(1)), subject=subject, unit="1")
    found = calculated((one,), observations).get(one.id, ())
    return [str(each.value) for each in found]


@pytest.mark.parametrize(
    ("dose", "weight", "value"),
    [
        ("150", "75", "2"),
        ("100", "80", "1.25"),
        ("1", "3", "0." + "3" * 34),
        ("2", "3", "0." + "6" * 34),
        ("0", "80", "0"),
        ("-1", "4", "-0.25"),
        ("1e30", "1e-30", "1" + "0" * 60),
        ("<100", "80", "<1.25"),
        (">100", "80", ">1.25"),
        ("100", "<80", ">1.25"),
        ("100", ">80", "<1.25"),
        (">100", "<80", ">1.25"),
        ("<100", ">80", "<1.25"),
        # what no number can be said for stays words, which no judge takes for a number
        ("<100", "<80", "one-sided numbers in opposite directions"),
        (">100", ">80", "one-sided numbers in opposite directions"),
        ("100", "0", "divided by zero"),
        ("<100", "0", "divided by zero"),
        ("-1", "<80", "a one-sided number times one that is not positive"),
        ("<0", "80", "a one-sided number times one that is not positive"),
        ("TNTC", "80", "dose is “TNTC”, no number"),
        ("NaN", "80", "dose is “NaN”, no number"),
    ],
)
def test_a_ratio(dose, weight, value):
    assert values(PER_KG, result("dose", dose), result("weight", weight)) == [value]


@pytest.mark.parametrize(
    ("weight", "other", "value"),
    [
        ("80", "75.5", "4.5"),
        ("75.5", "80", "-4.5"),
        ("0.3", "0.1", "0.2"),
        ("<80", "75", "<5"),
        ("80", "<75", ">5"),
        ("80", ">75", "<5"),
        (">80", "<75", ">5"),
        ("<80", "<75", "one-sided numbers in opposite directions"),
        ("heavy", "75", "weight is “heavy”, no number"),
    ],
)
def test_a_difference(weight, other, value):
    assert values(LESS, result("weight", weight), result("other_weight", other)) == [value]


def test_units_come_in_by_exact_factors():
    # 90 min in h is 90/60; 0.5 d in h is 0.5 x 24; together in one difference 1.5 - 12
    minutes, days = Fraction(1, 60), Fraction(24)
    told_of = Difference(operand("weight"), operand("other_weight"), minutes, days)
    found = values(told_of, result("weight", "90"), result("other_weight", "0.5"))
    assert found == ["-10.5"]
    third = Quotient((operand("dose"),), (operand("weight"),), Fraction(1, 60))
    assert values(third, result("dose", "90"), result("weight", "3")) == ["0.5"]


def test_a_constant_is_a_factor_that_the_strategy_cites():
    half = Quotient((operand("dose"), Operand("1", constant=D("0.5"))))
    assert values(half, result("dose", "3")) == ["1.5"]
    assert "0.5" in half.in_words()


def test_an_operand_in_another_unit_is_no_operand():
    assert values(PER_KG, result("dose", "1", unit="10*9"), result("weight", "80")) == [
        "dose is in 10*9, not in 10*6"
    ]


def test_nothing_of_an_operand_on_record_gives_nothing():
    assert values(PER_KG, result("dose", "150")) == []
    gone = result("weight", "75", status=Status.INVALIDATED)
    assert values(PER_KG, result("dose", "150"), gone) == []


def test_an_awaited_operand_makes_the_value_awaited():
    awaited = result("weight", "assigned", value=Awaited("assigned"))
    assert values(PER_KG, result("dose", "150"), awaited) == ["assigned"]


def test_every_combination_counts_so_that_a_retest_hides_nothing():
    original = result("dose", "60")
    retest = result("dose", "150", retest_of=original.source_key)
    assert sorted(values(PER_KG, original, retest, result("weight", "75"))) == ["0.8", "2"]


def test_more_combinations_than_a_person_looks_through_are_not_calculated():
    doses = [result("dose", str(number)) for number in range(1, 10)]
    weights = [result("weight", str(number)) for number in range(1, 10)]
    assert len(values(PER_KG, *doses[:8], *weights[:8])) == 64
    assert values(PER_KG, *doses, *weights)[-1] == "more than 64 combinations of results"


def test_a_number_that_nobody_could_write_out_is_words():
    many = Quotient(tuple(operand("dose") for _ in range(12)))
    assert values(many, result("dose", "1e99")) == [
        "a number that is too large or too small to be a result"
    ]


def test_a_calculated_value_names_what_it_was_made_of():
    dose, weight = result("dose", "150"), result("weight", "75")
    one = criterion(subject=PER_KG, unit="10*6/kg")
    ((value,),) = calculated((one,), (dose, weight)).values()
    assert value.origin.derived_from == (dose.id, weight.id)
    assert value.origin.places == (dose.origin.places[0], weight.origin.places[0])
    assert (value.unit, value.as_written, value.source_key) == ("10*6/kg", "", one.id)
    assert value.origin.recipe == "dose divided by weight, from “150”, “75”, in 10*6/kg"


FOUR = ("1", "2", "4", "8")


@pytest.mark.parametrize(
    ("name", "value"),
    # 15/4; (2 + 4)/2; the fourth root of 64 is 2 times the square root of 2
    [
        ("mean", "3.75"),
        ("median", "3"),
        ("geometric_mean", "2.828427124746190097603377448419396"),
        ("lowest", "1"),
        ("highest", "8"),
        ("sum", "15"),
    ],
)
def test_a_formula(name, value):
    assert str(formula(name, [Number(D(one)) for one in FOUR[::-1]])) == value


@pytest.mark.parametrize("name", FORMULAS)
def test_one_number_is_its_own_reportable_value(name):
    value = formula(name, [Number(D("80.5"), Bound.BELOW)])
    assert value == Number(D("80.5"), Bound.BELOW)


def test_a_median_of_an_odd_number_is_the_middle_one():
    assert formula("median", [Number(D(one)) for one in ("9", "1", "2.50")]) == Number(D("2.5"))


def test_a_geometric_mean_that_is_a_whole_number_is_exact():
    assert str(formula("geometric_mean", [Number(D(4)), Number(D(9))])) == "6"


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("mean", ("<1", "2"), "<1.5"),
        ("sum", ("<1", "<2"), "<3"),
        ("geometric_mean", (">4", "9"), ">6"),
        ("lowest", ("<1", "<2"), "<1"),
        ("highest", (">1", ">2"), ">2"),
        ("lowest", ("<1", "2"), "the lowest of numbers of which some are one-sided"),
        ("median", (">1", "2", "3"), "the median of numbers of which some are one-sided"),
        ("mean", ("<1", ">2"), "one-sided numbers in opposite directions"),
        ("geometric_mean", ("0", "2"), "a geometric mean of a number that is not positive"),
        ("geometric_mean", ("-4", "-9"), "a geometric mean of a number that is not positive"),
    ],
)
def test_one_sided_numbers_in_a_formula(name, written, said):
    assert str(formula(name, [observed(one).value for one in written])) == said


MEAN = Reportable(told("viable"), "mean", 3)


def replicate(number, written, **changes):
    return result("viable", written, f"r{number}", **changes)


def reported(*observations):
    one = criterion(subject=MEAN)
    found = calculated((one,), observations).get(one.id, ())
    return [str(each.value) for each in found]


THREE = [replicate(1, "81.0"), replicate(2, "82.0"), replicate(3, "84.5")]


def test_a_reportable_value_needs_its_replicates_no_fewer_and_no_more():
    assert reported(*THREE) == ["82.5"]
    assert reported(*THREE[:2]) == ["2 of 3 replicates"]
    assert reported(*THREE, replicate(4, "90.0")) == ["4 of 3 replicates"]
    assert reported() == []
    assert reported(replicate(1, "x", status=Status.INVALIDATED)) == []


def test_a_round_of_retests_stands_beside_the_original():
    again = [replicate(number + 3, "90.0", retest_of=f"r{number}") for number in (1, 2, 3)]
    third = [replicate(number + 6, "91.0", retest_of=f"r{number + 3}") for number in (1, 2, 3)]
    assert reported(*third, *again, *THREE) == ["82.5", "90", "91"]


def test_a_repeat_of_an_invalidated_replicate_takes_its_place():
    gone = replicate(3, "12.0", status=Status.INVALIDATED)
    assert reported(*THREE[:2], gone, replicate(4, "84.5", retest_of="r3")) == ["82.5"]


def test_results_that_repeat_each_other_in_a_circle_end():
    circle = [replicate(number, "80.0", retest_of=f"r{number % 3 + 1}") for number in (1, 2, 3)]
    assert len(reported(*circle)) >= 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"written": "cells clumped"}, "viable is “cells clumped”, no number"),
        ({"written": "84.5", "unit": "1"}, "viable is in 1, not in %"),
        ({"written": "assigned", "value": Awaited("assigned")}, "assigned"),
    ],
)
def test_a_replicate_that_is_none_makes_no_value(change, said):
    assert reported(*THREE[:2], replicate(3, **change)) == [said]


def test_an_exact_number_next_to_a_limit_never_lands_on_it():
    """34 digits to the nearest would be 0.3 itself, and the limit would be met."""
    above = Fraction(3, 10) + Fraction(1, 10**40)
    assert decimal_of(above) > D("0.3") > decimal_of(Fraction(3, 10) - Fraction(1, 10**40))
    assert decimal_of(Fraction(3, 10)) == D("0.3")


def test_a_value_in_words_is_text():
    one = criterion(subject=PER_KG)
    ((value,),) = calculated((one,), (result("dose", "1"), result("weight", "0"))).values()
    assert value.value == Text("divided by zero")
