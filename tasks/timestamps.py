"""Asks a time-stamp authority when bytes existed, and believes no answer that it cannot check."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

import httpx
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.errors import VerificationError
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from contracts.errors import SealError, UnavailableError
from contracts.times import in_utc, written
from tasks.outsiders import TimestampAuthority

LARGEST_ANSWER: Final = 65_536
"""In bytes. A time stamp with its certificates has one to six thousand."""
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far an authority's clock may be from ours before one of the two is not believed."""
_PASSING: Final = {408, 429, 500, 502, 503, 504}
_WHOLE_ANSWER: Final = 6
_LONGEST_PAUSE: Final = 30.0
_GRANTED: Final = 0
_UNPARSABLE: Final = {
    "InvalidSetOrdering": "its set of certificates is not sorted as DER demands (an authority that "
    "sends its whole chain in an order of its own); the authority must send DER",
    "ShortData": "it ends too early",
    "ExtraData": "something follows its end",
}

Clock = Callable[[], datetime]


class _PassingError(SealError):
    """One attempt failed in a way that may pass."""


def stamp(authority: TimestampAuthority, data: bytes, clock: Clock | None = None) -> bytes:
    """Return the authority's response (RFC 3161, DER) that these bytes exist now.

    It was checked against the roots that the site file names: nonce, message imprint, signature,
    extended key usage, the chain at the time it states, and that this time is ours.

    Raises:
        UnavailableError: no answer after all attempts; nothing is sealed, asking again may help.
        SealError: it refused, or answered what cannot be checked: nothing is sealed.
        SiteError: the roots are not to be had.
    """
    request = (
        TimestampRequestBuilder()
        .data(data)
        .hash_algorithm(HashAlgorithm.SHA256)
        .cert_request(cert_request=True)
        .nonce(nonce=True)
        .build()
    )
    authority.roots()  # what can be known before asking is known before
    answer = _asked(authority, request.as_bytes())
    at = stamped_at(authority, data, answer, request.nonce)
    now = (clock or _now)()
    if abs(now - at) > CLOCK_TOLERANCE:
        raise _refused(
            f"the time {written(at)}, when our clock says {written(now)}",
            f"clocks not more than {CLOCK_TOLERANCE.seconds} s apart",
            "whoever administers this machine sets its clock; if it is right, the authority's "
            "keeper looks",
        )
    return answer


def stamped_at(
    authority: TimestampAuthority, data: bytes, response: bytes, nonce: int | None = None
) -> datetime:
    """Return the time that a response states for these bytes, after checking it against the roots.

    The certificates are judged at that time, not now: a stamp outlives its authority's certificate.

    Raises:
        SealError: it refuses, cannot be read, or anything in it does not verify.
        SiteError: the roots are not to be had.
    """
    read = _parsed(response)
    if read.status != _GRANTED:
        said = "; ".join(read.status_string)[:200]
        raise _refused(f"a refusal (status {read.status}{', ' if said else ''}{said})", "granted")
    verifier = VerifierBuilder(roots=list(authority.roots()), nonce=nonce).build()
    try:
        verifier.verify_message(read, data)
        at = in_utc(read.tst_info.gen_time)
    except VerificationError as error:
        raise _refused(f"a time stamp that does not verify: {error}", "one that does") from error
    except Exception as error:  # a library's own error on what a stranger sent
        found = f"a time stamp that cannot be checked ({type(error).__name__}: {str(error)[:120]})"
        raise _refused(found, "one that verifies") from error
    if read.as_bytes() != response:
        raise _refused("a time stamp in another spelling", "DER")
    return at


def _parsed(response: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(response)
    except Exception as error:  # a library's own error on what a stranger sent
        said = str(error)
        known = next((words for sign, words in _UNPARSABLE.items() if sign in said), said[:120])
        raise _refused(f"no readable time stamp: {known}", "an RFC 3161 response in DER") from error


def _asked(authority: TimestampAuthority, request: bytes) -> bytes:
    began = time.monotonic()
    base = authority.retry_delay_seconds
    tries = Retrying(
        stop=stop_after_attempt(authority.attempts),
        wait=wait_exponential_jitter(multiplier=base, max=_LONGEST_PAUSE, jitter=base),
        retry=retry_if_exception_type(_PassingError),
        reraise=True,
    )
    try:
        return tries(_once, authority, request)
    except _PassingError as error:
        raise UnavailableError(
            f"no usable answer in {tries.statistics.get('attempt_number', 1)} attempts over "
            f"{time.monotonic() - began:.0f} s; the last one: {error.found}",
            expected="a time stamp",
            where="the time-stamp authority",
            move="whoever runs the authority looks; nothing is sealed until then, then run again",
        ) from error


def _once(authority: TimestampAuthority, request: bytes) -> bytes:
    headers = {
        "Accept": "application/timestamp-reply",
        "Accept-Encoding": "identity",
        "Content-Type": "application/timestamp-query",
        "User-Agent": "batchproof",
    }
    secure = authority.url.startswith("https:")
    with (
        _in_our_words(authority),
        httpx.Client(
            timeout=authority.timeout_seconds,
            trust_env=False,  # neither proxies nor .netrc: the site file says who is asked
            verify=ssl.create_default_context() if secure else False,
        ) as client,
        client.stream("POST", authority.url, content=request, headers=headers) as response,
    ):
        status = response.status_code
        if status in _PASSING:
            raise _PassingError(f"the answer {status}")
        if status != HTTPStatus.OK:
            raise _refused(f"the answer {status}", "a time stamp (200)")
        return _body(response, time.monotonic() + _WHOLE_ANSWER * authority.timeout_seconds)


def _body(response: httpx.Response, deadline: float) -> bytes:
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise _refused(f"an answer of more than {LARGEST_ANSWER} bytes", "a time stamp")
        if time.monotonic() > deadline:
            raise _PassingError(f"the answer took more than {_WHOLE_ANSWER} timeouts")
    return bytes(body)


@contextmanager
def _in_our_words(authority: TimestampAuthority) -> Iterator[None]:
    """Say what went wrong on the line without its address."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise _PassingError(f"silence for {authority.timeout_seconds:g} s") from error
    except httpx.ConnectError as error:
        raise _PassingError(f"no connection ({str(error)[:100]})") from error
    except httpx.TransportError as error:
        raise _PassingError("the connection was cut") from error


def _refused(found: str, expected: str, move: str = "") -> SealError:
    return SealError(
        found,
        expected=expected,
        where="the time-stamp authority's answer",
        move=move or "the authority's keeper looks; nothing is sealed until then",
    )


def _now() -> datetime:
    return datetime.now(UTC)
