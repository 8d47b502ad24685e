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


@contextmanager
def running_plant(directory: Path, seed: int | None = None) -> Iterator[Path]:
    """Serve the plant while the block runs, and give the path of its site file.

    Raises:
        UnavailableError: it did not start.
    """
    chosen = [] if seed is None else ["--seed", str(seed)]
    command, environment = plant_command(
        ["--directory", str(directory), "--parent", str(os.getpid()), *chosen]
    )
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "plant.log").open("wb") as log:
        plant = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            command, env=environment, stdout=subprocess.PIPE, stderr=log
        )
    try:
        yield _site_file(plant, directory)
    finally:
        plant.terminate()
        try:
            plant.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            plant.kill()
            plant.wait()


def _site_file(plant: "subprocess.Popen[bytes]", directory: Path) -> Path:
    """Wait for the plant's first line: it is written once all three servers answer."""
    first = plant.stdout.readline() if plant.stdout else b""
    site = directory / "site.yaml"
    if not first or not site.is_file():
        raise UnavailableError(
            "the demo plant ended before it served",
            expected="its site file",
            where=str(directory / "plant.log"),
            move="read that log",
        )
    return site
