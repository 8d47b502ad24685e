"""Rounding a result to the precision of its limit before it is compared: declared, and exact."""

import math
from decimal import Decimal
from fractions import Fraction


def rounded(number: Fraction, end: Decimal, rule: str) -> Fraction:
    """Return a number rounded to as many decimals as an end of a limit is written with.

    `half_up` rounds ties away from zero (USP General Notices 7.20), `half_even` to the even digit
    (IEEE 754 roundTiesToEven); an empty rule leaves the number as it is.

    Raises:
        ValueError: no such rule.
    """
    if not rule:
        return number
    step = Fraction(10) ** int(end.as_tuple().exponent)
    steps = number / step
    if rule == "half_even":
        return round(steps) * step
    if rule != "half_up":
        raise ValueError(rule)
    away = math.floor(abs(steps) + Fraction(1, 2))
    return (away if steps >= 0 else -away) * step
