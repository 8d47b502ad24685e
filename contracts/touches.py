"""What a batch's record says was used, and which verdicts rest on it: from a lot forward."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.members import Record, mapping, pairs, text, texts

OURS: Final = "batchproof"
"""Who recorded what was calculated: no person, and no instrument of the plant."""
BATCH: Final = ""
"""In place of a verdict: the batch itself was touched, whatever its verdicts rest on."""
EVERY: Final = "*"
"""In place of a verdict: every verdict of the evaluation was."""
_PERSONS: Final = ("analyst", "verified_by")
_SERIES: Final = "series:"


class Kind(StrEnum):
    """What can be asked for."""

    EQUIPMENT = "equipment"
    MATERIAL_LOT = "material_lot"
    METHOD = "method"
    PERSON = "person"
    SAMPLE = "sample"
    SOFTWARE = "software"
    STRATEGY = "strategy"


Entity = tuple[Kind, str]
_SUBJECTS: Final = {
    kind.value: kind for kind in (Kind.EQUIPMENT, Kind.MATERIAL_LOT, Kind.PERSON, Kind.SAMPLE)
}


@dataclass(frozen=True, slots=True)
class Touch:
    """A thing, and a verdict that rests on it (or `BATCH`, or `EVERY`)."""

    kind: Kind
    entity: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Said:
    """The records of a package that say what was used where."""

    evaluation: Record
    criteria: tuple[Record, ...]
    observations: tuple[Record, ...]
    verdicts: tuple[Record, ...]
    series: tuple[Record, ...]
    environment: tuple[Record, ...]
    libraries: Record
    """By name, the version that was installed."""


def touches(said: Said) -> frozenset[Touch]:
    """Return every touch in a package.

    A verdict rests on what its observations carry, and on what those carry that they were
    calculated from, down to the ones a source recorded.

    Raises:
        KeyError, TypeError, ValueError: a record has other members than the format says.
    """
    tags = {text(one, "tag"): text(one, "equipment") for one in said.series}
    by_id = {text(one, "id"): one for one in said.observations}
    carried = {name: frozenset(_carried(one, tags)) for name, one in by_id.items()}
    found = {Touch(kind, entity, BATCH) for one in carried.values() for kind, entity in one}
    found |= {Touch(kind, entity, EVERY) for kind, entity in _everywhere(said)}
    methods = {text(one, "id"): text(mapping(one["method"]), "code") for one in said.criteria}
    for verdict in said.verdicts:
        criterion = text(verdict, "criterion")
        for name in _under(texts(verdict["observations"]), by_id):
            found |= {Touch(kind, entity, criterion) for kind, entity in carried[name]}
        if methods.get(criterion):
            found.add(Touch(Kind.METHOD, methods[criterion], criterion))
            found.add(Touch(Kind.METHOD, methods[criterion], BATCH))
    return frozenset(found)


def entities(
    observations: Iterable[Record], series: Iterable[Record], names: Iterable[str]
) -> dict[Entity, str]:
    """Return what some observations carry, and what they were calculated from, in their order.

    By each thing the name of the first observation that carries it.

    Raises:
        KeyError, TypeError, ValueError: a record has other members than the format says.
    """
    tags = {text(one, "tag"): text(one, "equipment") for one in series}
    by_id = {text(one, "id"): one for one in observations}
    found: dict[Entity, str] = {}
    for name in _under(names, by_id):
        for entity in _carried(by_id[name], tags):
            found.setdefault(entity, name)
    return found


def _under(names: Iterable[str], by_id: Mapping[str, Record]) -> Iterator[str]:
    """Yield observations and all they were calculated from, each once."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in by_id and name not in seen:
            seen.add(name)
            waiting.extend(texts(mapping(by_id[name]["origin"])["derived_from"]))
            yield name


def _carried(one: Record, tags: Mapping[str, str]) -> Iterator[Entity]:
    """Yield what one observation itself carries."""
    subject = mapping(one["subject"])
    kind = _SUBJECTS.get(text(subject, "kind"))
    if kind is not None:
        yield kind, text(subject, "identifier")
    if text(one, "recorded_by") not in ("", OURS):
        yield Kind.PERSON, text(one, "recorded_by")
    if text(one, "instrument") not in ("", OURS):
        yield Kind.EQUIPMENT, text(one, "instrument")
    for name, said in pairs(one["qualifiers"]):
        if name in _PERSONS and said:
            yield Kind.PERSON, said
        elif name == "method" and said:
            yield Kind.METHOD, said
    for origin in texts(mapping(one["origin"])["derived_from"]):
        if origin.startswith(_SERIES):
            tag = origin.removeprefix(_SERIES).split("[", 1)[0]
            yield Kind.EQUIPMENT, tag
            if tag in tags:
                yield Kind.EQUIPMENT, tags[tag]


def _everywhere(said: Said) -> Iterator[Entity]:
    """Yield what every verdict rests on: the strategy, and what it was all read and judged with.

    A thing with a version is found by its name, by `name@version`, and by its digest. A suite is
    not: it is compiled from the strategy.
    """
    yield Kind.STRATEGY, text(said.evaluation, "strategy")
    yield Kind.STRATEGY, text(said.evaluation, "strategy_version")
    for library in said.libraries:
        yield Kind.SOFTWARE, library
        yield Kind.SOFTWARE, f"{library}@{text(said.libraries, library)}"
    for one in said.environment:
        if text(one, "kind") == "suite":
            continue
        kind = Kind.STRATEGY if text(one, "kind") == "strategy" else Kind.SOFTWARE
        name, version = text(one, "name"), text(one, "version")
        named = (name, f"{name}@{version}" if version else "", text(one, "sha256"))
        yield from ((kind, entity) for entity in named if entity)
