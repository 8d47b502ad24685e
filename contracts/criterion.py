"""One criterion of the control strategy, and which of its limits are in force for a batch."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.applicability import EVERYWHERE, Applies, Context, Fit
from contracts.canonical import Json
from contracts.conversion import Conversion
from contracts.method import NO_METHOD, Method
from contracts.observation import Value
from contracts.rule import Limit, LimitKind, Range
from contracts.subject import Boundary, Observed, Subject
from contracts.words import with_unit

CRITICALITIES = ("critical", "major", "minor")
ROUNDINGS = ("", "half_up", "half_even")
"""How a result is rounded to its limit's precision before it is compared; not at all if empty."""


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
class Due:
    """By when a result is owed: a span of time after a step's boundary."""

    after: Boundary
    within: Decimal
    unit: str
    """`h` or `d`."""

    def record(self) -> dict[str, Json]:
        """Return the due time as a canonical record."""
        return {
            "after": self.after.record(),
            "unit": self.unit,
            "within": str(self.within),
        }


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
    method: Method = NO_METHOD
    unit_procedure: str = ""
    rounding: str = ""
    """One of `ROUNDINGS` (USP General Notices 7.20 rounds half up)."""
    conversions: tuple[Conversion, ...] = ()
    """Units in which the result is taken too, each with its exact way to the criterion's unit."""
    applies: Applies = EVERYWHERE
    due: Due | None = None
    late_failure: str = ""
    """What a failure means that comes after the batch was certified for its initial stage."""
    part_of: str = ""
    """The criterion of which this is one alternative: alone it speaks neither for nor against."""

    def record(self) -> dict[str, Json]:
        """Return the whole criterion as a canonical record."""
        return {
            "against": None if self.against is None else self.against.record(),
            "applies": self.applies.record(),
            "class": self.attribute_class.value,
            "conversions": [conversion.record() for conversion in self.conversions],
            "criticality": self.criticality,
            "due": None if self.due is None else self.due.record(),
            "id": self.id,
            "late_failure": self.late_failure,
            "limits": [limit.record() for limit in self.limits],
            "links": list(self.links),
            "message": self.message,
            "method": self.method.record(),
            "owner": self.owner,
            "part_of": self.part_of,
            "required_for": self.required_for.value,
            "rounding": self.rounding,
            "subject": self.subject.record(),
            "title": self.title,
            "unit": self.unit,
            "unit_procedure": self.unit_procedure,
        }

    def on(self, day: date, context: Context | None = None) -> "Criterion | None":
        """Return the criterion with the limits in force for a batch, or None if none blocks.

        Of each kind and applicability the latest limit holds that began by that day and has not
        ended. With a `context` only those are kept that fit it, one a kind: a limit that names what
        it applies to goes before one that applies everywhere. Where the context does not tell, all
        of them stay, and `obstacle` says why nothing can be judged.
        """
        newest: dict[tuple[LimitKind, Applies], Limit] = {}
        for limit in sorted(self.limits, key=lambda one: one.effective):
            if limit.effective <= day:
                newest[limit.kind, limit.applies] = limit
        held = tuple(one for one in newest.values() if one.until is None or day <= one.until)
        if not any(one.kind.blocks for one in held):
            return None
        elsewhere = context is not None and self.applies.fits(context) is Fit.NO
        if context is None or elsewhere or self.obstacle_among(held, context):
            return replace(self, limits=held)
        return replace(self, limits=tuple(_chosen(held, context)))

    def obstacle(self, context: Context) -> str:
        """Return why no limit in force can be chosen for a batch, in words; empty if one can."""
        return self.obstacle_among(self.limits, context)

    def obstacle_among(self, limits: tuple[Limit, ...], context: Context) -> str:
        """Return the same of some limits: of those that `on` found in force."""
        if self.applies.fits(context) is Fit.NO:
            return ""
        asked = [self.applies, *(limit.applies for limit in limits)]
        open_ones = [one for one in asked if one.fits(context) is Fit.UNKNOWN]
        unknown = dict.fromkeys(name for one in open_ones for name in one.unknown(context))
        if unknown:
            words = " and ".join(name.replace("_", " ") for name in unknown)
            return f"the {words} of this batch is not on record"
        blocking = [one for one in limits if one.kind.blocks]
        fitting = {one.kind for one in blocking if one.applies.fits(context) is Fit.YES}
        if not fitting:
            names = dict.fromkeys(name for one in blocking for name, _ in one.applies.to)
            told = [f"{one.replace('_', ' ')} {context[one]}" for one in names if one in context]
            return f"no limit is set for {', '.join(told) or 'anything but a warning'}"
        if len(fitting) > 1:
            kinds = " and a ".join(one.in_words() for one in sorted(fitting))
            return f"a {kinds} are in force, and only one can decide"
        return ""

    def by_kind(self) -> Iterator["Criterion"]:
        """Yield the criterion once for each of its limits, the blocking one first.

        The one that blocks keeps the criterion's name; another is named for its kind, and where no
        variant of its kind was chosen yet for what it applies to: `IPC-VIA-002/alert`,
        `CQA-DOS-001@cohort adult`.
        """
        ordered = sorted(self.limits, key=lambda one: not one.kind.blocks)
        names = [self.id if one.kind.blocks else f"{self.id}/{one.kind}" for one in ordered]
        for name, limit in zip(names, ordered, strict=True):
            several = names.count(name) > 1 and limit.applies.to
            variant = f"@{limit.applies.in_words()}" if several else ""
            yield replace(self, id=name + variant, limits=(limit,))

    @property
    def limit(self) -> Limit:
        """The limit that blocks, of a criterion taken for a batch."""
        return next((one for one in self.limits if one.kind.blocks), self.limits[0])

    def reading_of(self, value: Value) -> Value:
        """Return what a value is judged as: where numbers are asked, the method's words are some.

        See `Method.reading_of`.
        """
        return self.method.reading_of(value) if isinstance(self.limit.rule, Range) else value

    @property
    def weight(self) -> tuple[int, int]:
        """Where the criterion stands when a person has time for one: lower comes first."""
        return (
            CRITICALITIES.index(self.criticality),
            list(AttributeClass).index(self.attribute_class),
        )

    def limit_in_words(self) -> str:
        """Return the blocking limit in force with its unit; each variant if none was chosen."""
        blocking = [one for one in self.limits if one.kind.blocks] or [self.limit]
        if len(blocking) == 1:
            return self.in_words(blocking[0])
        return "; ".join(f"{self.in_words(one)} ({one.applies.in_words()})" for one in blocking)

    def in_words(self, limit: Limit) -> str:
        """Return one of the limits with the unit."""
        words = limit.rule.in_words()
        return with_unit(words, self.unit) if isinstance(limit.rule, Range) else words


def _chosen(limits: tuple[Limit, ...], context: Context) -> Iterator[Limit]:
    """Yield one limit a kind: the one whose applicability says most of those that fit."""
    for kind in LimitKind:
        fitting = [
            one for one in limits if one.kind is kind and one.applies.fits(context) is Fit.YES
        ]
        if fitting:
            yield max(fitting, key=lambda one: (len(one.applies.to), one.effective))
