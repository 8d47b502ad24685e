"""Equipment readings as one table of columns, and what a tag said over the time of a step."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contracts.derive import Window
from contracts.errors import IntegrityError
from contracts.evidence import Place
from contracts.series import SeriesPage
from contracts.series_number import moment_of, nanoseconds
from expectations.reductions import Span, Whole

_SEVERITY_SHIFT = 30
_GOOD, _UNCERTAIN = 0, 1


def table_of(pages: Sequence[SeriesPage]) -> pa.Table:
    """Return the readings of all pages, in their order, one row a reading.

    Columns: tag, equipment, characteristic, unit, capture (dictionary of string), time (int64,
    nanoseconds since 1970-01-01 UTC), value (float64, NaN where there is none), status (uint32),
    offset (int64) and length (int32) of the reading's bytes in the capture.

    Raises:
        IntegrityError: a number that does not fit its column.
    """
    counts = [len(page.times) for page in pages]
    return pa.table(
        {
            "tag": _names([page.tag for page in pages], counts),
            "equipment": _names([page.equipment for page in pages], counts),
            "characteristic": _names([page.characteristic for page in pages], counts),
            "unit": _names([page.unit for page in pages], counts),
            "time": _numbers((page.times for page in pages), np.int64),
            "value": _numbers((page.values for page in pages), np.float64),
            "status": _numbers((page.statuses for page in pages), np.uint32),
            "capture": _names([page.capture for page in pages], counts),
            "offset": _numbers((page.offsets for page in pages), np.int64),
            "length": _numbers((page.lengths for page in pages), np.int32),
        }
    )


def _names(names: Sequence[str], counts: Sequence[int]) -> pa.DictionaryArray:
    """Repeat each page's name for each of its readings, as codes of a dictionary."""
    known = {name: code for code, name in enumerate(dict.fromkeys(names))}
    codes = np.array([known[name] for name in names], np.int32)
    repeated = np.repeat(codes, np.array(counts, np.intp))
    return pa.DictionaryArray.from_arrays(pa.array(repeated), pa.array(list(known), pa.string()))


def _numbers(columns: Iterable[Any], kind: type[np.generic]) -> pa.Array:
    """Put the pages' columns one after the other, in the kind of their column."""
    parts = [np.asarray(column) for column in columns]
    whole = np.empty(sum(len(part) for part in parts), kind)
    at = 0
    for part in parts:
        narrow = whole[at : at + len(part)]
        narrow[:] = part
        at += len(part)
        if part.dtype != whole.dtype and not np.array_equal(narrow, part):
            raise IntegrityError(f"a number that is no {whole.dtype}", expected="one that fits")
    return pa.array(whole)


@dataclass(frozen=True, slots=True)
class TagOverStep:
    """One tag's readings over a step: those that speak, and how many of each kind there were."""

    tag: str
    equipment: str
    characteristic: str
    unit: str
    good: int
    uncertain: int
    bad: int
    without_number: int
    """How many of the Good ones hold no finite number."""
    span: Span | None
    """The readings that speak; none if none does."""
    rows: Whole
    """Which row of the table each reading of the span is."""


class Readings:
    """A table of readings with each tag's rows found once."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._times: Whole = _array(table, "time")
        self._tags: dict[str, Whole] = {}
        column = _dictionary(table, "tag")
        codes = column.indices.to_numpy(zero_copy_only=False)
        for code, tag in enumerate(column.dictionary.to_pylist()):
            rows = np.flatnonzero(codes == code)
            if len(rows):
                self._tags[tag] = rows

    def over(self, window: Window, characteristic: str) -> Iterator[TagOverStep]:
        """Yield each tag of the step's equipment that carries the characteristic, tags sorted.

        Raises:
            IntegrityError: the table gives one tag two meanings.
        """
        for tag in sorted(self._tags):
            rows = self._tags[tag]
            means = [self._one(name, rows) for name in ("equipment", "characteristic", "unit")]
            if means[1] == characteristic and means[0] in window.equipment:
                start, end = nanoseconds(window.started_at), nanoseconds(window.ended_at)
                times = self._times[rows]
                inside = rows[(times >= start) & (times <= end)]
                yield self._tag((tag, *means), inside, (start, end))

    def _one(self, name: str, rows: Whole) -> str:
        column = _dictionary(self._table, name)
        codes = column.indices.to_numpy(zero_copy_only=False)[rows]
        if (codes != codes[0]).any():
            raise IntegrityError(f"two meanings of a tag: its {name}", expected="one meaning a tag")
        return str(column.dictionary[int(codes[0])].as_py())

    def _tag(self, names: tuple[str, ...], rows: Whole, ends: tuple[int, int]) -> TagOverStep:
        tag, equipment, characteristic, unit = names
        severity = _array(self._table, "status")[rows] >> _SEVERITY_SHIFT
        values = _array(self._table, "value")[rows]
        good = severity == _GOOD
        speaking = np.flatnonzero(good & np.isfinite(values))
        times = self._times[rows][speaking]
        order = np.argsort(times, kind="stable")
        speaking = speaking[order]
        return TagOverStep(
            tag=tag,
            equipment=equipment,
            characteristic=characteristic,
            unit=unit,
            good=int(good.sum()),
            uncertain=int((severity == _UNCERTAIN).sum()),
            bad=int((severity > _UNCERTAIN).sum()),
            without_number=int(good.sum()) - len(speaking),
            span=Span(times[order], values[speaking], *ends) if len(speaking) else None,
            rows=rows[speaking],
        )

    def place(self, tag: str, row: int) -> Place:
        """Return the bytes of one reading; the pointer counts the tag's readings in its capture."""
        captures = _dictionary(self._table, "capture")
        codes = captures.indices.to_numpy(zero_copy_only=False)
        before = self._tags[tag][: np.searchsorted(self._tags[tag], row)]
        return Place(
            capture=str(captures.dictionary[int(codes[row])].as_py()),
            offset=int(_array(self._table, "offset")[row]),
            length=int(_array(self._table, "length")[row]),
            pointer=f"{tag}[{int((codes[before] == codes[row]).sum())}]",
        )

    def moment(self, row: int) -> datetime:
        """Return when a reading was taken, to the microsecond below."""
        return moment_of(int(self._times[row]))


def _array(table: pa.Table, name: str) -> NDArray[Any]:
    found: NDArray[Any] = table.column(name).to_numpy()
    return found


def _dictionary(table: pa.Table, name: str) -> pa.DictionaryArray:
    return table.column(name).combine_chunks()
