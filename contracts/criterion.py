"""One criterion of the control strategy, and which of its limits is in force on a day."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from contracts.canonical import Json, canonical
from contracts.evidence import Digest, digest_of
from contracts.words import with_unit

CRITICALITIES = ("critical", "major", "minor")


class AttributeClass(StrEnum):
    """What the criterion guards (ICH Q8(R2), Q11; COI and GMP are this field's own)."""

    COI = "COI"
    CQA = "CQA"
    CPP = "CPP"
    CMA = "CMA"
    IPC = "IPC"
    GMP = "GMP"


class Stage(StrEnum):
    """The two certifications of a product whose last results come after it is needed."""

    INITIAL = "initial"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Range:
    """The number lies between two ends; an absent end does not bind."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True

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
    """The text is one of these, letter by letter."""

    values: tuple[str, ...]

    def in_words(self) -> str:
        """Return the allowed words."""
        return " or ".join(f"“{value}”" for value in self.values)

    def record(self) -> dict[str, Json]:
        """Return the rule as a canonical record."""
        return {"rule": "one_of", "values": list(self.values)}


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


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule that holds from a day on, and the document that says so: followed, never edited."""

    effective: date
    rule: Rule
    cites: str
    kind: str = "specification"

    def record(self) -> dict[str, Json]:
        """Return the limit as a canonical record."""
        return {
            "cites": self.cites,
            "effective": self.effective.isoformat(),
            "kind": self.kind,
            "rule": self.rule.record(),
        }


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
        return {"edge": self.edge, "step": self.step}


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time from one step boundary to another, from the batch record, in hours or minutes."""

    start: Boundary
    end: Boundary

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {"end": self.end.record(), "kind": "elapsed", "start": self.start.record()}


@dataclass(frozen=True, slots=True)
class Reduction:
    """A series brought down to one number over the time of a step.

    A reading that does not speak is a gap; `contracts.reading_kinds` says which do, and
    `contracts.reduction_loops` what each function computes. `low` and `high` are the range whose
    outside is counted (`time_outside`, `longest_outside`, `readings_outside`); a ramp (`ramp_rate`)
    goes from the value `start` to the value `end`.
    """

    characteristic: str
    step: str
    function: str
    low: Decimal | None = None
    high: Decimal | None = None
    start: Decimal | None = None
    end: Decimal | None = None
    uncertain: str = "gap"
    """`gap` or `speaks`: what a reading of status Uncertain is."""
    substituted: str = "gap"
    """`gap` or `speaks`: what a reading is that an operator or a server put there."""
    hold: Decimal | None = None
    """For how many minutes a reading speaks at most; what is left until the next is unknown."""

    def record(self) -> dict[str, Json]:
        """Return the derivation as a canonical record."""
        return {
            "characteristic": self.characteristic,
            "end": None if self.end is None else str(self.end),
            "function": self.function,
            "high": None if self.high is None else str(self.high),
            "hold": None if self.hold is None else str(self.hold),
            "kind": "reduction",
            "low": None if self.low is None else str(self.low),
            "start": None if self.start is None else str(self.start),
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


Subject: TypeAlias = Observed | Elapsed | Reduction | Count


@dataclass(frozen=True, slots=True)
class Criterion:
    """One acceptance criterion, with every limit it ever had."""

    id: str
    title: str
    attribute_class: AttributeClass
    criticality: str
    """`critical`, `major` or `minor`."""
    required_for: Stage
    subject: Subject
    unit: str
    """UCUM code of the value judged; `1` without dimension."""
    limits: tuple[Limit, ...]
    owner: str
    """Who owes the result, as a role."""
    message: str
    """What a reviewer reads when the criterion is not met."""
    against: Observed | None = None
    """The other record, for `agrees`."""
    links: tuple[str, ...] = ()
    """Ids of the CQAs that this criterion protects."""
    method: str = ""
    unit_procedure: str = ""

    def record(self) -> dict[str, Json]:
        """Return the whole criterion as a canonical record."""
        return {
            "against": None if self.against is None else self.against.record(),
            "class": self.attribute_class.value,
            "criticality": self.criticality,
            "id": self.id,
            "limits": [limit.record() for limit in self.limits],
            "links": list(self.links),
            "message": self.message,
            "method": self.method,
            "owner": self.owner,
            "required_for": self.required_for.value,
            "subject": self.subject.record(),
            "title": self.title,
            "unit": self.unit,
            "unit_procedure": self.unit_procedure,
        }

    def on(self, day: date) -> "Criterion | None":
        """Return the criterion with the one limit in force on a day, or None before its first."""
        past = [limit for limit in self.limits if limit.effective <= day]
        if not past:
            return None
        return replace(self, limits=(max(past, key=lambda limit: limit.effective),))

    @property
    def limit(self) -> Limit:
        """The limit in force, of a criterion taken on a day."""
        (limit,) = self.limits
        return limit

    @property
    def weight(self) -> tuple[int, int]:
        """Where the criterion stands when a person has time for one: lower comes first."""
        return (
            CRITICALITIES.index(self.criticality),
            list(AttributeClass).index(self.attribute_class),
        )

    def limit_in_words(self) -> str:
        """Return the limit in force with its unit."""
        words = self.limit.rule.in_words()
        return with_unit(words, self.unit) if isinstance(self.limit.rule, Range) else words


@dataclass(frozen=True, slots=True)
class Strategy:
    """The approved control strategy of a product: every criterion, with every dated limit."""

    product: str
    title: str
    version: str
    criteria: tuple[Criterion, ...]

    @property
    def digest(self) -> Digest:
        """The strategy's name, from everything it says."""
        return digest_of(canonical(self.record()))

    def record(self) -> dict[str, Json]:
        """Return the whole strategy as a canonical record."""
        return {
            "criteria": [criterion.record() for criterion in self.criteria],
            "product": self.product,
            "title": self.title,
            "version": self.version,
        }

    def in_force(self, day: date) -> tuple[Criterion, ...]:
        """Return the criteria in force on a day, each with its one limit, in their order."""
        return tuple(_taken_on(self.criteria, day))


def _taken_on(criteria: Iterable[Criterion], day: date) -> Iterable[Criterion]:
    for criterion in criteria:
        taken = criterion.on(day)
        if taken is not None:
            yield taken
