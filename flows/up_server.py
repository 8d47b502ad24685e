"""Prefect's server behind a doorman of ours, so that no page it serves can call anybody else."""

import argparse
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.up_life import end_with_parent
from flows.up_pages import PackagePages
from flows.up_settings import HOST

PAGES: Final = "/packages"
_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_ALWAYS: Final = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Doorman:
    """Stands before Prefect's server: says what a browser may do, and turns strangers away.

    Prefect's second UI, which calls its makers when it opens, is not there. A request that names
    another host (DNS rebinding) or comes from another page is refused: the server has no password.
    """

    def __init__(self, app: ASGIApp, pages: PackagePages, port: int) -> None:
        self._app = app
        self._pages = pages
        self._hosts = frozenset(f"{one}:{port}" for one in (HOST, "localhost"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self.refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        path = str(scope["path"])
        app: ASGIApp = self._app
        if path == PAGES or path.startswith(f"{PAGES}/"):
            scope = {**scope, "path": path[len(PAGES) :] or "/", "root_path": ""}
            app = self._pages
        await app(scope, receive, _with_headers(send))

    def refusal(self, scope: MutableMapping[str, Any]) -> Response | None:
        """Return why a request is not handed on, or None."""
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        if headers.get("host", "") not in self._hosts:
            return PlainTextResponse("this server is asked by its own name only", 421)
        foreign = origin.removeprefix("http://") not in self._hosts
        writes = scope["type"] == "websocket" or scope["method"] not in _READING
        if origin and foreign and writes:
            return PlainTextResponse("a page of another origin may not write here", 403)
        first = str(scope["path"]).lstrip("/").partition("/")[0]
        if first.casefold() == "v2":
            return PlainTextResponse("Prefect's second UI is not served: it calls out", 404)
        return None


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds our headers to each answer, unless it has its own."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _ALWAYS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def application(packages: Path, port: int) -> ASGIApp:
    """Return Prefect's server with our doorman before it."""
    os.environ["PREFECT__SERVER_FINAL"] = "1"
    import prefect
    from prefect.server.api.server import create_app

    # Without its files the second UI is neither served nor offered in the first one's menu.
    vars(prefect)["__ui_v2_static_path__"] = packages / "no second UI"
    return Doorman(create_app(), PackagePages(packages), port)


def main() -> int:
    """Serve until told to stop, or until the process that started this one is gone."""
    parser = argparse.ArgumentParser(prog="python -m flows.up_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--packages", type=Path, required=True)
    asked = parser.parse_args()
    end_with_parent()
    import uvicorn

    uvicorn.run(
        application(asked.packages, asked.port),
        host=HOST,
        port=asked.port,
        log_level="warning",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
