"""Keeps captured bytes as they came, each under its own SHA-256, written once and never changed."""

import errno
import fcntl
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import IntegrityError, NotFoundError, StorageError
from contracts.evidence import Digest, digest_of

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNFINISHED = ".unfinished-"
_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file system takes no file of this size",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "the folder may not be written",
    errno.EPERM: "the folder may not be written",
    errno.EIO: "the disk reports an input/output fault",
}
_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_CHANCES = 5


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of captured bytes, laid out as `ab/cdef...` by their digest.

    A file appears under its digest complete or not at all, also when a writer is killed or the
    disk fills up. Several processes may write at once.
    """

    root: Path

    def path(self, digest: Digest) -> Path:
        """Return where the bytes of this digest lie, or would lie.

        Raises:
            IntegrityError: this is no SHA-256 digest.
        """
        if not _DIGEST.fullmatch(digest):
            raise IntegrityError(
                f"'{digest[:80]}' as the name of bytes", expected="64 lower-case hex digits"
            )
        return self.root / digest[:2] / digest[2:]

    def put(self, data: bytes) -> Digest:
        """Keep the bytes and return their digest; bytes that are kept already stay as they are.

        Raises:
            StorageError: they could not be kept; nothing half-written stays.
            IntegrityError: other bytes lie under their digest.
        """
        digest = digest_of(data)
        final = self.path(digest)
        try:
            if not final.exists():
                self._write_once(final, data)
        except OSError as error:
            reason = _FULL.get(error.errno or 0, error.strerror or "the file system refused")
            raise StorageError(
                f"{len(data)} bytes could not be kept: {reason}",
                expected="room and permission to write",
                where=f"the evidence store {self.root}",
                move="the administrator makes room or restores access; then run again",
            ) from error
        self.get(digest)
        return digest

    def get(self, digest: Digest) -> bytes:
        """Return the bytes of this digest, hashed again on the way out.

        Raises:
            NotFoundError: nothing is kept under this digest.
            IntegrityError: what lies there has another digest.
            StorageError: what lies there cannot be read.
        """
        path = self.path(digest)
        where = f"the evidence store {self.root}"
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(
                f"no bytes with the digest {digest}",
                where=where,
                move="restore them from a copy of the store, or collect the batch again",
            ) from error
        except OSError as error:
            reason = _FULL.get(error.errno or 0, error.strerror or "the file system refused")
            raise StorageError(f"{digest} cannot be read: {reason}", where=where) from error
        if digest_of(data) != digest:
            raise IntegrityError(
                f"bytes with the digest {digest_of(data)} under the name {digest}",
                expected="bytes that have the digest they are named by",
                where=where,
                move="QA and the administrator find out who changed the file; nothing is concluded",
            )
        return data

    def sweep(self) -> int:
        """Remove what writers that were killed have left, and return how many files that were."""
        if not self.root.is_dir():
            return 0
        return sum(_swept(folder) for folder in self.root.iterdir() if folder.is_dir())

    def _write_once(self, final: Path, data: bytes) -> None:
        folder = final.parent
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            _settle(self.root)
        _swept(folder)
        for _ in range(_CHANCES):
            unfinished = folder / f"{_UNFINISHED}{os.getpid()}-{secrets.token_hex(8)}"
            try:
                _write(unfinished, final, data)
            except FileNotFoundError:
                continue  # a sweeper took the file in the instant before it was locked
            finally:
                unfinished.unlink(missing_ok=True)
            _settle(folder)
            return
        raise FileNotFoundError(errno.ENOENT, "the folder's files disappear while being written")


def _write(unfinished: Path, final: Path, data: bytes) -> None:
    """Write to a locked file beside the final place, then give it its name in one step."""
    handle = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o400)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fchmod(handle, 0o444)
        os.fsync(handle)
        _name(unfinished, final)
    finally:
        os.close(handle)


def _name(unfinished: Path, final: Path) -> None:
    """Let the finished file appear under its digest; another writer's equal file may stay."""
    try:
        os.link(unfinished, final)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
        unfinished.replace(final)


def _settle(folder: Path) -> None:
    """Have the folder's own entries written to the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swept(folder: Path) -> int:
    """Remove unfinished files whose writer is gone: a living writer holds a lock on its own."""
    return sum(_removed(leftover) for leftover in folder.glob(f"{_UNFINISHED}*"))


def _removed(leftover: Path) -> bool:
    try:
        handle = os.open(leftover, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        leftover.unlink(missing_ok=True)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
