"""A package's Parquet files against its records: a checked copy, never a second truth.

Every file is read whole, group of rows by group of rows, without filter and without believing its
own statistics; every value and every entry of a dictionary is compared with what the records and
the captured readings say. Only then are the statistics compared with the values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contracts.again import reading_again
from contracts.errors import BatchproofError
from contracts.manifest import table_lines, table_path
from contracts.opened import Opened, Read, opened
from contracts.series import SeriesPage
from expectations.readings import table_of
from tasks.parquet_footer import foreign_words, forged_statistics, hidden_bytes, whole_groups
from tasks.readings import ROW_GROUP, SHOWN, shown_table
from tasks.verifier import Finding

CHECK: Final = 25
"""The number of this check, after those of `contracts.verification`."""
READINGS: Final = "tables/readings.parquet"
FILES: Final = frozenset({READINGS, *(f"tables/{name}.parquet" for name in SHOWN)})
_TOLD: Final = 3
"""How many findings of one kind are told of a file; the rest are counted."""
Pieces: TypeAlias = Iterator[pa.Table]
Known: TypeAlias = Mapping[str, frozenset[str | None]]


def parquet_findings(read: Read, listing: frozenset[str]) -> Iterator[Finding]:
    """Yield everything in which a package's Parquet files are not what its records say.

    For a package in which `contracts.verification` found nothing: the records are then what
    follows from the captures, and decide. A finding names the file, the row and the column.
    """
    here = frozenset(path for path in listing if path.endswith(".parquet"))
    for path in sorted(FILES - here):
        yield Finding(CHECK, path, "It is not there.")
    for path in sorted(here - FILES):
        yield Finding(CHECK, path, "No record stands behind it.")
    try:
        package = opened(read)
        for path in sorted(FILES & here):
            yield from _file(path, read(path), _expected(path, read, package))
    except BatchproofError as error:
        yield Finding(CHECK, error.where, error.in_words())


class _Rows:
    """The rows that a file must have: handed out in their order, as many as are asked for."""

    def __init__(self, count: int, schema: pa.Schema, pieces: Pieces, known: Known) -> None:
        self.count = count
        self.schema = schema
        self.known = known
        """By column: every text that stands in it anywhere."""
        self._pieces = pieces
        self._left = schema.empty_table()

    def take(self, count: int) -> pa.Table:
        """Return the next rows."""
        while len(self._left) < count:
            self._left = pa.concat_tables([self._left, next(self._pieces)]).unify_dictionaries()
        taken, self._left = self._left.slice(0, count), self._left.slice(count)
        return taken


def _expected(path: str, read: Read, package: Opened) -> _Rows:
    if path == READINGS:
        pages = _pages(read, package)
        count = sum(len(page.times) for page in pages)
        names = ("tag", "equipment", "characteristic", "unit", "capture")
        known = {name: frozenset(str(getattr(page, name)) for page in pages) for name in names}
        return _Rows(count, table_of(()).schema, _pieces(pages), known)
    name = path.removeprefix("tables/").removesuffix(".parquet")
    table = shown_table(table_lines(read(table_path(name))))
    known = {one: frozenset(table.column(one).to_pylist()) for one in table.column_names}
    return _Rows(len(table), table.schema, iter([table]), known)


def _pages(read: Read, package: Opened) -> Sequence[SeriesPage]:
    aside = any(one.source == "equipment" for one in package.quarantines)
    return () if aside else reading_again(read, package, "equipment").pages


def _pieces(pages: Sequence[SeriesPage]) -> Pieces:
    """Yield the readings as a table, at most one group of rows at a time."""
    for page in pages:
        for at in range(0, len(page.times), ROW_GROUP):
            part = slice(at, at + ROW_GROUP)
            yield table_of(
                (
                    replace(
                        page,
                        times=page.times[part],
                        values=page.values[part],
                        statuses=page.statuses[part],
                        offsets=page.offsets[part],
                        lengths=page.lengths[part],
                    ),
                )
            )


def _file(path: str, data: bytes, expected: _Rows) -> Iterator[Finding]:
    """Compare one file; a file that cannot be read to its end is a finding."""
    try:
        yield from _compared(path, data, expected)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        words = f"It cannot be read as it must be written ({type(error).__name__}: {error})."
        yield Finding(CHECK, path, words)


def _compared(path: str, data: bytes, expected: _Rows) -> Iterator[Finding]:
    file = pq.ParquetFile(pa.BufferReader(data))
    foreign = [*foreign_words(file, expected.schema), *hidden_bytes(data, file.metadata)]
    if file.metadata.num_rows != expected.count:
        foreign.append(f"It has {file.metadata.num_rows} rows; the records say {expected.count}.")
    if foreign:
        yield from (Finding(CHECK, path, words) for words in foreign)
        return
    largest = ROW_GROUP if path == READINGS else expected.count
    groups = whole_groups(data, file.metadata, largest)
    texts = [one.name for one in expected.schema if pa.types.is_string(one.type)]
    coded = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts)
    told = _some(_values(coded, groups, expected))
    yield from (Finding(CHECK, path, f"Column {name}: {words}") for name, words in told)


def _values(
    file: pq.ParquetFile, groups: Sequence[int], expected: _Rows
) -> Iterator[tuple[str, str]]:
    """Yield (column, words) for each column of each group of rows that is not as it must be.

    A dictionary is looked at before it is laid out over the rows: a foreign entry may be as large
    as it likes.
    """
    first = 0
    for number, count in enumerate(groups):
        here, said = file.read_row_group(number), expected.take(count)
        foreign = {}
        for name in said.column_names:
            foreign[name] = _entries(here.column(name)) - expected.known.get(name, frozenset())
            for entry in sorted(map(str, foreign[name])):
                yield name, f"its dictionary holds {entry[:80]!r}, which no record says."
        if not any(foreign.values()):
            for name in said.column_names:
                yield from _column(name, here.column(name), said.column(name), first)
            yield from forged_statistics(file.metadata.row_group(number), here, first)
        first += count


def _column(
    name: str, here: pa.ChunkedArray, said: pa.ChunkedArray, first: int
) -> Iterator[tuple[str, str]]:
    kind, here, said = said.type, _plain(here), _plain(said)
    if not len(said) or here.equals(said):
        return
    same = pc.equal(here, said).fill_null(False)  # noqa: FBT003 (pyarrow has no name for it)
    both_empty = pc.and_(pc.is_null(here), pc.is_null(said))
    rows = np.flatnonzero(~np.asarray(pc.or_(same, both_empty)))
    row = int(rows[0])
    is_, must = here[row].as_py(), said[row].as_py()
    if pa.types.is_floating(kind):
        is_, must = (None if one is None else np.int64(one).view(np.float64) for one in (is_, must))
    more = f" ({len(rows)} rows of this group differ)" if len(rows) > 1 else ""
    yield name, f"row {first + row + 1} says {_told(is_)}; the records say {_told(must)}{more}."


def _told(value: object) -> str:
    return "nothing" if value is None else str(value)[:120]


def _plain(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array without dictionary; doubles by their bits, as leaves hold them.

    Two NaN are equal by their bits only, and 0.0 and -0.0 differ only so.
    """
    chunks = column.chunks
    if pa.types.is_dictionary(column.type):
        chunks = [chunk.dictionary_decode() for chunk in chunks]
    if not chunks:
        return pa.nulls(0, column.type)
    whole = pa.concat_arrays(chunks)
    if pa.types.is_floating(whole.type):
        bits = np.asarray(whole.fill_null(0.0)).view(np.int64)
        return pa.array(bits, mask=np.asarray(whole.is_null()))
    return whole


def _entries(column: pa.ChunkedArray) -> set[object]:
    """Return what a column's dictionaries hold, also what stands in no row; of numbers, nothing."""
    if not pa.types.is_dictionary(column.type):
        return set()
    return {one for chunk in column.chunks for one in chunk.dictionary.to_pylist()}


def _some(found: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the first findings of each column, so that a file all wrong is told in a few lines."""
    counts: dict[str, int] = {}
    for name, words in found:
        counts[name] = counts.get(name, 0) + 1
        if counts[name] <= _TOLD:
            yield name, words
    for name, count in counts.items():
        if count > _TOLD:
            yield name, f"{count - _TOLD} more findings of this column are not told."
