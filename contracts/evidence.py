"""Bytes with an identity: what was captured, when, from whom, and how to find a point in it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.times import in_utc, written

Digest: TypeAlias = str
"""The SHA-256 of bytes (FIPS 180-4), 64 lower-case hexadecimal digits."""


def digest_of(data: bytes) -> Digest:
    """Return the name of these bytes."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Capture:
    """Original bytes as a source handed them over: their digest, and the asking that brought them.

    The address that was asked (host and port) is kept in the ledger, not here: a capture is the
    same evidence whichever door of the same system it came through.
    """

    digest: Digest
    size: int
    source: str
    """The source's name in the site file: `batch_record`, `lims` or `equipment`."""
    system: str
    """What kind of interface answered: `b2mml-http`, `senaite`, `opcua-ha`."""
    request: str
    """What was asked, in one line, without host and without secrets."""
    media_type: str
    headers: tuple[tuple[str, str], ...]
    """Response headers that say something about the content, lower-case names, sorted."""
    contract: str
    """The source contract the bytes are read by: `id@version`."""
    captured_at: datetime
    earlier: Digest = ""
    """The collection it was first filed in, where it is kept beside what came later; else empty.

    An earlier capture is not judged: what was said then is compared with what is said now."""

    def record(self) -> dict[str, Json]:
        """Return the capture as a canonical record; only an earlier one says that it is."""
        earlier: dict[str, Json] = {"earlier": self.earlier} if self.earlier else {}
        return earlier | {
            "captured_at": written(self.captured_at),
            "contract": self.contract,
            "digest": self.digest,
            "headers": [[name, value] for name, value in self.headers],
            "media_type": self.media_type,
            "request": self.request,
            "size": self.size,
            "source": self.source,
            "system": self.system,
        }

    def __post_init__(self) -> None:
        """Refuse a time without a zone."""
        in_utc(self.captured_at)


@dataclass(frozen=True, slots=True)
class Place:
    """A span of bytes in a capture, and the same place in the format's own words."""

    capture: Digest
    offset: int
    """In bytes, from the start of the capture."""
    length: int
    """In bytes, at least 1: an empty span quotes nothing."""
    pointer: str
    """JSON pointer (RFC 6901), XPath, or `tag[row]`."""

    def __post_init__(self) -> None:
        """Refuse a place that is no place."""
        if self.offset < 0 or self.length < 1:
            raise IntegrityError(
                f"a span of {self.length} bytes at {self.offset}",
                expected="at least one byte, at or after the start",
                where=self.pointer,
            )

    def record(self) -> dict[str, Json]:
        """Return the place as a canonical record."""
        return {
            "capture": self.capture,
            "length": self.length,
            "offset": self.offset,
            "pointer": self.pointer,
        }
