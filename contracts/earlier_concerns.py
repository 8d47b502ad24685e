"""What a reviewer must look at because a source said something else before."""

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.concern import Concern
from contracts.earlier import How, Otherwise
from contracts.observation import Observation
from contracts.question import Question
from contracts.set_aside import failing

_KINDS: Final = {
    How.VANISHED: "result that vanished",
    How.SILENT: "value changed without a trace",
    How.TRACED: "value changed since it was captured",
    How.READINGS: "equipment history changed",
    How.UNREAD: "earlier evidence that cannot be read",
}
_TOLD: Final = frozenset({How.TRACED, How.UNREAD})
"""What is told and does not block: the source itself says what happened, or nothing was judged."""
_FAILED: Final = "failing result changed"
FROM_EARLIER: Final = frozenset({*_KINDS.values(), _FAILED})
"""Every kind of exception that comes from earlier evidence."""


def from_earlier(
    asked: Sequence[Question], earlier: Sequence[Otherwise], observations: Sequence[Observation]
) -> Iterator[Concern]:
    """Yield one concern for everything that a source said earlier and does not say now.

    A change that the source's own audit trail tells of does not block by itself; it does where the
    value of then would not have met its criterion: no failed result is edited away.
    """
    for one in earlier:
        now = () if one.now is None else (one.now.id,)
        missed = _missed(asked, one, observations) if one.how is How.TRACED else None
        if missed is not None:
            limit = f" What was written then fails {missed.criterion.limit_in_words()}."
            yield Concern(_FAILED, one.message + limit, blocking=True, criterion="", about=now)
        else:
            blocking = one.how not in _TOLD
            yield Concern(_KINDS[one.how], one.message, blocking, criterion="", about=now)


def _missed(
    asked: Sequence[Question], one: Otherwise, observations: Sequence[Observation]
) -> Question | None:
    """Return the question that the value of then would not have met, asked of the value of now."""
    if one.then is None or one.now is None:
        return None
    known = [one.then if each.id == one.now.id else each for each in observations]
    for question in asked:
        if one.now.id in _about(question) and failing(question.criterion, one.then, known):
            return question
    return None


def _about(question: Question) -> set[str]:
    """Return the ids of the observations that a question is about, directly or by calculation."""
    judged = [point.observation for point in question.points]
    found = {one.id for one in (*judged, *question.set_aside)}
    return found.union(*(one.origin.derived_from for one in judged))
