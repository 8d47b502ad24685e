"""The first equipment reading that is not what it was, in words."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

_NANOSECONDS = 1_000_000_000
_COLUMNS = ("time", "value", "status")


def first_other(then: pa.Table, now: pa.Table) -> str:
    """Return the first reading that differs, with its value then and now; empty if none does.

    Both are tables of readings in the order of their captures, as `expectations.series.table_of`
    returns them.
    """
    size = min(len(then), len(now))
    firsts = []
    for name in _COLUMNS:
        was, comes = _bits(then, name, size), _bits(now, name, size)
        firsts += np.flatnonzero(was != comes)[:1].tolist()
    if not firsts:
        return ""
    row = min(firsts)
    at = datetime.fromtimestamp(then["time"][row].as_py() // _NANOSECONDS, UTC)
    told = [
        f"{name} was {then[name][row].as_py()}, is {now[name][row].as_py()}"
        for name in _COLUMNS
        if then[name][row] != now[name][row]
    ]
    return f"readings: {then['tag'][row].as_py()} at {at:%Y-%m-%d %H:%M:%S} UTC: {'; '.join(told)}"


def _bits(table: pa.Table, name: str, size: int) -> "np.ndarray[tuple[int], np.dtype[np.generic]]":
    """Return a column so that what is no number equals itself."""
    column = table[name].to_numpy()[:size]
    bits: np.ndarray[tuple[int], np.dtype[np.generic]] = column
    return bits.view(np.int64) if column.dtype == np.float64 else bits
