"""The readings of one tag as a historian keeps them: times, values and status codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from infra.plant.chance import whole
from infra.plant.courses import Whole

GOOD = 0x00000000
UNCERTAIN_LAST_USABLE_VALUE = 0x40900000
BAD_NO_COMMUNICATION = 0x80310000
_LATEST_POLL = 180
_QUIET = 600


@dataclass(frozen=True, slots=True)
class Series:
    """One tag: milliseconds since 1970, values (not a number: no value), status codes."""

    tag: str
    times: Whole
    values: NDArray[np.float64]
    statuses: NDArray[np.uint32]
    boolean: bool = False


@dataclass(frozen=True, slots=True)
class Polling:
    """The moments at which a tag is read, in seconds from the start of the step."""

    start: int
    seconds: Whole

    def stamped(self, rng: Generator) -> Whole:
        """Return the times in milliseconds, each a little late as real polling is."""
        late = rng.integers(0, _LATEST_POLL, self.seconds.size)
        stamped: Whole = (self.start + self.seconds) * 1000 + late
        return stamped


def seconds(at: datetime) -> int:
    """Return whole seconds since 1970."""
    return int(at.timestamp())


def sampled(tag: str, rng: Generator, polling: Polling, shape: Whole, places: int) -> Series:
    """Return the series of a polled tag: rounded, with spells of bad quality and one short gap."""
    resolution = 10 ** (3 - places)
    values = (shape + resolution // 2) // resolution / 10**places
    statuses = np.full(values.size, GOOD, dtype=np.uint32)
    _lose_contact(rng, values, statuses)
    _hold_value(rng, values, statuses)
    lost = _somewhere(rng, values.size)
    kept = np.ones(values.size, dtype=np.bool_)
    kept[lost : lost + whole(rng, 3, 8)] = False
    return Series(tag, polling.stamped(rng)[kept], values[kept], statuses[kept])


def switched(tag: str, start: int, changes: list[tuple[int, int]]) -> Series:
    """Return the series of a tag that is written on change: (second, 0 or 1), off before."""
    on_record = [(-_QUIET, 0), *sorted(changes)]
    times = np.array([(start + at) * 1000 for at, _ in on_record], dtype=np.int64)
    values = np.array([state for _, state in on_record], dtype=np.float64)
    return Series(tag, times, values, np.full(times.size, GOOD, dtype=np.uint32), boolean=True)


def joined(parts: list[Series]) -> Series:
    """Return the readings of several runs of one tag as one series, oldest first."""
    parts = sorted(parts, key=lambda part: int(part.times[0]))
    return Series(
        parts[0].tag,
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.statuses for part in parts]),
        parts[0].boolean,
    )


def _somewhere(rng: Generator, size: int) -> int:
    return whole(rng, _QUIET, size - _QUIET)


def _lose_contact(
    rng: Generator, values: NDArray[np.float64], statuses: NDArray[np.uint32]
) -> None:
    """Mark spells without communication: some lose the value, others keep the last one."""
    for _ in range(whole(rng, 5, 9)):
        first = _somewhere(rng, values.size)
        spell = slice(first, first + whole(rng, 1, 4))
        statuses[spell] = BAD_NO_COMMUNICATION
        values[spell] = np.nan if whole(rng, 0, 2) else values[first - 1]


def _hold_value(rng: Generator, values: NDArray[np.float64], statuses: NDArray[np.uint32]) -> None:
    """Mark spells in which the last usable value was repeated."""
    for _ in range(whole(rng, 8, 14)):
        first = _somewhere(rng, values.size)
        spell = slice(first, first + whole(rng, 2, 6))
        if (statuses[first - 1 : spell.stop] == GOOD).all():
            statuses[spell] = UNCERTAIN_LAST_USABLE_VALUE
            values[spell] = values[first - 1]
