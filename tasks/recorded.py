"""The readings of a package's Parquet file, tag by tag: only the columns needed, piece by piece.

A file that is written in the order of its captures holds each tag in a few runs of rows; these are
found once, from the columns that name things, and never from the file's own statistics. A file with
its tags mixed row by row is read rightly, and slowly.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from contracts.evidence import Place
from expectations.readings import Columns, Meaning
from expectations.series import AT_A_TIME

_NAMES: Final = ("tag", "equipment", "characteristic", "unit")


@dataclass(frozen=True, slots=True)
class _Run:
    """Rows of one tag and one capture that stand together in a row group."""

    group: int
    start: int
    end: int
    capture: str

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
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            for named in pool.map(self._named, range(self._metadata.num_row_groups)):
                for (tag, *names), run in named:
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
        for group, runs in groupby(self._runs[tag], key=lambda run: run.group):
            table = self._read(group, ("time", "value", "status"))
            read = [(table[name].to_numpy(), column) for name, column in named]
            for start, end in _joined(runs):
                for values, column in read:
                    column[at : at + end - start] = values[start:end]
                at += end - start
        return columns

    def places(self, tag: str, rows: Sequence[int]) -> tuple[Place, ...]:
        """Return the bytes of some of a tag's readings, by their rows in the tag's columns."""
        found: dict[int, Place] = {}
        before: Counter[str] = Counter()
        tables: dict[int, pa.Table] = {}
        first = 0
        for run in self._runs[tag]:
            for row in rows:
                if first <= row < first + len(run):
                    if run.group not in tables:
                        tables[run.group] = self._read(run.group, ("offset", "length"))
                    table, at = tables[run.group], run.start + row - first
                    found[row] = Place(
                        run.capture,
                        table["offset"][at].as_py(),
                        table["length"][at].as_py(),
                        f"{tag}[{before[run.capture] + row - first}]",
                    )
            before[run.capture] += len(run)
            first += len(run)
        return tuple(found[row] for row in rows)

    def _named(self, group: int) -> list[tuple[tuple[str, ...], _Run]]:
        """Return each run of rows of a group that are named alike, with their names."""
        table = self._read(group, (*_NAMES, "capture"))
        if not table.num_rows:
            return []
        columns = [_dictionary(table, name) for name in (*_NAMES, "capture")]
        codes = [one.indices.to_numpy(zero_copy_only=False) for one in columns]
        words = [one.dictionary.to_pylist() for one in columns]
        changes = [np.flatnonzero(one[1:] != one[:-1]) for one in codes if one.min() != one.max()]
        edges = np.unique(np.concatenate([np.empty(0, np.intp), *changes])) + 1
        found = []
        for start, end in pairwise([0, *edges.tolist(), table.num_rows]):
            *names, capture = (word[code[start]] for word, code in zip(words, codes, strict=True))
            found.append((tuple(names), _Run(group, start, end, capture)))
        return found

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


def _joined(runs: Iterable[_Run]) -> list[tuple[int, int]]:
    """Return runs of one group as stretches of rows, those that touch as one."""
    found: list[tuple[int, int]] = []
    for run in runs:
        if found and found[-1][1] == run.start:
            found[-1] = (found[-1][0], run.end)
        else:
            found.append((run.start, run.end))
    return found
