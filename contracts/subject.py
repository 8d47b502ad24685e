"""What a criterion is about: a result as recorded, or a value calculated from others."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from contracts.canonical import Json


def decimal_text(number: Decimal | None) -> str | None:
    """Return a number as its canonical text, nothing as None."""
    return None if number is None else str(number)


@dataclass(frozen=True, slots=True)
class Observed:
    """A characteristic at a step, as one source records it. Sub-steps of the step count too."""

    source: str
    characteristic: str
    step: str

    def covers(self, source: str, characteristic: str, step: str) -> bool:
        """Tell whether something recorded there is what this speaks about."""
        return (
            source == self.source
            and characteristic == self.characteristic
            and (step == self.step or step.startswith(self.step + "/"))
        )

    def record(self) -> dict[str, Json]:
        """Return the selection as a canonical record."""
        return {
            "characteristic": self.characteristic,
            "kind": "observed",
            "source": self.source,
            "step": self.step,
        }


@dataclass(frozen=True, slots=True)
class Boundary:
    """One end of a step: `started_at` or `ended_at`."""

    step: str
    edge: str

    def record(self) -> dict[str, Json]:
        """Return the boundary as a canonical record."""
        return {"edge": self.edge, "kind": "boundary", "step": self.step}


End: TypeAlias = Boundary | Observed
"""One end of a stretch of time: a step's boundary, or a moment that a source recorded."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time from one moment to another, in a unit of time; negative if the second is earlier.

    An end that was recorded several times (the expiry of each lot used) gives several values.
    """

    start: End
    end: End

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {"end": self.end.record(), "kind": "elapsed", "start": self.start.record()}


@dataclass(frozen=True, slots=True)
class Delay:
    """How long after it happened a thing was recorded: contemporaneity (ALCOA+), in time."""

    observed: Observed

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {"kind": "delay", "observed": self.observed.record()}


@dataclass(frozen=True, slots=True)
class Reduction:
    """A series brought down to one number over the time of a step.

    Good readings speak, Bad ones are a gap; what Uncertain and substituted ones are is stated. Time
    without a reading that speaks counts as a gap.
    """

    characteristic: str
    step: str
    function: str
    """Its name in `contracts.reductions`: `max`, `time_outside`, `longest_gap`, `ramp_rate`."""
    low: Decimal | None = None
    high: Decimal | None = None
    """The range whose outside is counted, for the functions that count an outside."""
    start: Decimal | None = None
    end: Decimal | None = None
    """The values between which a ramp runs, for `ramp_rate`."""
    uncertain: str = "gap"
    """`gap` or `speaks`: what a reading of status Uncertain is."""
    substituted: str = "gap"
    """`gap` or `speaks`: what a reading is that an operator or the server put in its place."""
    hold: Decimal | None = None
    """Minutes for which a reading speaks at most; what follows is unknown and counts as outside."""

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "characteristic": self.characteristic,
            "end": decimal_text(self.end),
            "function": self.function,
            "high": decimal_text(self.high),
            "hold": decimal_text(self.hold),
            "kind": "reduction",
            "low": decimal_text(self.low),
            "start": decimal_text(self.start),
            "step": self.step,
            "substituted": self.substituted,
            "uncertain": self.uncertain,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """How many valid results of a characteristic there are: absence among several shows here."""

    observed: Observed

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {"kind": "count", "observed": self.observed.record()}


@dataclass(frozen=True, slots=True)
class Operand:
    """One factor of a calculation: a result in a unit, or a constant that the strategy cites."""

    unit: str
    observed: Observed | None = None
    constant: Decimal | None = None

    def in_words(self) -> str:
        """Return the operand as people say it."""
        if self.observed is None:
            return f"{self.constant}"
        return f"{self.observed.characteristic.replace('_', ' ')}"

    def record(self) -> dict[str, Json]:
        """Return the operand as a canonical record."""
        return {
            "constant": decimal_text(self.constant),
            "observed": None if self.observed is None else self.observed.record(),
            "unit": self.unit,
        }


@dataclass(frozen=True, slots=True)
class Quotient:
    """The product of some results divided by the product of others: a ratio, a yield, EU per kg."""

    product: tuple[Operand, ...]
    divided_by: tuple[Operand, ...] = ()
    factor: Fraction = Fraction(1)
    """From the operands' units to the criterion's unit."""

    @property
    def operands(self) -> tuple[Operand, ...]:
        """All factors, those above the line first."""
        return (*self.product, *self.divided_by)

    def in_words(self) -> str:
        """Return the formula in words."""
        above = " times ".join(one.in_words() for one in self.product)
        below = " and ".join(one.in_words() for one in self.divided_by)
        return f"{above} divided by {below}" if below else above

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "divided_by": [one.record() for one in self.divided_by],
            "factor": str(self.factor),
            "kind": "quotient",
            "product": [one.record() for one in self.product],
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """One result less another, both in units that convert to the criterion's."""

    of: Operand
    less: Operand
    of_factor: Fraction = Fraction(1)
    less_factor: Fraction = Fraction(1)

    @property
    def operands(self) -> tuple[Operand, ...]:
        """Both sides."""
        return (self.of, self.less)

    def in_words(self) -> str:
        """Return the formula in words."""
        return f"{self.of.in_words()} less {self.less.in_words()}"

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "kind": "difference",
            "less": self.less.record(),
            "less_factor": str(self.less_factor),
            "of": self.of.record(),
            "of_factor": str(self.of_factor),
        }


FORMULAS = ("mean", "median", "geometric_mean", "lowest", "highest", "sum")


@dataclass(frozen=True, slots=True)
class Reportable:
    """The reportable value of a method that measures several times (ICH Q2(R2), glossary).

    Only a method that defines its mean as the reportable value may be judged on a mean.
    """

    observed: Observed
    formula: str
    """One of `FORMULAS`."""
    replicates: int

    def in_words(self) -> str:
        """Return the formula in words."""
        name = self.observed.characteristic.replace("_", " ")
        return f"{self.formula.replace('_', ' ')} of {self.replicates} replicates of {name}"

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "formula": self.formula,
            "kind": "reportable",
            "observed": self.observed.record(),
            "replicates": self.replicates,
        }


@dataclass(frozen=True, slots=True)
class Alternatives:
    """How many of several criteria are met: all, any, or at least so many of them must be."""

    members: tuple[str, ...]
    """Ids of the criteria; alone none of them speaks for or against the batch."""
    at_least: int

    def in_words(self) -> str:
        """Return the rule in words."""
        return f"at least {self.at_least} of {', '.join(self.members)}"

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "at_least": self.at_least,
            "kind": "alternatives",
            "members": list(self.members),
        }


Subject: TypeAlias = (
    Observed
    | Elapsed
    | Delay
    | Reduction
    | Count
    | Quotient
    | Difference
    | Reportable
    | Alternatives
)
