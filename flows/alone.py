"""Of one home folder, one of a kind runs: the system lets the folder go when that one is gone."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import SiteError


@contextmanager
def alone(lock: Path, what: str) -> Iterator[None]:
    """Hold a lock in the folder `up` of a home folder, for as long as this process lives at most.

    Raises:
        SiteError: another process holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SiteError(
                f"another {what} that runs with this home folder",
                expected="one at a time",
                where=str(lock.parent.parent),
                move="stop the other one, or set BATCHPROOF_HOME",
            ) from error
        yield
