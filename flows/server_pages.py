"""Serves the packages' pages to a browser, read only, so that a link in Prefect's UI opens them."""

import html
import re
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from contracts.manifest import MANIFEST
from tasks.served_package import answer

ADDRESS: Final = "/packages"
_PACKAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_OURS: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class PackagePages:
    """The folder of packages as an ASGI application: a list, and each package below it.

    A package's page lies on the address of Prefect's API and still cannot ask it: its answer's
    policy gives it no origin and no network (see `tasks.served_package`).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request for a path below `/packages`."""
        response = await to_thread.run_sync(self.answer, scope["method"], str(scope["path"]))
        await response(scope, receive, send)

    def answer(self, method: str, path: str) -> Response:
        """Return the answer to a request for a path below `/packages`, as it was asked for."""
        if method not in {"GET", "HEAD"}:
            return PlainTextResponse("Packages are read only.\n", 405)
        name, slash, inside = path.removeprefix(ADDRESS).removeprefix("/").partition("/")
        if not name:
            return self._list()
        if _PACKAGE.fullmatch(name) is None or not (self._folder / name / MANIFEST).is_file():
            return PlainTextResponse("There is no such package.\n", 404)
        if not slash:
            return RedirectResponse(f"{ADDRESS}/{name}/")
        served = answer(self._folder / name, inside)
        return Response(served.body, served.status, dict(served.headers))

    def _list(self) -> Response:
        """Return a page that names every package."""
        found = sorted(one.parent.name for one in self._folder.glob(f"*/{MANIFEST}"))
        items = "".join(
            f'<li><a href="{ADDRESS}/{one}/">{html.escape(one)}</a></li>'
            for one in found
            if _PACKAGE.fullmatch(one)
        )
        text = (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Packages</title>'
            "<style>:root{color-scheme:light dark}body{font:1rem system-ui;margin:2rem}</style>"
            f"<h1>Packages</h1>{f'<ul>{items}</ul>' if items else '<p>None yet.</p>'}"
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": _OURS})
