"""Calculated numbers as decimals: rounded once, to the 34 digits of IEEE 754 decimal128."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

_DIGITS: Final = Context(prec=34, rounding=ROUND_HALF_EVEN)


def decimal_of(number: Fraction) -> Decimal:
    """Return a fraction as a decimal of 34 digits, ties to even; exact where it has fewer."""
    return short(_DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator)))


def short(number: Decimal) -> Decimal:
    """Return a number in 34 digits, without trailing zeros or an exponent above zero."""
    shortest = number.normalize(_DIGITS)
    exponent = shortest.as_tuple().exponent
    return (
        Decimal(format(shortest, "f")) if isinstance(exponent, int) and exponent > 0 else shortest
    )
