"""What the end of a Parquet file claims of its content, and whether the content bears it out.

Programs that filter rows skip whole groups of them by these claims: with a smallest or largest
value that is not true, a filter answers that nothing is there although it is (a checksum of the
pages does not notice). So nothing is believed here: every claim is compared with the values.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_BEGIN: Final = 4
"""Bytes of the word `PAR1` before the first column."""
_END: Final = 8
"""Bytes after the footer: its length, and `PAR1` again."""
_OURS: Final = frozenset({b"ARROW:schema"})
_SWELLS: Final = 400
"""How many times its own size a file may become at most when it is read."""
_WRITER: Final = "parquet-cpp-arrow version "


def foreign_words(file: pq.ParquetFile, expected: pa.Schema) -> Iterator[str]:
    """Yield what a file has other than the columns that are expected of it, in words."""
    schema, footer = file.schema_arrow, file.metadata
    for name in sorted(set(schema.names) - set(expected.names)):
        yield f"Column {name} stands there and the records have none."
    for name in sorted(set(expected.names) - set(schema.names)):
        yield f"Column {name} is not there."
    if set(schema.names) == set(expected.names) and not schema.equals(expected, True):  # noqa: FBT003 (pyarrow has no name for it)
        yield f"Its columns are {_kinds(schema)}; expected {_kinds(expected)}."
    for name in sorted(set(footer.metadata or {}) - _OURS):
        yield f"It carries a note {name.decode(errors='replace')!r} that no record holds."
    if not str(footer.created_by).startswith(_WRITER):
        yield f"It was written by {footer.created_by!r}, not by this program's library."


def _kinds(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


def hidden_bytes(data: bytes, footer: pq.FileMetaData) -> Iterator[str]:
    """Yield where a file holds bytes that belong to no column, or columns that share bytes.

    A page index or a Bloom filter would lie there: readers skip rows by both, and neither can be
    compared with the values through this library. Our files have none.
    """
    at = _BEGIN
    for group in range(footer.num_row_groups):
        for column in range(footer.num_columns):
            chunk = footer.row_group(group).column(column)
            begins = [chunk.data_page_offset, chunk.dictionary_page_offset]
            start = min((one for one in begins if one), default=at)  # none: nothing is written
            if chunk.file_path or start != at:
                place = f"byte {start} of {chunk.file_path or 'this file'}"
                yield f"Column {chunk.path_in_schema}, group {group}, lies at {place}, not at {at}."
                return
            at = start + chunk.total_compressed_size
    length = int.from_bytes(data[-_END:-4], "little")
    if at != len(data) - _END - length:
        yield f"Between its columns and its footer lie {len(data) - _END - length - at} bytes."


def forged_statistics(
    footer: pq.RowGroupMetaData, values: pa.Table, first: int
) -> Iterator[tuple[str, str]]:
    """Yield (column, words) for every claim about a group of rows that its values do not bear out.

    `values` are the group's rows as they were read without any filter, `first` the number of the
    first of them in the file.
    """
    last = first + len(values)
    for number in range(footer.num_columns):
        chunk = footer.column(number)
        column, name = values.column(number), chunk.path_in_schema
        claimed = chunk.statistics
        if chunk.num_values != len(values):
            yield name, f"It claims {chunk.num_values} values in rows {first + 1} to {last}."
        if claimed is None:
            continue
        for what, says, is_so in _claims(claimed, column):
            if says != is_so:
                words = f"The statistics of rows {first + 1} to {last} are forged: they claim "
                yield name, f"{words}{what} {says!r}, it is {is_so!r}."


def _claims(claimed: pq.Statistics, column: pa.ChunkedArray) -> Iterator[tuple[str, Any, Any]]:
    """Yield each claim: what it is of, what the file says, and what the values say."""
    if claimed.has_null_count:
        yield "the number of empty values", claimed.null_count, column.null_count
    yield "the number of values", claimed.num_values, len(column) - column.null_count
    if claimed.has_distinct_count:
        yield "the number of different values", claimed.distinct_count, _different(column)
    if claimed.has_min_max:
        smallest, largest = _extremes(column)
        yield "the smallest value", claimed.min, smallest
        yield "the largest value", claimed.max, largest


def _different(column: pa.ChunkedArray) -> int:
    return len(column.unique().drop_null())


def _extremes(column: pa.ChunkedArray) -> tuple[Any, Any]:
    """Return the smallest and largest value; of doubles, NaN is neither (Parquet, `Statistics`)."""
    if pa.types.is_dictionary(column.type):
        column = column.unique().dictionary_decode()
    if pa.types.is_floating(column.type):
        column = column.filter(pc.invert(pc.is_nan(column)))
    both = pc.min_max(column)
    return both["min"].as_py(), both["max"].as_py()


def whole_groups(data: bytes, footer: pq.FileMetaData, largest: int) -> Sequence[int]:
    """Return how many rows each group has, before anything of it is read into memory.

    Raises:
        ValueError: a group has more than `largest` rows, or none, or would swell beyond measure.
    """
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    rows = [group.num_rows for group in groups]
    if any(not 0 <= count <= largest for count in rows) or sum(rows) != footer.num_rows:
        message = f"groups of {rows} rows, expected at most {largest} in each"
        raise ValueError(message)
    if max((group.total_byte_size for group in groups), default=0) > _SWELLS * len(data):
        message = f"a group that is more than {_SWELLS} times as large as the file"
        raise ValueError(message)
    return rows
