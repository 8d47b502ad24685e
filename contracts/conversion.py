"""How a number in one unit becomes the number in another: exactly, by a factor written down."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_05UP, Context, Decimal
from fractions import Fraction
from typing import Final, Self

from contracts.canonical import Json
from contracts.errors import IntegrityError, JudgementError

DIGITS: Final = 60
"""Significant digits of a result that no decimal writes out, such as 50 min in hours."""
_WIDEST: Final = 1000
"""Most digits before or after the point of a number that is converted."""
_LARGEST: Final = 10**400
_RATIO: Final = re.compile(r"-?[0-9]{1,400}(?:/[1-9][0-9]{0,399})?")


@dataclass(frozen=True, slots=True)
class Conversion:
    """Number in the wanted unit = number in `unit` x `factor` + `offset`; both are exact ratios.

    Whoever loads the strategy asks the UCUM library once for the factor. Here it is only applied:
    both judges and the offline verifier need no library, and the digest that binds the strategy
    binds the factor. The factor is above zero, so that what was above a limit stays above it.
    """

    unit: str
    """The UCUM code it converts from; for a calculated value, the units it was calculated in."""
    factor: Fraction = Fraction(1)
    offset: Fraction = Fraction(0)
    """In the wanted unit: not zero between scales of temperature only."""

    def __post_init__(self) -> None:
        """Refuse a factor that would turn the order of numbers round, or that no record holds."""
        parts = (*self.factor.as_integer_ratio(), *self.offset.as_integer_ratio())
        if not self.unit or self.factor <= 0 or any(abs(part) >= _LARGEST for part in parts):
            raise IntegrityError(
                f"a conversion from '{self.unit}' with a factor or offset out of bounds",
                expected="a unit, and a factor above zero, of at most 400 digits",
            )

    @property
    def changes_nothing(self) -> bool:
        """Whether every number comes out as it went in."""
        return self.factor == 1 and not self.offset

    def ratio(self, number: Decimal) -> Fraction:
        """Return the converted number as the exact ratio that it is.

        Raises:
            JudgementError: a number that is not finite, or with over 1000 digits beside the point.
        """
        _require_ordinary(number)
        return Fraction(number) * self.factor + self.offset

    def apply(self, number: Decimal) -> Decimal:
        """Return the converted number: exact wherever a decimal can write it.

        Where none can (50 min are 5/6 h), it has 60 significant digits and never ends in 0 or 5
        (`ROUND_05UP`, General Decimal Arithmetic 1.70): whoever compares it with a limit of fewer
        digits, or rounds it to fewer, comes to what the exact ratio would come to. A number that
        nothing changes keeps its own digits: `80.0` stays `80.0`.

        Raises:
            JudgementError: a number that is not finite, or with over 1000 digits beside the point.
        """
        _require_ordinary(number)
        if self.changes_nothing:
            return number
        ratio = self.ratio(number)
        places = _places(ratio.denominator)
        if places is None:
            context = Context(prec=DIGITS, rounding=ROUND_05UP)
            return context.divide(Decimal(ratio.numerator), Decimal(ratio.denominator))
        digits = str(abs(ratio.numerator) * 10**places // ratio.denominator)
        return Decimal((ratio < 0, tuple(map(int, digits)), -places))

    def record(self) -> dict[str, Json]:
        """Return the conversion as a canonical record; ratios as text: `1000`, `1/60`."""
        return {"factor": str(self.factor), "offset": str(self.offset), "unit": self.unit}

    @classmethod
    def restore(cls, record: Mapping[str, object]) -> Self:
        """Return the conversion that a record says.

        Raises:
            IntegrityError: a member is missing or of the wrong kind, there is another one, or a
                ratio is not in its one spelling (lowest terms, no leading zero).
        """
        if set(record) != {"factor", "offset", "unit"} or not isinstance(record["unit"], str):
            raise IntegrityError(
                f"a conversion with the members {', '.join(sorted(map(str, record)))}",
                expected="factor, offset and unit, as text",
            )
        return cls(record["unit"], _ratio(record["factor"]), _ratio(record["offset"]))


def _require_ordinary(number: Decimal) -> None:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, str) or exponent < -_WIDEST or number.adjusted() > _WIDEST:
        raise JudgementError(
            f"the number {str(number)[:40]}",
            expected=f"a finite number of at most {_WIDEST} digits on either side of the point",
        )


def _places(denominator: int) -> int | None:
    """Return how many decimal places write 1/denominator out, or None if none do."""
    places = {2: 0, 5: 0}
    for prime in places:
        while denominator % prime == 0:
            denominator //= prime
            places[prime] += 1
    return max(places.values()) if denominator == 1 else None


def _ratio(text: object) -> Fraction:
    if isinstance(text, str) and _RATIO.fullmatch(text):
        ratio = Fraction(text)
        if str(ratio) == text:
            return ratio
    raise IntegrityError(
        f"the ratio {str(text)[:40]}", expected="a ratio in lowest terms, such as 1000 or 1/60"
    )
