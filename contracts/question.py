"""What is put to the judges: a criterion, and every point of evidence it speaks about."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from contracts.applicability import Context, Fit
from contracts.criterion import Criterion
from contracts.observation import Awaited, Observation, Status, Text, Value
from contracts.reading import Quarantine
from contracts.rule import Agrees, OneOf
from contracts.steps import due_at
from contracts.subject import (
    Alternatives,
    Boundary,
    Count,
    Delay,
    Difference,
    Elapsed,
    Observed,
    Quotient,
    Reduction,
    Reportable,
)


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
    reading: Value | None = None
    """What the method's words stand for, where the source wrote such a word (`TNTC`)."""

    @property
    def id(self) -> str:
        """The point's name within its criterion."""
        if self.other is None:
            return self.observation.id
        return f"{self.observation.id}~{self.other.id}"

    @property
    def value(self) -> Value:
        """The value to judge."""
        return self.observation.value if self.reading is None else self.reading


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
    """Why nothing can be judged, in words: a source in quarantine, an unknown cohort."""
    elsewhere: str = ""
    """What the criterion applies to, in words, where that is not this batch."""
    due: datetime | None = None
    """By when the result is owed."""

    def by_kind(self) -> Iterator["Question"]:
        """Yield the question once for each of its criterion's limits, the blocking one first."""
        for criterion in self.criterion.by_kind():
            yield replace(self, criterion=criterion)


Answers: TypeAlias = Mapping[tuple[str, str], Answer]
"""Answers by (name of the criterion for one of its limits, point id): see `Criterion.by_kind`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was read for a batch, and what could not be read."""

    observations: tuple[Observation, ...]
    derived: Mapping[str, tuple[Observation, ...]]
    """Calculated observations by the id of the criterion that asked for them."""
    quarantines: tuple[Quarantine, ...] = ()
    context: Context | None = None
    """What is known of the batch, for limits that depend on it; None: nothing depends on it."""


def questions(criteria: Sequence[Criterion], evidence: Evidence) -> tuple[Question, ...]:
    """Return one question for each criterion in force, in the strategy's order, none left out."""
    return tuple(_question(criterion, evidence) for criterion in criteria)


def _question(criterion: Criterion, evidence: Evidence) -> Question:
    context = evidence.context or {}
    if criterion.applies.fits(context) is Fit.NO:
        return Question(criterion, (), elsewhere=criterion.applies.in_words())
    obstacle = criterion.obstacle(context) or _obstacle(criterion, evidence.quarantines)
    if obstacle:
        return Question(criterion, (), obstacle=obstacle)
    due = due_at(criterion.due, evidence.observations)
    if not isinstance(criterion.subject, Observed):
        derived = evidence.derived.get(criterion.id, ())
        return Question(
            criterion,
            points=tuple(Point(one) for one in derived if not isinstance(one.value, Awaited)),
            awaited=tuple(one for one in derived if isinstance(one.value, Awaited)),
            set_aside=tuple(_set_aside(criterion, evidence.observations)),
            due=due,
        )
    found = tuple(selected(criterion.subject, evidence.observations))
    live = tuple(one for one in found if one.status is not Status.INVALIDATED)
    awaited = tuple(one for one in live if is_awaited(criterion, one))
    return Question(
        criterion,
        points=tuple(_points(criterion, live, evidence.observations)),
        awaited=awaited,
        set_aside=tuple(one for one in found if one.status is Status.INVALIDATED),
        due=due,
    )


def _set_aside(criterion: Criterion, observations: Sequence[Observation]) -> Iterator[Observation]:
    """Yield the results that a value would have been calculated from, had they not been invalid."""
    match criterion.subject:
        case Reportable(observed=observed):
            used = [observed]
        case Quotient(operands=operands) | Difference(operands=operands):
            used = [one.observed for one in operands if one.observed is not None]
        case _:
            used = []
    for one in dict.fromkeys(used):
        yield from (
            result for result in selected(one, observations) if result.status is Status.INVALIDATED
        )


def selected(subject: Observed, observations: Iterable[Observation]) -> Iterable[Observation]:
    """Yield the observations that a selection speaks about, in their order."""
    for one in observations:
        if subject.covers(one.source, one.characteristic, one.step):
            yield one


def is_awaited(criterion: Criterion, one: Observation) -> bool:
    """Tell whether a result is still to come.

    So is one that is only provisional (`negative to date, day 3`), unless the rule takes it from
    that day on.
    """
    rule, value = criterion.limit.rule, one.value
    if isinstance(value, Awaited):
        return True
    if not isinstance(rule, OneOf) or not isinstance(value, Text):
        return False
    day = provisional_day(rule, value.text)
    return day is not None and (rule.from_day is None or day < rule.from_day)


def provisional_day(rule: OneOf, text: str) -> int | None:
    """Return up to which day a provisional result speaks; None if it is not provisional.

    0 if it names no day, so that no `from_day` is ever reached by it. Words that the rule names one
    by one are what it says of them, and a remark after the provisional words (`negative to date,
    turbid`) is for a person to read: neither is awaited.
    """
    rest = _after_provisional(rule, text)
    named = None if rest is None else _DAY.fullmatch(rest)
    return int(named[1] or 0) if named else None


def is_remarked(rule: OneOf, text: str) -> bool:
    """Tell whether provisional words go on with a remark, which no rule can evaluate."""
    return _after_provisional(rule, text) is not None and provisional_day(rule, text) is None


_DAY = re.compile(
    r"(?:[\s,;:(]*day\s*([0-9]{1,3})(?:\s*(?:of|/)\s*[0-9]{1,3})?)?[\s).]*",
    re.ASCII | re.IGNORECASE,
)


def _after_provisional(rule: OneOf, text: str) -> str | None:
    """Return what follows the provisional words; None if the text is another one."""
    said, words = text.strip(), rule.provisional
    if not words or text in (*rule.values, *rule.unacceptable):
        return None
    return said[len(words) :] if said[: len(words)].casefold() == words.casefold() else None


def _points(
    criterion: Criterion, live: Sequence[Observation], everything: Sequence[Observation]
) -> Iterable[Point]:
    results = [one for one in live if not is_awaited(criterion, one)]
    if not isinstance(criterion.limit.rule, Agrees) or criterion.against is None:
        yield from (Point(one, reading=criterion.reading_of(one.value)) for one in results)
        return
    others = [
        other
        for other in selected(criterion.against, everything)
        if other.status is not Status.INVALIDATED and not isinstance(other.value, Awaited)
    ]
    yield from (Point(one, other) for one in results for other in others)


def sources_of(criterion: Criterion) -> tuple[str, ...]:
    """Return the names of the sources a criterion cannot be judged without, each once."""
    return tuple(dict.fromkeys(_sources(criterion)))


def _sources(criterion: Criterion) -> Iterator[str]:
    match criterion.subject:
        case Observed(source=source):
            yield source
            if criterion.against is not None:
                yield criterion.against.source
        case Count(observed) | Delay(observed) | Reportable(observed=observed):
            yield observed.source
        case Elapsed(start, end):
            yield from (
                "batch_record" if isinstance(one, Boundary) else one.source for one in (start, end)
            )
        case Reduction():
            yield from ("equipment", "batch_record")
        case Quotient(operands=operands) | Difference(operands=operands):
            yield from (one.observed.source for one in operands if one.observed is not None)
        case Alternatives():
            return


def _obstacle(criterion: Criterion, quarantines: Iterable[Quarantine]) -> str:
    needed = sources_of(criterion)
    return "; ".join(one.in_words() for one in quarantines if one.source in needed)
