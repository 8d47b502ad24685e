"""Series as OPC UA history: every reading encoded once, pages cut from it as they are asked for.

A reading is a DataValue (OPC UA Part 6, 5.2.2.17). Its layout depends only on what it carries, so
runs of one layout are written as one strided array instead of one object a reading.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.plant.courses import Whole
from infra.plant.series import GOOD, Series

PAGE = 10_000
_EPOCH = 116_444_736_000_000_000
_VALUE, _STATUS, _SOURCE_TIME, _SERVER_TIME = 0x01, 0x02, 0x04, 0x08
_BOOLEAN, _DOUBLE = 1, 11
_WITH_SERVER_TIME = ("PH",)
_SERVER_DELAY = 40 * 10_000


@dataclass(frozen=True, slots=True)
class History:
    """The encoded readings of one tag, and where each begins."""

    tag: str
    boolean: bool
    times: Whole
    offsets: Whole
    body: bytes

    def between(self, start: int | None, end: int | None) -> tuple[int, int]:
        """Return the positions of the readings between two times in 100 ns, both included."""
        low = 0 if start is None else int(np.searchsorted(self.times, start, side="left"))
        high = (
            self.times.size if end is None else int(np.searchsorted(self.times, end, side="right"))
        )
        return low, high

    def page(self, positions: range) -> bytes:
        """Return the HistoryData body that holds the readings at these positions, in order."""
        count = len(positions).to_bytes(4, "little")
        if not positions:
            return count
        if positions.step > 0:
            first, last = self.offsets[positions.start], self.offsets[positions.stop]
            return count + self.body[first:last]
        pieces = (self.body[self.offsets[at] : self.offsets[at + 1]] for at in positions)
        return count + b"".join(pieces)


def encoded(series: Series) -> History:
    """Return the history of a series."""
    times = series.times * 10_000 + _EPOCH
    masks = _masks(series)
    borders = np.flatnonzero(np.diff(masks)) + 1
    runs = np.split(np.arange(masks.size), borders)
    chunks, sizes = [], []
    for run in runs:
        block = _block(series, times, run, int(masks[run[0]]))
        chunks.append(block.tobytes())
        sizes.append(np.full(run.size, block.dtype.itemsize, dtype=np.int64))
    offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(np.concatenate(sizes))))
    return History(series.tag, series.boolean, times, offsets, b"".join(chunks))


def _masks(series: Series) -> NDArray[np.int64]:
    """Return what each reading carries, as the encoding mask of a DataValue."""
    masks = np.full(series.times.size, _SOURCE_TIME, dtype=np.int64)
    masks += np.where(np.isnan(series.values), 0, _VALUE)
    masks += np.where(series.statuses == GOOD, 0, _STATUS)
    if series.tag.rsplit(".", 1)[-1] in _WITH_SERVER_TIME:
        masks += _SERVER_TIME
    return masks


def _block(series: Series, times: Whole, run: NDArray[np.int64], mask: int) -> NDArray[np.void]:
    """Return the readings of one run, all of one layout, as one structured array."""
    number = np.dtype("u1") if series.boolean else np.dtype("<f8")
    fields: list[tuple[str, np.dtype[np.generic]]] = [("mask", np.dtype("u1"))]
    if mask & _VALUE:
        fields += [("type", np.dtype("u1")), ("value", number)]
    if mask & _STATUS:
        fields.append(("status", np.dtype("<u4")))
    fields.append(("source", np.dtype("<i8")))
    if mask & _SERVER_TIME:
        fields.append(("server", np.dtype("<i8")))
    block = np.zeros(run.size, dtype=np.dtype(fields))
    block["mask"] = mask
    if mask & _VALUE:
        block["type"] = _BOOLEAN if series.boolean else _DOUBLE
        block["value"] = series.values[run]
    if mask & _STATUS:
        block["status"] = series.statuses[run]
    block["source"] = times[run]
    if mask & _SERVER_TIME:
        block["server"] = times[run] + _SERVER_DELAY
    return block
