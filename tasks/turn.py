"""One worker at a batch at a time: others wait for their turn, and a turn ends with its holder."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from contracts.errors import StorageError, UnavailableError
from contracts.evidence import digest_of
from tasks.desk import Desk

FOLDER: Final = "turns"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


class BusyError(UnavailableError):
    """Another worker is at the batch, and was for as long as there was patience."""


@contextmanager
def turn_at(desk: Desk, batch: str, seconds: float | None = None) -> Iterator[None]:
    """Hold the turn at a batch while the block runs; whoever comes meanwhile waits.

    Where the ledger is a file, the turn is a lock on a file in the desk's home, and all workers are
    on that machine; where it is a server, the turn is a lock there. The kernel or the server frees
    it when the holder is killed. It is not held twice: a block within must not ask for it again.
    `seconds` is the patience, the desk's own if None.

    Raises:
        BusyError: others held it for longer than that.
        UnavailableError: the ledger's server does not answer.
        StorageError: the file of the turn cannot be made.
    """
    patience = desk.patience_seconds if seconds is None else seconds
    turns = desk.ledger.turns
    own = None if turns.on_server else _lock(desk.home / FOLDER, batch, patience)
    with own or turns.hold(batch, patience) as ours:
        if not ours:
            raise BusyError(
                f"another worker at the batch {batch} for {patience:g} s",
                expected="its end, or the end of its turn",
                move="look at what runs for this batch; asking again waits again",
            )
        yield


@contextmanager
def next_turn(desk: Desk, batch: str, work: str) -> Iterator[bool]:
    """Hold the turn at a batch, unless somebody waits for it to do the same work: gives False then.

    Who waits has not begun: it will see everything that is known when it does, so a second one in
    the queue would only keep a place from other batches. Work without a name waits in any case.

    Raises:
        As `turn_at`.
    """
    with ExitStack() as ours:
        with ExitStack() as queue:
            if work:
                try:
                    queue.enter_context(turn_at(desk, f"{work}, next at {batch}", 0))
                except BusyError:
                    yield False
                    return
            ours.enter_context(turn_at(desk, batch))
        yield True


@contextmanager
def _lock(folder: Path, batch: str, seconds: float) -> Iterator[bool]:
    """Hold the lock of a batch; gives False if it was not to be had in time.

    The file's name is a digest: a batch's text never becomes a path. The file stays: whoever
    removed it would give two workers two files.
    """
    path = folder / f"{digest_of(batch.encode())}.turn"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise StorageError(
            f"no file for the turn at {batch} ({error.strerror})",
            expected="room and the right to write",
            where=str(folder),
            move="the administrator makes room or gives the right; then run again",
        ) from error
    with file:
        yield _in_time(file.fileno(), seconds)


def _in_time(file: int, seconds: float) -> bool:
    until, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return True
