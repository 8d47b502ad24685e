"""Answers what else used a lot, a machine or a person: other batches, the newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.asked import Answer
from contracts.canonical import Json
from contracts.members import Record
from contracts.readiness import QualityException
from contracts.touches import Entity, Kind, entities

KINDS: Final[Mapping[Kind, str]] = {
    Kind.MATERIAL_LOT: "lot",
    Kind.EQUIPMENT: "equipment",
    Kind.PERSON: "person",
}
"""What is looked for elsewhere, and how people call it."""
NEWEST: Final = 10
"""How many other batches are named of each thing; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Use:
    """Another batch that used the same thing, by its latest evaluation."""

    batch: str
    stage: str
    evaluation: int
    readiness: str
    judged_at: str
    package: str
    """Name of the package's folder."""
    root: str

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "batch": self.batch,
            "evaluation": self.evaluation,
            "judged_at": self.judged_at,
            "package": self.package,
            "readiness": self.readiness,
            "root": self.root,
            "stage": self.stage,
        }


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A lot, a machine or a person, and which other batches used it."""

    kind: Kind
    entity: str
    exceptions: tuple[str, ...]
    """Ids of this batch's exceptions that it stands in."""
    item: str
    """An observation of this batch that carries it, to trace."""
    uses: tuple[Use, ...]
    """At most `NEWEST`, the newest first; one a batch."""
    batches: int
    """How many other batches used it."""

    @property
    def words(self) -> str:
        """The line in words."""
        of = f", of {', '.join(self.exceptions)}" if self.exceptions else ""
        named = ", ".join(f"{one.batch} ({one.readiness.replace('_', ' ')})" for one in self.uses)
        more = self.batches - len(self.uses)
        also = f" and {more} more" if more else ""
        told = f"{self.batches} other batches: {named}{also}" if self.uses else "no other batch"
        if self.batches == 1:
            told = f"1 other batch: {named}"
        return f"{KINDS[self.kind]} {self.entity}{of}: {told}"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "batches": [one.record() for one in self.uses],
            "count": self.batches,
            "exceptions": list(self.exceptions),
            "kind": self.kind.value,
            "name": self.entity,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """A thing to look for in other batches."""

    kind: Kind
    entity: str
    exceptions: tuple[str, ...]
    item: str


def asked_of(
    exceptions: Sequence[QualityException],
    observations: Iterable[Record],
    series: Iterable[Record],
) -> tuple[Asked, ...]:
    """Return the lots, machines and people that the exceptions rest on, by kind and name."""
    observed, read = tuple(observations), tuple(series)
    found: dict[Entity, tuple[list[str], str]] = {}
    for one in exceptions:
        for entity, item in entities(observed, read, one.observations).items():
            if entity[0] in KINDS:
                found.setdefault(entity, ([], item))[0].append(one.id)
    asked = [Asked(kind, name, tuple(ids), item) for (kind, name), (ids, item) in found.items()]
    return tuple(sorted(asked, key=_place))


def asked_of_all(
    exceptions: Sequence[QualityException],
    observations: Iterable[Record],
    series: Iterable[Record],
) -> tuple[Asked, ...]:
    """Return every lot, machine and person of the batch, with the exceptions that rest on it."""
    observed, read = tuple(observations), tuple(series)
    named = {(one.kind, one.entity): one for one in asked_of(exceptions, observed, read)}
    every = entities(observed, read, [str(one["id"]) for one in observed])
    for (kind, name), item in every.items():
        if kind in KINDS:
            named.setdefault((kind, name), Asked(kind, name, (), item))
    return tuple(sorted(named.values(), key=_place))


def _place(one: Asked) -> tuple[int, str]:
    return list(KINDS).index(one.kind), one.entity


def asked_for(
    entity: str, observations: Iterable[Record], series: Iterable[Record]
) -> tuple[Asked, ...]:
    """Return one thing of the batch by its name, once for each kind of thing it is."""
    observed = tuple(observations)
    names = [str(one["id"]) for one in observed]
    found = entities(observed, series, names)
    return tuple(
        Asked(kind, name, (), item)
        for (kind, name), item in sorted(found.items())
        if name == entity and kind in KINDS
    )


def answer_elsewhere(found: Sequence[Elsewhere], looked_at: int, left_out: int) -> Answer:
    """Return the answer, and among how many packages was looked."""
    used = sum(bool(one.uses) for one in found)
    notes = [f"looked at {looked_at} packages in the folder of this one"]
    if left_out:
        notes.append(f"{left_out} packages were left out: the answer may lack something")
    summary = f"{used} of {len(found)} lots, machines and people were used by other batches too"
    return Answer("elsewhere", summary, found, tuple(notes))
