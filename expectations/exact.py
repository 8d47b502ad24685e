"""Decimal numbers as floats that stand on the same side of every limit as the decimals do."""

import math
import sys
from decimal import Decimal
from typing import Final

from contracts.errors import StrategyError

LIMIT_DIGITS: Final = sys.float_info.dig
"""Most significant digits of a limit: 15, what every IEEE 754 double keeps."""
_SMALLEST, _LARGEST = Decimal("1e-290"), Decimal("1e290")


def exact_float(number: Decimal) -> float:
    """Return a float whose order against the float of every limit is the decimals' own order.

    Rounding to the nearest double keeps order but may make two unequal decimals equal, and only
    where the double is that of a limit: its shortest text then has at most 15 digits and *is* that
    limit. There, a number that is not that limit goes one double up or down, to its own side.
    Decimals of at most 15 digits lie more than four doubles apart, so that the neighbour is no
    limit's double, and no other limit lies between.

    The number is finite, of any precision and size; beyond the doubles it becomes the largest one,
    below them the smallest. A limit is what `limit_float` takes.
    """
    nearest = float(number)
    if math.isinf(nearest):
        return math.nextafter(nearest, 0.0)
    text = repr(nearest)
    shortest = Decimal(text)
    if shortest == number or _digits(text) > LIMIT_DIGITS:
        return nearest
    return math.nextafter(nearest, math.inf if number > shortest else -math.inf)


def limit_float(limit: Decimal) -> float:
    """Return the double of a limit; its shortest text is the limit again.

    Raises:
        StrategyError: the limit has more than 15 significant digits, or is neither zero nor
            between 1e-290 and 1e290 in size, where doubles have fewer digits than that.
    """
    nearest = float(limit)
    sized = not limit or _SMALLEST <= abs(limit) <= _LARGEST
    if not sized or Decimal(repr(nearest)) != limit or _digits(repr(nearest)) > LIMIT_DIGITS:
        raise StrategyError(
            f"the limit {limit}",
            expected=f"at most {LIMIT_DIGITS} significant digits, of ordinary size",
        )
    return nearest


def _digits(text: str) -> int:
    """Count the significant digits of a float's text."""
    return len(text.partition("e")[0].lstrip("-").replace(".", "").strip("0"))
