"""Serves the packages' pages to a browser, read only, so that a link in Prefect's UI opens them."""

import html
import re
from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from contracts.manifest import CAPTURES, MANIFEST

_PACKAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_SHOWN_AS: Final = {
    ".html": "text/html",
    ".svg": "text/plain",
    ".parquet": "application/octet-stream",
    ".index": "application/octet-stream",
    ".der": "application/octet-stream",
    ".tsr": "application/octet-stream",
}
_OURS: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PAGE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-scripts allow-downloads allow-popups allow-modals"
)
"""A package's page runs its own script and nothing else, with no origin: it cannot ask the API,
whatever a source wrote into it, although it lies on the same address."""


class PackagePages:
    """The folder of packages as an ASGI application: listed at its root, each file below."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a path relative to the folder."""
        response = await self.answer(scope)
        await response(scope, receive, send)

    async def answer(self, scope: Scope) -> Response:
        """Return the answer to a request whose path is relative to the folder."""
        if scope["method"] not in {"GET", "HEAD"}:
            return PlainTextResponse("packages are read only", 405)
        path = str(scope["path"]).lstrip("/")
        if not path:
            return self._list()
        name, _, inside = path.partition("/")
        if _PACKAGE.fullmatch(name) is None or not (self._folder / name / MANIFEST).is_file():
            return PlainTextResponse("no such package", 404)
        if not inside or not (self._folder / name / inside).is_file():
            return PlainTextResponse("no such file in this package", 404)
        response = await self._files.get_response(path, scope)
        kind = _kind(inside)
        response.headers["Content-Type"] = kind
        response.headers["Content-Security-Policy"] = _PAGE if kind[:9] == "text/html" else _OURS
        return response

    def _list(self) -> Response:
        """Return a page that names every package."""
        found = sorted(one.parent.name for one in self._folder.glob(f"*/{MANIFEST}"))
        items = "".join(
            f'<li><a href="/packages/{one}/index.html">{html.escape(one)}</a></li>'
            for one in found
            if _PACKAGE.fullmatch(one)
        )
        text = (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Packages</title>'
            "<style>:root{color-scheme:light dark}body{font:1rem system-ui;margin:2rem}</style>"
            f"<h1>Packages</h1><ul>{items}</ul>" + ("" if items else "<p>None yet.</p>")
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": _OURS})


def _kind(inside: str) -> str:
    """Return the media type a browser is told: captured bytes are text, whatever they hold."""
    suffix = Path(inside).suffix if not inside.startswith(CAPTURES) else ""
    kind = _SHOWN_AS.get(suffix, "text/plain")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
