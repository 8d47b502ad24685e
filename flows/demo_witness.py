"""The demo's witness: a process of its own that has seen the log before anybody asks."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import UnavailableError
from contracts.tlog_note import VerifierKey

_GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Witnessing:
    """Where the witness answers, and the key (vkey) it signs with."""

    url: str
    key: str

    def section(self) -> str:
        """Return the site file's section that names it."""
        return f"witness:\n  url: {self.url}\n  key: {self.key}\n"


@contextmanager
def running_witness(folder: Path, log: VerifierKey) -> Iterator[Witnessing]:
    """Serve a witness of one log while the block runs.

    Raises:
        UnavailableError: it ended before it served.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "logs.txt"
    keys.write_text(f"{log}\n")
    command = [sys.executable, "-m", "flows.witness", "--keys", str(keys)]
    command += ["--state", str(folder / "state.json"), "--name", "demo-witness"]
    with (folder / "witness.log").open("wb") as told:
        process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            command, stdout=subprocess.PIPE, stderr=told, text=True
        )
    try:
        lines = (process.stdout.readline() for _ in range(2)) if process.stdout else ()
        key, url = (line.strip() for line in lines)
        if not url:
            raise UnavailableError(
                "the demo witness ended before it served",
                expected="its key and address",
                where=str(folder / "witness.log"),
                move="read that log",
            )
        yield Witnessing(url, key)
    finally:
        process.terminate()
        process.wait(_GRACE_SECONDS)
        if process.stdout:
            process.stdout.close()
