"""Curves of the equipment's readings for people: an honest minimum and maximum in each bucket."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from contracts.criterion import Criterion
from contracts.series import GOOD_MASK
from contracts.subject import Reduction

_BUCKETS = 480
_MILLISECOND = 1_000_000
_DISCRETE = frozenset({"count_true", "count_readings"})


def envelopes(table: pa.Table, criteria: Sequence[Criterion]) -> tuple[Mapping[str, Any], ...]:
    """Return one curve for each tag that some criterion asks more of than a count.

    `table` is what `expectations.series.table_of` returns. No reading is left out: a bucket shows
    the lowest and highest Good one in it, and stretches without a Good reading are named.
    """
    drawn = []
    for tag in pc.unique(table["tag"]).to_pylist():
        rows = table.filter(pc.equal(table["tag"], tag))
        characteristic = rows["characteristic"][0].as_py()
        asked = [one for one in criteria if _asks_for_a_curve(one, characteristic)]
        if asked:
            drawn.append(_envelope(tag, rows, asked))
    return tuple(drawn)


def _asks_for_a_curve(criterion: Criterion, characteristic: str) -> bool:
    subject = criterion.subject
    return (
        isinstance(subject, Reduction)
        and subject.characteristic == characteristic
        and subject.function not in _DISCRETE
    )


def _envelope(tag: str, rows: pa.Table, asked: Iterable[Criterion]) -> Mapping[str, Any]:
    times = rows["time"].to_numpy() // _MILLISECOND
    values = rows["value"].to_numpy()
    good = ((rows["status"].to_numpy() & GOOD_MASK) == 0) & np.isfinite(values)
    first, last = int(times[0]), int(times[-1])
    return {
        "tag": tag,
        "characteristic": rows["characteristic"][0].as_py(),
        "unit": rows["unit"][0].as_py(),
        "window": [first, last],
        "buckets": _buckets(times[good], values[good], first, last),
        "limits": [limit for criterion in asked for limit in _limits(criterion)],
        "not_good": _stretches(times, good),
    }


def _buckets(times: Any, values: Any, first: int, last: int) -> list[list[float]]:  # noqa: ANN401 (numpy arrays of int64 and float64)
    """Return [middle in ms, lowest, highest] of every bucket that holds a Good reading."""
    width = max(1, (last - first) // _BUCKETS + 1)
    number = (times - first) // width
    starts = np.flatnonzero(np.diff(number, prepend=-1))
    if not len(starts):
        return []
    lowest = np.minimum.reduceat(values, starts)
    highest = np.maximum.reduceat(values, starts)
    middles = first + number[starts] * width + width // 2
    return [
        [int(at), float(low), float(high)]
        for at, low, high in zip(middles, lowest, highest, strict=True)
    ]


def _stretches(times: Any, good: Any) -> list[list[int]]:  # noqa: ANN401 (numpy arrays)
    """Return [from, to] in ms of every run of readings that are not Good."""
    edges = np.flatnonzero(np.diff(good.astype(np.int8), prepend=1, append=1))
    return [
        [int(times[start]), int(times[min(end, len(times) - 1)])]
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _limits(criterion: Criterion) -> Iterable[Mapping[str, Any]]:
    subject = criterion.subject
    if not isinstance(subject, Reduction):
        return
    rule = criterion.limit.rule.record()
    ends = {
        "max": (None, rule.get("high")),
        "min": (rule.get("low"), None),
        "time_outside": (
            None if subject.low is None else str(subject.low),
            None if subject.high is None else str(subject.high),
        ),
    }
    if subject.function in ends:
        low, high = ends[subject.function]
        yield {
            "criterion": criterion.id,
            "low": low,
            "high": high,
            "words": f"{criterion.title}: {criterion.limit_in_words()}",
        }
