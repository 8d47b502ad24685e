"""What must hold of a value: the rules a limit can state, and the limits of several kinds."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from contracts.applicability import EVERYWHERE, Applies
from contracts.canonical import Json


@dataclass(frozen=True, slots=True)
class Range:
    """The number lies between two ends; an absent end does not bind."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True

    @property
    def ends(self) -> tuple[Decimal, ...]:
        """The ends that bind, the low one first."""
        return tuple(end for end in (self.low, self.high) if end is not None)

    def in_words(self) -> str:
        """Return the range as a filing writes it: `≥ 80.0`, `2.0 to 8.0`, `> 0 and < 5.0`."""
        low_sign = "≥" if self.low_inclusive else ">"
        high_sign = "≤" if self.high_inclusive else "<"
        if self.low is not None and self.high is not None:
            if self.low_inclusive and self.high_inclusive:
                return f"{self.low} to {self.high}" if self.low != self.high else f"{self.low}"
            return f"{low_sign} {self.low} and {high_sign} {self.high}"
        return f"{low_sign} {self.low}" if self.low is not None else f"{high_sign} {self.high}"

    def record(self) -> dict[str, Json]:
        """Return the rule as a canonical record."""
        return {
            "high": None if self.high is None else str(self.high),
            "high_inclusive": self.high_inclusive,
            "low": None if self.low is None else str(self.low),
            "low_inclusive": self.low_inclusive,
            "rule": "range",
        }


@dataclass(frozen=True, slots=True)
class OneOf:
    """The text is one of these, letter by letter.

    A result that a laboratory gives before the test has ended (`negative to date, day 10`) starts
    with the `provisional` words. It is awaited, unless it is allowed `from_day` on.
    """

    values: tuple[str, ...]
    unacceptable: tuple[str, ...] = ()
    """Words known to fail. With any named, every other word cannot be evaluated."""
    provisional: str = ""
    from_day: int | None = None

    def in_words(self) -> str:
        """Return the allowed words."""
        allowed = [f"“{value}”" for value in self.values]
        if self.from_day is not None:
            allowed.append(f"“{self.provisional}” on day {self.from_day} or later")
        return " or ".join(allowed)

    def record(self) -> dict[str, Json]:
        """Return the rule as a canonical record."""
        return {
            "from_day": self.from_day,
            "provisional": self.provisional,
            "rule": "one_of",
            "unacceptable": list(self.unacceptable),
            "values": list(self.values),
        }


@dataclass(frozen=True, slots=True)
class Present:
    """The thing was recorded, whatever it says."""

    def in_words(self) -> str:
        """Return the rule in words."""
        return "recorded"

    def record(self) -> dict[str, Json]:
        """Return the rule as a canonical record."""
        return {"rule": "present"}


@dataclass(frozen=True, slots=True)
class Agrees:
    """The text equals what another system says of the same thing, letter by letter."""

    def in_words(self) -> str:
        """Return the rule in words."""
        return "equal in both records"

    def record(self) -> dict[str, Json]:
        """Return the rule as a canonical record."""
        return {"rule": "agrees"}


Rule: TypeAlias = Range | OneOf | Present | Agrees


class LimitKind(StrEnum):
    """What a limit is for. Crossing a blocking one speaks against the batch; another is told.

    `specification` (ICH Q6A, Q6B) and `par`, the proven acceptable range (ICH Q8(R2)), block.
    `action` and `alert` limits and `nor`, the normal operating range, do not.
    """

    SPECIFICATION = "specification"
    PAR = "par"
    ACTION = "action"
    ALERT = "alert"
    NOR = "nor"

    @property
    def blocks(self) -> bool:
        """Whether crossing it makes the criterion not met."""
        return self in (LimitKind.SPECIFICATION, LimitKind.PAR)

    def in_words(self) -> str:
        """Return the kind as people say it."""
        return {"par": "proven acceptable range", "nor": "normal operating range"}.get(
            self.value, f"{self.value} limit"
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule that holds from a day on, and the document that says so: followed, never edited."""

    effective: date
    rule: Rule
    cites: str
    kind: LimitKind = LimitKind.SPECIFICATION
    until: date | None = None
    """The last day it holds; without one it holds until the next limit of its kind."""
    applies: Applies = field(default=EVERYWHERE)

    def record(self) -> dict[str, Json]:
        """Return the limit as a canonical record."""
        return {
            "applies": self.applies.record(),
            "cites": self.cites,
            "effective": self.effective.isoformat(),
            "kind": self.kind.value,
            "rule": self.rule.record(),
            "until": None if self.until is None else self.until.isoformat(),
        }
