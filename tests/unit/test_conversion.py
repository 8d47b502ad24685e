"""A number converted by a factor written down: exact, and on its own side of every limit."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.canonical import canonical, parse_strict
from contracts.conversion import Conversion
from contracts.errors import IntegrityError, JudgementError

WIDE = Context(prec=200)
PER_HOUR = Conversion("min", Fraction(1, 60))
TO_FAHRENHEIT = Conversion("Cel", Fraction(9, 5), Fraction(32))
NUMBERS = st.decimals(-(10**30), 10**30, allow_nan=False) | st.decimals(-10, 10, places=3)
CONVERSIONS = st.builds(
    Conversion,
    unit=st.just("min"),
    factor=st.fractions(min_value=Fraction(1, 10**9), max_value=10**9),
    offset=st.fractions(-1000, 1000),
)


@pytest.mark.parametrize(
    ("conversion", "number", "becomes"),
    [
        (Conversion("mg", Fraction(1000)), "1.50", "1500"),
        (Conversion("%", Fraction(1, 100)), "80.0", "0.8"),
        (PER_HOUR, "30", "0.5"),
        (PER_HOUR, "-90", "-1.5"),
        (PER_HOUR, "50", "0.8" + "3" * 59),
        (PER_HOUR, "40", "0." + "6" * 60),
        (TO_FAHRENHEIT, "-80.0", "-112"),
        (TO_FAHRENHEIT, "37.01", "98.618"),
        (Conversion("Cel", offset=Fraction("273.15")), "-273.15", "0"),
        (Conversion("mL"), "80.0", "80.0"),
        (Conversion("mL"), "1E+3", "1E+3"),
    ],
)
def test_a_number_is_written_out(conversion, number, becomes):
    assert str(conversion.apply(Decimal(number))) == becomes


@given(CONVERSIONS, NUMBERS)
def test_what_a_decimal_can_write_is_exact_and_the_rest_has_60_digits(conversion, number):
    applied, ratio = conversion.apply(number), conversion.ratio(number)
    if Fraction(applied) != ratio:
        assert len(applied.as_tuple().digits) == 60
        assert abs(Fraction(applied) / ratio - 1) < Fraction(1, 10**59)


@given(CONVERSIONS, NUMBERS, st.decimals(-(10**6), 10**6, places=4))
def test_a_converted_number_stands_on_its_own_side_of_every_limit(conversion, number, limit):
    """Also on the very limit: the number that becomes the limit is tried, and its neighbours."""
    back = (Fraction(limit) - conversion.offset) / conversion.factor
    near = Decimal(back.numerator) / Decimal(back.denominator)
    step = Decimal("1e-27")
    for one in (number, near, near + step, near - step):
        applied, ratio = conversion.apply(one), conversion.ratio(one)
        assert (applied > limit, applied < limit) == (ratio > limit, ratio < limit)


@given(CONVERSIONS, NUMBERS, st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_rounding_afterwards_is_rounding_once(conversion, number, rule):
    applied, ratio = conversion.apply(number), conversion.ratio(number)
    rounded = applied.quantize(Decimal("0.01"), rule, WIDE)
    whole, rest = divmod(abs(ratio) * 100, 1)
    up = rest > Fraction(1, 2) or (
        rest == Fraction(1, 2) and (rule == ROUND_HALF_UP or whole % 2 == 1)
    )
    assert abs(Fraction(rounded)) * 100 == whole + up


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "1E+1001", "1E-1001", "1E+999999"])
def test_what_is_no_ordinary_number_is_refused(number):
    for conversion in (PER_HOUR, Conversion("min")):
        with pytest.raises(JudgementError, match="finite number"):
            conversion.apply(Decimal(number))


@pytest.mark.parametrize(
    ("unit", "by", "plus"),
    [("", 1, 0), ("h", 0, 0), ("h", -1, 0), ("h", 10**400, 0), ("h", 1, Fraction(1, 10**400))],
)
def test_a_conversion_that_turns_order_round_does_not_exist(unit, by, plus):
    with pytest.raises(IntegrityError):
        Conversion(unit, Fraction(by), Fraction(plus))


@given(CONVERSIONS)
def test_a_record_says_the_conversion_again(conversion):
    record = parse_strict(canonical(conversion.record()))
    assert Conversion.restore(record) == conversion


def test_a_record_reads_as_people_write():
    assert PER_HOUR.record() == {"unit": "min", "factor": "1/60", "offset": "0"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"factor": "2/120"},
        {"factor": "01"},
        {"factor": "+1"},
        {"factor": "1/0"},
        {"factor": "0.5"},
        {"factor": "0"},
        {"factor": "1" * 401},
        {"factor": 1},
        {"offset": None},
        {"offset": "-0"},
        {"unit": ""},
        {"unit": 5},
        {"also": "1"},
    ],
)
def test_another_spelling_is_another_record(wrong):
    with pytest.raises(IntegrityError):
        Conversion.restore(PER_HOUR.record() | wrong)


def test_a_record_without_a_member_is_refused():
    with pytest.raises(IntegrityError, match="factor, offset and unit"):
        Conversion.restore({"unit": "min"})
