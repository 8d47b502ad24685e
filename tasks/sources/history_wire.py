"""The outer shell of an OPC UA history answer (OPC UA Part 6), opened without touching the data."""

import struct
from dataclasses import dataclass
from datetime import datetime

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary
from asyncua.ua.uaerrors import UaError

from contracts.errors import UnreadableError
from contracts.times import in_utc

MEDIA_TYPE = "application/x-opcua-historyread-results"
"""Our own name: the bytes of a HistoryReadResponse right after its ResponseHeader, as received."""
_RESPONSE = ua.NodeId(ua.Int32(ObjectIds.HistoryReadResponse_Encoding_DefaultBinary))
_BAD = 0x8000_0000
_BEFORE_CONTINUATION = struct.Struct("<iIi")


@dataclass(frozen=True, slots=True)
class Shell:
    """What must be known of a page to ask for the next one."""

    status: int
    """The OPC UA StatusCode of the one result."""
    continuation: bytes
    """Where the server goes on; empty after the last page."""

    @property
    def bad(self) -> bool:
        """Whether the server says that there is no usable data."""
        return bool(self.status & _BAD)

    @property
    def words(self) -> str:
        """The status code's name in the standard."""
        return str(ua.StatusCode(ua.UInt32(self.status)).name)


def request_for(
    node: str, start: datetime, end: datetime, continuation: bytes
) -> ua.HistoryReadRequest:
    """Return the request for one page of raw values of one node, both times included.

    The server chooses how long a page is (NumValuesPerNode 0): some servers take a client's number
    for the length of the whole answer and cut the rest without a continuation point.

    Raises:
        UnreadableError: the node id is none, or a time has no zone.
    """
    details = ua.ReadRawModifiedDetails()
    details.IsReadModified = False
    details.NumValuesPerNode = ua.UInt32(0)
    details.ReturnBounds = False
    details.StartTime = in_utc(start)
    details.EndTime = in_utc(end)
    wanted = ua.HistoryReadValueId()
    try:
        wanted.NodeId = ua.NodeId.from_string(node)
    except (ValueError, UaError) as error:
        raise UnreadableError(
            f"the node id '{node[:80]}'", expected="one such as ns=2;s=BR-101.TEMP"
        ) from error
    wanted.ContinuationPoint = ua.ByteString(continuation) if continuation else None
    request = ua.HistoryReadRequest()
    request.Parameters.HistoryReadDetails = details
    request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Both
    request.Parameters.ReleaseContinuationPoints = False
    request.Parameters.NodesToRead = [wanted]
    return request


def release_of(node: str, continuation: bytes) -> ua.HistoryReadRequest:
    """Return the request that gives back what the server keeps in order to go on."""
    wanted = ua.HistoryReadValueId()
    wanted.NodeId = ua.NodeId.from_string(node)
    wanted.ContinuationPoint = ua.ByteString(continuation)
    request = ua.HistoryReadRequest()
    request.Parameters.HistoryReadDetails = ua.ReadRawModifiedDetails()
    request.Parameters.ReleaseContinuationPoints = True
    request.Parameters.NodesToRead = [wanted]
    return request


def results_of(answer: Buffer) -> bytes:
    """Return the bytes right after the ResponseHeader, which is about the call and not the data.

    Raises:
        UnreadableError: the answer is no HistoryReadResponse.
        ua.UaStatusCodeError: the server refuses the call as a whole.
    """
    rest = answer.copy()
    try:
        kind = nodeid_from_binary(rest)
        header = struct_from_binary(ua.ResponseHeader, rest)
    except (UaError, struct.error, ValueError, TypeError, KeyError) as error:
        raise _garbled("an answer without a response header") from error
    header.ServiceResult.check()
    if kind != _RESPONSE:
        raise _garbled(f"an answer of the type {kind.to_string()}")
    return bytes(rest.read(len(rest)))


def shell_of(results: bytes) -> Shell:
    """Return status and continuation point of the one result in a page.

    Raises:
        UnreadableError: there is not one result, or the bytes end too early.
    """
    if len(results) < _BEFORE_CONTINUATION.size:
        raise _garbled(f"an answer of {len(results)} bytes")
    count, status, length = _BEFORE_CONTINUATION.unpack_from(results)
    if count != 1:
        raise _garbled(f"{count} results for one node")
    start = _BEFORE_CONTINUATION.size
    if start + length > len(results):
        raise _garbled("an answer that ends in its continuation point")
    return Shell(status, results[start : start + max(length, 0)])


def _garbled(found: str) -> UnreadableError:
    return UnreadableError(found, expected="one HistoryReadResponse with one result")
