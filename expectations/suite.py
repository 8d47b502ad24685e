"""The judge that is Great Expectations: it answers every point, or nothing is concluded."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.errors import BatchproofError, JudgementError
from contracts.question import Answer, Question
from expectations.compiler import (
    Compiled,
    compile_all,
    compile_suite,
    evaluable_check,
    limit_check,
    there_check,
)
from expectations.injected import Evaluated, evaluate
from expectations.points import frame
from expectations.stock import imported, load_suite, run

__all__ = ["compile_all", "compile_suite", "judge", "judgement", "load_suite", "run", "warm_up"]

_LOG: Final = logging.getLogger("batchproof.judge")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Great Expectations' answers, and what it had to judge the slow way."""

    answers: dict[tuple[str, str], Answer]
    slow: tuple[str, ...] = ()
    """Each expectation that a stock run judged, and why: `CQA-VIA-001/limit: ...`."""


def judge(questions: Sequence[Question]) -> dict[tuple[str, str], Answer]:
    """Answer every point of every question, by (criterion id, point id): see `judgement`."""
    return judgement(questions).answers


def judgement(questions: Sequence[Question]) -> Judgement:
    """Answer every point of every question, by (criterion id, point id), with a suite of them all.

    A question without points has no answer here: absence is concluded, not judged. But it is asked,
    unless a source that cannot be read stands in its way, and the expectation that there is
    something to judge must say the same. Threads may judge at once: nothing is shared.

    Raises:
        JudgementError: Great Expectations left a point, a criterion or an expectation out, or
            could not evaluate one.
        StrategyError: a criterion cannot be put in Great Expectations' words.
    """
    asked = [
        one
        for question in questions
        if question.points or not (question.obstacle or question.elsewhere)
        for one in question.by_kind()
    ]
    if not asked:
        return Judgement({})
    compiled = compile_suite("judgement", [question.criterion for question in asked])
    evaluated = _evaluated(compiled, asked)
    if evaluated.slow:
        _LOG.warning(
            "%d of %d expectations judged the slow way, by stock Great Expectations; first %s",
            len(evaluated.slow),
            len(compiled["expectations"]),
            evaluated.slow[0],
        )
    checks = _by_check(compiled, evaluated.results)
    answers = {key: value for one in asked for key, value in _answers(one, checks)}
    return Judgement(answers, evaluated.slow)


def warm_up() -> None:
    """Import Great Expectations before it is needed, for whoever has seconds to wait anyway."""
    imported()


def _evaluated(compiled: Compiled, questions: Sequence[Question]) -> Evaluated:
    """Return the results of the suite, or say that there are none."""
    try:
        return evaluate(compiled, frame(questions))
    except BatchproofError:
        raise
    except Exception as error:
        raise JudgementError(
            f"Great Expectations broke off ({type(error).__name__}: {error})",
            expected="an answer to every point",
        ) from error


@dataclass(frozen=True, slots=True)
class _Check:
    """What one expectation said: how many points it saw, and which it rejects."""

    count: int
    rejected: frozenset[str]


def _by_check(compiled: Compiled, results: Sequence[Any]) -> dict[str, _Check]:
    """Return what each expectation said, by its own name: results come in another order."""
    expected = {str(one["meta"]["check"]) for one in compiled["expectations"]}
    found: dict[str, _Check] = {}
    for result in results:
        check = str((result.expectation_config.meta or {}).get("check", ""))
        if check not in expected or check in found:
            raise JudgementError(f"an answer to “{check}”", expected="one answer a check asked for")
        found[check] = _said(check, result)
    if len(found) != len(expected):
        lacking = sorted(expected - set(found))
        raise JudgementError(f"no answer to {lacking[0]}", expected="one answer a check asked for")
    return found


def _said(check: str, result: Any) -> _Check:  # noqa: ANN401 (the results have no narrower type)
    """Return what a result says; a result that does not say it is no answer."""
    said: dict[str, Any] = result.result or {}
    counted: Any = said.get("observed_value")
    if counted is not None:
        said = {"element_count": counted, "unexpected_index_list": (), "unexpected_count": 0}
    count: Any = said.get("element_count")
    rows: Any = said.get("unexpected_index_list")
    silent = count is None or rows is None or len(rows) != said.get("unexpected_count")
    silent = silent or (counted is not None and result.success is not bool(counted))
    reasons = _raised(result.exception_info)
    if silent or reasons:
        raise JudgementError(
            f"Great Expectations could not evaluate {check} ({'; '.join(reasons) or 'no reason'})",
            expected="how many points it saw and which it rejects",
        )
    return _Check(int(count), frozenset(str(row["point"]) for row in rows))


def _raised(info: object) -> list[str]:
    """Return what went wrong inside an expectation.

    Great Expectations tells it in two shapes: one flat, or one for each of its metrics.
    """
    if not isinstance(info, Mapping):
        return []
    shapes = [info, *(one for one in info.values() if isinstance(one, Mapping))]
    return [str(one.get("exception_message")) for one in shapes if one.get("raised_exception")]


def _answers(
    question: Question, checks: Mapping[str, _Check]
) -> Iterator[tuple[tuple[str, str], Answer]]:
    criterion = question.criterion
    evaluable, limit = checks[evaluable_check(criterion)], checks[limit_check(criterion)]
    asked = {point.id for point in question.points}
    for check in (checks[there_check(criterion)], evaluable, limit):
        if check.count != len(question.points) or not check.rejected <= asked:
            raise JudgementError(
                f"Great Expectations saw {check.count} points",
                expected=f"the {len(question.points)} points of the criterion",
                where=criterion.id,
            )
    for name in asked:
        yield (criterion.id, name), _answer(name, evaluable, limit)


def _answer(point: str, evaluable: _Check, limit: _Check) -> Answer:
    if point in evaluable.rejected:
        return Answer.NOT_EVALUABLE
    return Answer.NOT_MET if point in limit.rejected else Answer.MET
