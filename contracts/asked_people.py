"""Answers who did what by the sources' own pseudonyms, and whether anything says they were trained.

Training records are no source yet, so nobody is ever said to be trained.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.asked import Answer, fact_of
from contracts.canonical import Json
from contracts.changes import minute
from contracts.observation import Observation, Provenance
from contracts.opened import Opened
from contracts.times import written
from contracts.words import source_in_words, step_in_words

UNTRAINED: Final = "no training record among the evidence"
"""What is said of everybody's training until training records are a source."""
_STEPS: Final = {"performed_by": "performed", "verified_by": "verified"}
"""Characteristics of a step that name a person, and what the person did."""
_VALUES: Final = {"analyst": "analysed", "verified_by": "verified values"}
"""Facts beside a value that name a person, and what the person did."""


@dataclass(slots=True)
class PersonDid:
    """A pseudonym of the sources, and everything that is on record for it."""

    person: str
    item: str
    """The first observation that names the person, to trace."""
    performed: list[str] = field(default_factory=list)
    """Steps, by their path, in the order of the record; of steps inside steps the outermost."""
    verified: list[str] = field(default_factory=list)
    """The same of steps that the person verified."""
    recorded: int = 0
    """Values taken down."""
    analysed: int = 0
    """Results of the laboratory that the person obtained."""
    checked: int = 0
    """Values that the person verified as the second person."""
    both: list[str] = field(default_factory=list)
    """What the person both did and verified: nobody else looked."""
    sources: list[str] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None
    training: str = UNTRAINED

    @property
    def words(self) -> str:
        """The line in words."""
        did = [
            _listed("performed", self.performed),
            _listed("verified", self.verified),
            _counted("took down", self.recorded, "value"),
            _counted("analysed", self.analysed, "result"),
            _counted("verified", self.checked, "value"),
        ]
        span = ""
        if self.first and self.last:
            span = f", {minute(self.first)} to {minute(self.last)}"
        own = f"; did and verified alone: {', '.join(self.both)}" if self.both else ""
        told = "; ".join(one for one in did if one) or "is named"
        return f"{self.person}: {told}{span}{own}; {self.training}"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "analysed": self.analysed,
            "both": list(self.both),
            "checked": self.checked,
            "first": written(self.first) if self.first else "",
            "last": written(self.last) if self.last else "",
            "performed": list(self.performed),
            "person": self.person,
            "recorded": self.recorded,
            "roles": list(self.roles),
            "sources": list(self.sources),
            "training": self.training,
            "verified": list(self.verified),
        }

    @property
    def roles(self) -> tuple[str, ...]:
        """What the person was in this batch, by what is on record: no role of a directory."""
        found = {
            "operator": self.performed,
            "second person": self.verified or self.checked,
            "analyst": self.analysed,
            "recorder": self.recorded,
        }
        return tuple(name for name, held in found.items() if held)


def _listed(did: str, steps: list[str]) -> str:
    return f"{did} {', '.join(map(step_in_words, steps))}" if steps else ""


def _counted(did: str, count: int, of: str) -> str:
    return f"{did} {count} {of}{'' if count == 1 else 's'}" if count else ""


def people(package: Opened) -> tuple[PersonDid, ...]:
    """Return everybody whom the sources name, by pseudonym, and what they did."""
    found: dict[str, PersonDid] = {}
    for one in package.observations.values():
        if one.provenance is not Provenance.CALCULATED:
            for person, did in _named(one):
                known = found.setdefault(person, PersonDid(person, one.id))
                _did(known, one, did)
    _both(found, package.observations.values())
    for known in found.values():
        known.performed = _outermost(known.performed)
        known.verified = _outermost(known.verified)
    return tuple(found[name] for name in sorted(found))


def _named(one: Observation) -> Iterator[tuple[str, str]]:
    """Yield each person whom an observation names, and what the person did."""
    if one.subject.kind == "person" and one.characteristic in _STEPS:
        yield one.subject.identifier, _STEPS[one.characteristic]
    if one.recorded_by:
        yield one.recorded_by, "recorded"
    for name, did in _VALUES.items():
        if person := fact_of(one, name):
            yield person, did


def _did(known: PersonDid, one: Observation, did: str) -> None:
    match did:
        case "performed":
            known.performed.append(one.step)
        case "verified":
            known.verified.append(one.step)
        case "recorded":
            known.recorded += 1
        case "analysed":
            known.analysed += 1
        case _:
            known.checked += 1
    source = source_in_words(one.source)
    if source not in known.sources:
        known.sources.append(source)
    moment = one.occurred_at or one.recorded_at
    if moment is not None:
        known.first = min(known.first or moment, moment)
        known.last = max(known.last or moment, moment)


def _outermost(steps: Iterable[str]) -> list[str]:
    """Return steps once each, without those that lie inside another one of them."""
    own = dict.fromkeys(steps)
    return [
        one for one in own if not any(one.startswith(f"{other}/") for other in own if other != one)
    ]


def _both(found: dict[str, PersonDid], observations: Iterable[Observation]) -> None:
    """Note what a person did and verified alone."""
    performed: dict[str, set[str]] = {}
    verified: dict[str, set[str]] = {}
    for one in observations:
        if one.subject.kind == "person" and one.characteristic in _STEPS:
            held = performed if one.characteristic == "performed_by" else verified
            held.setdefault(one.step, set()).add(one.subject.identifier)
        second = fact_of(one, "verified_by")
        if second and second in {one.recorded_by, fact_of(one, "analyst")}:
            about = f"{one.characteristic.replace('_', ' ')} at {step_in_words(one.step)}"
            found[second].both.append(about)
    for step, persons in verified.items():
        for person in sorted(persons & performed.get(step, set())):
            found[person].both.append(step_in_words(step))


def answer_people(package: Opened) -> Answer:
    """Return the answer: everybody by what they did, and that nothing is known of training."""
    found = people(package)
    alone = [one.person for one in found if one.both]
    notes = [
        f"trained: {UNTRAINED} for any of them; ask the site's training system",
        "persons are the ids that the sources use; who they are is in the site's own directory",
    ]
    if alone:
        notes.append(f"did and verified the same thing alone: {', '.join(alone)}")
    return Answer("people", f"{len(found)} persons are on record", found, tuple(notes))
