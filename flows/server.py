"""Prefect's server behind a porter of ours, so that no page it serves can call anybody else."""

import argparse
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.server_pages import ADDRESS, PackagePages
from flows.settings import Settings
from flows.up_life import end_with_parent
from flows.up_settings import HOST, QUIET

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


class Porter:
    """Stands before Prefect's server: says what a browser may do, and turns strangers away.

    The server has no password, so a request that comes from another page is refused, and on this
    machine alone one that names another host (DNS rebinding). Prefect's second UI, which calls its
    makers as it opens, is not there.
    """

    def __init__(self, app: ASGIApp, pages: PackagePages, hosts: frozenset[str]) -> None:
        """Take what stands behind, and the names the server is asked by (any, if none)."""
        self._app = app
        self._pages = pages
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        app: ASGIApp | Response = self.refusal(scope) or self._app
        path = str(scope["path"])
        if app is self._app and scope["type"] == "http" and f"{path}/".startswith(f"{ADDRESS}/"):
            app = self._pages
        await app(scope, receive, _with_headers(send))

    def refusal(self, scope: MutableMapping[str, Any]) -> Response | None:
        """Return why a request is not handed on, or None."""
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if self._hosts and host not in self._hosts:
            return PlainTextResponse("This server is asked by its own name only.\n", 421)
        writes = scope["type"] == "websocket" or scope["method"] not in _READING
        if origin and writes and origin.partition("://")[2] != host:
            return PlainTextResponse("A page of another origin may not write here.\n", 403)
        first = str(scope["path"]).lstrip("/").partition("/")[0]
        if first.casefold() == "v2":
            return PlainTextResponse("Prefect's second UI is not served: it calls out.\n", 404)
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


def application(packages: Path, hosts: frozenset[str] = frozenset()) -> ASGIApp:
    """Return Prefect's server with our porter before it."""
    os.environ.update({**QUIET, "PREFECT__SERVER_FINAL": "1"})
    home = os.environ.get("PREFECT_HOME", str(Path.home() / ".prefect"))
    # Prefect would unpack its pages beside its own code, where a server may not write.
    os.environ.setdefault("PREFECT_UI_STATIC_DIRECTORY", str(Path(home) / "ui"))
    import prefect
    from prefect.server.api.server import create_app

    from flows.server_writes import write_in_turn

    # Without its files the second UI is neither served nor offered in the first one's menu.
    vars(prefect)["__ui_v2_static_path__"] = packages / "no second UI"
    write_in_turn()
    return Porter(create_app(), PackagePages(packages), hosts)


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m flows.server", description=__doc__)
    parser.add_argument("--host", default=HOST, help="address to serve on; this machine alone")
    parser.add_argument("--port", type=int, default=4200)
    parser.add_argument("--with-parent", action="store_true", help="end when the input closes")
    asked = parser.parse_args()
    if asked.with_parent:
        end_with_parent()
    here = frozenset(f"{one}:{asked.port}" for one in (HOST, "localhost"))
    import uvicorn

    uvicorn.run(
        application(
            Settings().packages_folder().absolute(), here if asked.host == HOST else frozenset()
        ),
        host=asked.host,
        port=asked.port,
        log_level="warning",
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
