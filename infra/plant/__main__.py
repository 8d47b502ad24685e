"""Run the demo plant until it is told to stop: `python -m infra.plant`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from infra.plant.batches import SEED
from infra.plant.faults import FAULTS, UnknownFaultError, chosen
from infra.plant.plant import Plant
from infra.plant.remembered import FILE, Remembered
from infra.plant.site import write

_WRONG_USAGE = 2
_LOOK_EVERY = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Start the plant, print its site file, serve until it is told to stop."""
    asked = _parser().parse_args(arguments)
    if asked.list_faults:
        for fault in FAULTS:
            sys.stdout.write(f"{fault.name}  {fault.text}\n")
        return 0
    try:
        faults = chosen(tuple(asked.fault))
    except UnknownFaultError as unknown:
        sys.stderr.write(f"{unknown}\n")
        return _WRONG_USAGE
    directory = asked.directory or Path(tempfile.mkdtemp(prefix="batchproof-plant-"))
    logging.disable(logging.WARNING)
    # The address space of the equipment's server is hundreds of thousands of objects that stay.
    gc.disable()
    set_at = datetime.now(UTC) if asked.clock_runs else None
    plant = Plant(asked.seed, faults, folder=directory.resolve(), set_at=set_at)
    if asked.remember:
        plant.remembered = Remembered(directory.resolve() / FILE, asked.seed)
        plant.set_at = plant.remembered.set_at
    return asyncio.run(_serve(plant, directory.resolve(), asked.parent))


async def _serve(plant: Plant, directory: Path, parent: int | None) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    ports = await plant.start()
    gc.freeze()
    gc.enable()
    sys.stdout.write(write(directory, ports, plant.token, plant.set_at))
    sys.stdout.flush()
    while not stopped.is_set() and (parent is None or _lives(parent)):
        try:
            await asyncio.wait_for(stopped.wait(), _LOOK_EVERY)
        except TimeoutError:
            continue
    await plant.stop()
    return 0


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.plant",
        description="Serve the demo plant on the loopback: a MES, a LIMS and the equipment.",
    )
    parser.add_argument("--seed", type=int, default=SEED, help="what all its data come from")
    parser.add_argument("--directory", type=Path, help="where site.yaml goes (default: a new one)")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME[:BATCH]", help="have this fault"
    )
    parser.add_argument("--clock-runs", action="store_true", help="let the plant's clock run")
    parser.add_argument(
        "--remember", action="store_true", help="go on from what happened here; the clock runs"
    )
    parser.add_argument("--list-faults", action="store_true", help="name the faults and stop")
    parser.add_argument("--parent", type=int, metavar="PID", help="stop when this process is gone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
