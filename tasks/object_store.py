"""Keeps captured bytes in a bucket that several machines share (S3): the only door to it.

The server itself is asked to write once (`If-None-Match: *`, RFC 9110, 13.1.2): of many writers of
one digest one writes, and nobody writes over what lies there. Keys, region and endpoint are the
`AWS_...` variables of the environment (or the machine's role); they are never a setting of ours.
"""

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

from contracts.errors import (
    BatchproofError,
    IntegrityError,
    NotFoundError,
    SiteError,
    StorageError,
    UnavailableError,
)
from contracts.evidence import Digest, digest_of

if TYPE_CHECKING:
    from obstore.store import S3Store

SCHEME: Final = "s3://"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._=-]*)*/?", re.ASCII)
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_CODE: Final = re.compile(r"<Code>([A-Za-z]{1,60})</Code>", re.ASCII)
_STATUS: Final = re.compile(r"status code: ([0-9]{3})", re.ASCII)
_ROLE: Final = ("/latest/api/token", "/latest/meta-data", "169.254.170.2")
"""What stands in a fault of asking for the keys of the machine's role."""
_AGAIN: Final = ("429", "5")
_ATTEMPTS: Final = 4
_PATIENCE: Final = timedelta(seconds=30)
_CONNECT: Final = timedelta(seconds=5)
_LONGEST: Final = timedelta(minutes=10)
"""One request of the largest capture over a slow line."""


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """A room of a bucket, laid out as `ab/cdef...` by digest, as `tasks.store.Store` lays it out.

    An object appears under its digest complete or not at all. Several machines may write at once.
    """

    bucket: "S3Store"
    where: str

    @classmethod
    def open(cls, address: str, room: str) -> Self:
        """Open a room of `s3://bucket/prefix`. Nothing is asked of the server yet.

        Raises:
            SiteError: this is no such address, or the extra `s3` is not installed.
        """
        name, prefix = _address(address)
        endpoint = next((os.environ[one] for one in _ENDPOINTS if os.environ.get(one)), "")
        host = urlsplit(endpoint).netloc.rpartition("@")[2]
        where = f"the evidence store {SCHEME}{name}{prefix}" + (f" at {host}" if host else "")
        return cls(_bucket(name, f"{prefix}/{room}".strip("/"), endpoint), where)

    def put(self, data: bytes) -> Digest:
        """Keep the bytes and return their digest: see `Storage.put`."""
        from obstore.exceptions import AlreadyExistsError, BaseError  # noqa: PLC0415 (an extra)

        digest = digest_of(data)
        try:
            self.bucket.put(_key(digest), data, mode="create")
        except AlreadyExistsError:
            pass  # whether they are the same bytes is looked at below
        except (BaseError, OSError) as error:
            raise self._fault(error, f"{len(data)} bytes could not be kept") from error
        self.get(digest)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of this digest, hashed again on the way out: see `Storage.get`."""
        from obstore.exceptions import BaseError  # noqa: PLC0415 (an extra)

        try:
            data = bytes(self.bucket.get(_key(digest)).bytes())
        except (BaseError, OSError) as error:
            raise self._fault(error, f"{digest} cannot be read", missing=digest) from error
        if digest_of(data) != digest:
            raise IntegrityError(
                f"bytes with the digest {digest_of(data)} under the name {digest}",
                expected="bytes that have the digest they are named by",
                where=self.where,
                move="QA and the administrator find out who changed the object; nothing is "
                "concluded",
            )
        return data

    def _fault(self, error: Exception, what: str, *, missing: Digest = "") -> BatchproofError:
        """Return what went wrong in our own words: the library's repeat parts of the keys."""
        text = str(error)
        code, status = _first(_CODE, text), _first(_STATUS, text)
        if isinstance(error, FileNotFoundError) and code != "NoSuchBucket" and missing:
            return NotFoundError(
                f"no bytes with the digest {missing}",
                where=self.where,
                move="restore them from a copy of the store, or collect the batch again",
            )
        said = code or (f"HTTP status {status}" if status else type(error).__name__)
        known = _refused(said, status, text)
        if known is not None:
            found, expected, move = known
            return StorageError(f"{what}: {found}", expected=expected, where=self.where, move=move)
        return UnavailableError(
            f"{what}: the object store did not answer ({said})",
            expected="an answer",
            where=self.where,
            move="the administrator looks whether it runs and can be reached; then run again",
        )


def _refused(said: str, status: str, text: str) -> tuple[str, str, str] | None:
    """Return found, expected and whose move it is; None if asking again may help."""
    if said == "NoSuchBucket":
        return (
            f"no bucket of this name ({said})",
            "the bucket that the setting BATCHPROOF_STORE names",
            "the administrator makes the bucket or corrects the setting",
        )
    if any(one in text for one in _ROLE):
        return (
            "no keys for the object store",
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a machine's role",
            "the administrator sets them; then run again",
        )
    if status in {"401", "403"}:
        return (
            f"the object store refuses ({said})",
            "keys that may put and get objects there, and need no more",
            "the administrator checks the keys and what they may do; then run again",
        )
    if status and not status.startswith(_AGAIN):
        return (
            f"the object store does not take this ({said})",
            "a server that answers gets, and puts with If-None-Match",
            "the administrator looks at the server; then run again",
        )
    return None


def _address(text: str) -> tuple[str, str]:
    """Return bucket and prefix, as `/a/b` or empty; the text itself is never repeated."""
    name, slash, rest = text.removeprefix(SCHEME).partition("/")
    if not (_BUCKET.fullmatch(name) and _PREFIX.fullmatch(slash + rest)):
        raise SiteError(
            "an address of an evidence store that is none",
            expected="s3://BUCKET/PREFIX, with nothing else in it; keys stand in AWS_... variables",
            where="the setting BATCHPROOF_STORE",
            move="the administrator corrects the setting",
        )
    return name, (slash + rest).rstrip("/")


def _bucket(name: str, prefix: str, endpoint: str) -> "S3Store":
    try:
        from obstore.store import S3Store  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise SiteError(
            "an evidence store in a bucket, without what speaks with it",
            expected="Batchproof installed with its extra 's3'",
            where="the setting BATCHPROOF_STORE",
            move="the administrator installs it",
        ) from error
    return S3Store(
        name,
        prefix=prefix,
        config={"endpoint": endpoint} if endpoint else {},
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "connect_timeout": _CONNECT,
            "read_timeout": _PATIENCE,
            "timeout": _LONGEST,
        },
        retry_config={"max_retries": _ATTEMPTS, "retry_timeout": _PATIENCE},
    )


def _key(digest: Digest) -> str:
    """Return where the bytes of this digest lie, or would lie."""
    if not _DIGEST.fullmatch(digest):
        raise IntegrityError(
            f"'{digest[:80]}' as the name of bytes", expected="64 lower-case hex digits"
        )
    return f"{digest[:2]}/{digest[2:]}"


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""
