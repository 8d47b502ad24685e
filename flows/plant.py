"""Start and stop the embedded demo plant: a process of its own that serves three real systems."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from contracts.errors import NotFoundError, UnavailableError, UnreadableError

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

    @property
    def later_address(self) -> str:
        """Where the plant is told to go on, once its site file is there."""
        return (self._directory / "later-address").read_text(encoding="utf-8").strip()

    def later(self, what: str, **told: str | int) -> list[str]:
        """Let one thing happen in the plant, and return the batches it happened to.

        `what` and `told` are as `infra/plant/later_server.py` says: `later("sterility-final",
        batch="CART-26-0001")`.

        Raises:
            UnreadableError: the plant says that this cannot happen.
        """
        address = urlsplit(self.later_address)
        wire = HTTPConnection(address.hostname or "", address.port, timeout=_GRACE_SECONDS)
        try:
            wire.request("POST", address.path, json.dumps({"what": what, **told}))
            answer = wire.getresponse()
            said = json.loads(answer.read())
        finally:
            wire.close()
        if answer.status != HTTPStatus.OK:
            raise UnreadableError(
                said["error"], expected="something that can happen in the demo plant", where=what
            )
        return list(said["batches"])

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
