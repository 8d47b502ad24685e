"""How long a recall takes: one lot looked up among many batches, in the index and by the command.

    python -m infra.bench.impact --package demo/CART-26-0002-initial-evaluation-1 --batches 1000

The packages are one real one told again under other numbers: every tenth batch has lots of its own,
persons, machines and the strategy are shared by all.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final

from contracts.canonical import Json
from contracts.touches import Kind, Said, Touch, touches
from tasks.impact import refresh, said_by
from tasks.impact_index import add, open_index
from tasks.impacted import touched
from tasks.sound import sound

_SHARED: Final = 10
"""Batches that share a lot."""
_TIMES: Final = 50


def main() -> None:
    """Make an index of many batches, look things up in it, and print what that took."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--package", type=Path, required=True)
    asked.add_argument("--batches", type=int, default=1000)
    chosen = asked.parse_args()
    said = said_by(sound(chosen.package))
    found = touches(said)
    with tempfile.TemporaryDirectory() as folder:
        index, where = Path(folder) / "impact.sqlite", Path(folder)
        with open_index(index) as connection:
            began = perf_counter()
            connection.execute("BEGIN")
            for number in range(chosen.batches):
                named = (str(where.resolve()), f"B-{number}", str(number), f"{number:064x}")
                add(connection, named, _renamed(said, number), _own_lots(found, number))
            connection.execute("COMMIT")
            _say(f"{chosen.batches} batches entered in {perf_counter() - began:.1f} s")
            _say(f"index of {index.stat().st_size / 1e6:.0f} MB")
            for kind, entity in _questions(found):
                _tell(kind, entity, partial(touched, connection, where, kind, entity))
        again = Path(folder) / "again.sqlite"
        _looked_at(again, chosen.package.parent)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")


def _renamed(said: Said, number: int) -> Said:
    told: dict[str, object] = {**said.evaluation, "batch": f"B-{number:05}"}
    return replace(said, evaluation=told)


def _own_lots(found: frozenset[Touch], number: int) -> frozenset[Touch]:
    return frozenset(
        replace(one, entity=f"{one.entity}/{number // _SHARED}")
        if one.kind is Kind.MATERIAL_LOT
        else one
        for one in found
    )


def _questions(found: frozenset[Touch]) -> list[tuple[Kind, str]]:
    lot = max((one for one in found if one.kind is Kind.MATERIAL_LOT), key=lambda one: one.entity)
    first = {
        kind: min(one.entity for one in found if one.kind is kind)
        for kind in (Kind.PERSON, Kind.EQUIPMENT, Kind.STRATEGY)
    }
    return [(Kind.MATERIAL_LOT, f"{lot.entity}/7"), (Kind.MATERIAL_LOT, "none"), *first.items()]


def _tell(kind: Kind, entity: str, look: Callable[[], tuple[object, ...]]) -> None:
    took = []
    for _ in range(_TIMES):
        began = perf_counter()
        answer = look()
        took.append(perf_counter() - began)
    _say(
        f"{kind.value} {entity[:20]}: {len(answer)} evaluations, "
        f"median {statistics.median(took) * 1e3:.2f} ms, worst {max(took) * 1e3:.2f} ms"
    )


def _looked_at(index: Path, packages: Path) -> None:
    """Read a folder of real packages, once anew and once unchanged."""
    for words in ("read anew", "unchanged"):
        with open_index(index) as connection:
            began = perf_counter()
            left_out: dict[str, Json] = dict(refresh(connection, packages))
            _say(f"{packages} {words} in {perf_counter() - began:.3f} s, {len(left_out)} left out")


if __name__ == "__main__":
    main()
