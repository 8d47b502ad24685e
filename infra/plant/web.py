"""A small HTTP server on the loopback: a question comes in, an answer goes out, nothing else.

The standard library is enough, and it lets a test break an answer on the wire as a network would.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

_LONGEST_WAIT = 3600.0
_LONGEST_BODY = 65_536


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    target: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    def parameter(self, name: str, default: str = "") -> str:
        """Return one parameter of the query."""
        return dict(self.query).get(name, default)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, whose data it carries, and whether the wire fails on the way."""

    body: bytes
    content_type: str
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    batches: frozenset[str] = frozenset()
    silent: bool = False
    cut: bool = False


Handler = Callable[[Request], Answer]


class WebServer:
    """Serves one handler on one free port until it is stopped; it answers one method only."""

    def __init__(self, handler: Handler, method: str = "GET") -> None:
        self._handler = handler
        self._method = method
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Start to listen on a free port of the loopback and return it."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._converse(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, request = _read(head.decode("latin-1"))
                length = min(int(request.headers.get("content-length", "0")), _LONGEST_BODY)
                request = replace(request, body=await reader.readexactly(length))
                answer = self._handler(request) if method == self._method else self._refused()
                if not await _send(writer, answer):
                    return
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            return
        finally:
            writer.close()

    def _refused(self) -> Answer:
        words = f"This server only answers {self._method}.\n"
        return Answer(words.encode(), "text/plain; charset=utf-8", HTTPStatus.METHOD_NOT_ALLOWED)


class ClosedPort:
    """A port that is taken and answers nobody: a connection to it is refused."""

    def __init__(self) -> None:
        self._socket = socket.socket()

    def take(self) -> int:
        """Take a free port of the loopback and return it."""
        self._socket.bind(("127.0.0.1", 0))
        port: int = self._socket.getsockname()[1]
        return port

    def free(self) -> None:
        """Give the port back."""
        self._socket.close()


def _read(head: str) -> tuple[str, Request]:
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    parts = urlsplit(target)
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    return method, Request(target, unquote(parts.path), query, headers)


async def _send(writer: asyncio.StreamWriter, answer: Answer) -> bool:
    """Send an answer and tell whether the connection is still of use."""
    if answer.silent:
        await asyncio.sleep(_LONGEST_WAIT)
    headers = {
        "Content-Type": answer.content_type,
        "Content-Length": str(len(answer.body)),
        **answer.headers,
    }
    lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join((*lines, "", "")).encode("latin-1"))
    writer.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
    await writer.drain()
    return not answer.cut
