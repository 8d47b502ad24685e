"""What the sensors of bioreactor, columns, filter and freezer saw while an AAV batch ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from infra.plant.chance import generator, whole
from infra.plant.courses import Whole, dip, line, wandering
from infra.plant.schedule import Procedure, Run, step
from infra.plant.series import Polling, Series, sampled, seconds
from infra.plant.story import Excursion, Story

_MINUTE, _DAY = 60, 86_400
_COMPLEXES_ADDED = 3 * _DAY + 100 * _MINUTE
"""Seconds from the inoculation to the addition of the complexes."""

Shape = Callable[[Generator, Whole], Whole]


@dataclass(frozen=True, slots=True)
class _Tag:
    """One tag of a piece of equipment: how often it is read, how finely, and what it draws."""

    name: str
    every: int
    places: int
    shape: Shape


def history(story: Story, procedures: tuple[Procedure, ...], seed: int) -> tuple[Series, ...]:
    """Return what the equipment recorded of one batch."""
    culture, transfection = step(procedures, "production_culture"), step(procedures, "transfection")
    runs: tuple[tuple[str, Run, tuple[_Tag, ...]], ...] = (
        (story.bioreactor, Run("", "", culture.start, transfection.end), _BIOREACTOR),
        ("AFC-11", step(procedures, "affinity_capture"), _AFFINITY),
        ("AEX-12", step(procedures, "anion_exchange"), _EXCHANGE),
        ("TFF-21", step(procedures, "tangential_flow_filtration"), _tangential(story.excursion)),
        (story.named("FRZ-8{number:02d}"), step(procedures, "frozen_storage"), _FREEZER),
    )
    return tuple(
        _recorded(story, f"{equipment}.{tag.name}", tag, run, seed)
        for equipment, run, tags in runs
        for tag in tags
    )


def _recorded(story: Story, name: str, tag: _Tag, run: Run, seed: int) -> Series:
    rng = generator(seed, story.drawn_as, name)
    start = seconds(run.start)
    at = np.arange(0, seconds(run.end) - start, tag.every, dtype=np.int64)
    return sampled(name, rng, Polling(start, at), tag.shape(rng, at), tag.places)


def _temperature(rng: Generator, at: Whole) -> Whole:
    added = dip(at, _COMPLEXES_ADDED, 280, 1800, 5400)
    return 37_000 + wandering(rng, at.size, 20, 250) + wandering(rng, at.size, 400, 900) + added


def _ph(rng: Generator, at: Whole) -> Whole:
    drift = line(at, (0, 7180), (3 * _DAY, 7060), (_COMPLEXES_ADDED, 7090), (6 * _DAY, 7010))
    return drift + wandering(rng, at.size, 20, 80)


def _oxygen(rng: Generator, at: Whole) -> Whole:
    course = 42_000 + wandering(rng, at.size, 16, 6000)
    return course + dip(at, _COMPLEXES_ADDED, whole(rng, 5000, 8000), 300, 900)


def _agitation(rng: Generator, at: Whole) -> Whole:
    speed = line(at, (_DAY, 110_000), (_DAY + 60, 125_000), (3 * _DAY, 125_000))
    return speed + wandering(rng, at.size, 6, 1500)


def _affinity_uv(rng: Generator, at: Whole) -> Whole:
    """Return the absorbance at 280 nm: the flow through while loading, then the eluted peak."""
    course = line(
        at,
        (40 * _MINUTE, 20),
        (50 * _MINUTE, 1450),
        (278 * _MINUTE, 1520),
        (290 * _MINUTE, 60),
        (334 * _MINUTE, 30),
        (339 * _MINUTE, 1180),
        (343 * _MINUTE, 940),
        (356 * _MINUTE, 40),
    )
    return course + wandering(rng, at.size, 6, 15)


def _affinity_pressure(rng: Generator, at: Whole) -> Whole:
    course = line(
        at,
        (38 * _MINUTE, 350),
        (42 * _MINUTE, 900),
        (278 * _MINUTE, 1340),
        (284 * _MINUTE, 820),
        (400 * _MINUTE, 640),
    )
    return course + wandering(rng, at.size, 10, 60)


def _exchange_uv(full: int, empty: int) -> Shape:
    """Return the absorbance of the gradient: a small peak of empty capsids, then the full ones."""

    def shape(rng: Generator, at: Whole) -> Whole:
        course = line(
            at,
            (118 * _MINUTE, 15),
            (150 * _MINUTE, 25),
            (156 * _MINUTE, empty),
            (164 * _MINUTE, 60),
            (176 * _MINUTE, 70),
            (183 * _MINUTE, full),
            (196 * _MINUTE, 50),
            (250 * _MINUTE, 30),
        )
        return course + wandering(rng, at.size, 6, 10)

    return shape


def _exchange_pressure(rng: Generator, at: Whole) -> Whole:
    course = line(at, (40 * _MINUTE, 300), (45 * _MINUTE, 1100), (300 * _MINUTE, 1250))
    return course + wandering(rng, at.size, 10, 70)


def _conductivity(rng: Generator, at: Whole) -> Whole:
    course = line(at, (45 * _MINUTE, 1800), (110 * _MINUTE, 1900), (255 * _MINUTE, 24_000))
    return course + wandering(rng, at.size, 6, 60)


def _tangential(excursion: Excursion | None) -> tuple[_Tag, ...]:
    def transmembrane(rng: Generator, at: Whole) -> Whole:
        course = line(
            at,
            (33 * _MINUTE, 60),
            (38 * _MINUTE, 820),
            (95 * _MINUTE, 1080),
            (190 * _MINUTE, 990),
            (195 * _MINUTE, 120),
        ) + wandering(rng, at.size, 10, 90)
        return course if excursion is None else _raised(course, at, excursion)

    return (_Tag("TMP", 5, 2, transmembrane), _Tag("FLOW", 5, 2, _crossflow))


def _raised(course: Whole, at: Whole, excursion: Excursion) -> Whole:
    first, last = excursion.minute * _MINUTE, (excursion.minute + excursion.minutes) * _MINUTE
    low, high = excursion.lowest * 10, excursion.highest * 10
    beside = line(at, (first, low), ((first + last) // 2, high), (last, low))
    away = (at >= first) & (at <= last)
    raised: Whole = np.where(away, np.clip(beside + (course - 1000) // 4, low, high), course)
    return raised


def _crossflow(rng: Generator, at: Whole) -> Whole:
    course = line(
        at, (33 * _MINUTE, 0), (38 * _MINUTE, 1600), (190 * _MINUTE, 1600), (195 * _MINUTE, 0)
    )
    flow: Whole = np.maximum(course + wandering(rng, at.size, 10, 80), 0)
    return flow


def _freezer(rng: Generator, at: Whole) -> Whole:
    course = line(at, (0, -79_400), (4 * 3600, -80_300), (7 * _DAY, -80_100))
    opened = dip(at, 60, -whole(rng, 4200, 6200), 420, 3000)
    return course + opened + wandering(rng, at.size, 30, 900)


_BIOREACTOR = (
    _Tag("TEMP", 30, 2, _temperature),
    _Tag("PH", 30, 2, _ph),
    _Tag("DO", 30, 1, _oxygen),
    _Tag("AGIT", 60, 0, _agitation),
)
_AFFINITY = (_Tag("UV280", 5, 3, _affinity_uv), _Tag("PRES", 5, 2, _affinity_pressure))
_EXCHANGE = (
    _Tag("UV260", 5, 3, _exchange_uv(1240, 130)),
    _Tag("UV280", 5, 3, _exchange_uv(960, 210)),
    _Tag("PRES", 5, 2, _exchange_pressure),
    _Tag("COND", 5, 2, _conductivity),
)
_FREEZER = (_Tag("TEMP", 60, 1, _freezer),)
