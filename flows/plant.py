"""Start and stop the embedded demo plant: a process of its own that serves three real systems."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import NotFoundError, UnavailableError

_ROOT = Path(__file__).resolve().parent.parent
_GRACE_SECONDS = 10


def plant_command(arguments: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the command and environment that serve the plant.

    Raises:
        NotFoundError: this is an installed wheel; the plant lies in the source tree.
    """
    if not (_ROOT / "infra" / "plant" / "__main__.py").is_file():
        raise NotFoundError(
            "no demo plant beside this program",
            expected="a checkout of the source tree, which holds infra/plant",
            move="clone the repository; an installed wheel serves real sites only",
        )
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return [sys.executable, "-m", "infra.plant", *arguments], os.environ | {"PYTHONPATH": path}


class Plant:
    """The plant's process. It starts while other things are done; its site file is waited for."""

    def __init__(self, directory: Path, arguments: Sequence[str]) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory.absolute()
        command, environment = plant_command(
            ["--directory", str(self._directory), "--parent", str(os.getpid()), *arguments]
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
                command, env=environment, stdout=subprocess.PIPE, stderr=log
            )

    @property
    def _log(self) -> Path:
        return self._directory / "plant.log"

    def site_file(self) -> Path:
        """Return the path of the site file, once all three servers answer.

        Raises:
            UnavailableError: the plant ended before it served.
        """
        site = self._directory / "site.yaml"
        first = self._process.stdout.readline() if self._process.stdout else b""
        if not first or not site.is_file():
            raise UnavailableError(
                "the demo plant ended before it served",
                expected="its site file",
                where=str(self._log),
                move="read that log",
            )
        return site

    def stop(self) -> None:
        """End the process and wait for its end."""
        self._process.terminate()
        try:
            self._process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


@contextmanager
def running_plant(directory: Path, arguments: Sequence[str] = ()) -> Iterator[Plant]:
    """Serve the plant while the block runs."""
    plant = Plant(directory, arguments)
    try:
        yield plant
    finally:
        plant.stop()
