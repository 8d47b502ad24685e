"""A real HTTP server on the loopback that answers each request as a test's script says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Step = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Scripted:
    """What the server will do, request by request (the last repeats), and what it was asked."""

    url: str = ""
    steps: list[Step] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def will(self, *steps: Step) -> None:
        self.steps[:] = steps


def says(
    body: bytes, status: int = 200, media_type: str = "application/xml", **headers: str
) -> Step:
    """Answer; header names are written with `_` for `-`."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return step


def cuts_midway(body: bytes) -> Step:
    """Promise the whole body, send half of it and hang up."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)

    return step


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def stays_silent(seconds: float) -> Step:
    def step(_: BaseHTTPRequestHandler) -> None:
        threading.Event().wait(seconds)

    return step


def drips(pause: float, times: int) -> Step:
    """Send one byte after each pause: never silent for long, never done."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(times))
        handler.end_headers()
        for _ in range(times):
            threading.Event().wait(pause)
            handler.wfile.write(b"x")
            handler.wfile.flush()

    return step


def never_ends(handler: BaseHTTPRequestHandler) -> None:
    """Send until the other side has had enough."""
    handler.send_response(200)
    handler.end_headers()
    block = b"x" * 65536
    while True:
        handler.wfile.write(block)


@contextmanager
def serving() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            script.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def do_GET(self) -> None:
            script.targets.append(self.path)
            script.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.close_connection = True
            at = min(len(script.targets), len(script.steps)) - 1
            with suppress(OSError):  # the client hangs up, as some tests want
                script.steps[at](self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
