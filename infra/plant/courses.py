"""The shapes that process values draw over time, in whole numbers: wandering, lines, dips.

Everything is arithmetic on whole thousandths of the unit, so it is the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Whole = NDArray[np.int64]


def wandering(rng: Generator, size: int, window: int, swing: int) -> Whole:
    """Return noise that wanders: a moving mean of draws between plus and minus `swing`.

    Neighbouring readings resemble each other, as those of a controlled loop do.
    """
    draws = rng.integers(-swing, swing + 1, size + window, dtype=np.int64)
    total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(draws)))
    noise: Whole = (total[window : window + size] - total[:size]) // window
    return noise


def line(seconds: Whole, *points: tuple[int, int]) -> Whole:
    """Return straight lines between points of (second, level); flat before and after them."""
    moments = np.array([moment for moment, _ in points], dtype=np.int64)
    levels = np.array([level for _, level in points], dtype=np.int64)
    place = np.clip(np.searchsorted(moments, seconds, side="right") - 1, 0, moments.size - 2)
    run = moments[place + 1] - moments[place]
    since = np.clip(seconds - moments[place], 0, run)
    course: Whole = levels[place] + (levels[place + 1] - levels[place]) * since // run
    return course


def dip(seconds: Whole, at: int, depth: int, down: int, back: int) -> Whole:
    """Return a dip that begins at a second, goes down in `down` seconds and back in `back`."""
    return line(seconds, (at, 0), (at + down, -depth), (at + down + back, 0))
