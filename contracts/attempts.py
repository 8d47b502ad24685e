"""Every attempt at one result in its order, and what an out-of-specification rule says of them.

A failing result stays on record and is investigated; a retest stands beside it and never replaces
it (FDA, Investigating Out-of-Specification Test Results for Pharmaceutical Production, 2022).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts import reference
from contracts.concern import Concern
from contracts.criterion import Criterion
from contracts.observation import Observation, Status
from contracts.question import Answer, Point, Question
from contracts.subject import Reportable
from contracts.times import written
from contracts.verdict import Outcome, Verdict
from contracts.words import cut, step_in_words, value_in_words, with_unit

_RESAMPLE = "resample_of"


class AttemptKind(StrEnum):
    """How a result came about."""

    ORIGINAL = "original"
    REPEAT = "repeat"
    """After an attempt that its laboratory invalidated."""
    RETEST = "retest"
    """Of the same sample, while the earlier result stands."""
    RESAMPLE = "resample"
    INVALIDATED = "invalidated"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a result."""

    kind: AttemptKind
    observation: Observation

    def in_words(self) -> str:
        """Return the attempt as a line of a history: what it was, its value, its cause."""
        one = self.observation
        told = f"{self.kind.value}: {value_in_words(one)}"
        if self.kind is not AttemptKind.INVALIDATED:
            return told
        cause = one.reason.rstrip(". ") or "no assignable cause given"
        by = approver(one)
        return f"{told} ({cause}; {f'approved by {by}' if by else 'approved by nobody'})"


def approver(one: Observation) -> str:
    """Return who approved that a result was set aside, as far as its source says."""
    return dict(one.qualifiers).get("verified_by", "")


def attempts(results: Iterable[Observation]) -> tuple[Attempt, ...]:
    """Return every attempt in its order: each after the one that it repeats, and as recorded."""
    known = list(results)
    by_key = {one.source_key: one for one in known if one.source_key}
    ordered = sorted(known, key=lambda one: (len(list(_repeated(one, by_key))), _moment(one)))
    return tuple(Attempt(_kind(one, by_key), one) for one in ordered)


def retests_before(one: Observation, by_key: Mapping[str, Observation]) -> int:
    """Return in which round of retests a result was made: 0 for an original or its repeat."""
    return sum(
        before is None or before.status is not Status.INVALIDATED
        for before in _repeated(one, by_key)
    )


def _repeated(one: Observation, by_key: Mapping[str, Observation]) -> Iterator[Observation | None]:
    """Yield what a result repeats, what that repeats, and so on; None is not on record."""
    seen = {one.source_key}
    before: Observation | None = one
    while before is not None and before.retest_of and before.retest_of not in seen:
        seen.add(before.retest_of)
        before = by_key.get(before.retest_of)
        yield before


def _moment(one: Observation) -> str:
    return written(one.recorded_at) if one.recorded_at else ""


def _kind(one: Observation, by_key: Mapping[str, Observation]) -> AttemptKind:
    if one.status is Status.INVALIDATED:
        return AttemptKind.INVALIDATED
    if _RESAMPLE in dict(one.qualifiers):
        return AttemptKind.RESAMPLE
    if not one.retest_of:
        return AttemptKind.ORIGINAL
    before = by_key.get(one.retest_of)
    repeats = before is not None and before.status is Status.INVALIDATED
    return AttemptKind.REPEAT if repeats else AttemptKind.RETEST


def concerns(
    asked: Sequence[Question], verdicts: Sequence[Verdict], observations: Sequence[Observation]
) -> Iterator[Concern]:
    """Yield too many retests, failures hidden in a mean, and results close to their limit."""
    outcomes = {one.criterion: one.outcome for one in verdicts}
    by_id = {one.id: one for one in observations}
    for question in asked:
        yield from _too_many(question, by_id)
        if outcomes.get(question.criterion.id) is Outcome.MET:
            yield from _hidden_by_mean(question, by_id)
        yield from _in_guard_band(question)


def _too_many(question: Question, by_id: Mapping[str, Observation]) -> Iterator[Concern]:
    method = question.criterion.method
    if method.retests_at_most is None:
        return
    again = list(_retests(question, by_id))
    for subject in dict.fromkeys(one.subject for one in again):
        own = [one for one in again if one.subject == subject]
        if len(own) > method.retests_at_most:
            yield Concern(
                "more retests than the method allows",
                f"{question.criterion.title}: {len(own)} retests, and the method {method.code} "
                f"allows {method.retests_at_most}. No retest replaces the original.",
                blocking=True,
                criterion=question.criterion.id,
                about=tuple(one.id for one in own),
            )


def _retests(question: Question, by_id: Mapping[str, Observation]) -> Iterator[Observation]:
    """Yield every retest; of a value with replicates one for each round of them."""
    if not isinstance(question.criterion.subject, Reportable):
        made = [*(point.observation for point in question.points), *question.set_aside]
        yield from (one.observation for one in attempts(made) if one.kind is AttemptKind.RETEST)
        return
    for point in question.points:
        used = [*_replicates(point, by_id), *question.set_aside]
        kinds = {one.observation.id: one.kind for one in attempts(used)}
        if any(kinds[one.id] is AttemptKind.RETEST for one in _replicates(point, by_id)):
            yield point.observation


def _replicates(point: Point, by_id: Mapping[str, Observation]) -> list[Observation]:
    return [by_id[name] for name in point.observation.origin.derived_from if name in by_id]


def _hidden_by_mean(question: Question, by_id: Mapping[str, Observation]) -> Iterator[Concern]:
    criterion = question.criterion
    if not isinstance(criterion.subject, Reportable) or criterion.subject.formula == "sum":
        return
    for point in question.points:
        used = _replicates(point, by_id)
        failing = [one for one in used if _answer(criterion, one) is Answer.NOT_MET]
        if failing:
            values = ", ".join(value_in_words(one) for one in failing)
            formula = criterion.subject.formula.replace("_", " ")
            yield Concern(
                "averaging hides a failing result",
                f"{criterion.title}: the {formula} meets {criterion.limit_in_words()}, but "
                f"{values} does not. A person says whether the method allows it.",
                blocking=True,
                criterion=criterion.id,
                about=(point.observation.id, *(one.id for one in failing)),
            )


def _answer(criterion: Criterion, one: Observation) -> Answer:
    return reference.answer(criterion, Point(one, reading=criterion.reading_of(one.value)))


def _in_guard_band(question: Question) -> Iterator[Concern]:
    criterion = question.criterion
    for point in question.points:
        close = reference.inside_guard_band(criterion, point)
        if close is not None:
            end, band = close
            one = point.observation
            yield Concern(
                "inside the guard band of its limit",
                f"{criterion.title} at {step_in_words(one.step)}: "
                f"{value_in_words(one)} lies within the expanded uncertainty of "
                f"{criterion.method.code} (± {with_unit(cut(str(band)), criterion.unit)}) of the "
                f"limit {with_unit(str(end), criterion.unit)}: the true value may lie on its other "
                "side.",
                blocking=False,
                criterion=criterion.id,
                about=(one.id,),
            )
