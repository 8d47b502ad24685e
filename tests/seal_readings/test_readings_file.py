"""The readings' Parquet file: written a few pages at a time, it holds what was read."""

from array import array

import pyarrow.parquet as pq
import pytest

from contracts.series import SeriesPage
from expectations.series import table_of
from tasks import readings


def page(name, count):
    return SeriesPage(
        capture=name * 64,
        tag="BR-101.TEMP",
        equipment="BR-101",
        characteristic="temperature",
        unit="Cel",
        times=array("q", range(count)),
        values=array("d", [one / 7 for one in range(count)]),
        statuses=array("L", [0] * count),
        offsets=array("q", range(2, 2 + 18 * count, 18)),
        lengths=array("l", [8] * count),
    )


@pytest.mark.parametrize("counts", [[], [0], [5], [60, 60, 60], [250, 1, 99], [0, 100, 0]])
def test_pages_are_written_a_few_at_a_time(monkeypatch, tmp_path, counts):
    monkeypatch.setattr(readings, "_ROW_GROUP", 100)
    pages = [page(name, count) for name, count in zip("abc", counts, strict=False)]

    readings.write_pages(pages, tmp_path)

    file = pq.ParquetFile(tmp_path / "readings.parquet")
    groups = [file.metadata.row_group(one).num_rows for one in range(file.num_row_groups)]
    assert file.read().to_pylist() == table_of(pages).to_pylist()
    assert max(groups) <= 100


def test_a_row_group_names_only_its_own_captures(monkeypatch, tmp_path):
    monkeypatch.setattr(readings, "_ROW_GROUP", 100)

    readings.write_pages([page(name, 60) for name in "abc"], tmp_path)

    file = pq.ParquetFile(tmp_path / "readings.parquet", read_dictionary=["capture"])
    named = [
        file.read_row_group(one)["capture"].combine_chunks().dictionary.to_pylist()
        for one in range(file.num_row_groups)
    ]
    assert named == [["a" * 64], ["b" * 64], ["c" * 64]]
