"""The folder of keys: who may read it, which keys there are, and one writer at a time."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contracts import members
from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import BatchproofError, SealError
from contracts.restore import restored
from contracts.times import read_time
from contracts.trust import Change, KeyChange, TrustedKey, Use
from contracts.trust_file import parse_key

FORMAT: Final = "batchproof-keys/1"
STATE: Final = "keys.json"
_LOCK: Final = ".lock"
_LARGEST_FILE: Final = 1_048_576
_MOVE: Final = "whoever administers this machine looks; nothing is sealed until then"


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A key that we sign or signed with. The secret itself is never held here."""

    trusted: TrustedKey
    demo: bool
    """The program made it itself, for trying it out."""
    file: str
    """Its file in the folder; empty if a setting names where it is."""

    def record(self) -> dict[str, Json]:
        """Return the key as a canonical record."""
        return {"demo": self.demo, "file": self.file, "key": self.trusted.record()}


@dataclass(frozen=True, slots=True)
class KeyState:
    """Every key there ever was, in the order they came, and the changes not yet in the log."""

    keys: tuple[HeldKey, ...] = ()
    pending: tuple[KeyChange, ...] = ()

    def of(self, use: Use) -> tuple[HeldKey, ...]:
        """Return the keys of one use."""
        return tuple(one for one in self.keys if one.trusted.use is use)

    def current(self, use: Use) -> HeldKey | None:
        """Return the key that signs now: the one that has not ended."""
        living = [one for one in self.of(use) if one.trusted.until is None]
        return living[-1] if living else None

    def record(self) -> dict[str, Json]:
        """Return the state as a canonical record."""
        return {
            "format": FORMAT,
            "keys": [one.record() for one in self.keys],
            "pending": [one.record() for one in self.pending],
        }


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """A folder that only its owner may enter, with the private keys and the list of all keys."""

    path: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from changing keys while the block runs.

        Raises:
            SealError: the folder cannot be made or locked, or others may enter it.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            refuse_strangers(self.path)
            handle = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unkept(self.path, error) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def state(self) -> KeyState:
        """Return which keys there are; none at first.

        Raises:
            SealError: the list cannot be read, says something else, or others may read it.
        """
        path = self.path / STATE
        if not path.exists():
            return KeyState()
        data = read_private(path)
        try:
            return restored("list of keys", _state, parse_strict(data))
        except BatchproofError as error:
            raise SealError(
                error.found, expected=error.expected or FORMAT, where=str(path), move=_MOVE
            ) from error

    def keep(self, state: KeyState) -> None:
        """Write the list of keys, complete or not at all.

        Raises:
            SealError: it could not be written.
        """
        unfinished = self._unfinished(STATE)
        try:
            _write_new(unfinished, canonical(state.record()))
            unfinished.replace(self.path / STATE)
            _settle(self.path)
        except OSError as error:
            raise _unkept(self.path / STATE, error) from error
        finally:
            unfinished.unlink(missing_ok=True)

    def keep_private(self, name: str, pem: bytes) -> None:
        """Write a private key under a name that no key has yet, complete or not at all.

        It is for its owner's eyes only, and nobody sees a part of it under its name.

        Raises:
            SealError: it could not be written, or the name has a key.
        """
        unfinished = self._unfinished(name)
        try:
            _write_new(unfinished, pem)
            os.link(unfinished, self.path / name)
            _settle(self.path)
        except OSError as error:
            raise _unkept(self.path / name, error) from error
        finally:
            unfinished.unlink(missing_ok=True)

    def _unfinished(self, name: str) -> Path:
        return self.path / f".{name}-{secrets.token_hex(8)}"


def refuse_strangers(path: Path) -> None:
    """Refuse a file or folder that others than its owner may use.

    A file of ours is for us alone; one of another owner (a mounted secret) may be read by a group.

    Raises:
        SealError: others may read or write it.
        OSError: it is not there, or cannot be looked at.
    """
    seen = path.stat()
    forbidden = 0o077 if seen.st_uid == os.geteuid() else 0o027
    if seen.st_mode & forbidden:
        raise SealError(
            f"a key's place that others may use (mode {seen.st_mode & 0o777:04o})",
            expected="0700 for the folder, 0600 for a file in it",
            where=str(path),
            move="whoever administers this machine finds out who read it, rotates the key if "
            "anybody did, and takes the others' permissions away",
        )


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that only its owner may read.

    Raises:
        SealError: it is not there, cannot be read, is too long, or others may read it.
    """
    try:
        refuse_strangers(path)
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise SealError(
            f"no readable key file ({error.strerror})",
            expected="the file, readable for its owner",
            where=str(path),
            move=_MOVE,
        ) from error
    if len(data) > _LARGEST_FILE:
        raise SealError(
            "a file too long for a key", expected="a key file", where=str(path), move=_MOVE
        )
    return data


def _write_new(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)


def _settle(path: Path) -> None:
    """Have the names in a folder on the disk."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _state(record: members.Record) -> KeyState:
    if set(record) != {"format", "keys", "pending"} or record["format"] != FORMAT:
        raise ValueError(FORMAT)
    keys = [_held(members.mapping(one)) for one in members.items(record["keys"])]
    pending = [_change(members.mapping(one)) for one in members.items(record["pending"])]
    return KeyState(tuple(keys), tuple(pending))


def _held(record: members.Record) -> HeldKey:
    demo, file = record["demo"], members.text(record, "file")
    if not isinstance(demo, bool) or Path(file).name != file:
        raise ValueError(file)
    return HeldKey(parse_key(record["key"]), demo, file)


def _change(record: members.Record) -> KeyChange:
    key = dict(members.mapping(record["key"]))
    reason = str(key.pop("reason"))
    at, by = read_time(members.text(record, "at")), members.text(record, "by")
    return KeyChange(at, by, Change(members.text(record, "change")), parse_key(key), reason)


def _unkept(path: Path, error: OSError) -> SealError:
    return SealError(
        f"a key that could not be kept ({error.strerror})",
        expected="room and permission to write",
        where=str(path),
        move=_MOVE,
    )
