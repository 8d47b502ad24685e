"""What is put to the judges: a criterion, and every point of evidence it speaks about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from contracts.criterion import Agrees, Count, Criterion, Elapsed, Observed, Reduction
from contracts.observation import Awaited, Observation, Status
from contracts.reading import Quarantine


class Answer(StrEnum):
    """What a judge says of one point."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_EVALUABLE = "not_evaluable"


@dataclass(frozen=True, slots=True)
class Point:
    """One observation to judge, with the other record's observation where two must agree."""

    observation: Observation
    other: Observation | None = None

    @property
    def id(self) -> str:
        """The point's name within its criterion."""
        if self.other is None:
            return self.observation.id
        return f"{self.observation.id}~{self.other.id}"


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion in force, the points to judge it on, and what stands beside them."""

    criterion: Criterion
    points: tuple[Point, ...]
    awaited: tuple[Observation, ...] = ()
    """Results that the source announces but does not have yet."""
    set_aside: tuple[Observation, ...] = ()
    """Results that the source itself invalidated: shown, not judged."""
    obstacle: str = ""
    """Why nothing can be judged, in words, when a source is in quarantine."""


Answers: TypeAlias = Mapping[tuple[str, str], Answer]
"""Answers by (criterion id, point id)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read for a batch, and what could not be read."""

    observations: tuple[Observation, ...]
    derived: Mapping[str, Observation]
    """Calculated observations by the id of the criterion that asked for them."""
    quarantines: tuple[Quarantine, ...] = ()


def questions(criteria: Sequence[Criterion], evidence: Evidence) -> tuple[Question, ...]:
    """Return one question for each criterion in force, in the strategy's order, none left out."""
    return tuple(_question(criterion, evidence) for criterion in criteria)


def _question(criterion: Criterion, evidence: Evidence) -> Question:
    obstacle = _obstacle(criterion, evidence.quarantines)
    if obstacle:
        return Question(criterion, (), obstacle=obstacle)
    if not isinstance(criterion.subject, Observed):
        derived = evidence.derived.get(criterion.id)
        return Question(criterion, () if derived is None else (Point(derived),))
    found = tuple(selected(criterion.subject, evidence.observations))
    live = tuple(one for one in found if one.status is not Status.INVALIDATED)
    return Question(
        criterion,
        points=tuple(_points(criterion, live, evidence.observations)),
        awaited=tuple(one for one in live if isinstance(one.value, Awaited)),
        set_aside=tuple(one for one in found if one.status is Status.INVALIDATED),
    )


def selected(subject: Observed, observations: Iterable[Observation]) -> Iterable[Observation]:
    """Yield the observations that a selection speaks about, in their order."""
    for one in observations:
        if subject.covers(one.source, one.characteristic, one.step):
            yield one


def _points(
    criterion: Criterion, live: Sequence[Observation], everything: Sequence[Observation]
) -> Iterable[Point]:
    results = [one for one in live if not isinstance(one.value, Awaited)]
    if not isinstance(criterion.limit.rule, Agrees) or criterion.against is None:
        yield from (Point(one) for one in results)
        return
    others = [
        other
        for other in selected(criterion.against, everything)
        if other.status is not Status.INVALIDATED and not isinstance(other.value, Awaited)
    ]
    yield from (Point(one, other) for one in results for other in others)


def sources_of(criterion: Criterion) -> tuple[str, ...]:
    """Return the names of the sources a criterion cannot be judged without."""
    match criterion.subject:
        case Observed(source=source):
            other = () if criterion.against is None else (criterion.against.source,)
            return (source, *other)
        case Count(observed):
            return (observed.source,)
        case Elapsed():
            return ("batch_record",)
        case Reduction():
            return ("equipment", "batch_record")


def _obstacle(criterion: Criterion, quarantines: Iterable[Quarantine]) -> str:
    needed = sources_of(criterion)
    return "; ".join(one.in_words() for one in quarantines if one.source in needed)
