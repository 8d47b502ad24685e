"""asyncua's own OPC UA server in a thread, behind a line that can be cut, muted and counted."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asyncua import Server, ua
from asyncua.server.history import HistoryDict, HistoryManager

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
PAGE = 10
AGAIN = ua.ua_binary.Primitives.DateTime.pack(START)


def readings(count: int) -> list[ua.DataValue]:
    """Return one reading a second, every seventh Uncertain, every eleventh without value."""
    listed = []
    for number in range(count):
        at = START + timedelta(seconds=number)
        status = ua.StatusCodes.UncertainLastUsableValue if number % 7 == 6 else 0
        value = ua.Variant(37.0 + number / 100, ua.VariantType.Double)
        listed.append(
            ua.DataValue(
                ua.Variant() if number % 11 == 10 else value,
                ua.StatusCode(ua.UInt32(status)),
                SourceTimestamp=at,
            )
        )
    return listed


HISTORY = {"BR-101.TEMP": readings(35), "BR-101.PH": readings(4), "BR-101.DOOR": []}


class History(HistoryManager):
    """asyncua's history, with status codes for nodes that are not there, and bad manners."""

    def __init__(self, iserver: object, line: "Line") -> None:
        super().__init__(iserver)
        self.line = line
        self.set_storage(HistoryDict(max_history_data_response_size=PAGE))
        for tag, values in HISTORY.items():
            self.storage._datachanges[ua.NodeId(tag, 2)] = values  # noqa: SLF001 - a subscription would fill it slowly

    async def _read_history(
        self, details: object, rv: ua.HistoryReadValueId
    ) -> ua.HistoryReadResult:
        self.line.asked.append(f"{rv.NodeId.Identifier}:{bool(rv.ContinuationPoint)}")
        if self.line.statuses:
            status = self.line.statuses.pop(0)
            if status:
                return ua.HistoryReadResult(StatusCode=ua.StatusCode(ua.UInt32(status)))
        if rv.NodeId.Identifier not in HISTORY:
            unknown = ua.UInt32(ua.StatusCodes.BadNodeIdUnknown)
            return ua.HistoryReadResult(StatusCode=ua.StatusCode(unknown))
        result = await super()._read_history(details, rv)
        if self.line.endless:
            result.ContinuationPoint = AGAIN
        return result

    async def read_history(self, params: ua.HistoryReadParameters) -> list[ua.HistoryReadResult]:
        if params.ReleaseContinuationPoints:
            self.line.released += [rv.ContinuationPoint for rv in params.NodesToRead]
            return [ua.HistoryReadResult() for _ in params.NodesToRead]
        return await super().read_history(params)


@dataclass
class Line:
    """What happens between client and server, in the order it is used up."""

    url: str = ""
    cuts: list[int] = field(default_factory=list)
    """For each connection: after how many bytes from the server it is cut (0: at once)."""
    mute: bool = False
    statuses: list[int] = field(default_factory=list)
    """The status codes of the next history reads; 0 for an ordinary answer."""
    endless: bool = False
    asked: list[str] = field(default_factory=list)
    released: list[bytes] = field(default_factory=list)
    connections: int = 0

    def reset(self) -> None:
        self.__init__(self.url)


@contextmanager
def line_to_server() -> Iterator[Line]:
    line = Line()
    started, stop = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(_serve(line, started, stop))
        except BaseException as error:  # noqa: BLE001 - shown in the test's own thread below
            failures.append(error)
            started.set()

    logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    started.wait(30)
    try:
        assert not failures, failures
        yield line
    finally:
        stop.set()
        thread.join(30)
        logging.getLogger("asyncua").setLevel(logging.NOTSET)


async def _serve(line: Line, started: threading.Event, stop: threading.Event) -> None:
    server = Server()
    await server.init()
    server.set_endpoint("opc.tcp://127.0.0.1:0/plant/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    server.iserver.history_manager = History(server.iserver, line)
    await server.start()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _carry(line, server.bserver.port, reader, writer)

    front = await asyncio.start_server(carry, "127.0.0.1", 0)
    line.url = f"opc.tcp://127.0.0.1:{front.sockets[0].getsockname()[1]}/plant/"
    started.set()
    while not stop.is_set():  # noqa: ASYNC110 - the event belongs to another thread
        await asyncio.sleep(0.02)
    front.close()
    await server.stop()


async def _carry(
    line: Line, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    line.connections += 1
    allowed = line.cuts.pop(0) if line.cuts else None
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)

    async def answers() -> None:
        left = allowed
        while data := await there_reader.read(65536):
            if line.mute:
                continue
            writer.write(data if left is None else data[:left])
            await writer.drain()
            if left is not None:
                left -= len(data)
                if left <= 0:
                    break
        writer.close()
        there_writer.close()

    async def questions() -> None:
        while data := await reader.read(65536):
            there_writer.write(data)
        there_writer.close()

    with contextlib.suppress(OSError):
        await asyncio.gather(answers(), questions())
