"""The same checks in DuckDB, written directly over the same file, as well as we can write them."""

from decimal import Decimal

import duckdb

from infra.bench.answer import NAMED, Answers, minutes
from infra.bench.batch import NORMAL, WITHIN, Batch, criterion_id

_SPEAKS = """
    FROM read_parquet('{path}')
    WHERE time BETWEEN {start} AND {end} AND status >> 30 = 0 AND isfinite(value)
"""
_SIMPLE = """
    SELECT tag, count(*) FILTER (value < {low} OR value > {high}), max(value), min(value),
        count(*), avg(value)
    {speaks} GROUP BY tag
"""
_TIMED = """
    SELECT tag, count(*) FILTER (value < {low} OR value > {high}), max(value), min(value),
        sum(until - time) FILTER (value < {normal_low} OR value > {normal_high}),
        greatest(max(until - time), min(time) - {start})
    FROM (
        SELECT tag, value, time, coalesce(lead(time) OVER ({order}), {end}) AS until {speaks}
    ) GROUP BY tag
"""
_IN_FILE_ORDER = """
    SELECT tag, count(*) FILTER (value < {low} OR value > {high}), max(value), min(value),
        sum(until - time) FILTER (value < {normal_low} OR value > {normal_high}),
        greatest(max(until - time), min(time) - {start}), bool_and(until >= time)
    FROM (
        SELECT tag, value, time, CASE WHEN lead(tag) OVER () = tag THEN lead(time) OVER ()
            ELSE {end} END AS until {speaks}
    ) GROUP BY tag
"""
_ROWS = """
    SELECT tag, capture || '@' || "offset" FROM (
        SELECT tag, time, capture, "offset" {speaks} AND (value < {low} OR value > {high})
    ) QUALIFY row_number() OVER (PARTITION BY tag ORDER BY time) <= {named} ORDER BY tag, time
"""


def ready() -> None:
    """Nothing takes seconds."""


def by_window(batch: Batch) -> Answers:
    """Times and gaps by window functions over each tag in the order of time."""
    return _answers(batch, _TIMED)


def in_file_order(batch: Batch) -> Answers:
    """Times and gaps in the file's own order: a tag must stand together, its times in order."""
    return _answers(batch, _IN_FILE_ORDER)


def simple(batch: Batch) -> Answers:
    """Only what a GROUP BY can say."""
    return _answers(batch, _SIMPLE)


def _answers(batch: Batch, query: str) -> Answers:
    start, end = batch.ends
    said = {
        "low": WITHIN[0],
        "high": WITHIN[1],
        "normal_low": NORMAL[0],
        "normal_high": NORMAL[1],
        "start": start,
        "end": end,
        "named": NAMED,
        "order": "PARTITION BY tag ORDER BY time",
    }
    said["speaks"] = _SPEAKS.format(path=batch.path, **said)
    database = duckdb.connect(config={"threads": 2})
    found = Answers()
    for tag, outside, most, least, *rest in database.execute(query.format(**said)).fetchall():
        found.judged(tag, "readings_outside", Decimal(outside))
        found.judged(tag, "max", Decimal(repr(most)))
        found.judged(tag, "min", Decimal(repr(least)))
        if query is _SIMPLE:
            found.judged(tag, "count_readings", Decimal(rest[0]))
            found.judged(tag, "mean", Decimal(repr(round(rest[1], 6))))
        else:
            found.judged(tag, "time_outside", minutes(int(rest[0] or 0)))
            found.judged(tag, "longest_gap", minutes(int(rest[1])))
            if rest[2:] == [False]:
                raise ValueError(tag)
    for tag, row in database.execute(_ROWS.format(**said)).fetchall():
        found.rows.setdefault(criterion_id(tag, "readings_outside"), []).append(row)
    return found
