"""Equipment readings tag by tag in columns, and the place of each reading in its capture."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from contracts.errors import IntegrityError
from contracts.evidence import Place
from contracts.series import SeriesPage

Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the readings of a tag are readings of."""

    equipment: str
    characteristic: str
    unit: str

    def agree(self, other: "Meaning") -> None:
        """Refuse another meaning of the same tag.

        Raises:
            IntegrityError: they differ.
        """
        for name in ("equipment", "characteristic", "unit"):
            if getattr(self, name) != getattr(other, name):
                words = f"two meanings of a tag: its {name}"
                raise IntegrityError(words, expected="one meaning a tag")


@dataclass(frozen=True, slots=True)
class Columns:
    """All readings of one tag, in the order of its captures: three columns of equal length n."""

    times: Whole
    """(n,) nanoseconds since 1970-01-01 UTC."""
    values: Real
    """(n,) NaN where there is no number."""
    statuses: NDArray[np.unsignedinteger[Any]]
    """(n,) OPC UA status codes."""


class Source(Protocol):
    """Where the readings of a batch are: in pages in memory, or in a file."""

    def meanings(self) -> Mapping[str, Meaning]:
        """Return every tag that has at least one reading, and its meaning; tags sorted."""
        ...

    def columns(self, tag: str) -> Columns:
        """Return the readings of a tag; several threads may ask at once."""
        ...

    def places(self, tag: str, rows: Sequence[int]) -> tuple[Place, ...]:
        """Return the bytes of some of a tag's readings, by their rows in the tag's columns.

        The pointer counts the tag's readings in their capture.
        """
        ...


class PageReadings:
    """The readings of a batch as they were read: pages in memory, none of them copied."""

    def __init__(self, pages: Iterable[SeriesPage]) -> None:
        found: dict[str, list[SeriesPage]] = {}
        for page in pages:
            if len(page.times):
                found.setdefault(page.tag, []).append(page)
        self._pages = dict(sorted(found.items()))

    def meanings(self) -> dict[str, Meaning]:
        """Return every tag that has a reading, and its meaning.

        Raises:
            IntegrityError: the pages give one tag two meanings.
        """
        found: dict[str, Meaning] = {}
        for tag, pages in self._pages.items():
            for page in pages:
                meaning = Meaning(page.equipment, page.characteristic, page.unit)
                found.setdefault(tag, meaning).agree(meaning)
        return found

    def columns(self, tag: str) -> Columns:
        """Return the readings of a tag; of a single page they are the page's own memory."""
        pages = self._pages[tag]
        return Columns(
            times=_joined([np.asarray(page.times) for page in pages]),
            values=_joined([np.asarray(page.values) for page in pages]),
            statuses=_joined([np.asarray(page.statuses) for page in pages]),
        )

    def places(self, tag: str, rows: Sequence[int]) -> tuple[Place, ...]:
        """Return the bytes of some of a tag's readings."""
        pages = self._pages[tag]
        ends = np.cumsum([len(page.times) for page in pages])
        found = []
        for row in rows:
            at = int(np.searchsorted(ends, row, side="right"))
            page, own = pages[at], row - int(ends[at]) + len(pages[at].times)
            before = sum(len(one.times) for one in pages[:at] if one.capture == page.capture)
            pointer = f"{tag}[{before + own}]"
            found.append(Place(page.capture, page.offsets[own], page.lengths[own], pointer))
        return tuple(found)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


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
