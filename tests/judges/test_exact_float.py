import math
import sys
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from judges.asking import limits, values_near

from contracts.errors import StrategyError
from expectations.exact import exact_float, limit_float


def order(one, other) -> int:
    return (one > other) - (one < other)


@st.composite
def limits_and_values(draw):
    limit = draw(limits())
    return limit, draw(values_near(limit))


@settings(max_examples=500)
@given(limits_and_values())
@example((Decimal("0.3"), Decimal("0.29999999999999999")))
@example((Decimal("0.3"), Decimal("0.30000000000000001")))
@example((Decimal("0.1"), Decimal("0.1000000000000000055511151231257827021181583404541015625")))
@example((Decimal(0), Decimal("1e-400")))
@example((Decimal(0), Decimal("-1e-400")))
@example((Decimal(0), Decimal("-0")))
@example((Decimal("1e290"), Decimal("1e400")))
@example((Decimal("-1e290"), Decimal("-1e400")))
@example((Decimal("1e-290"), Decimal("1e-400")))
@example((Decimal("1e-30"), Decimal("1.00000000000000000000000001e-30")))
@example((Decimal("1e30"), Decimal(1000000000000000000000000000001)))
@example((Decimal(999999999999999), Decimal(1000000000000000)))
@example((Decimal("9.99999999999999e22"), Decimal("99999999999999900000000.1")))
def test_a_float_stands_where_its_decimal_stands(pair):
    limit, value = pair
    assert order(exact_float(value), limit_float(limit)) == order(value, limit)


def test_the_nearest_double_alone_would_not_do():
    # conventions.md, trap 3: limit 0.3, value 0.29999999999999999 has the same nearest double.
    assert float(Decimal("0.29999999999999999")) == 0.3
    assert exact_float(Decimal("0.29999999999999999")) < 0.3


def test_beyond_the_doubles_stands_the_last_one():
    assert exact_float(Decimal("1e400")) == sys.float_info.max
    assert exact_float(Decimal("-1e400")) == -sys.float_info.max
    assert exact_float(Decimal("1e-400")) == math.ulp(0.0)


def test_a_narrow_decimal_context_changes_nothing():
    with localcontext(Context(prec=3)):
        assert exact_float(Decimal("0.29999999999999999")) < limit_float(Decimal("0.3"))
        assert limit_float(Decimal("0.123456789012345")) == 0.123456789012345


@pytest.mark.parametrize(
    "written",
    [
        "0.1234567890123456",
        "1e291",
        "1e-291",
        "1e400",
        "1e-400",
        "1234567890123456",
        "0.30000000000000001",
    ],
)
def test_a_limit_that_a_double_does_not_keep_is_refused(written):
    with pytest.raises(StrategyError, match="15 significant digits"):
        limit_float(Decimal(written))


@given(limits())
def test_a_limit_is_read_back_from_its_double(limit):
    assert Decimal(repr(limit_float(limit))) == limit
