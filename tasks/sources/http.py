"""Asks a source over HTTP: patient with what passes, strict with what does not, bytes unaltered."""

import math
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote, urlencode, urlsplit

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from contracts.errors import NotFoundError, SourceError, UnavailableError, UnreadableError
from tasks.site_source import SiteSource
from tasks.sources.fetched import Fetched

LARGEST_ANSWER = 64 * 1024 * 1024
"""In bytes. No record of one batch comes near; an endless answer must not fill the machine."""
_LONGEST_PAUSE = 30.0
_WHOLE_ANSWER = 6
"""A source may stay silent for its timeout, and take this many timeouts for a whole answer."""
_PASSING = {408, 429, 500, 502, 503, 504}
_KEPT = {
    "content-digest",
    "content-disposition",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "digest",
    "etag",
    "last-modified",
    "repr-digest",
}
_REFUSALS = MappingProxyType(
    {
        401: ("it did not accept our token (401)", "an accepted token"),
        403: ("it does not let us read this (403)", "permission to read"),
        404: ("it knows nothing there (404)", "the record of the batch"),
        410: ("the record is gone (410)", "the record of the batch"),
    }
)


class _PassingError(SourceError):
    """One attempt failed in a way that may pass; the pause the source asks for, in seconds."""

    pause: float = 0.0


class NothingThereError(UnreadableError):
    """The source knows nothing at this path (404)."""


class Door:
    """One source's HTTP interface, open for the length of one fetch."""

    def __init__(self, source: SiteSource, accept: str) -> None:
        token = source.token()
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "batchproof"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        secure = source.url.startswith("https:")
        self._source = source
        self._client = httpx.Client(
            headers=headers,
            timeout=source.timeout_seconds,
            follow_redirects=False,
            trust_env=False,  # neither proxies nor .netrc: the site file says who is asked
            verify=ssl.create_default_context() if secure else False,
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> Fetched:
        """Return the answer to one GET below the source's address, asked again while it may help.

        `path` begins with `/` and is quoted already (see `segment`).

        Raises:
            UnavailableError: no answer after all attempts.
            UnreadableError: a redirect, a refusal, another encoding, or an answer without end.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        began = time.monotonic()
        tries = Retrying(
            stop=stop_after_attempt(self._source.attempts),
            wait=self._pause,
            retry=retry_if_exception_type(_PassingError),
            reraise=True,
        )
        try:
            return tries(self._once, target)
        except _PassingError as error:
            times = tries.statistics.get("attempt_number", 1)
            raise UnavailableError(
                f"no usable answer in {times} attempts over {time.monotonic() - began:.0f} s; "
                f"the last one: {error.found}",
                expected="a complete answer",
                where=f"{self._source.name}, GET {target}",
                move=f"whoever runs the {self._source.name} system looks; then collect again",
            ) from error

    def _pause(self, state: RetryCallState) -> float:
        """Return how long to wait: twice as long each time, and never less than we were told."""
        base = self._source.retry_delay_seconds
        usual = wait_exponential_jitter(multiplier=base, max=_LONGEST_PAUSE, jitter=base)(state)
        error = state.outcome.exception() if state.outcome else None
        told = error.pause if isinstance(error, _PassingError) else 0.0
        return max(usual, told)

    def _once(self, target: str) -> Fetched:
        with (
            _in_our_words(self._source),
            self._client.stream("GET", self._source.url.rstrip("/") + target) as response,
        ):
            self._accept(response, target)
            body = self._body(response, target)
        kept = sorted((k.lower(), v) for k, v in response.headers.items() if k.lower() in _KEPT)
        media_type = response.headers.get("content-type", "application/octet-stream")
        return Fetched(body, f"GET {target}", media_type, tuple(kept), str(response.url))

    def _accept(self, response: httpx.Response, target: str) -> None:
        """Refuse every answer but a plain 200."""
        status = response.status_code
        if status in _PASSING:
            raise self._passing(response, target)
        if response.is_redirect or HTTPStatus(300) <= status < HTTPStatus(400):
            host = urlsplit(response.headers.get("location", "")).hostname
            elsewhere = f" ({host})" if host else ""
            found, expected = f"a redirect elsewhere{elsewhere} ({status})", "an answer from itself"
        elif status != HTTPStatus.OK:
            words = f"the answer {status}", "a complete answer (200)"
            found, expected = _REFUSALS.get(status, words)
        elif response.headers.get("content-encoding", "identity") != "identity":
            found, expected = "an answer in a packed encoding", "the bytes as they are (identity)"
        else:
            return
        raise self._refused(found, expected, target)

    def _passing(self, response: httpx.Response, target: str) -> SourceError:
        """Return the error of an answer that may be better next time, with the pause it asks."""
        status = response.status_code
        told = _seconds(response.headers.get("retry-after", ""))
        if told > _LONGEST_PAUSE:
            return UnavailableError(
                f"the answer {status}, and the wish to be asked again in {told:.0f} s",
                expected="an answer",
                where=f"{self._source.name}, GET {target}",
                move="collect again after that time",
            )
        error = _PassingError(f"the answer {status}")
        error.pause = told
        return error

    def _body(self, response: httpx.Response, target: str) -> bytes:
        """Return all bytes of the answer, as long as they come in time and come to an end."""
        deadline = time.monotonic() + _WHOLE_ANSWER * self._source.timeout_seconds
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > LARGEST_ANSWER:
                found = f"an answer of more than {LARGEST_ANSWER} bytes"
                raise self._refused(found, "an answer that comes to an end", target)
            if time.monotonic() > deadline:
                raise _PassingError(f"the answer took more than {_WHOLE_ANSWER} timeouts")
        return bytes(body)

    def _refused(self, found: str, expected: str, target: str) -> UnreadableError:
        kind = NothingThereError if found == _REFUSALS[404][0] else UnreadableError
        return kind(
            found,
            expected=expected,
            where=f"{self._source.name}, GET {target}",
            move=f"the keepers of the {self._source.name} system and of the site file look",
        )


@contextmanager
def opened(source: SiteSource, accept: str) -> Iterator[Door]:
    """Open a source's HTTP interface for one fetch, and hang up afterwards."""
    door = Door(source, accept)
    try:
        yield door
    finally:
        door.close()


def segment(name: str) -> str:
    """Return a name quoted as one path segment, which it cannot leave.

    Raises:
        NotFoundError: nothing can have this name (empty, dots alone, control characters).
    """
    if not name.strip(".") or not name.isprintable():
        raise NotFoundError(f"the batch number {name!r}", expected="a batch number")
    return quote(name, safe="")


@contextmanager
def _in_our_words(source: SiteSource) -> Iterator[None]:
    """Say what went wrong on the line without address and without secrets."""
    try:
        yield
    except httpx.ConnectTimeout as error:
        found = f"no connection within {source.timeout_seconds:g} s"
        raise _PassingError(found) from error
    except httpx.TimeoutException as error:
        found = f"silence for {source.timeout_seconds:g} s"
        raise _PassingError(found) from error
    except httpx.ConnectError as error:
        raise _PassingError(f"no connection ({str(error)[:100]})") from error
    except httpx.RemoteProtocolError as error:
        raise _PassingError("the connection was cut in the middle of the answer") from error
    except httpx.TransportError as error:
        raise _PassingError("the connection failed") from error


def _seconds(written: str) -> float:
    """Return how long a Retry-After header asks us to wait (RFC 9110, 10.2.3), or 0."""
    if written.isascii() and written.isdecimal():
        return float(written)
    try:
        at = parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return 0.0
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, math.ceil((aware - datetime.now(UTC)).total_seconds()))
