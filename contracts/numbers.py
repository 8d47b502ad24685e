"""Calculated numbers as decimals: cut once, to the 34 digits of IEEE 754 decimal128."""

from decimal import ROUND_05UP, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

_DIGITS: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)
_STICKY: Final = Context(prec=34, rounding=ROUND_05UP)


def decimal_of(number: Fraction) -> Decimal:
    """Return a fraction as a decimal of 34 digits; exact where it has fewer.

    A longer one never ends in 0 or 5 (`ROUND_05UP`, General Decimal Arithmetic 1.70): it lands on
    no limit that it only comes close to, and rounding it to fewer digits is rounding once.
    """
    return short(_STICKY.divide(Decimal(number.numerator), Decimal(number.denominator)))


def short(number: Decimal) -> Decimal:
    """Return a number in 34 digits, without trailing zeros or an exponent above zero."""
    shortest = number.normalize(_DIGITS)
    exponent = shortest.as_tuple().exponent
    return (
        Decimal(format(shortest, "f")) if isinstance(exponent, int) and exponent > 0 else shortest
    )
