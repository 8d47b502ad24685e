"""Great Expectations judging on metrics that were measured for it: its judgement, not its engine.

Each expectation's own `_validate` and `_build_evr` make the result. Both are private to Great
Expectations, so they are used only in the version they were compared in (`tests/judges` holds every
field of every result against a stock run); for the rest there is the stock run itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, Final

from expectations import stock
from expectations.compiler import Compiled
from expectations.measured import Metrics, Table, measure, table

if TYPE_CHECKING:
    from pandas import DataFrame

COMPARED: Final = "1.24.1"
"""The version of Great Expectations whose results these are known to equal."""
_CORE: Final = "great_expectations.expectations.core."
"""Where the expectations live whose metrics are known."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The results of a suite, one an expectation in no order, and what went the slow way."""

    results: tuple[Any, ...]
    slow: tuple[str, ...]
    """Each expectation that a stock run judged, and why: `CQA-VIA-001/limit: ...`."""


def evaluate(compiled: Compiled, points: "DataFrame") -> Evaluated:
    """Return Great Expectations' results on a table of points, as a stock run would give them.

    `points` is what `frame` returns. Nothing is shared between calls: threads may call at once.

    Raises:
        JudgementError: Great Expectations does not load the suite.
    """
    loaded = stock.load_suite(compiled).expectations
    measurable = _measurable(points)
    results: list[Any] = []
    slow: dict[int, str] = {}
    for position, (expectation, written) in enumerate(
        zip(loaded, compiled["expectations"], strict=True)
    ):
        outcome = (
            measurable if isinstance(measurable, str) else _judged(expectation, written, measurable)
        )
        if isinstance(outcome, str):
            slow[position] = outcome
        else:
            results.append(outcome)
    if slow:
        rest = [compiled["expectations"][position] for position in slow]
        results += stock.run({**compiled, "expectations": rest}, points)
    return Evaluated(tuple(results), tuple(_reasons(compiled["expectations"], slow)))


def _measurable(points: "DataFrame") -> Table | str:
    installed = stock.version()
    if installed != COMPARED:
        return f"Great Expectations {installed} is installed, compared was {COMPARED}"
    return table(points)


def _judged(expectation: Any, written: Mapping[str, Any], points: Table) -> Any:  # noqa: ANN401 (as Great Expectations types them)
    """Return an expectation's result, or in words why it has to go the slow way."""
    if not type(expectation).__module__.startswith(_CORE):
        return f"{written['type']} is not Great Expectations' own"
    metrics = measure(written, points)
    if isinstance(metrics, str):
        return metrics
    try:
        return _result(expectation, metrics)
    except Exception as error:  # noqa: BLE001 (whatever it is, a stock run says it properly)
        return f"{type(error).__name__}: {error}"


def _result(expectation: Any, metrics: Metrics) -> Any:  # noqa: ANN401 (as above)
    asked = _Remembering(expectation)
    raw = asked._validate(  # noqa: SLF001 (what this module is about)
        metrics=metrics,
        runtime_configuration={"result_format": stock.result_format()},
        execution_engine=None,
    )
    result = asked._build_evr(raw)  # noqa: SLF001 (as above)
    config = result.expectation_config
    config.kwargs = {"batch_id": f"{stock.TABLE}-{stock.TABLE}", **config.kwargs}
    return result


class _Remembering:
    """An expectation that writes its configuration down once, not each time it looks at it.

    Great Expectations builds it anew some six to nine times a judgement, which is most of the cost.
    Its own functions run here, with this in the place of the expectation.
    """

    def __init__(self, expectation: Any) -> None:  # noqa: ANN401 (as above)
        self._expectation = expectation
        self.configuration = expectation.configuration

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (as above)
        function = getattr(type(self._expectation), name, None)
        if isinstance(function, FunctionType):
            return MethodType(function, self)
        return getattr(self._expectation, name)


def _reasons(written: Sequence[Mapping[str, Any]], slow: Mapping[int, str]) -> list[str]:
    named = {
        position: (written[position].get("meta") or {}).get("check", written[position]["type"])
        for position in slow
    }
    return [f"{named[position]}: {reason}" for position, reason in slow.items()]
