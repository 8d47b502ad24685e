"""The tree over the chunks of one capture: a part of a large capture can be proved by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contracts import restore
from contracts.canonical import Json
from contracts.evidence import Capture, Digest
from contracts.members import Record, digest
from contracts.merkle import root

CHUNK: Final = 65_536
"""Bytes of a chunk; the last one of a capture may be shorter."""


def tree_of(data: bytes) -> Digest:
    """Return the RFC 6962 tree head over a capture's chunks; an empty capture has none."""
    return root(_chunks(data))


def _chunks(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))


@dataclass(frozen=True, slots=True)
class ChunkedCapture:
    """A capture as a package's table names it: with the tree head over its chunks."""

    capture: Capture
    tree: Digest

    def record(self) -> dict[str, Json]:
        """Return the capture as a canonical record."""
        return self.capture.record() | {"tree": self.tree}


def chunked_capture(record: Record) -> ChunkedCapture:
    """Return the capture that a record says."""
    return ChunkedCapture(restore.capture(record), digest(record, "tree"))
