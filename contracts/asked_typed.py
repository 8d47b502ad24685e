"""Answers which values were typed by hand, whether a second person verified them, and how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.asked import Answer, Resting, fact_of, resting_on, what
from contracts.canonical import Json
from contracts.changes import minute
from contracts.observation import Observation, Provenance, Status
from contracts.opened import Opened
from contracts.times import written
from contracts.words import value_in_words

WAYS: Final[Mapping[Provenance, str]] = {
    Provenance.INSTRUMENT: "read from an instrument",
    Provenance.INTERFACE: "came through an interface",
    Provenance.MANUAL_VERIFIED: "typed by hand, verified by a second person",
    Provenance.MANUAL_UNVERIFIED: "typed by hand, not verified",
    Provenance.TRANSCRIBED: "copied from another record",
    Provenance.CALCULATED: "calculated from other values",
}
BY_HAND: Final = (
    Provenance.MANUAL_UNVERIFIED,
    Provenance.TRANSCRIBED,
    Provenance.MANUAL_VERIFIED,
)
"""Those that a person typed, the ones that nobody verified first."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many values came in one way."""

    way: Provenance
    count: int
    of: int
    """How many values there are, those included that were calculated."""

    @property
    def percent(self) -> str:
        """The share with one decimal."""
        return f"{100 * self.count / self.of:.1f}"

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "count": self.count,
            "of": self.of,
            "percent": self.percent,
            "way": self.way.value,
            "words": WAYS[self.way],
        }


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A value that a person typed."""

    one: Observation
    resting: Resting

    @property
    def item(self) -> str:
        """The observation to trace."""
        return self.one.id

    @property
    def verified_by(self) -> str:
        """The second person; empty if none is on record."""
        return fact_of(self.one, "verified_by")

    @property
    def words(self) -> str:
        """The line in words."""
        by = f" by {self.one.recorded_by}" if self.one.recorded_by else " by nobody on record"
        second = f", verified by {self.verified_by}" if self.verified_by else ", verified by nobody"
        set_aside = ", set aside since" if self.one.status is Status.INVALIDATED else ""
        way = "copied" if self.one.provenance is Provenance.TRANSCRIBED else "typed"
        at = f", {minute(self.one.recorded_at)}" if self.one.recorded_at else ""
        told = f"{what(self.one)}: {value_in_words(self.one)}, {way}{by}{at}{second}{set_aside}"
        return f"{told} ({self.resting.in_words()})"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "by": self.one.recorded_by,
            "criteria": list(self.resting.ids),
            "critical": self.resting.critical,
            "provenance": self.one.provenance.value,
            "value": value_in_words(self.one),
            "verified_by": self.verified_by,
            "what": what(self.one),
            "when": written(self.one.recorded_at) if self.one.recorded_at else "",
        }


def shares(package: Opened) -> tuple[Share, ...]:
    """Return how many values came in each way; a way that none came in is left out."""
    found = [one.provenance for one in package.observations.values()]
    return tuple(Share(way, found.count(way), len(found)) for way in WAYS if way in found)


def typed_values(package: Opened) -> tuple[TypedValue, ...]:
    """Return every value that was typed by hand.

    The decision-critical ones come first, and of these the ones that nobody verified.
    """
    resting = resting_on(package)
    found = [
        TypedValue(one, resting.get(one.id, Resting()))
        for one in package.observations.values()
        if one.provenance in BY_HAND
    ]
    return tuple(
        sorted(found, key=lambda one: (one.resting.weight, BY_HAND.index(one.one.provenance)))
    )


def answer_typed(package: Opened) -> Answer:
    """Return the answer: what was typed, and the share of each way that values came in."""
    values = typed_values(package)
    told = shares(package)
    recorded = sum(one.count for one in told if one.way is not Provenance.CALCULATED)
    critical = sum(one.resting.critical for one in values)
    share = f"{100 * len(values) / recorded:.1f} %" if recorded else "none"
    return Answer(
        "typed",
        f"{len(values)} of {recorded} recorded values were typed by hand ({share}); a critical "
        f"criterion rests on {critical} of them",
        values,
        tuple(f"{WAYS[one.way]}: {one.count} ({one.percent} %)" for one in told),
    )
