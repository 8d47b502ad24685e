"""The readings of a package's Parquet file, tag by tag: only the columns needed, piece by piece.

A file that is written in the order of its captures holds each tag in a few runs of rows; these are
found once, from the columns that name things, and never from the file's own statistics. A file with
its tags mixed row by row is read rightly, and slowly.
"""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.evidence import Place
from expectations.readings import Columns, Meaning

_NAMES: Final = ("tag", "equipment", "characteristic", "unit")


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows of one tag that stand together in a row group."""

    group: int
    start: int
    end: int

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.end - self.start


class FileReadings:
    """The readings in a Parquet file as `tasks.readings.write_readings` writes it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened = threading.local()
        self._metadata = pq.read_metadata(path)
        self._runs: dict[str, list[_Run]] = {}
        self._meanings: dict[str, Meaning] = {}
        for group in range(self._metadata.num_row_groups):
            for (tag, *names), run in self._named(group):
                meaning = Meaning(*names)
                self._meanings.setdefault(tag, meaning).agree(meaning)
                self._runs.setdefault(tag, []).append(run)

    def meanings(self) -> dict[str, Meaning]:
        """Return every tag that has a reading, and its meaning; tags sorted."""
        return dict(sorted(self._meanings.items()))

    def columns(self, tag: str) -> Columns:
        """Return the readings of a tag; several threads may ask at once."""
        size = sum(len(run) for run in self._runs[tag])
        columns = Columns(np.empty(size, np.int64), np.empty(size), np.empty(size, np.uint32))
        filled = zip(
            ("time", "value", "status"),
            (columns.times, columns.values, columns.statuses),
            strict=True,
        )
        named, at = list(filled), 0
        for run in self._runs[tag]:
            table = self._read(run.group, ("time", "value", "status"))
            for name, column in named:
                column[at : at + len(run)] = table[name].to_numpy()[run.start : run.end]
            at += len(run)
        return columns

    def places(self, tag: str, rows: Sequence[int]) -> tuple[Place, ...]:
        """Return the bytes of some of a tag's readings, by their rows in the tag's columns."""
        found: dict[int, Place] = {}
        before: dict[str, int] = {}
        first = 0
        for run in self._runs[tag]:
            wanted = [row for row in rows if first <= row < first + len(run)]
            if first > max(rows, default=-1):
                break
            captures = _dictionary(self._read(run.group, ("capture",)), "capture")
            names = captures.dictionary.to_pylist()
            codes = captures.indices.to_numpy(zero_copy_only=False)[run.start : run.end]
            if wanted:
                table = self._read(run.group, ("offset", "length"))
                for row in wanted:
                    code, at = codes[row - first], run.start + row - first
                    earlier = int((codes[: row - first] == code).sum())
                    found[row] = Place(
                        names[code],
                        table["offset"][at].as_py(),
                        table["length"][at].as_py(),
                        f"{tag}[{before.get(names[code], 0) + earlier}]",
                    )
            for code, count in enumerate(np.bincount(codes, minlength=len(names)).tolist()):
                before[names[code]] = before.get(names[code], 0) + count
            first += len(run)
        return tuple(found[row] for row in rows)

    def _named(self, group: int) -> Iterator[tuple[tuple[str, ...], _Run]]:
        """Yield each run of rows of a group that are named alike, with their names."""
        table = self._read(group, _NAMES)
        columns = [_dictionary(table, name) for name in _NAMES]
        codes = [one.indices.to_numpy(zero_copy_only=False) for one in columns]
        edges = np.flatnonzero(np.any([one[1:] != one[:-1] for one in codes], axis=0)) + 1
        ends = [0, *edges.tolist(), table.num_rows]
        words = [one.dictionary.to_pylist() for one in columns]
        for start, end in pairwise(ends):
            if start < end:
                names = (word[code[start]] for word, code in zip(words, codes, strict=True))
                yield tuple(names), _Run(group, start, end)

    def _read(self, group: int, names: Sequence[str]) -> pa.Table:
        """Read columns of a row group, by a reader of the thread's own."""
        reader = getattr(self._opened, "reader", None)
        if reader is None:
            reader = self._opened.reader = pq.ParquetFile(
                self._path, metadata=self._metadata, read_dictionary=[*_NAMES, "capture"]
            )
        return reader.read_row_group(group, columns=list(names), use_threads=False)


def _dictionary(table: pa.Table, name: str) -> pa.DictionaryArray:
    column: NDArray[Any] = table.column(name).combine_chunks()
    return column
