"""Criteria that are alternatives of each other: how many are met, and what that leaves open."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.calculated import Calculation, calculated_from
from contracts.conclude import conclude
from contracts.criterion import Criterion
from contracts.observation import Awaited, Number, Observation, Text, Value
from contracts.question import Answers, Evidence, Question, questions
from contracts.subject import Alternatives
from contracts.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Concluded:
    """Everything asked of a batch's evidence, what the judges answered, and the verdicts."""

    asked: tuple[Question, ...]
    answers: Answers
    verdicts: tuple[Verdict, ...]
    calculated: tuple[Observation, ...]
    """How many alternatives are met, as an observation for each criterion that counts them."""


def concluded(
    criteria: Sequence[Criterion],
    evidence: Evidence,
    judge: Callable[[Sequence[Question]], Answers],
) -> Concluded:
    """Judge single criteria first, then those that count how many of them are met.

    Questions and verdicts stand in the order of `criteria`.

    Raises:
        JudgementError: a judge left a point out, or gave an answer that nobody asked for.
    """
    single = [one for one in criteria if not isinstance(one.subject, Alternatives)]
    asked = questions(single, evidence)
    answers = judge(asked)
    verdicts = conclude(asked, answers)
    counting = [one for one in criteria if isinstance(one.subject, Alternatives)]
    known = {one.criterion: one for one in verdicts}
    counts = met_alternatives(counting, known, evidence)
    also_asked = [
        _obstructed(one, known) for one in questions(counting, replace(evidence, derived=counts))
    ]
    also = judge(also_asked)
    place = {one.id: number for number, one in enumerate(criteria)}
    return Concluded(
        asked=tuple(sorted((*asked, *also_asked), key=lambda one: place[one.criterion.id])),
        answers={**answers, **also},
        verdicts=tuple(
            sorted((*verdicts, *conclude(also_asked, also)), key=lambda one: place[one.criterion])
        ),
        calculated=tuple(one for values in counts.values() for one in values),
    )


def met_alternatives(
    criteria: Iterable[Criterion], verdicts: Mapping[str, Verdict], evidence: Evidence
) -> dict[str, tuple[Observation, ...]]:
    """Return how many of its alternatives are met, for each criterion that has a result of any.

    The number is told only where it decides: enough are met, or too few can still be. What else is
    open is awaited if the source announced it, and otherwise says which alternative is lacking.
    """
    by_id = {one.id: one for one in evidence.observations}
    for values in evidence.derived.values():
        by_id.update((one.id, one) for one in values)
    found: dict[str, tuple[Observation, ...]] = {}
    for criterion in criteria:
        if not isinstance(criterion.subject, Alternatives):
            continue
        members = [verdicts[name] for name in criterion.subject.members if name in verdicts]
        used = [by_id[name] for one in members for name in one.observations if name in by_id]
        if used:
            value = _value(criterion.subject, members)
            found[criterion.id] = (_observation(criterion, criterion.subject, used, value),)
    return found


def _value(subject: Alternatives, members: Sequence[Verdict]) -> Value:
    """Return how many are met, if that decides.

    Where all must be met, one that does not apply to the batch asks for nothing. Elsewhere it can
    never be met, and too few of the others are no failure unless one of them failed.
    """
    outcomes = [one.outcome for one in members]
    elsewhere = outcomes.count(Outcome.NOT_APPLICABLE)
    failed = outcomes.count(Outcome.NOT_MET)
    needs_all = subject.at_least == len(subject.members)
    met = outcomes.count(Outcome.MET) + (elsewhere if needs_all else 0)
    possible = len(subject.members) - failed - (0 if needs_all else elsewhere)
    if met >= subject.at_least or (failed and possible < subject.at_least):
        return Number(Decimal(met))
    lacking = [one for one in members if one.outcome in _OPEN]
    awaited = [one.message for one in lacking if one.outcome is Outcome.PENDING]
    if awaited and len(awaited) == len(lacking) and possible >= subject.at_least:
        return Awaited("; ".join(awaited))
    return Text(_in_words(lacking) or "too few of the alternatives are in force and apply")


_OPEN = (Outcome.PENDING, Outcome.MISSING, Outcome.NOT_EVALUABLE)


def _in_words(members: Iterable[Verdict]) -> str:
    return "; ".join(f"{one.criterion} is {one.outcome.value.replace('_', ' ')}" for one in members)


def _obstructed(question: Question, verdicts: Mapping[str, Verdict]) -> Question:
    """Return a question without evidence with the reason, if its alternatives have one for it."""
    subject = question.criterion.subject
    told = question.points or question.awaited or question.elsewhere or question.obstacle
    if told or not isinstance(subject, Alternatives):
        return question
    members = [verdicts[name] for name in subject.members if name in verdicts]
    stuck = [one for one in members if one.outcome is Outcome.NOT_EVALUABLE]
    return replace(question, obstacle=_in_words(stuck))


def _observation(
    criterion: Criterion, subject: Alternatives, used: Sequence[Observation], value: Value
) -> Observation:
    calculation = Calculation(
        criterion=criterion.id,
        what="number of alternatives met",
        recipe=f"how many of {', '.join(subject.members)} are met",
        unit=criterion.unit,
        step=criterion.unit_procedure or used[-1].step,
    )
    return calculated_from(used, value, calculation)
