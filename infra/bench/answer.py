"""What every contestant of the benchmark has to answer, so that all can be compared."""

from dataclasses import dataclass, field
from decimal import ROUND_05UP, Decimal

from infra.bench.batch import criterion_id, limit_of

NAMED = 20
"""How many failing rows of a criterion are named: the first ones in time."""


@dataclass
class Answers:
    """One contestant's answers, by criterion id."""

    met: dict[str, bool] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """As text: a reading's own, a count, minutes to four places. If it has them."""
    rows: dict[str, list[str]] = field(default_factory=dict)
    """Of each criterion on all readings that is not met: the rows, as `capture@offset`."""

    def judged(self, tag: str, function: str, number: Decimal) -> None:
        """Add a number and what follows from it."""
        limit, name = limit_of(function), criterion_id(tag, function)
        low_held = limit.low is None or number >= limit.low
        self.met[name] = low_held and (limit.high is None or number <= limit.high)
        self.numbers[name] = plain(number)

    def record(self) -> dict[str, object]:
        """Return the answers as they go from process to process."""
        return {"met": self.met, "numbers": self.numbers, "rows": self.rows}


def plain(number: Decimal) -> str:
    """Return a number as text without zeros that say nothing."""
    text = f"{number.quantize(Decimal('0.000001')):f}"
    return text.rstrip("0").rstrip(".")


def minutes(nanoseconds: int) -> Decimal:
    """Return nanoseconds in minutes, to four places as the product rounds them."""
    return (Decimal(nanoseconds) / (60 * 10**9)).quantize(Decimal("0.0001"), ROUND_05UP)
