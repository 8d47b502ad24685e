"""Lets a folder appear in its place whole or not at all, and clears away what killed runs left."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_PARTIAL: Final = ".partial"
_THERE: Final = {errno.ENOTEMPTY, errno.EEXIST}


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside a place; it is gone at the end, unless it `appears` there.

    What runs that were killed have left there is removed: a living one holds a lock on its own.

    Raises:
        OSError: it cannot be made.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f".*{_PARTIAL}"):
        _sweep(leftover)
    folder, lock = _locked(target)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def appears(folder: Path, target: Path) -> bool:
    """Move a folder to its place once all of it is on the disk; False: another was faster.

    Raises:
        OSError: it cannot be written, or moved.
    """
    for path in folder.rglob("*"):
        _settle(path)
    _settle(folder)
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno not in _THERE:
            raise
        return False
    _settle(target.parent)
    return True


def _locked(target: Path) -> tuple[Path, int]:
    """Return a new folder and the handle that holds the lock on it."""
    while True:
        folder = target.with_name(f".{target.name}.{secrets.token_hex(8)}{_PARTIAL}")
        folder.mkdir()
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # a sweeper took it before it was even opened
        with suppress(OSError):  # a file system without such locks is not swept either
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():  # no sweeper took it in the instant before it was locked
            return folder, lock
        os.close(lock)


def _sweep(leftover: Path) -> None:
    with suppress(OSError):
        handle = os.open(leftover, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(leftover, ignore_errors=True)
        finally:
            os.close(handle)


def _settle(path: Path) -> None:
    """Have a file, or a folder's own entries, written to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
