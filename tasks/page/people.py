"""Who did what, by the sources' own pseudonyms, and which values somebody typed by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.page import words
from tasks.page.facts import Fact, Facts
from tasks.page.given import Record

TYPED: Final = ("manual_unverified", "manual_verified", "transcribed")
"""The provenance classes of what a person typed, those nobody verified first."""


@dataclass(frozen=True, slots=True)
class Person:
    """A pseudonym of the sources, and what it did."""

    name: str
    performed: tuple[str, ...]
    """The unit procedures in which they performed a step."""
    recorded: int
    verified: int
    analysed: int
    where: str
    training: str
    """What the evidence says of their training; empty: nothing."""


class _Deeds:
    """What each person did. Not a value: it is counted up."""

    def __init__(self) -> None:
        self.performed: dict[str, None] = {}
        self.counts = {"recorded": 0, "verified": 0, "analysed": 0}
        self.sources: dict[str, None] = {}


def people(facts: Facts, training: Sequence[Record]) -> tuple[Person, ...]:
    """Return who performed, recorded, verified and analysed, by their pseudonyms."""
    found: dict[str, _Deeds] = {}
    for one in facts:
        if one.record["provenance"] != "calculated":
            _count(found, one)
    trained: Mapping[str, str] = {str(one["person"]): str(one["words"]) for one in training}
    return tuple(
        Person(
            name=name,
            performed=tuple(deeds.performed),
            where=", ".join(deeds.sources),
            training=trained.get(name, ""),
            **deeds.counts,
        )
        for name, deeds in sorted(found.items())
    )


def _count(found: dict[str, _Deeds], one: Fact) -> None:
    record = one.record
    source = words.source(str(record["source"]))

    def deeds(name: object) -> _Deeds:
        of = found.setdefault(str(name), _Deeds())
        of.sources[source] = None
        return of

    if record["subject"]["kind"] == "person":
        of = deeds(record["subject"]["identifier"])
        if record["characteristic"] == "performed_by":
            of.performed[words.plain(str(record["step"]).split("/", maxsplit=1)[0])] = None
        elif record["characteristic"] == "verified_by":
            of.counts["verified"] += 1
    qualifiers = dict(record["qualifiers"])
    for name, deed in (
        (record["recorded_by"], "recorded"),
        (qualifiers.get("verified_by"), "verified"),
        (qualifiers.get("analyst"), "analysed"),
    ):
        if name:
            deeds(name).counts[deed] += 1


@dataclass(frozen=True, slots=True)
class Typed:
    """The values that came in one way through somebody's hands."""

    words: str
    facts: tuple[Fact, ...]
    wanting: bool
    """Whether a reviewer should ask: nobody verified them."""


def typed(facts: Facts) -> tuple[Typed, ...]:
    """Return the values typed by hand, those nobody verified first."""
    found = {
        name: tuple(one for one in facts if one.record["provenance"] == name) for name in TYPED
    }
    return tuple(
        Typed(words.PROVENANCE[name], ones, name == "manual_unverified")
        for name, ones in found.items()
        if ones
    )
