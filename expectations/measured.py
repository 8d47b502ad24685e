"""What Great Expectations has to know of the points before it judges, measured in one pass.

Great Expectations' own `Expectation._validate` judges on metrics. Stock, it works each of them out
by filtering the whole table again for each expectation; here the rows are grouped by criterion
once. What is not measured here is said in words, and stock Great Expectations does it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame, Series

Metrics: TypeAlias = dict[str, Any]
"""Metrics by Great Expectations' names, as its pandas engine gives them with `COMPLETE` results."""

_SHOWN: Final = 200
"""Most values of `unexpected_list`: Great Expectations' `MAX_RESULT_RECORDS`."""
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/@,+-]*")
"""Ids that pandas' query language, in which Great Expectations filters, reads as they stand."""
_COMMON: Final = frozenset({"row_condition"})
_ENDS: Final = frozenset({"min_value", "max_value", "strict_min", "strict_max"})
_ARGUMENTS: Final[Mapping[str, frozenset[str]]] = {
    "expect_table_row_count_to_be_between": _COMMON | _ENDS,
    "expect_column_values_to_not_be_null": _COMMON | {"column"},
    "expect_column_values_to_be_between": _COMMON | _ENDS | {"column"},
    "expect_column_values_to_be_in_set": _COMMON | {"column", "value_set"},
    "expect_column_pair_values_to_be_equal": _COMMON | {"column_A", "column_B", "ignore_row_if"},
}
"""The kinds of expectation measured here, and every argument that is understood."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its cells, which of them are null, and what the others are."""

    cells: "NDArray[Any]"
    null: "NDArray[np.bool_]"
    kind: str
    """`number` (float64), `text` (text or null) or `mixed`."""


@dataclass(frozen=True, slots=True)
class Table:
    """The points by column, and the positions of the rows of each criterion in their order."""

    columns: Mapping[str, Column]
    rows: Mapping[str, "NDArray[np.intp]"]


def table(points: "DataFrame") -> Table | str:
    """Return the points ready to be measured, or in words why they cannot be.

    `points` is one row a point with the columns criterion and point, both text, and those that
    decide: numbers as float64, texts as Python objects, with rows numbered from 0.
    """
    import numpy as np  # noqa: PLC0415 (as pandas: most commands judge nothing)
    import pandas as pd  # noqa: PLC0415 (half a second, and most commands judge nothing)

    if not isinstance(points, pd.DataFrame):
        return "the points are no table"
    if not points.index.equals(pd.RangeIndex(len(points))) or points.index.name is not None:
        return "the rows are not numbered from 0"
    columns = {str(name): _column(points[name]) for name in points.columns}
    for name in ("criterion", "point"):
        if name not in columns or columns[name].kind != "text":
            return f"the column {name} is not there or is no text"
    found: dict[str, list[int]] = {}
    for position, criterion in enumerate(columns["criterion"].cells):
        found.setdefault(criterion, []).append(position)
    return Table(columns, {name: np.array(rows, dtype=np.intp) for name, rows in found.items()})


def measure(expectation: Mapping[str, Any], points: Table) -> Metrics | str:
    """Return the metrics that an expectation is judged on, or in words why they are not measured.

    `expectation` is one of a compiled suite.
    """
    kind, arguments = str(expectation["type"]), expectation["kwargs"]
    known = _ARGUMENTS.get(kind)
    if known is None:
        return f"{kind} is not measured"
    strange = sorted(set(arguments) - known)
    if strange:
        return f"{kind} with {', '.join(strange)} is not measured"
    criterion = _criterion(arguments.get("row_condition"))
    if criterion is None:
        return "only rows of one criterion with a plain id are measured"
    rows = points.rows.get(criterion)
    if rows is None:
        rows = next(iter(points.rows.values()), points.columns["point"].null.nonzero()[0])[:0]
    return _of_kind(kind, arguments, points, rows)


def _column(series: "Series[Any]") -> Column:
    import numpy as np  # noqa: PLC0415 (see table)
    import pandas as pd  # noqa: PLC0415 (see table)

    cells = series.to_numpy()
    if series.dtype == np.float64:
        return Column(cells, np.isnan(cells), "number")
    null = np.asarray(pd.isna(series), dtype=np.bool_)
    is_text = series.dtype == object and all(type(cell) is str for cell in cells[~null])
    return Column(cells, null, "text" if is_text else "mixed")


def _criterion(condition: object) -> str | None:
    """Return the criterion whose rows a condition selects; none if it does something else."""
    if not isinstance(condition, Mapping):
        return None
    criterion = condition.get("parameter")
    expected = {
        "type": "comparison",
        "column": {"name": "criterion"},
        "operator": "==",
        "parameter": criterion,
    }
    if not isinstance(criterion, str) or condition != expected:
        return None
    return criterion if _PLAIN.fullmatch(criterion) else None


