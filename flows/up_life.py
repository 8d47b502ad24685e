"""A process that `batchproof up` started ends when `batchproof up` does, however that ended."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """End this process and all it started as soon as its input closes.

    `batchproof up` holds the other end; the system closes it when that process is gone, also after
    `kill -9`. Whoever is started so leads a process group of its own, which ends with it.
    """
    threading.Thread(target=_watch, name="lives as long as its parent", daemon=True).start()


def _watch() -> None:
    while sys.stdin.buffer.read(1024):
        continue
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
