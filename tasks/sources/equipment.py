"""Asks the equipment's OPC UA server for the history of its tags, page by page, bytes unaltered."""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.status_codes import StatusCodes
from asyncua.ua.uaerrors import UaError, UaStatusCodeError
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from contracts.errors import SourceError, UnavailableError, UnreadableError
from contracts.times import written
from tasks.site_source import SiteSource
from tasks.sources.fetched import Fetched, keeping
from tasks.sources.history_wire import (
    MEDIA_TYPE,
    Shell,
    release_of,
    request_for,
    results_of,
    shell_of,
)

LARGEST_PAGE = 64 * 1024 * 1024
"""In bytes."""
_MOST_PAGES = 20_000
_LONGEST_PAUSE = 30.0
_QUIET = 3600.0
_SILENT = logging.CRITICAL + 1
_PASSING = {
    StatusCodes.BadCommunicationError,
    StatusCodes.BadConnectionClosed,
    StatusCodes.BadContinuationPointInvalid,
    StatusCodes.BadNoContinuationPoints,
    StatusCodes.BadOutOfMemory,
    StatusCodes.BadRequestTimeout,
    StatusCodes.BadResourceUnavailable,
    StatusCodes.BadSecureChannelClosed,
    StatusCodes.BadSecureChannelIdInvalid,
    StatusCodes.BadServerHalted,
    StatusCodes.BadServerTooBusy,
    StatusCodes.BadSessionClosed,
    StatusCodes.BadSessionIdInvalid,
    StatusCodes.BadShutdown,
    StatusCodes.BadTcpServerTooBusy,
    StatusCodes.BadTimeout,
    StatusCodes.BadTooManyOperations,
    StatusCodes.BadTooManySessions,
}


@dataclass(frozen=True, slots=True)
class TagWindow:
    """One tag's history from one time to another, both included."""

    node: str
    """An OPC UA node id such as `ns=2;s=BR-101.TEMP`."""
    start: datetime
    end: datetime

    @property
    def request(self) -> str:
        """The question in one line, without the page."""
        return f"HistoryRead {self.node} {written(self.start)}/{written(self.end)}"


class _PassingError(SourceError):
    """One attempt failed in a way that may pass."""


def fetch(source: SiteSource, windows: Sequence[TagWindow]) -> tuple[Fetched, ...]:
    """Return every page of every window, in the order of the windows and of their pages.

    A body is the answer's bytes right after its ResponseHeader. A window whose reading was cut is
    read again from its first page, because continuation points die with their session.

    Raises:
        FetchUnavailableError: the server did not answer in time.
        FetchUnreadableError: a node is not there or has no history (the page that says so is
            kept), or the server answered something else.
    """
    collected = _Collected(source)
    with _quiet(), keeping(collected.pages):
        _run(collected, windows)
    return tuple(collected.pages)


