"""Great Expectations as it comes: loaded and run here, and imported nowhere else."""

import functools
import gc
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from contracts.errors import JudgementError
from expectations.compiler import Compiled

if TYPE_CHECKING:
    from great_expectations.core.expectation_suite import ExpectationSuite
    from pandas import DataFrame

TABLE: Final = "points"
"""What Great Expectations calls its source and its table of points."""
_ONE_AT_A_TIME: Final = threading.RLock()
"""Great Expectations keeps its current project in one global: two runs at once would share it."""


def run(compiled: Compiled, points: "DataFrame") -> Sequence[Any]:
    """Return the raw results of a suite, run in a context that lives in memory and for this once.

    `points` is what `frame` returns. Only `judge` says what the results mean. Runs of several
    threads wait for each other.
    """
    gx = imported()
    from great_expectations.data_context.types.base import (  # noqa: PLC0415 (as `imported`)
        ProgressBarsConfig,
    )

    with _ONE_AT_A_TIME, _silence():
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(
            globally=False, metric_calculations=False
        )
        asset = context.data_sources.add_pandas(TABLE).add_dataframe_asset(TABLE)
        batch = asset.add_batch_definition_whole_dataframe(TABLE)
        suite = context.suites.add(load_suite(compiled))
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name="judgement", data=batch, suite=suite)
        )
        outcome = definition.run(
            batch_parameters={"dataframe": points}, result_format=result_format()
        )
        results: Sequence[Any] = outcome.results
        return results


def result_format() -> dict[str, Any]:
    """Return how results are asked for: every failing row, by its point. Each call its own."""
    return {
        "result_format": "COMPLETE",
        "unexpected_index_column_names": ["point"],
        "partial_unexpected_count": 20,
        "include_unexpected_rows": False,
        "map_expectation_unexpected_rows_as_dict": False,
    }


def load_suite(compiled: Compiled) -> "ExpectationSuite":
    """Return a compiled suite as Great Expectations' own object, whole.

    Raises:
        JudgementError: Great Expectations does not know one of the expectations. It would leave it
            out with no more than a line in a log.
    """
    expectation_suite = imported().ExpectationSuite
    written, name = compiled["expectations"], str(compiled["name"])
    try:
        loaded: ExpectationSuite = expectation_suite(
            **{**compiled, "meta": dict(compiled["meta"])}  # it writes its version there
        )
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


def version() -> str:
    """Return the version of the Great Expectations that is installed."""
    return str(imported().__version__)


@functools.cache
def imported() -> Any:  # noqa: ANN401 (a module has no narrower type)
    """Import Great Expectations when it is first asked for: it takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with _ONE_AT_A_TIME, _silence(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own imports: sre_constants
        import great_expectations  # noqa: PLC0415 (takes seconds, and most commands judge nothing)

        gc.freeze()  # a million objects that stay: the collector's look at them takes 0.2 s
    return great_expectations


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Great Expectations out of the log: what it has to say is read from its results.

    Only under the lock: the log's settings are everybody's.
    """
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
