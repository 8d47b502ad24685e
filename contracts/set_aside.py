"""Results that their source set aside: whether rightly, and whether a failure hides among them.

A failing result is set aside only for an assignable cause that somebody approved (FDA,
Investigating Out-of-Specification Test Results for Pharmaceutical Production, 2022).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts import reference
from contracts.attempts import approver
from contracts.calculate import calculated
from contracts.criterion import Criterion
from contracts.observation import Observation, Status
from contracts.question import Answer, Point, Question, selected
from contracts.subject import Difference, Quotient


def hidden_failures(
    asked: Iterable[Question], observations: Sequence[Observation]
) -> dict[str, Criterion]:
    """Return what was set aside wrongly and does not meet a criterion, by its id."""
    return {
        one.id: question.criterion
        for question in asked
        for one in question.set_aside
        if not _rightly(one) and failing(question.criterion, one, observations)
    }


def lacking(one: Observation) -> str:
    """Return in words what a result lacks that was not set aside rightly."""
    return "with a reason that nobody approved" if _has_reason(one) else "without a reason"


def reason_given(one: Observation) -> str:
    """Return the reason that the source gives, or that it gives none."""
    return one.reason.rstrip(". ") if _has_reason(one) else "no reason given"


def _rightly(one: Observation) -> bool:
    """Tell whether a result has the reason it needs, and a laboratory's the approver besides.

    An entry of the batch record that was corrected has its reason in the record's own change.
    """
    return _has_reason(one) and (one.source != "lims" or bool(approver(one)))


def _has_reason(one: Observation) -> bool:
    """Tell whether somebody gave a reason in words; a dash or a full stop is none."""
    return any(sign.isalnum() for sign in one.reason)


def failing(criterion: Criterion, one: Observation, observations: Sequence[Observation]) -> bool:
    """Tell whether a result would not have met a criterion, had it been judged."""
    return any(
        reference.answer(criterion, point) is Answer.NOT_MET
        for point in _points(criterion, one, observations)
    )


def _points(
    criterion: Criterion, one: Observation, observations: Sequence[Observation]
) -> list[Point]:
    if isinstance(criterion.subject, Quotient | Difference):
        again = replace(one, status=Status.FINAL)
        known = [again if other is one else other for other in observations]
        values = calculated((criterion,), known).get(criterion.id, ())
        return [Point(value) for value in values if again.id in value.origin.derived_from]
    reading = criterion.reading_of(one.value)
    if criterion.against is None:
        return [Point(one, reading=reading)]
    return [
        Point(one, other, reading)
        for other in selected(criterion.against, observations)
        if other.status is not Status.INVALIDATED
    ]
