"""A test method as the strategy knows it: its words, its retests, its uncertainty."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.canonical import Json
from contracts.observation import Bound, Number, Text, Value


@dataclass(frozen=True, slots=True)
class Method:
    """What must be known of a method to read and to judge its results."""

    code: str
    words: tuple[tuple[str, Number], ...] = ()
    """Words that stand for one side of a number: `TNTC` for `>300`, `<LOQ` for `<0.05`."""
    retests_at_most: int | None = None
    """How many retests an investigation may ask for; None where the method does not say."""
    uncertainty: Decimal | None = None
    """Expanded uncertainty (k = 2), in the unit of the result (JCGM 100, 6.2)."""
    uncertainty_percent: Decimal | None = None
    """The same relative to the result, in percent."""

    def reading_of(self, value: Value) -> Value:
        """Return a result with the method's words replaced by the numbers they stand for."""
        if not isinstance(value, Text):
            return value
        said = "".join(value.text.split()).casefold()
        return dict(self._spelt()).get(said, value)

    def _spelt(self) -> tuple[tuple[str, Number], ...]:
        return tuple(("".join(word.split()).casefold(), number) for word, number in self.words)

    def guard_band(self, number: Decimal) -> Decimal | None:
        """Return how far from a limit a result still cannot be told from it; None if not known."""
        if self.uncertainty is not None:
            return self.uncertainty
        if self.uncertainty_percent is not None:
            return abs(number) * self.uncertainty_percent / 100
        return None

    def record(self) -> dict[str, Json]:
        """Return the method as a canonical record."""
        return {
            "code": self.code,
            "retests_at_most": self.retests_at_most,
            "uncertainty": None if self.uncertainty is None else str(self.uncertainty),
            "uncertainty_percent": (
                None if self.uncertainty_percent is None else str(self.uncertainty_percent)
            ),
            "words": [[word, str(number)] for word, number in self.words],
        }


NO_METHOD = Method("")


def one_side(text: str) -> Number:
    """Return the number, or the side of it, that a strategy file writes as `>300`.

    Raises:
        ValueError: the text is no number.
    """
    bound = Bound(text[0]) if text[:1] in ("<", ">") else Bound.EXACT
    return Number(Decimal(text.lstrip("<>")), bound)
