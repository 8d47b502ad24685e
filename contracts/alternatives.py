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
    counts = met_alternatives(counting, {one.criterion: one for one in verdicts}, evidence)
    also_asked = questions(counting, replace(evidence, derived=counts))
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
    met = sum(one.outcome is Outcome.MET for one in members)
    settled = sum(one.outcome in (Outcome.NOT_MET, Outcome.NOT_APPLICABLE) for one in members)
    if met >= subject.at_least or len(subject.members) - settled < subject.at_least:
        return Number(Decimal(met))
    lacking = [one for one in members if one.outcome not in (Outcome.MET, Outcome.NOT_MET)]
    if all(one.outcome is Outcome.PENDING for one in lacking):
        return Awaited("; ".join(one.message for one in lacking))
    words = "; ".join(
        f"{one.criterion} is {one.outcome.value.replace('_', ' ')}" for one in lacking
    )
    return Text(words or "an alternative that is not in force")


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
