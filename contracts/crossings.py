"""Limits that warn and do not block: alert, action and normal operating range, crossed or open."""

from collections.abc import Iterator, Sequence

from contracts.concern import Concern
from contracts.question import Answer, Answers, Question
from contracts.rule import LimitKind
from contracts.verdict import Outcome, Verdict
from contracts.words import cut, value_in_words, with_unit

_CROSSED = {
    LimitKind.ALERT: "alert limit crossed",
    LimitKind.ACTION: "action limit crossed",
    LimitKind.NOR: "outside the normal operating range",
}


def crossings(
    asked: Sequence[Question], answers: Answers, verdicts: Sequence[Verdict]
) -> Iterator[Concern]:
    """Yield every limit that is crossed, or of which it cannot be told, by a criterion that is met.

    Of a criterion that is not met the blocking limit has said enough.
    """
    met = {one.criterion for one in verdicts if one.outcome is Outcome.MET}
    for question in asked:
        if question.criterion.id in met:
            for one in question.by_kind():
                limit = one.criterion.limit
                if limit.kind in _CROSSED:
                    yield from _crossed(question.criterion.id, one, answers)


def _crossed(name: str, question: Question, answers: Answers) -> Iterator[Concern]:
    criterion, limit = question.criterion, question.criterion.limit
    for answer in (Answer.NOT_MET, Answer.NOT_EVALUABLE):
        points = [one for one in question.points if answers[criterion.id, one.id] is answer]
        if points:
            first = points[0].observation
            value = value_in_words(first)
            if points[0].value != first.value:
                value += f" (which stands for {with_unit(cut(str(points[0].value)), first.unit)})"
            others = f" ({len(points)} of {len(question.points)} values)" if len(points) > 1 else ""
            said = f"against its {limit.kind.in_words()} {criterion.in_words(limit)}"
            told = "" if answer is Answer.NOT_MET else " cannot be told"
            yield Concern(
                _CROSSED[limit.kind]
                if answer is Answer.NOT_MET
                else "warning limit cannot be told",
                f"{criterion.title}: {value} {said}{told}{others} ({limit.cites}).",
                blocking=False,
                criterion=name,
                about=tuple(one.observation.id for one in points),
            )
