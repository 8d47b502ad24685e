"""The same checks on pandas frames: stock Great Expectations in two setups, and pandera."""

import logging
import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from infra.bench.answer import NAMED, Answers, minutes
from infra.bench.batch import (
    MOST_MINUTES_OF_GAP,
    MOST_MINUTES_OUTSIDE,
    NORMAL,
    WITHIN,
    Batch,
    criterion_id,
)

os.environ["GX_ANALYTICS_ENABLED"] = "false"
_MINUTE = 60 * 10**9
_LOW, _HIGH = (float(one) for one in WITHIN)


def ready() -> None:
    """Import what takes seconds before the clock starts."""
    logging.disable(logging.CRITICAL)
    import great_expectations  # noqa: F401, PLC0415 (before the clock starts)


def _frame(batch: Batch) -> pd.DataFrame:
    """Return the readings that speak, with how long each holds outside and the gap beside it.

    Columns: tag (category), time, value, row (text codes as a category), held, gap.
    """
    columns = ["tag", "time", "value", "status", "capture", "offset"]
    table = pq.read_table(batch.path, columns=columns, read_dictionary=["tag", "capture"])
    start, end = batch.ends
    inside = pc.and_(pc.greater_equal(table["time"], start), pc.less_equal(table["time"], end))
    good = pc.and_(pc.less(table["status"], 0x4000_0000), pc.is_finite(table["value"]))
    frame = table.filter(pc.and_(inside, good)).drop_columns("status").to_pandas()
    by_tag = frame.groupby("tag", observed=True)["time"]
    until = by_tag.shift(-1).fillna(end).astype("int64")
    before = by_tag.shift(1).fillna(start).astype("int64")
    outside = (frame["value"] < float(NORMAL[0])) | (frame["value"] > float(NORMAL[1]))
    frame["held"] = np.where(outside, until - frame["time"], 0)
    last = until == end
    frame["gap"] = np.where(last, np.maximum(until, 0) - frame["time"], 0)
    frame["gap"] = np.maximum(frame["gap"], frame["time"] - before)
    return frame


def row_conditions(batch: Batch) -> Answers:
    """Stock Great Expectations on one frame, each expectation with its row condition."""
    frame = _frame(batch)
    from great_expectations.expectations.row_conditions import Column  # noqa: PLC0415 (seconds)

    found = Answers()
    wanted = [
        (tag, one)
        for tag in batch.names()
        for one in _expectations(row_condition=Column("tag") == tag)
    ]
    for (tag, _), result in zip(wanted, _run(frame, [one for _, one in wanted]), strict=True):
        _note(found, tag, result)
    return found


def split(batch: Batch) -> Answers:
    """Stock Great Expectations, a frame for each tag."""
    found = Answers()
    for tag, own in _frame(batch).groupby("tag", observed=True):
        for result in _run(own, list(_expectations())):
            _note(found, str(tag), result)
    return found


def _expectations(**said: Any) -> Iterator[Any]:  # noqa: ANN401 (a row condition, if any)
    import great_expectations.expectations as gxe  # noqa: PLC0415 (takes seconds)

    yield gxe.ExpectColumnValuesToBeBetween(
        column="value",
        min_value=_LOW,
        max_value=_HIGH,
        meta={"function": "readings_outside"},
        **said,
    )
    yield gxe.ExpectColumnMaxToBeBetween(
        column="value", max_value=_HIGH, meta={"function": "max"}, **said
    )
    yield gxe.ExpectColumnMinToBeBetween(
        column="value", min_value=_LOW, meta={"function": "min"}, **said
    )
    yield gxe.ExpectColumnSumToBeBetween(
        column="held",
        max_value=MOST_MINUTES_OUTSIDE * _MINUTE,
        meta={"function": "time_outside"},
        **said,
    )
    yield gxe.ExpectColumnMaxToBeBetween(
        column="gap",
        max_value=MOST_MINUTES_OF_GAP * _MINUTE,
        meta={"function": "longest_gap"},
        **said,
    )


def _run(frame: pd.DataFrame, expectations: list[Any]) -> list[Any]:
    import great_expectations as gx  # noqa: PLC0415 (takes seconds)
    from great_expectations.data_context.types.base import (  # noqa: PLC0415 (takes seconds)
        ProgressBarsConfig,
    )

    for number, one in enumerate(expectations):
        one.meta["number"] = number
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("readings").add_dataframe_asset("readings")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(gx.ExpectationSuite(name="readings", expectations=expectations))
    definition = gx.ValidationDefinition(name="readings", data=whole, suite=suite)
    context.validation_definitions.add(definition)
    outcome = definition.run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "SUMMARY",
            "partial_unexpected_count": NAMED,
            "unexpected_index_column_names": ["capture", "offset"],
        },
    )
    return sorted(outcome.results, key=lambda one: int(one.expectation_config.meta["number"]))


def _note(found: Answers, tag: str, result: Any) -> None:  # noqa: ANN401 (untyped results)
    function = result.expectation_config.meta["function"]
    name, said = criterion_id(tag, function), result.result
    if function == "readings_outside":
        found.judged(tag, function, Decimal(said["unexpected_count"]))
        if said["unexpected_count"]:
            rows = said["partial_unexpected_index_list"][:NAMED]
            found.rows[name] = [f"{one['capture']}@{one['offset']}" for one in rows]
    elif function in {"max", "min"}:
        found.judged(tag, function, Decimal(repr(float(said["observed_value"]))))
    else:
        found.judged(tag, function, minutes(int(said["observed_value"])))
    found.met[name] = bool(result.success)


def pandera(batch: Batch) -> Answers:
    """Pandera, a frame for each tag, all failures gathered. It gives no numbers."""
    checks = {
        "readings_outside": ("value", pa.Check.in_range(_LOW, _HIGH, name="readings_outside")),
        "max": ("value", _whole("max", lambda one: one.max() <= _HIGH)),
        "min": ("value", _whole("min", lambda one: one.min() >= _LOW)),
        "time_outside": (
            "held",
            _whole("time_outside", lambda one: one.sum() <= MOST_MINUTES_OUTSIDE * _MINUTE),
        ),
        "longest_gap": (
            "gap",
            _whole("longest_gap", lambda one: one.max() <= MOST_MINUTES_OF_GAP * _MINUTE),
        ),
    }
    schema = pa.DataFrameSchema(
        {
            column: pa.Column(checks=[check for own, check in checks.values() if own == column])
            for column in ("value", "held", "gap")
        }
    )
    found = Answers()
    for tag, own in _frame(batch).groupby("tag", observed=True):
        failed: set[str] = set()
        try:
            schema.validate(own, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases
            failed = {
                next(name for name in checks if name in str(one))
                if "in_range" not in str(one)
                else "readings_outside"
                for one in cases["check"]
            }
            outside = cases[cases["column"].eq("value") & cases["index"].notna()]
            first = own.loc[outside["index"].astype("int64").sort_values()[:NAMED]]
            if len(first):
                rows = zip(first["capture"], first["offset"], strict=True)
                name = criterion_id(str(tag), "readings_outside")
                found.rows[name] = [f"{capture}@{offset}" for capture, offset in rows]
        for function in checks:
            found.met[criterion_id(str(tag), function)] = function not in failed
    return found


def _whole(name: str, holds: Any) -> Any:  # noqa: ANN401 (pandera's own types)
    return pa.Check(lambda one: bool(holds(one)), name=name, error=name)
