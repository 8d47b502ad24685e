"""Gives a browser one file of a package: by its exact name, as the manifest has it, and harmless.

What a source wrote is text and never a page: a capture may hold anything. The page itself may run
the script it carries and reaches nothing else: no network, no other file, no other tab.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from contracts.errors import BatchproofError, IntegrityError, NotFoundError
from contracts.evidence import Digest, digest_of
from contracts.manifest import MANIFEST, Manifest, manifest_from
from tasks.folder import opened_safely, reader_in
from tasks.sound import SEAL
from tasks.verifier import SEALED, RefusedError

PAGE: Final = "index.html"
_BY_HAND: Final = "how-to-check.html"
_TEXT: Final = "text/plain; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"
_BINARY: Final = (".index", ".parquet", ".tsr")

_CLOSED: Final = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_DRAWN: Final = f"{_CLOSED}; style-src 'unsafe-inline'; img-src data:; font-src data:"
POLICY_OF_TEXT: Final = f"{_CLOSED}; sandbox"
POLICY_OF_PAGE: Final = (
    f"{_DRAWN}; script-src 'unsafe-inline'; "
    "sandbox allow-scripts allow-popups allow-modals allow-downloads"
)
"""CSP Level 3. The page's own policy, by digest of its script, holds beside it and is stricter."""
_ALWAYS: Final = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@dataclass(frozen=True, slots=True)
class Served:
    """An answer over HTTP (RFC 9110): a status, headers, and the body of a GET."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ServedPackage:
    """A package in a folder or a zip that stays open, and gives one file after the other."""

    def __init__(self, package: Path) -> None:
        """Open it; nothing is unpacked.

        Raises:
            NotFoundError: there is no package in that folder or zip.
            IntegrityError: it cannot be opened safely, or its root does not follow from it.
        """
        self._held = opened_safely(package)
        self._read = reader_in(self._held)
        self.manifest: Manifest = manifest_from(self._bytes(MANIFEST))
        self._named = {one.path: one for one in self.manifest.members}

    def answer(self, path: str, *, anyway: bool = False) -> Served:
        """Return the answer to a GET of a path below the package's address, undecoded or decoded.

        Names in a package are plain ASCII, so a path is one of them, letter by letter, or nothing
        is there. The empty path leads to the page. A file that is not the one the manifest names
        is told and not given (409), unless `anyway`.
        """
        if not path:
            return Served(HTTPStatus.FOUND, {**_ALWAYS, "Location": PAGE}, b"")
        if path not in self._held.sizes or not self._ours(path):
            return _told(HTTPStatus.NOT_FOUND, "The package has no such file.")
        try:
            data = self._bytes(path)
        except (BatchproofError, OSError):
            return _told(HTTPStatus.NOT_FOUND, "The file cannot be read.")
        if not (anyway or self._digest(path) in {"", digest_of(data)}):
            return _told(HTTPStatus.CONFLICT, f"{path} is not the file its package was made with.")
        return Served(HTTPStatus.OK, {**_ALWAYS, **_headers(path)}, data)

    def findings(self) -> Iterator[str]:
        """Yield in words what is not as the manifest says: files changed, lacking, or too many.

        This is less than `verify`: nothing is judged or drawn again, and who sealed it is not
        asked.
        """
        yield from (f"{path}: {words}" for path, words in self._held.odd)
        for path in self._held.sizes:
            if not self._ours(path):
                yield f"{path}: the manifest does not name it"
        for path, member in self._named.items():
            try:
                data = self._bytes(path)
            except (BatchproofError, OSError):
                yield f"{path}: it is not there, or cannot be read"
            else:
                if digest_of(data) != member.digest:
                    yield f"{path}: it is not the file the package was made with"

    def _ours(self, path: str) -> bool:
        return path == MANIFEST or path in self._named or path in SEALED

    def _digest(self, path: str) -> Digest:
        """Return the digest that the manifest names; it cannot name itself, nor its seal."""
        sealed = path == MANIFEST or path.startswith(SEAL)
        return "" if sealed else self._named[path].digest

    def _bytes(self, path: str) -> bytes:
        try:
            return self._read(path)
        except RefusedError as error:
            raise IntegrityError(str(error), where=path) from error


def answer(package: Path, path: str) -> Served:
    """Return the answer to a GET of one file of a package; see `ServedPackage.answer`.

    `path` is what follows the address of the package and its slash.
    """
    try:
        return ServedPackage(package).answer(path)
    except NotFoundError:
        return _told(HTTPStatus.NOT_FOUND, "There is no package.")
    except IntegrityError as error:
        return _told(HTTPStatus.CONFLICT, error.in_words())


def refused(status: HTTPStatus, words: str) -> Served:
    """Return the answer to a request that is not for a file of the package."""
    return _told(status, words)


def _told(status: HTTPStatus, words: str) -> Served:
    headers = {**_ALWAYS, "Content-Security-Policy": POLICY_OF_TEXT, "Content-Type": _TEXT}
    return Served(status, headers, f"{words}\n".encode("utf-8", "replace"))


def _headers(path: str) -> dict[str, str]:
    if path == PAGE:
        return {"Content-Security-Policy": POLICY_OF_PAGE, "Content-Type": _HTML}
    if path == _BY_HAND:
        return {"Content-Security-Policy": f"{_DRAWN}; sandbox", "Content-Type": _HTML}
    headers = {"Content-Security-Policy": POLICY_OF_TEXT, "Content-Type": _TEXT}
    if path.endswith(_BINARY):
        name = path.rpartition("/")[2]
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
        headers["Content-Type"] = "application/octet-stream"
    return headers
