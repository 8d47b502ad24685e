"""OPC UA readings (DataValue, Part 6) read straight into columns, many of one layout at a time."""

import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from contracts.errors import UnreadableError

_VALUE, _STATUS, _SOURCE_TIME, _SERVER_TIME, _SOURCE_PICO, _SERVER_PICO = 1, 2, 4, 8, 16, 32
_NUMBERS = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q"} | {
    10: "f",
    11: "d",
}
"""Variant types that are numbers: Boolean, SByte to UInt64, Float, Double."""
_NULL = 0
_NAMES = {12: "String", 13: "DateTime", 15: "ByteString", 20: "QualifiedName", 21: "LocalizedText"}
_EPOCH = 116_444_736_000_000_000
"""1970-01-01 in 100 ns ticks since 1601-01-01."""
_NANOSECONDS = 100
_LARGEST_TIME = 2**63 // _NANOSECONDS - 1
_MOST = 4096
_FEWEST = 8
_NAN = float("nan")
_MOVE = "the equipment's owner looks at the tag's history"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the DataValues of one mask and one type of value are laid out."""

    form: struct.Struct
    value_size: int
    """How many bytes the number takes; 0 when there is none."""
    has_status: bool
    server_time_at: int
    """Where the server's time stands in the DataValue, or -1."""


@dataclass(slots=True)
class Columns:
    """Equally long columns of readings, filled while a page is read."""

    times: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))
    statuses: "array[int]" = field(default_factory=lambda: array("L"))
    offsets: "array[int]" = field(default_factory=lambda: array("q"))
    lengths: "array[int]" = field(default_factory=lambda: array("l"))
    server_times: int = 0
    first_server_time: int = -1
    end: int = 0
    """The byte after the last reading."""


def columns(data: bytes, start: int, count: int) -> Columns:
    """Return `count` DataValues that begin at byte `start`, as columns.

    A reading's place is its number's own bytes; the whole DataValue where it has no number.

    Raises:
        UnreadableError: cut off, a value that is no number, a reading without its source's time.
    """
    found = Columns(end=start)
    left, chunk = count, _FEWEST
    while left:
        mask, kind = _seen(data, found.end)
        layout = _layout(mask, kind)
        if layout is None:
            raise _refusal(_strange(mask, kind), "a number with its source's time", found.end)
        size = layout.form.size
        whole = min(left, chunk, (len(data) - found.end) // size)
        if not whole:
            raise _refusal("the end of the bytes within a reading", "a whole reading", found.end)
        run = _alike(data, found.end, size, whole)
        if mask & _VALUE:
            run = min(run, _alike(data, found.end + 1, size, whole))
        _append(found, data, layout, run)
        left -= run
        chunk = min(_MOST, chunk * 4) if run == whole else _FEWEST
    return found


def _seen(data: bytes, at: int) -> tuple[int, int]:
    """Return a DataValue's mask and the type of its value."""
    if at + 1 >= len(data):
        raise _refusal("the end of the bytes within a reading", "a whole reading", at)
    return data[at], (data[at + 1] if data[at] & _VALUE else _NULL)


def _alike(data: bytes, at: int, size: int, most: int) -> int:
    """Return how many bytes, one every `size`, equal the first."""
    seen = data[at : at + size * most : size]
    return len(seen) - len(seen.lstrip(seen[:1]))


@cache
def _layout(mask: int, kind: int) -> Layout | None:
    """Return the layout of a mask and a type, or None when it cannot be read as a number."""
    if mask & ~0x3F or not mask & _SOURCE_TIME or (kind and kind not in _NUMBERS):
        return None
    number = _NUMBERS.get(kind, "")
    before = "<x" + ("x" + number if mask & _VALUE else "")
    source = ("I" if mask & _STATUS else "") + "q" + ("xx" if mask & _SOURCE_PICO else "")
    upto = struct.calcsize(before + source)
    after = ("8x" if mask & _SERVER_TIME else "") + ("xx" if mask & _SERVER_PICO else "")
    return Layout(
        form=struct.Struct(before + source + after),
        value_size=struct.calcsize("<" + number),
        has_status=bool(mask & _STATUS),
        server_time_at=upto if mask & _SERVER_TIME else -1,
    )


def _append(found: Columns, data: bytes, layout: Layout, run: int) -> None:
    """Append `run` readings of one layout to the columns."""
    at, size = found.end, layout.form.size
    unpacked = zip(*layout.form.iter_unpack(data[at : at + size * run]), strict=True)
    if layout.value_size:
        found.values.extend(map(float, next(unpacked)))
        found.offsets.extend(range(at + 2, at + 2 + size * run, size))
        found.lengths.extend([layout.value_size] * run)
    else:
        found.values.extend([_NAN] * run)
        found.offsets.extend(range(at, at + size * run, size))
        found.lengths.extend([size] * run)
    found.statuses.extend(next(unpacked) if layout.has_status else [0] * run)
    found.times.extend(_nanoseconds(next(unpacked), at))
    if layout.server_time_at >= 0:
        if not found.server_times:
            found.first_server_time = at + layout.server_time_at
        found.server_times += run
    found.end = at + size * run


def _nanoseconds(ticks: Iterable[int], at: int) -> list[int]:
    counted = [one - _EPOCH for one in ticks]
    if min(counted) <= -_EPOCH or max(counted) > _LARGEST_TIME or min(counted) < -_LARGEST_TIME:
        raise _refusal("a reading without a time that exists", "its source's time", at)
    return [one * _NANOSECONDS for one in counted]


def _strange(mask: int, kind: int) -> str:
    if mask & ~0x3F:
        return f"a reading of an unknown form (mask 0x{mask:02X})"
    if kind and kind not in _NUMBERS:
        array_of = "an array of " if kind & 0xC0 else ""
        name = _NAMES.get(kind & 0x3F, f"type {kind & 0x3F}")
        return f"a value that is {array_of}{name}"
    return "a reading without its source's time"


def _refusal(found: str, expected: str, at: int) -> UnreadableError:
    return UnreadableError(found, expected=expected, where=f"byte {at}", move=_MOVE)
