"""The one door to Great Expectations: it answers every point, or nothing is concluded."""

import logging
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contracts.errors import BatchproofError, JudgementError
from contracts.question import Answer, Question
from expectations.compiler import (
    Compiled,
    compile_all,
    compile_suite,
    evaluable_check,
    limit_check,
)
from expectations.points import frame

if TYPE_CHECKING:
    from great_expectations.core.expectation_suite import ExpectationSuite
    from pandas import DataFrame

__all__ = ["compile_all", "compile_suite", "judge", "load_suite", "run"]

_ONE_AT_A_TIME: Final = threading.Lock()
"""Great Expectations keeps its current project in one global: two runs at once would share it."""
_RESULT_FORMAT: Final = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["point"],
}


def judge(questions: Sequence[Question]) -> dict[tuple[str, str], Answer]:
    """Answer every point of every question, by (criterion id, point id), with a suite of them all.

    A question without points has no answer here: absence is concluded, not judged, since Great
    Expectations succeeds on nothing.

    Raises:
        JudgementError: Great Expectations left a point, a criterion or an expectation out, or
            could not evaluate one.
        StrategyError: a criterion cannot be put in Great Expectations' words.
    """
    asked = [one for question in questions if question.points for one in question.by_kind()]
    if not asked:
        return {}
    compiled = compile_suite("judgement", [question.criterion for question in asked])
    with _ONE_AT_A_TIME, _silence():
        results = _results(compiled, frame(asked))
    checks = _by_check(compiled, results)
    return {key: value for one in asked for key, value in _answers(one, checks)}


def load_suite(compiled: Compiled) -> "ExpectationSuite":
    """Return a compiled suite as Great Expectations' own object, whole.

    Raises:
        JudgementError: Great Expectations does not know one of the expectations. It would leave it
            out with no more than a line in a log.
    """
    expectation_suite = _great_expectations().ExpectationSuite
    written, name = compiled["expectations"], str(compiled["name"])
    try:
        loaded: ExpectationSuite = expectation_suite(**compiled)
    except Exception as error:
        raise JudgementError(
            f"a suite that Great Expectations does not load ({type(error).__name__}: {error})",
            expected="a suite it loads",
            where=name,
        ) from error
    if len(loaded.expectations) != len(written):
        raise JudgementError(
            f"{len(loaded.expectations)} expectations loaded",
            expected=f"the {len(written)} in the suite",
            where=name,
        )
    return loaded


def _great_expectations() -> Any:  # noqa: ANN401 (a module has no narrower type)
    """Import Great Expectations when it is first asked for: it takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own imports: sre_constants
        import great_expectations  # noqa: PLC0415 (takes seconds, and most commands judge nothing)

    return great_expectations


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Great Expectations out of the log: what it has to say is read from its results."""
    logger = logging.getLogger("great_expectations")
    before, nothing = (logger.level, logger.propagate), logging.NullHandler()
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False  # some of its modules set a level of their own
    logger.addHandler(nothing)
    try:
        yield
    finally:
        logger.level, logger.propagate = before
        logger.removeHandler(nothing)


def warm_up() -> None:
    """Import Great Expectations before it is needed, for whoever has seconds to wait anyway."""
    with _silence():
        _great_expectations()


def _results(compiled: Compiled, points: "DataFrame") -> Sequence[Any]:
    """Return the results of the suite, or say that there are none."""
    try:
        return run(compiled, points)
    except BatchproofError:
        raise
    except Exception as error:
        raise JudgementError(
            f"Great Expectations broke off ({type(error).__name__}: {error})",
            expected="an answer to every point",
        ) from error


def run(compiled: Compiled, points: "DataFrame") -> Sequence[Any]:
    """Return the raw results of a suite, run in a context that lives in memory and for this once.

    `points` is what `frame` returns. Only `judge` says what the results mean.
    """
    gx = _great_expectations()
    from great_expectations.data_context.types.base import (  # noqa: PLC0415 (as above)
        ProgressBarsConfig,
    )

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("points").add_dataframe_asset("points")
    batch = asset.add_batch_definition_whole_dataframe("points")
    suite = context.suites.add(load_suite(compiled))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="judgement", data=batch, suite=suite)
    )
    outcome = definition.run(batch_parameters={"dataframe": points}, result_format=_RESULT_FORMAT)
    results: Sequence[Any] = outcome.results
    return results


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
    count: Any = said.get("element_count")
    rows: Any = said.get("unexpected_index_list")
    silent = count is None or rows is None or len(rows) != said.get("unexpected_count")
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
    for check in (evaluable, limit):
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
