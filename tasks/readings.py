"""Tables for machines: the package's observations, verdicts and readings as Parquet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.canonical import parse_strict
from contracts.manifest import table_lines, table_path
from contracts.series import SeriesPage
from expectations.readings import table_of

SHOWN = ("captures", "criteria", "exceptions", "observations", "verdicts")
"""Logical tables of records that are shown as Parquet too."""
ROW_GROUP = 65_536
"""Rows of the readings that are written, and read again, at a time."""


def write_tables(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the logical tables as Parquet beside their canonical lines.

    Nested members become their canonical JSON text: the Parquet file is for looking, the lines are
    the record.
    """
    for name in SHOWN:
        table = shown_table(table_lines(files[table_path(name)]))
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")


def shown_table(lines: Sequence[bytes]) -> pa.Table:
    """Return a logical table as its Parquet file shows it: every column text, nested ones flat."""
    rows = [parse_strict(line) for line in lines]
    flat = [_flat(row) for row in rows if isinstance(row, dict)]
    columns = sorted({column for row in flat for column in row})
    return pa.table(
        {column: pa.array([row.get(column) for row in flat], pa.string()) for column in columns}
    )


def _flat(row: Mapping[str, object]) -> dict[str, str | None]:
    flat: dict[str, str | None] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}_{inner}": _told(what) for inner, what in value.items()}
        else:
            flat[name] = _told(value)
    return flat


def _told(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return "; ".join(_told(one) or "" for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={_told(one) or ''}" for name, one in value.items())
    return str(value)


def write_readings(table: pa.Table, folder: Path) -> None:
    """Write equipment's readings, in capture order, with the place of each in its capture."""
    _write((table,), table.schema, folder)


def write_pages(pages: Sequence[SeriesPage], folder: Path) -> None:
    """Write the readings of pages, a few pages at a time.

    A row group names only the captures that its own rows are from, and what is held at a time is
    one row group: ten million readings need no second copy of themselves.
    """
    _write(map(table_of, _row_groups(pages)), table_of([]).schema, folder)


def _row_groups(pages: Sequence[SeriesPage]) -> Iterator[list[SeriesPage]]:
    """Yield the pages in portions that fit a row group, at least one portion."""
    portion: list[SeriesPage] = []
    rows = 0
    for page in pages:
        if portion and rows + len(page.times) > ROW_GROUP:
            yield portion
            portion, rows = [], 0
        portion.append(page)
        rows += len(page.times)
    yield portion


def _write(tables: Iterable[pa.Table], schema: pa.Schema, folder: Path) -> None:
    with pq.ParquetWriter(
        folder / "readings.parquet",
        schema,
        compression="zstd",
        column_encoding={"time": "DELTA_BINARY_PACKED", "offset": "DELTA_BINARY_PACKED"},
        use_dictionary=["tag", "equipment", "characteristic", "unit", "capture", "status"],
    ) as writer:
        for table in tables:
            writer.write_table(table, row_group_size=ROW_GROUP)