def _run(collected: "_Collected", windows: Sequence[TagWindow]) -> None:
    """Run the reading to its end in a thread of its own: the caller's may have an event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, collected.read(windows)).result()


@dataclass(slots=True)
class _Collected:
    """One fetch: what has come, and the line to the server while it holds."""

    source: SiteSource
    pages: list[Fetched] = field(default_factory=list)
    client: Client | None = None

    async def read(self, windows: Sequence[TagWindow]) -> None:
        """Read all windows; hang up whatever happens."""
        try:
            for window in windows:
                await self._patiently(window)
        finally:
            await self._hang_up()

    async def _patiently(self, window: TagWindow) -> None:
        """Read one window, again from its start while that may help."""
        began, before = time.monotonic(), len(self.pages)
        base = self.source.retry_delay_seconds
        tries = AsyncRetrying(
            stop=stop_after_attempt(self.source.attempts),
            wait=wait_exponential_jitter(multiplier=base, max=_LONGEST_PAUSE, jitter=base),
            retry=retry_if_exception_type(_PassingError),
            reraise=True,
        )
        try:
            async for attempt in tries:
                with attempt:
                    del self.pages[before:]
                    await self._once(window)
        except _PassingError as error:
            times = tries.statistics.get("attempt_number", 1)
            raise UnavailableError(
                f"no usable answer in {times} attempts over {time.monotonic() - began:.0f} s; "
                f"the last one: {error.found}",
                expected="a complete answer",
                where=f"{self.source.name}, {window.request}",
                move=f"whoever runs the {self.source.name} system looks; then collect again",
            ) from error

    async def _once(self, window: TagWindow) -> None:
        try:
            if self.client is None:
                self.client = await self._connected()
            await self._window(self.client, window)
        except _PassingError:
            await self._hang_up()
            raise
        except (UaError, OSError) as error:
            await self._hang_up()
            raise self._meaning(error, window) from error

    def _meaning(self, error: Exception, window: TagWindow) -> SourceError:
        """Return the fault in our words: one that may pass, or one that a person must look at."""
        if isinstance(error, UaStatusCodeError):
            name = str(ua.StatusCode(ua.UInt32(error.code)).name)
            if error.code in _PASSING:
                return _PassingError(name)
            return self._unreadable(f"the refusal {name}", "an answer", window)
        if isinstance(error, TimeoutError):
            return _PassingError(f"silence for {self.source.timeout_seconds:g} s")
        if isinstance(error, OSError):
            return _PassingError("no connection, or one that was cut")
        found = f"a server that does not fit ({str(error)[:100]})"
        return self._unreadable(found, "OPC UA without security and login", window)

    async def _connected(self) -> Client:
        timeout = self.source.timeout_seconds
        client = Client(self.source.url, timeout=timeout, watchdog_intervall=_QUIET)
        client.max_messagesize = LARGEST_PAGE
        try:
            await asyncio.wait_for(client.connect(), 2 * timeout)
        except BaseException:
            client.disconnect_socket()
            raise
        return client

    async def _window(self, client: Client, window: TagWindow) -> None:
        """Receive pages until the server has no more; give back what it kept for us if we stop."""
        continuation, last = b"", b""
        for page in range(1, _MOST_PAGES + 1):
            asked = request_for(window.node, window.start, window.end, continuation)
            results = results_of(await client.uaclient.session._send_request(asked))  # noqa: SLF001 - the public door decodes every reading into an object
            self._keep(results, f"{window.request} page {page}")
            shell = self._shell(results, window)
            if not shell.continuation:
                return
            if results == last or len(results) > LARGEST_PAGE:
                break
            continuation, last = shell.continuation, results
        await self._release(client, window.node, shell.continuation)
        found = "pages that repeat or do not come to an end"
        raise self._unreadable(found, "a history that ends", window)

    def _keep(self, results: bytes, request: str) -> None:
        self.pages.append(Fetched(results, request, MEDIA_TYPE, (), self.source.url))

    def _shell(self, results: bytes, window: TagWindow) -> Shell:
        """Return what a page says about itself; a page that says bad is kept and reported."""
        try:
            shell = shell_of(results)
        except UnreadableError as error:
            raise self._unreadable(error.found, error.expected, window) from error
        if not shell.bad:
            return shell
        if shell.status in _PASSING:
            raise _PassingError(shell.words)
        raise self._unreadable(f"the status {shell.words}", "its history", window)

    async def _release(self, client: Client, node: str, continuation: bytes) -> None:
        release = release_of(node, continuation)
        await client.uaclient.session._send_request(release)  # noqa: SLF001 - as above

    async def _hang_up(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            try:
                await asyncio.wait_for(client.disconnect(), self.source.timeout_seconds)
            except (OSError, TimeoutError, UaError):
                client.disconnect_socket()

    def _unreadable(self, found: str, expected: str, window: TagWindow) -> UnreadableError:
        return UnreadableError(
            found,
            expected=expected,
            where=f"{self.source.name}, {window.request}",
            move=f"the keepers of the {self.source.name} system look for the tag and its history",
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep asyncua's own log to itself during a fetch; what matters is in our errors."""
    log = logging.getLogger("asyncua")
    before = logging.NOTSET if log.level == _SILENT else log.level  # another fetch may be running
    log.setLevel(_SILENT)
    try:
        yield
    finally:
        log.setLevel(before)
