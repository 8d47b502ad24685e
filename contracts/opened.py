"""A package's logical tables, opened: records turned back into the nouns they were written from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar, runtime_checkable

from contracts import restore, restore_strategy
from contracts.answered import Answered, answered
from contracts.canonical import Json, parse_strict
from contracts.chunks import chunked_capture
from contracts.criterion import Criterion, Stage
from contracts.environment import Fact, fact
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import Capture, Digest
from contracts.manifest import EVALUATION, table_lines, table_path
from contracts.members import Record
from contracts.observation import Observation, Provenance
from contracts.question import Evidence
from contracts.readiness import QualityException
from contracts.reading import Quarantine
from contracts.verdict import Verdict

T = TypeVar("T")
Read = Callable[[str], bytes]
"""Gives a member's bytes by its path in the package; NotFoundError if it is not there."""
Span = Callable[[str, int, int], bytes]
"""Gives up to so many bytes of a member from an offset on (path, offset, length), fewer at its end;
NotFoundError if it is not there."""


EVALUATION_MEMBERS = frozenset(
    {
        "batch",
        "context",
        "criteria_in_force",
        "criteria_judged",
        "doubts",
        "evaluation",
        "evidence",
        "in_force_on",
        "judged_at",
        "judges",
        "product",
        "readiness",
        "stage",
        "strategy",
        "strategy_title",
        "strategy_version",
        "wording",
        "zones",
    }
)


@runtime_checkable
class Recorded(Protocol):
    """A noun that knows the one record it is written as."""

    def record(self) -> Mapping[str, Json]:
        """Return the noun as a canonical record."""
        ...


@dataclass(frozen=True, slots=True)
class SeriesIndex:
    """Which capture holds which readings of a tag."""

    capture: Digest
    tag: str
    characteristic: str
    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What a package says, as nouns."""

    batch: str
    number: int
    stage: Stage
    day: date
    strategy: Digest
    in_force: int
    judged: int
    readiness: str
    zones: Mapping[str, str]
    """The zone each source writes its times in."""
    context: Mapping[str, str]
    """What is known of the batch, for limits that depend on it."""
    doubts: tuple[str, ...]
    """Where the strategy's files contradict their own examples."""
    wording: str
    """Which wording of the messages the evaluation was written with."""
    captured: tuple[Capture, ...]
    """Every capture in the order it was taken, earlier collections' among them; two askings may
    have the same bytes."""
    captures: Mapping[Digest, Capture]
    trees: Mapping[Digest, Digest]
    """By capture: the tree head over its chunks."""
    answers: tuple[Answered, ...]
    environment: tuple[Fact, ...]
    criteria: tuple[Criterion, ...]
    observations: Mapping[str, Observation]
    verdicts: Mapping[str, Verdict]
    exceptions: tuple[QualityException, ...]
    quarantines: tuple[Quarantine, ...]
    series: tuple[SeriesIndex, ...]

    def asked(self, source: str) -> tuple[Capture, ...]:
        """Return one source's captures that were judged: those of the evaluation's own round."""
        return tuple(one for one in self.captured if one.source == source and not one.earlier)

    def evidence(self) -> Evidence:
        """Return the evidence as it was put to the judges."""
        ids = {criterion.id for criterion in self.criteria}
        calculated: dict[str, tuple[Observation, ...]] = {}
        for one in self.observations.values():
            if one.provenance is Provenance.CALCULATED and one.source_key in ids:
                calculated[one.source_key] = (*calculated.get(one.source_key, ()), one)
        recorded = tuple(
            one for one in self.observations.values() if one.source_key not in calculated
        )
        return Evidence(recorded, calculated, self.quarantines, self.context)


def opened(read: Read) -> Opened:
    """Return a package's content as nouns.

    Raises:
        IntegrityError: a member is not what the format says.
        NotFoundError: a member is not there.
    """
    evaluation = parse_strict(read(EVALUATION).removesuffix(b"\n"))
    if not isinstance(evaluation, dict) or set(evaluation) != EVALUATION_MEMBERS:
        raise IntegrityError(
            "an evaluation with other members", expected="those of the format", where=EVALUATION
        )
    captures = _table(read, "captures", chunked_capture)
    observations = _table(read, "observations", restore.observation)
    verdicts = _table(read, "verdicts", restore.verdict)
    _each_once("observations", [one.id for one in observations])
    _each_once("verdicts", [one.criterion for one in verdicts])
    return restore.restored(
        "evaluation",
        lambda record: Opened(
            batch=str(record["batch"]),
            number=int(str(record["evaluation"])),
            stage=Stage(str(record["stage"])),
            day=date.fromisoformat(str(record["in_force_on"])),
            strategy=str(record["strategy"]),
            in_force=int(str(record["criteria_in_force"])),
            judged=int(str(record["criteria_judged"])),
            readiness=str(record["readiness"]),
            zones=_texts(record["zones"]),
            context=_texts(record["context"]),
            doubts=tuple(_strings(record["doubts"])),
            wording=str(record["wording"]),
            captured=tuple(one.capture for one in captures),
            captures={one.capture.digest: one.capture for one in captures},
            trees={one.capture.digest: one.tree for one in captures},
            answers=_table(read, "answers", answered),
            environment=_table(read, "environment", fact),
            criteria=_table(read, "criteria", restore_strategy.criterion),
            observations={one.id: one for one in observations},
            verdicts={one.criterion: one for one in verdicts},
            exceptions=_table(read, "exceptions", restore.quality_exception),
            quarantines=_table(read, "quarantines", restore.quarantine),
            series=_table(read, "series", _series),
        ),
        evaluation,
    )


def _texts(value: object) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError("texts by name")
    return {str(name): str(text) for name, text in value.items()}


def _strings(value: object) -> Sequence[str]:
    if not isinstance(value, list):
        raise TypeError("doubts")
    return [str(one) for one in value]


def _each_once(table: str, keys: Sequence[str]) -> None:
    if len(set(keys)) != len(keys):
        raise IntegrityError("a record that stands there twice", where=table_path(table))


def _series(record: Record) -> SeriesIndex:
    return SeriesIndex(
        capture=str(record["capture"]),
        tag=str(record["tag"]),
        characteristic=str(record["characteristic"]),
        unit=str(record["unit"]),
        count=int(str(record["count"])),
    )


def _table(read: Read, name: str, build: Callable[[Record], T]) -> tuple[T, ...]:
    found = []
    for number, line in enumerate(table_lines(read(table_path(name))), start=1):
        try:
            record = parse_strict(line)
            noun = restore.restored(name, build, record)
            found.append(_exactly(noun, record))
        except IntegrityError as error:
            raise error.at(f"{table_path(name)} line {number}") from error
    return tuple(found)


def _exactly(noun: T, record: Json) -> T:
    if isinstance(noun, Recorded) and noun.record() != record:
        raise IntegrityError("a record with other members", expected="those of the format")
    return noun


def member_of(mapping: Mapping[str, T], key: str, kind: str) -> T:
    """Return a thing by its name.

    Raises:
        NotFoundError: the package has no such thing.
    """
    if key not in mapping:
        raise NotFoundError(
            f"no {kind} called '{key[:80]}' in this package",
            expected=f"one of its {len(mapping)} {kind}s",
            move="list them in the package's page",
        )
    return mapping[key]
