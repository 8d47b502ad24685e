"""The envelope of an OPC UA HistoryRead response: its status, what continues it, where data are."""

import struct
from dataclasses import dataclass

from contracts.errors import UnreadableError

_HISTORY_DATA = 658
"""The encoding id of HistoryData in OPC UA binary (Part 6, annex A)."""
_MOVE = "ask again; if it stays so, the equipment's owner looks at the server"
_INT32 = struct.Struct("<i")
_UINT32 = struct.Struct("<I")
_NODE_IDS = {0: struct.Struct("<xB"), 1: struct.Struct("<xxH"), 2: struct.Struct("<xxxI")}
"""How a numeric NodeId is packed, by its first byte: two bytes, four bytes, numeric."""


@dataclass(frozen=True, slots=True)
class HistoryResult:
    """One HistoryReadResult, without its readings."""

    status: int
    status_at: int
    continues: bytes
    """The continuation point; empty on the last page."""
    count: int
    """How many DataValues there are."""
    values_at: int
    values_end: int
    diagnostics_at: int
    diagnostics: int
    """How many bytes the server's diagnostics take."""


@dataclass(slots=True)
class _Cursor:
    """Reads one thing after the other and never beyond the end."""

    data: bytes
    at: int = 0

    def take(self, form: struct.Struct, what: str) -> int:
        if self.at + form.size > len(self.data):
            raise self.breach(f"the end of the bytes within {what}", "a whole response")
        (value,) = form.unpack_from(self.data, self.at)
        self.at += form.size
        return int(value)

    def byte_string(self, what: str) -> bytes:
        length = self.take(_INT32, what)
        if length < 0:
            return b""
        if self.at + length > len(self.data):
            raise self.breach(f"the end of the bytes within {what}", f"{length} bytes of it")
        found = self.data[self.at : self.at + length]
        self.at += length
        return found

    def breach(self, found: str, expected: str) -> UnreadableError:
        return UnreadableError(found, expected=expected, where=f"byte {self.at}", move=_MOVE)


def history_result(data: bytes) -> HistoryResult:
    """Return the one result of a HistoryReadResponse, from right after its response header.

    Raises:
        UnreadableError: cut off, not one result, not HistoryData, or more after the end.
    """
    cursor = _Cursor(data)
    results = cursor.take(_INT32, "the number of results")
    if results != 1:
        raise cursor.breach(f"{results} results", "one result")
    status_at = cursor.at
    status = cursor.take(_UINT32, "the result's status")
    continues = cursor.byte_string("the continuation point")
    count, values_at, values_end = _history_data(cursor)
    diagnostics_at = cursor.at
    diagnostics = cursor.take(_INT32, "the diagnostics")
    if diagnostics <= 0 and cursor.at != len(data):
        raise cursor.breach(f"{len(data) - cursor.at} bytes after the end", "nothing more")
    size = len(data) - diagnostics_at if diagnostics > 0 else 0
    return HistoryResult(
        status,
        status_at,
        continues,
        count,
        values_at,
        values_end,
        diagnostics_at,
        size,
    )


def _history_data(cursor: _Cursor) -> tuple[int, int, int]:
    """Return how many readings there are, and where they begin and end."""
    kind = cursor.data[cursor.at] if cursor.at < len(cursor.data) else 0
    if kind not in _NODE_IDS:
        raise cursor.breach(f"history data of a type id of form {kind}", "a numeric type id")
    type_id = cursor.take(_NODE_IDS[kind], "the type of the history data")
    encoding = cursor.take(struct.Struct("<B"), "the encoding of the history data")
    if encoding == 0:
        return 0, cursor.at, cursor.at
    if encoding != 1 or type_id != _HISTORY_DATA:
        found = f"history data of type {type_id} in encoding {encoding}"
        raise cursor.breach(found, f"HistoryData (type {_HISTORY_DATA}) in binary encoding")
    length = cursor.take(_INT32, "the length of the history data")
    end = cursor.at + max(0, length)
    if length < _INT32.size or end > len(cursor.data):
        raise cursor.breach(f"history data of {length} bytes", "all of them")
    count = max(0, cursor.take(_INT32, "the number of readings"))
    start = cursor.at
    if count > end - start:
        raise cursor.breach(f"{count} readings in {end - start} bytes", "at least a byte each")
    cursor.at = end
    return count, start, end
