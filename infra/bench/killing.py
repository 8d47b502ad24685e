"""Kills the product at random instants, and counts what is lost and what is there twice.

A served plant prepares one batch after the other, each begun by an event. At a random instant a
run, the worker or the server is ended by SIGKILL; what a supervisor would start again is started
again, and the next batch follows. At the end every batch must have one evaluation, one package and
no finding: `python -m infra.bench.killing --kills 100`. The tests run the same with fewer.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from contracts.criterion import Stage
from flows.verify import Asked, answer_of
from infra.bench.served_plant import SETTLE_SECONDS, UP_SECONDS, Served, pids, served
from infra.bench.table import say
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Finished
from tasks.log_check import check_log

KINDS: Final = ("run", "worker", "server")
_PAST_THE_END: Final = 1.2
"""The kill falls within a batch's time from the event to the end of its run, times this."""


def killed(one: Served, kills: int, seed: int) -> list[str]:
    """Kill at random instants while a batch after the other is prepared; return the batches.

    The first batch is left alone: it says how long one takes here.
    """
    chance = random.Random(seed)  # noqa: S311 (instants, no secrets)
    kinds = [KINDS[number % len(KINDS)] for number in range(kills)]
    chance.shuffle(kinds)
    whole, *batches = one.later(what="many", count=kills + 1, copy_of="CART-26-0002")
    began = time.monotonic()
    one.event(whole)
    one.wait(lambda: bool(list(pids(one.home, "run"))), UP_SECONDS)
    one.wait(one.quiet, SETTLE_SECONDS)
    span = (time.monotonic() - began) * _PAST_THE_END
    for batch, kind in zip(batches, kinds, strict=True):
        one.start()
        one.event(batch)
        instant = chance.uniform(0, span)
        time.sleep(instant)
        one.kill(kind, batch)
        say(f"  {batch}: {kind} killed {instant:.1f} s after its event")
        time.sleep(1)
    one.start()
    one.wait(one.quiet, SETTLE_SECONDS)
    for _ in range(2):
        one.look()
    return [whole, *batches]


def faults(home: Path, batches: Sequence[str]) -> Iterator[str]:
    """Yield everything that is lost, doubled or not whole, in words."""
    with Ledger.open(f"sqlite:///{home / 'ledger.sqlite'}") as ledger:
        for batch in batches:
            every = ledger.evaluations(batch)
            ends = [one for one in every if isinstance(one.ending, Finished)]
            packages = {one.location for one in ledger.packages(batch)}
            initial = [one for one in ends if one.stage is Stage.INITIAL]
            if len(initial) != 1:
                why = "; ".join(
                    f"{one.number}: {one.reason} ({one.evidence[:8]})" for one in initial
                )
                yield f"{batch}: {len(initial)} finished evaluations, not 1" + (why and f" ({why})")
            if any(one.ending is None for one in every):
                yield f"{batch}: an evaluation that was begun has no end"
            if len(packages) != len(ends):
                yield f"{batch}: {len(packages)} packages of {len(ends)} evaluations"
            for location in sorted(packages):
                told = answer_of(Path(location), Asked())
                if not told["ok"]:
                    yield f"{batch}: {told['findings']}"
        yield from (f"log: {odd}" for odd in check_log(ledger))
    for left in home.glob("packages/.*"):
        yield f"a folder half written: {left.name}"


def main() -> int:
    """Kill, look, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=26)
    parser.add_argument("--port", type=int, default=4321)
    parser.add_argument("--folder", type=Path, help="an empty one, kept for whoever looks into it")
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="batchproof-killing-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with served(folder, asked.port) as one:
            batches = killed(one, asked.kills, asked.seed)
            found = list(faults(one.home, batches))
        counted = ", ".join(f"{count} x {kind}" for kind, count in sorted(one.killed.items()))
        say(f"killed: {counted}; {len(batches)} batches; {time.monotonic() - began:.0f} s")
        say("\n".join(found) or "nothing lost, nothing twice, nothing half done: HELD")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