def _of_kind(
    kind: str, arguments: Mapping[str, Any], points: Table, rows: "NDArray[np.intp]"
) -> Metrics | str:
    if kind == "expect_table_row_count_to_be_between":
        return {"table.row_count": len(rows)}
    if kind == "expect_column_pair_values_to_be_equal":
        return _pair(arguments, points, rows)
    name = str(arguments.get("column"))
    column = points.columns.get(name)
    if column is None or column.kind == "mixed":
        return f"the column {name} is not there, or is not of one kind"
    null = column.null[rows]
    if kind == "expect_column_values_to_not_be_null":
        return _mapped("column_values.nonnull", points, name, (rows, rows[null]))
    there = rows[~null]
    if kind == "expect_column_values_to_be_in_set":
        inside: NDArray[np.bool_] | str = _in_set(arguments, column, there)
    else:
        inside = _between(arguments, column, there)
    if isinstance(inside, str):
        return inside
    metrics = _mapped(_MAP[kind], points, name, (rows, there[~inside]))
    return {**metrics, "column_values.nonnull.unexpected_count": int(null.sum())}


_MAP: Final[Mapping[str, str]] = {
    "expect_column_values_to_be_between": "column_values.between",
    "expect_column_values_to_be_in_set": "column_values.in_set",
}


def _mapped(
    metric: str,
    points: Table,
    name: str,
    seen_and_bad: "tuple[NDArray[np.intp], NDArray[np.intp]]",
) -> Metrics:
    """Return the metrics of a rule for one column, with the rows that break it in their order."""
    seen, bad = seen_and_bad
    cells, point = points.columns[name].cells, points.columns["point"].cells
    return {
        "table.row_count": len(seen),
        f"{metric}.unexpected_count": len(bad),
        f"{metric}.unexpected_values": cells[bad[:_SHOWN]].tolist(),
        f"{metric}.unexpected_index_list": [
            {name: cells[row], "point": point[row]} for row in bad.tolist()
        ],
        f"{metric}.unexpected_index_query": _query(bad),
    }


def _query(bad: "NDArray[np.intp]") -> str:
    return f"df.filter(items={bad.tolist()}, axis=0)"


def _between(
    arguments: Mapping[str, Any], column: Column, there: "NDArray[np.intp]"
) -> "NDArray[np.bool_] | str":
    import numpy as np  # noqa: PLC0415 (see table)

    low, high = arguments.get("min_value"), arguments.get("max_value")
    strict = [arguments.get(name, False) for name in ("strict_min", "strict_max")]
    if column.kind != "number":
        return "only numbers are compared with ends"
    if any(end is not None and type(end) is not float for end in (low, high)):
        return "an end that is no float is not measured"
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        return "a range without an end, or with its ends crossed, is not measured"
    if any(type(one) is not bool for one in strict):
        return "an end that is neither strict nor not is not measured"
    values = column.cells[there]
    inside: NDArray[np.bool_] = np.ones(len(values), dtype=np.bool_)
    if low is not None:
        inside = inside & (values > low if strict[0] else values >= low)
    if high is not None:
        inside = inside & (values < high if strict[1] else values <= high)
    return inside


def _in_set(
    arguments: Mapping[str, Any], column: Column, there: "NDArray[np.intp]"
) -> "NDArray[np.bool_] | str":
    import numpy as np  # noqa: PLC0415 (see table)

    allowed = arguments.get("value_set")
    if column.kind != "text":
        return "only texts are looked up"
    if not isinstance(allowed, list) or not all(type(one) is str for one in allowed):
        return "only a list of texts is looked in"
    words = frozenset(allowed)
    return np.array([cell in words for cell in column.cells[there]], dtype=np.bool_)


def _pair(arguments: Mapping[str, Any], points: Table, rows: "NDArray[np.intp]") -> Metrics | str:
    names = str(arguments.get("column_A")), str(arguments.get("column_B"))
    columns = [points.columns.get(name) for name in names]
    one, other = columns
    if one is None or other is None or {one.kind, other.kind} != {"text"}:
        return f"one of the columns {' and '.join(names)} is not there or is no text"
    if arguments.get("ignore_row_if") != "either_value_is_missing":
        return "only pairs that are both there are compared"
    there = rows[~(one.null[rows] | other.null[rows])]
    bad = there[one.cells[there] != other.cells[there]]
    metric, point = "column_pair_values.equal", points.columns["point"].cells
    return {
        "table.row_count": len(rows),
        f"{metric}.filtered_row_count": len(there),
        f"{metric}.unexpected_count": len(bad),
        f"{metric}.unexpected_values": [
            (one.cells[row], other.cells[row]) for row in bad[:_SHOWN].tolist()
        ],
        f"{metric}.unexpected_index_list": [
            {names[0]: one.cells[row], "point": point[row], names[1]: other.cells[row]}
            for row in bad.tolist()
        ],
        f"{metric}.unexpected_index_query": _query(bad),
    }
