"""One data point as its source recorded it, with its place in a capture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Final, TypeAlias

from contracts.canonical import Json, canonical
from contracts.errors import IntegrityError
from contracts.evidence import Place, digest_of
from contracts.times import in_utc, written


class Bound(StrEnum):
    """How a laboratory's number bounds the truth: exactly, from above (`<0.5`) or from below."""

    EXACT = "="
    BELOW = "<"
    ABOVE = ">"


WIDEST: Final = 1000
"""Most digits before or after the point of a number: more are no result, and take for ever."""


@dataclass(frozen=True, slots=True)
class Number:
    """A finite decimal number, or one side of it when the source censored the result."""

    number: Decimal
    bound: Bound = Bound.EXACT

    def __post_init__(self) -> None:
        """Refuse NaN, the infinities and numbers that nobody could write out."""
        exponent = self.number.as_tuple().exponent
        if isinstance(exponent, str) or exponent < -WIDEST or self.number.adjusted() > WIDEST:
            raise IntegrityError(
                f"the number {str(self.number)[:40]}",
                expected=f"a finite number of at most {WIDEST} digits on a side of the point",
            )

    def __str__(self) -> str:
        """Return the number with its bound, as a laboratory writes it."""
        plain = format(self.number, "f")
        return plain if self.bound is Bound.EXACT else f"{self.bound.value}{plain}"


@dataclass(frozen=True, slots=True)
class Text:
    """A word or code: `No growth`, `Released`, a lot number, or a result that is no number."""

    text: str

    def __str__(self) -> str:
        """Return the words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that is itself the result, such as the end of a step."""

    moment: datetime

    def __str__(self) -> str:
        """Return the moment in UTC."""
        return written(self.moment)


@dataclass(frozen=True, slots=True)
class Awaited:
    """No result yet, but the source says that one is on its way."""

    state: str

    def __str__(self) -> str:
        """Return the source's word for the state."""
        return self.state


Value: TypeAlias = Number | Text | Moment | Awaited


def value_record(value: Value) -> dict[str, Json]:
    """Return a value as a canonical record."""
    kind = type(value).__name__.lower()
    if isinstance(value, Number):
        return {"bound": value.bound.value, "kind": kind, "number": str(value.number)}
    return {"kind": kind, "text": str(value)}


class Status(StrEnum):
    """What the source says of the result's standing."""

    PRELIMINARY = "preliminary"
    FINAL = "final"
    CORRECTED = "corrected"
    INVALIDATED = "invalidated"


class Provenance(StrEnum):
    """How the value came into its source (ALCOA+: original, attributable)."""

    INSTRUMENT = "instrument"
    INTERFACE = "interface"
    MANUAL_VERIFIED = "manual_verified"
    MANUAL_UNVERIFIED = "manual_unverified"
    TRANSCRIBED = "transcribed"
    CALCULATED = "calculated"


@dataclass(frozen=True, slots=True)
class Subject:
    """What was observed: a batch, sample, step, material lot, piece of equipment or person."""

    kind: str
    identifier: str

    def record(self) -> dict[str, Json]:
        """Return the subject as a canonical record."""
        return {"identifier": self.identifier, "kind": self.kind}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: its bytes, and for a calculated value its inputs and its recipe.

    The first place quotes the value itself; further places quote what it was calculated from or
    what qualifies it (a detection-limit sign beside a number).
    """

    places: tuple[Place, ...]
    derived_from: tuple[str, ...] = ()
    """Ids of observations, or `series:TAG[from,to]`, for a calculated value."""
    recipe: str = ""
    """How it was calculated, in one line."""

    def __post_init__(self) -> None:
        """Refuse an origin without bytes: no value without an origin."""
        if not self.places:
            raise IntegrityError("an origin without a place", expected="at least one place")

    def record(self) -> dict[str, Json]:
        """Return the origin as a canonical record."""
        return {
            "derived_from": list(self.derived_from),
            "places": [place.record() for place in self.places],
            "recipe": self.recipe,
        }


@dataclass(frozen=True)
class Observation:
    """One data point as its source recorded it, whole or not at all.

    `as_written` is the source's own text. It is empty for a value that nobody wrote: a number
    calculated from other values, whose origin quotes those instead.
    """

    batch: str
    source: str
    subject: Subject
    step: str
    """ISA-88 path: `expansion`, `expansion/sampling/day_3`, or `release_testing`."""
    characteristic: str
    as_written: str
    value: Value
    unit: str
    """UCUM code; `1` for what has no dimension. Never inferred."""
    occurred_at: datetime | None
    """When it happened in the plant, as far as the source says."""
    recorded_at: datetime | None
    """When the source took it down."""
    captured_at: datetime
    """When we took it from the source."""
    zone: str
    """The zone in which the source writes its times."""
    recorded_by: str
    instrument: str
    status: Status
    provenance: Provenance
    origin: Origin
    source_key: str = ""
    """The source's own key of the record (a LIMS uid, an EntryID)."""
    retest_of: str = ""
    """The source key of the result this one repeats."""
    supersedes: str = ""
    """The source key of the record this one replaces."""
    reason: str = ""
    """Why it was corrected, invalidated or superseded, in the source's words."""
    qualifiers: tuple[tuple[str, str], ...] = field(default=())
    """Further facts the source gives about this value (method, verified by), sorted."""

    def __post_init__(self) -> None:
        """Refuse an observation without unit, subject or zone."""
        for name in ("batch", "source", "step", "characteristic", "unit", "zone"):
            if not getattr(self, name):
                raise IntegrityError(f"an observation without {name}", expected=f"its {name}")
        for moment in (self.occurred_at, self.recorded_at, self.captured_at):
            if moment is not None:
                in_utc(moment)
        if not self.as_written and self.provenance is not Provenance.CALCULATED:
            raise IntegrityError(
                f"{self.characteristic} without its source's text",
                expected="the text as written",
                where=self.origin.places[0].pointer,
            )

    @cached_property
    def id(self) -> str:
        """The observation's name: derived from everything it says and where it says it."""
        return "O-" + digest_of(canonical(self._content() | {"origin": self.origin.record()}))[:20]

    def content(self) -> Mapping[str, Json]:
        """Return what the source said, without where and when we found it.

        Two fetches of unchanged evidence have equal content, whatever volatile bytes surround it.
        """
        return self._content()

    def record(self) -> dict[str, Json]:
        """Return the whole observation as a canonical record."""
        return self._content() | {
            "captured_at": written(self.captured_at),
            "id": self.id,
            "origin": self.origin.record(),
        }

    def _content(self) -> dict[str, Json]:
        return {
            "as_written": self.as_written,
            "batch": self.batch,
            "characteristic": self.characteristic,
            "instrument": self.instrument,
            "occurred_at": written(self.occurred_at) if self.occurred_at else None,
            "provenance": self.provenance.value,
            "qualifiers": [[name, value] for name, value in self.qualifiers],
            "reason": self.reason,
            "recorded_at": written(self.recorded_at) if self.recorded_at else None,
            "recorded_by": self.recorded_by,
            "retest_of": self.retest_of,
            "source": self.source,
            "source_key": self.source_key,
            "status": self.status.value,
            "step": self.step,
            "subject": self.subject.record(),
            "supersedes": self.supersedes,
            "unit": self.unit,
            "value": value_record(self.value),
            "zone": self.zone,
        }
