"""Serves one package to the browsers of this machine, read-only, by its exact names."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from contracts.errors import UnavailableError
from tasks.served_package import PAGE, Served, ServedPackage, refused

LOOPBACK: Final = "127.0.0.1"


class _Handler(BaseHTTPRequestHandler):
    """One request: GET or HEAD of a file, from a page that knows it speaks to this machine."""

    server: "_Server"
    server_version = "batchproof"
    sys_version = ""
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(message)s\n"
    timeout = 30

    def do_GET(self) -> None:
        """Give a file."""
        self._give(self._answer(), whole=True)

    def do_HEAD(self) -> None:
        """Give a file's headers."""
        self._give(self._answer(), whole=False)

    def _answer(self) -> Served:
        if self.headers.get_all("Host") not in self.server.names:
            return refused(HTTPStatus.MISDIRECTED_REQUEST, "This is not whom you asked for.")
        path, _, _ = self.path.partition("?")
        if not path.startswith("/"):
            return refused(HTTPStatus.NOT_FOUND, "The package has no such file.")
        return self.server.package.answer(path[1:], anyway=self.server.anyway)

    def _give(self, served: Served, *, whole: bool) -> None:
        self.send_response(served.status)
        for name, value in served.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(served.body)))
        self.end_headers()
        if whole:
            with suppress(ConnectionError):  # the browser has gone
                self.wfile.write(served.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its base calls it so)
        """Say nothing of each request."""


class _Server(ThreadingHTTPServer):
    """Serves one package on the loopback interface."""

    daemon_threads = True

    def __init__(self, package: ServedPackage, port: int, *, anyway: bool) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.package, self.anyway = package, anyway
        own = (f"{LOOPBACK}:{self.server_port}", f"localhost:{self.server_port}")
        self.names = [[name] for name in own]
        """What a request's one Host header may say: a rebound name of another is refused."""

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"http://{LOOPBACK}:{self.server_port}/{PAGE}"


@contextmanager
def serving(package: ServedPackage, port: int = 0, *, anyway: bool = False) -> Iterator[str]:
    """Serve a package on this machine until left; gives the page's address.

    Raises:
        UnavailableError: the port is not to be had.
    """
    try:
        begun = _Server(package, port, anyway=anyway)
    except OSError as error:
        raise UnavailableError(
            f"the port {port}, which cannot be had ({error.strerror})",
            expected="a free one",
            move="name another port, or none",
        ) from error
    with begun as server:
        thread = Thread(target=server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()
