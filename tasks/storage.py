"""Where captured bytes and records are kept: a folder, or a bucket that several machines share."""

from pathlib import Path
from typing import Protocol

from contracts.errors import SiteError
from contracts.evidence import Digest
from tasks.object_store import SCHEME, ObjectStore
from tasks.store import Store


class Storage(Protocol):
    """Bytes under their own SHA-256, written once and never changed. Threads may call at once."""

    def put(self, data: bytes) -> Digest:
        """Keep the bytes and return their digest; bytes that are kept already stay as they are.

        Raises:
            StorageError: they could not be kept; nothing half-written stays.
            UnavailableError: the place did not answer; asking again may help.
            IntegrityError: other bytes lie under their digest.
        """
        ...

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of this digest, hashed again on the way out.

        Raises:
            NotFoundError: nothing is kept under this digest.
            IntegrityError: what lies there has another digest.
            StorageError, UnavailableError: what lies there cannot be read, now or at all.
        """
        ...


def open_storage(address: str, home: Path, room: str) -> Storage:
    """Open one room (`captures`, `records`) of the evidence store at an address.

    `address` is a folder or `s3://bucket/prefix`; if empty, the home folder. A room lies alike in
    both, `room/ab/cdef...`: a folder that is copied into a bucket as it is, is that store.

    Raises:
        SiteError: the address is of neither kind, or what it needs is not installed.
    """
    if address.startswith(SCHEME):
        return ObjectStore.open(address, room)
    if "://" in address:
        raise SiteError(
            f"an evidence store of the kind '{address.partition(':')[0][:20]}'",
            expected="a folder, or s3://BUCKET/PREFIX",
            where="the setting BATCHPROOF_STORE",
            move="the administrator corrects the setting",
        )
    return Store((Path(address) if address else home) / room)
