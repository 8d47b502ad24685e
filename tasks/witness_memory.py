"""What a witness remembers of each log, on the disk before it signs, and the key it signs with.

Needs nothing but the standard library, `cryptography` and `contracts`: a witness runs elsewhere.
"""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from contracts.errors import SiteError, StorageError

_FORMAT = "batchproof-witness/1"
_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class Seen:
    """The last state of a log that the witness signed."""

    size: int
    root: str
    """Head of the tree, hex."""
    note: str
    """The checkpoint as the log signed it: the log cannot deny it."""
    at: int
    """When the witness signed, in seconds since 1970."""


class Memory:
    """The state file of one witness; nobody else may hold it open. Not a value."""

    def __init__(
        self, path: Path, lock: int, key: Ed25519PrivateKey, logs: dict[str, Seen]
    ) -> None:
        self._path = path
        self._lock = lock
        self.key = key
        self._logs = logs

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the state at `path` with its key beside it (`.key`); both are made at first use.

        Raises:
            SiteError: another witness holds it, or one of the two files is gone: a witness that
                forgot what it saw would sign any log.
            StorageError: it cannot be written or read.
        """
        try:
            lock = _only_one(path)
        except OSError as error:
            raise _not_kept(path, error) from error
        try:
            return cls(path, lock, *_read(path))
        except OSError as error:
            os.close(lock)
            raise _not_kept(path, error) from error
        except SiteError:
            os.close(lock)
            raise

    def close(self) -> None:
        """Let another witness hold it."""
        os.close(self._lock)

    def seen(self, origin: str) -> Seen | None:
        """Return what was signed last of a log, or None."""
        return self._logs.get(origin)

    def last_time(self) -> int:
        """Return the time of the newest signature, in seconds since 1970; 0 if none."""
        return max((one.at for one in self._logs.values()), default=0)

    def keep(self, origin: str, seen: Seen) -> None:
        """Keep a state before it is signed: on the disk when this returns, or not at all.

        Raises:
            StorageError: it could not be kept, and must not be signed.
        """
        logs = self._logs | {origin: seen}
        try:
            _write(self._path, _state(logs))
        except OSError as error:
            raise _not_kept(self._path, error) from error
        self._logs = logs


def _only_one(path: Path) -> int:
    """Take the state for this process alone, until the handle is closed or the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise _no_state("a state that another witness holds", "one of its own", path) from None
    return lock


def _read(path: Path) -> tuple[Ed25519PrivateKey, dict[str, Seen]]:
    secret = path.with_name(f"{path.name}.key")
    if not path.exists() and not secret.exists():
        _write(path, _state({}))
    if not path.exists():
        raise _no_state(
            "a key without the state that belongs to it", f"{path.name} as it was", path
        )
    try:
        state = json.loads(path.read_text())
        logs = {str(origin): Seen(**seen) for origin, seen in state[_FORMAT].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_state(
            "a file that is no witness's state", f"the format {_FORMAT}", path
        ) from error
    if not secret.exists():
        if logs:
            raise _no_state("a state without the key that belongs to it", secret.name, path)
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        _write(secret, pem)
    return _key(secret), logs


def _key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise _no_state("a key file that is none", "an Ed25519 key in PEM", path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_state("a key of another kind", "an Ed25519 key in PEM", path)
    return key


def _state(logs: dict[str, Seen]) -> bytes:
    record = {_FORMAT: {origin: asdict(seen) for origin, seen in logs.items()}}
    return json.dumps(record, indent=1, sort_keys=True).encode()


def _write(path: Path, data: bytes) -> None:
    """Put a file in its place whole, and on the disk with its name."""
    aside = path.with_name(f"{path.name}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)  # noqa: PTH105 (names the atomic step)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _no_state(found: str, expected: str, path: Path) -> SiteError:
    return SiteError(
        found,
        expected=expected,
        where=str(path),
        move="the witness's operator restores it; starting anew makes another witness",
    )


def _not_kept(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"a state that cannot be kept ({error.strerror})",
        expected="room and the right to write",
        where=str(path),
        move="the witness's operator makes room or restores access; nothing was signed",
    )
