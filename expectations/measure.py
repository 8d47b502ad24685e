"""What a unit comes to: a number of times a product of kinds, so that units can be compared."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from contracts.errors import StrategyError

_LARGEST_POWER: Final = 99


@dataclass(frozen=True, slots=True)
class Measure:
    """A number times kinds to their powers: `{copies}/mL` is 1000000 x m^-3 x {copies}."""

    number: Fraction = Fraction(1)
    kinds: dict[str, int] = field(default_factory=dict)
    """Base units and whatever else cannot be said by others, each with its power, never 0."""

    def times(self, other: "Measure", power: int = 1) -> "Measure":
        """Return this multiplied by the other, to a power.

        Raises:
            StrategyError: a power beyond 99, which is a slip and would take for ever.
        """
        if abs(power) > _LARGEST_POWER:
            raise StrategyError(
                f"the exponent {power}",
                expected=f"at most {_LARGEST_POWER}",
                move="correct the unit",
            )
        kinds = dict(self.kinds)
        for kind, own in other.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + own * power
        kinds = {kind: own for kind, own in kinds.items() if own}
        return Measure(self.number * other.number**power, kinds)

    def over(self, other: "Measure") -> "Measure":
        """Return this divided by the other."""
        return self.times(other, -1)

    def in_words(self) -> str:
        """Return the kinds as a UCUM code: `m-3.{copies}`, and `1` where there are none."""
        words = (f"{kind}{'' if own == 1 else own}" for kind, own in sorted(self.kinds.items()))
        return ".".join(words) or "1"


ONE: Final = Measure()
