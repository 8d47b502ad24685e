"""From the judges' answers on single points to one verdict a criterion, in words."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from contracts.criterion import Criterion
from contracts.errors import JudgementError
from contracts.numbers import decimal_of
from contracts.observation import Bound, Number, Observation
from contracts.question import Answer, Answers, Point, Question
from contracts.reference import in_unit_of
from contracts.rounding import rounded
from contracts.rule import Agrees, Range
from contracts.times import written
from contracts.verdict import Outcome, Verdict
from contracts.words import cut, source_in_words, value_in_words, with_unit


def conclude(asked: Sequence[Question], answers: Answers) -> tuple[Verdict, ...]:
    """Return one verdict for each question, and refuse answers that nobody asked for.

    Only the limits that block decide; what the others say is drawn as exceptions.

    Raises:
        JudgementError: an answer is lacking, or there is one too many.
    """
    expected = {
        (one.criterion.id, point.id)
        for question in asked
        for one in question.by_kind()
        for point in one.points
    }
    if expected != set(answers):
        lacking, extra = len(expected - set(answers)), len(set(answers) - expected)
        raise JudgementError(
            f"{lacking} points without an answer and {extra} answers without a point",
            expected="one answer for each point",
        )
    return tuple(_verdict(question, answers) for question in asked)


def agree(reference: Answers, great_expectations: Answers) -> Answers:
    """Return the answers both judges gave.

    Raises:
        JudgementError: the two judges differ on any point. Nothing is concluded.
    """
    differing = sorted(
        key
        for key in set(reference) | set(great_expectations)
        if reference.get(key) != great_expectations.get(key)
    )
    if differing:
        criterion, point = differing[0]
        raise JudgementError(
            f"the two judges differ on {len(differing)} points, first on {criterion} ({point}): "
            f"reference {reference.get(differing[0], 'no answer')}, "
            f"Great Expectations {great_expectations.get(differing[0], 'no answer')}",
            expected="the same answer from both",
            move="the developers look; nothing was concluded for this batch",
        )
    return reference


def _verdict(question: Question, answers: Answers) -> Verdict:
    criterion = question.criterion
    if question.elsewhere:
        words = f"{criterion.title}: applies to {question.elsewhere}, not to this batch."
        return _without_points(criterion, Outcome.NOT_APPLICABLE, words, ())
    if question.obstacle:
        words = f"Nothing can be judged: {question.obstacle}."
        return _without_points(criterion, Outcome.NOT_EVALUABLE, words, ())
    return _judged(question, answers)


def _judged(question: Question, answers: Answers) -> Verdict:
    criterion = question.criterion
    by_answer: dict[Answer, list[Point]] = {kind: [] for kind in Answer}
    for point in question.points:
        by_answer[answers[criterion.id, point.id]].append(point)
    if by_answer[Answer.NOT_MET]:
        return _on_points(question, Outcome.NOT_MET, by_answer[Answer.NOT_MET])
    if by_answer[Answer.NOT_EVALUABLE]:
        return _on_points(question, Outcome.NOT_EVALUABLE, by_answer[Answer.NOT_EVALUABLE])
    if question.awaited:
        words = f"{criterion.title}: {_so_far(question.awaited[0])}. {_owes(question)}"
        return _without_points(criterion, Outcome.PENDING, words, question.awaited)
    if not question.points:
        return _without_points(
            criterion, Outcome.MISSING, _nothing_found(question), question.set_aside
        )
    return _on_points(question, Outcome.MET, list(question.points))


def _without_points(
    criterion: Criterion, outcome: Outcome, words: str, shown: Sequence[Observation]
) -> Verdict:
    return Verdict(
        criterion=criterion.id,
        outcome=outcome,
        as_written=shown[0].as_written if shown else "",
        value="",
        unit=criterion.unit,
        limit=criterion.limit_in_words(),
        message=words,
        observations=tuple(one.id for one in shown),
    )


def _on_points(question: Question, outcome: Outcome, deciding: Sequence[Point]) -> Verdict:
    criterion = question.criterion
    first = deciding[0].observation
    told = {point.id for point in deciding}
    ordered = [*deciding, *(point for point in question.points if point.id not in told)]
    return Verdict(
        criterion=criterion.id,
        outcome=outcome,
        as_written=first.as_written,
        value=str(first.value),
        unit=first.unit,
        limit=criterion.limit_in_words(),
        message=_in_words(question, outcome, deciding),
        observations=tuple(dict.fromkeys(_ids(ordered, question.set_aside))),
    )


def _ids(points: Iterable[Point], set_aside: Iterable[Observation]) -> Iterable[str]:
    for point in points:
        yield point.observation.id
        if point.other is not None:
            yield point.other.id
    for one in set_aside:
        yield one.id


def _in_words(question: Question, outcome: Outcome, deciding: Sequence[Point]) -> str:
    criterion, point = question.criterion, deciding[0]
    value = _read_as(criterion, point)
    if isinstance(criterion.limit.rule, Agrees) and point.other is not None:
        said = (
            f"the {source_in_words(point.observation.source)} says {value}, "
            f"the {source_in_words(point.other.source)} says {value_in_words(point.other)}"
        )
    else:
        count = len(question.points)
        said = f"{value} against {criterion.limit_in_words()}"
        if outcome is Outcome.MET and count > 1:
            said = f"all {count} values within {criterion.limit_in_words()}"
        elif count > 1:
            said += f" ({len(deciding)} of {count} values)"
    if outcome is Outcome.MET:
        return f"{criterion.title}: {said}."
    if outcome is Outcome.NOT_EVALUABLE:
        return f"{criterion.title}: {said} cannot be evaluated. {_owes(question)}"
    late = f" {criterion.late_failure}" if criterion.late_failure else ""
    return f"{criterion.title}: {said}. {criterion.message}{late}{_retests(question, deciding)}"


def _so_far(awaited: Observation) -> str:
    if not awaited.as_written:
        return f"it cannot be told yet: {awaited.value}"
    return f"no final result yet; the {source_in_words(awaited.source)} says “{awaited.as_written}”"


def _read_as(criterion: Criterion, point: Point) -> str:
    """Return the value of a point with what it was taken for: another unit, a rounded number."""
    observed, value = point.observation, point.value
    said = value_in_words(observed)
    if not isinstance(value, Number) or not isinstance(criterion.limit.rule, Range):
        return said
    if observed.value != value:
        said += f" (which stands for {with_unit(cut(str(value)), observed.unit)})"
    number = in_unit_of(criterion, value.number, observed.unit)
    if number is None:
        return said
    if observed.unit != criterion.unit:
        told = Number(decimal_of(number), value.bound)
        said += f", which is {with_unit(cut(str(told)), criterion.unit)}"
    if criterion.rounding and value.bound is Bound.EXACT:
        ends = criterion.limit.rule.ends
        results = {end: rounded(number, end, criterion.rounding) for end in ends}
        words = ", ".join(dict.fromkeys(_as_precise(one, end) for end, one in results.items()))
        if set(results.values()) != {number}:
            said += f", rounded {with_unit(words, criterion.unit)}"
    return said


def _as_precise(number: Fraction, end: Decimal) -> str:
    """Return a number, rounded to the precision of an end of a limit, with as many decimals."""
    places = max(0, -int(end.as_tuple().exponent))
    return f"{decimal_of(number):.{places}f}"


def _retests(question: Question, failing: Sequence[Point]) -> str:
    keys = {point.observation.source_key for point in failing}
    later = [
        point.observation
        for point in question.points
        if point.observation.retest_of and point.observation.retest_of in keys
    ]
    if not later:
        return ""
    values = ", ".join(value_in_words(one) for one in later)
    return f" A retest gave {values}; a retest never replaces a failing original."


def _nothing_found(question: Question) -> str:
    criterion = question.criterion
    if question.set_aside:
        return f"{criterion.title}: only invalidated results. {_owes(question)}"
    return f"{criterion.title}: nothing was recorded. {_owes(question)}"


def _owes(question: Question) -> str:
    if question.due is None:
        return f"{question.criterion.owner} owes it."
    return (
        f"{question.criterion.owner} owes it by {written(question.due)[:16].replace('T', ' ')} UTC."
    )
