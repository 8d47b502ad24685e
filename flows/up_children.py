"""Starts the processes that `batchproof up` runs, notices when one ends, and ends them all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Final

from contracts.errors import UnavailableError

_LAST: Final = 1200
_STEP_SECONDS: Final = 0.05


class Child:
    """One process of ours, leader of a group of its own; its log is a file."""

    def __init__(
        self, name: str, module: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self._command = [sys.executable, "-P", "-m", module, *arguments]
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self.log = Path()

    def start(self, folder: Path) -> None:
        """Start it; what it said last time stays beside its log as `.before`."""
        self.log = folder / f"{self.name}.log"
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.before"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                self._command,
                env=self._environment,
                stdin=subprocess.PIPE,  # closes when we are gone: see `up_life`
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, or 0 if it was never started."""
        return self._process.pid if self._process else 0

    def ended(self) -> bool:
        """Tell whether it ended."""
        return self._process is None or self._process.poll() is not None

    def stop(self, grace_seconds: float, hurry: Event) -> None:
        """End it: asked first, made to after some seconds or in a hurry; and all it started."""
        if self._process is None:
            return
        if not self.ended() and grace_seconds > 0:
            self._process.send_signal(signal.SIGTERM)
            until = time.monotonic() + grace_seconds
            while not self.ended() and time.monotonic() < until and not hurry.is_set():
                time.sleep(_STEP_SECONDS)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def last_words(self) -> str:
        """Return the end of its log, on one line."""
        try:
            said = self.log.read_bytes()[-_LAST:].decode(errors="replace")
        except OSError:
            return ""
        lines = [one.strip() for one in said.splitlines() if one.strip()]
        return lines[-1] if lines else ""

    def gone(self, expected: str) -> UnavailableError:
        """Return the error that says it ended although nobody asked it to."""
        code = self._process.returncode if self._process else None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        words = self.last_words()
        return UnavailableError(
            f"the {self.name} ended ({how})" + (f"; it said last: {words}" if words else ""),
            expected=expected,
            where=str(self.log),
            move="read that log; then start again, nothing that was captured is lost",
        )
