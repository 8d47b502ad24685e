"""The equipment of the plant as an OPC UA server with historical access.

HistoryRead serves raw values: at most 10,000 a response, both times included, a continuation point
that names the tag and the position of the next reading. Bounding values are not returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asyncua import ua
from asyncua.common.node import Node
from asyncua.server.history import HistoryManager
from asyncua.server.internal_server import InternalServer
from asyncua.server.server import Server
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.object_ids import ObjectIds
from asyncua.ua.status_codes import StatusCodes

from infra.plant.faults import Faults
from infra.plant.history import PAGE, History

NAMESPACE = "urn:batchproof:demo-plant"
PATH = "/batchproof/plant/"
_HISTORY_DATA = ua.NodeId(ua.Int32(ObjectIds.HistoryData_Encoding_DefaultBinary))
_WINDOWS_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_READABLE = 0x05


class Refused(Exception):  # noqa: N818 - an answer of the protocol, not a fault of this program
    """A history read that is answered with a status code instead of data."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class PlantHistory(HistoryManager):
    """Answers history reads from the encoded series instead of a store of Python objects."""

    def __init__(
        self, iserver: InternalServer, histories: dict[str, History], namespace: int, faults: Faults
    ) -> None:
        super().__init__(iserver)
        self._histories = histories
        self._namespace = namespace
        self._faults = faults

    async def _read_history(
        self, details: object, rv: ua.HistoryReadValueId
    ) -> ua.HistoryReadResult:
        result = ua.HistoryReadResult()
        try:
            history = self._history_of(rv.NodeId)
            raw = _raw(details)
            wanted = _wanted(history, raw, rv.ContinuationPoint)
        except Refused as refused:
            result.StatusCode = ua.StatusCode(ua.UInt32(refused.status))
            return result
        limit = min(PAGE, raw.NumValuesPerNode or PAGE)
        page, rest = wanted[:limit], wanted[limit:]
        if not page:
            result.StatusCode = ua.StatusCode(ua.UInt32(StatusCodes.GoodNoData))
        if rest:
            result.ContinuationPoint = f"{history.tag}:{rest.start}".encode()
        result.HistoryData = ua.ExtensionObject(
            TypeId=_HISTORY_DATA, Body=ua.ByteString(history.page(page))
        )
        return result

    def _history_of(self, node: ua.NodeId) -> History:
        tag = str(node.Identifier)
        gone = self._faults.tag_is_gone(tag)
        if node.NamespaceIndex == self._namespace and tag in self._histories and not gone:
            return self._histories[tag]
        known = node in self.iserver.aspace._nodes and not gone  # noqa: SLF001 - asyncua has no other door
        raise Refused(
            StatusCodes.BadHistoryOperationUnsupported if known else StatusCodes.BadNodeIdUnknown
        )


def _raw(details: object) -> ua.ReadRawModifiedDetails:
    """Return the details of a raw read; nothing else is offered."""
    if not isinstance(details, ua.ReadRawModifiedDetails) or details.IsReadModified:
        raise Refused(StatusCodes.BadHistoryOperationUnsupported)
    return details


def _wanted(
    history: History, details: ua.ReadRawModifiedDetails, continuation: bytes | None
) -> range:
    """Return the positions that a request asks for, in the order it asks for them."""
    start, end = _ticks(details.StartTime), _ticks(details.EndTime)
    if start is None and end is None:
        raise Refused(StatusCodes.BadHistoryOperationInvalid)
    if end is None and not details.NumValuesPerNode:
        raise Refused(StatusCodes.BadHistoryOperationInvalid)
    backwards = start is None or (end is not None and start > end)
    earliest, latest = (end, start) if backwards else (start, end)
    low, high = history.between(earliest, latest)
    wanted = range(high - 1, low - 1, -1) if backwards else range(low, high)
    if continuation is None:
        return wanted
    tag, _, position = continuation.decode("utf-8", "replace").rpartition(":")
    if tag != history.tag or not position.isdecimal() or int(position) not in wanted:
        raise Refused(StatusCodes.BadContinuationPointInvalid)
    return wanted[wanted.index(int(position)) :]


def _ticks(at: datetime | None) -> int | None:
    """Return a time in steps of 100 ns since 1601; the first of them means: not given."""
    if at is None:
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    ticks = (aware - _WINDOWS_EPOCH) // _TICK * 10
    return ticks if ticks > 0 else None


@dataclass(frozen=True, slots=True)
class Running:
    """The server of the equipment while it runs."""

    server: Server
    port: int

    async def stop(self) -> None:
        """Stop it."""
        await self.server.stop()


async def start(histories: tuple[History, ...], faults: Faults) -> Running:
    """Start the server on a free port of the loopback."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:0{PATH}")
    server.set_server_name("Batchproof demo plant")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    namespace = await server.register_namespace(NAMESPACE)
    by_tag = {history.tag: history for history in histories}
    server.iserver.history_manager = PlantHistory(server.iserver, by_tag, namespace, faults)
    await _equip(server, namespace, histories, faults)
    await server.start()
    if server.bserver is None:
        raise RuntimeError("the equipment's server did not start to listen")
    return Running(server, server.bserver.port)


async def _equip(
    server: Server, namespace: int, histories: tuple[History, ...], faults: Faults
) -> None:
    """Add an object for every piece of equipment, and a variable for every tag."""
    folders: dict[str, Node] = {}
    for history in histories:
        if faults.tag_is_gone(history.tag):
            continue
        equipment, name = history.tag.split(".")
        if equipment not in folders:
            folders[equipment] = await server.nodes.objects.add_object(
                _node(equipment, namespace), ua.QualifiedName(equipment, namespace)
            )
        kind = ua.VariantType.Boolean if history.boolean else ua.VariantType.Double
        variable = await folders[equipment].add_variable(
            _node(history.tag, namespace),
            ua.QualifiedName(name, namespace),
            ua.Variant(False if history.boolean else 0.0, kind),
        )
        for attribute in (AttributeIds.AccessLevel, AttributeIds.UserAccessLevel):
            level = ua.DataValue(ua.Variant(_READABLE, ua.VariantType.Byte))
            await variable.write_attribute(attribute, level)
        recorded = ua.DataValue(ua.Variant(True, ua.VariantType.Boolean))  # noqa: FBT003 - the protocol's own signature
        await variable.write_attribute(AttributeIds.Historizing, recorded)


def _node(name: str, namespace: int) -> ua.NodeId:
    return ua.NodeId(ua.String(name), ua.Int16(namespace))
