"""What the sensors of the bioreactor and of the freezer saw while a CAR-T batch ran."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from infra.plant.car_t.process import (
    FEEDING_DAYS,
    FEEDING_MINUTE,
    SAMPLING_DAYS,
    SAMPLING_MINUTE,
)
from infra.plant.chance import generator, whole
from infra.plant.courses import Whole, dip, line, wandering
from infra.plant.schedule import Procedure, Run, step
from infra.plant.series import Polling, Series, sampled, seconds, switched
from infra.plant.story import Excursion, Story

FREEZER_TAG = "CRF-201.TEMP"
_DAY = 86_400
_WARM_UP = 30 * 60
_COOL_DOWN = 10 * 60
_RAMP = 180
_FEEDINGS = tuple(day * _DAY + FEEDING_MINUTE * 60 for day in FEEDING_DAYS)
_SAMPLINGS = tuple(day * _DAY + SAMPLING_MINUTE * 60 for day in SAMPLING_DAYS)


def history(story: Story, procedures: tuple[Procedure, ...], seed: int) -> tuple[Series, ...]:
    """Return what the bioreactor and the controlled rate freezer recorded of one batch."""
    return (
        *_bioreactor(story, step(procedures, "expansion"), seed),
        _freezer(story, step(procedures, "cryopreservation"), seed),
    )


def _bioreactor(story: Story, expansion: Run, seed: int) -> tuple[Series, ...]:
    start, end = seconds(expansion.start), seconds(expansion.end)
    name = story.bioreactor
    door, alarm = generator(seed, story.drawn_as, "DOOR"), generator(seed, story.drawn_as, "ALARM")
    openings = _openings(door)
    shapes = (
        ("TEMP", 15, 2, lambda rng, at: _temperature(rng, at, story.excursion)),
        ("PH", 15, 2, _ph),
        ("DO", 15, 1, _oxygen),
        ("AGIT", 30, 0, _agitation),
        ("CO2", 30, 2, lambda rng, at: _carbon_dioxide(rng, at, openings)),
    )
    loops = []
    for tag, every, places, shape in shapes:
        rng = generator(seed, story.drawn_as, tag)
        at = np.arange(-_WARM_UP, end - start + _COOL_DOWN, every, dtype=np.int64)
        loops.append(sampled(f"{name}.{tag}", rng, Polling(start, at), shape(rng, at), places))
    opened = [change for at, held in openings for change in ((at, 1), (at + held, 0))]
    return (
        *loops,
        switched(f"{name}.DOOR", start, opened),
        switched(f"{name}.ALARM", start, _alarms(alarm, story.excursion)),
    )


def _freezer(story: Story, cryopreservation: Run, seed: int) -> Series:
    start, end = seconds(cryopreservation.start), seconds(cryopreservation.end)
    rng = generator(seed, story.drawn_as, "CRF-201")
    at = np.arange(0, end - start, 5, dtype=np.int64)
    course = line(
        at, (600, 4000), (1500, -6000), (1680, -9000), (3000, -40_000), (6600, -100_000)
    ) + wandering(rng, at.size, 24, 700)
    return sampled(FREEZER_TAG, rng, Polling(start, at), course, 1)


def _temperature(rng: Generator, at: Whole, excursion: Excursion | None) -> Whole:
    course = 37_000 + wandering(rng, at.size, 40, 300) + wandering(rng, at.size, 900, 1500)
    if excursion is None:
        return course
    first, last = excursion.minute * 60, (excursion.minute + excursion.minutes) * 60
    low, high = excursion.lowest * 10, excursion.highest * 10
    middle = (first + last) // 2
    beside = line(
        at,
        (first - _RAMP, 37_000),
        (first, low),
        (middle - 240, high),
        (middle + 240, high),
        (last, low),
        (last + _RAMP, 37_000),
    )
    away = (at >= first) & (at <= last)
    ramp = ((at > first - _RAMP) & (at < first)) | ((at > last) & (at < last + _RAMP))
    held = np.clip(beside + (course - 37_000) // 2, low, high)
    return np.where(away, held, np.where(ramp, beside, course))


def _ph(rng: Generator, at: Whole) -> Whole:
    first, second, third = _FEEDINGS
    drift = line(
        at,
        (0, 7300),
        (first, 7130),
        (first + 1800, 7230),
        (second, 7090),
        (second + 1800, 7200),
        (third, 7060),
        (third + 1800, 7180),
        (9 * _DAY, 7080),
    )
    return drift + wandering(rng, at.size, 30, 90)


def _oxygen(rng: Generator, at: Whole) -> Whole:
    course = line(at, (0, 62_000), (9 * _DAY, 56_000)) + wandering(rng, at.size, 24, 7000)
    for feeding in _FEEDINGS:
        course = course + dip(at, feeding + 120, whole(rng, 18_000, 23_000), 240, 600)
    for sampling in _SAMPLINGS:
        course = course + dip(at, sampling + 60, whole(rng, 4000, 7000), 60, 300)
    return course


def _agitation(rng: Generator, at: Whole) -> Whole:
    speed = line(
        at,
        (2 * _DAY, 70_000),
        (2 * _DAY + 60, 80_000),
        (5 * _DAY, 80_000),
        (5 * _DAY + 60, 90_000),
    )
    return speed + wandering(rng, at.size, 6, 1500)


def _carbon_dioxide(rng: Generator, at: Whole, openings: list[tuple[int, int]]) -> Whole:
    course = 5000 + wandering(rng, at.size, 24, 350)
    for opening, held in openings:
        course = course + dip(at, opening, whole(rng, 800, 1300), held, 240)
    return course


def _openings(rng: Generator) -> list[tuple[int, int]]:
    """Return when the door was opened and for how many seconds: at every sampling and feed."""
    planned = sorted((*_SAMPLINGS, *_FEEDINGS, 600))
    return [(at + whole(rng, 20, 200), whole(rng, 35, 90)) for at in planned]


def _alarms(rng: Generator, excursion: Excursion | None) -> list[tuple[int, int]]:
    """Return the changes of the common alarm: one low-oxygen alarm at a feed, and the excursion."""
    begin = _FEEDINGS[whole(rng, 0, 2)] + whole(rng, 240, 300)
    changes = [(begin, 1), (begin + whole(rng, 40, 120), 0)]
    if excursion is not None:
        first = excursion.minute * 60 + 60
        changes += [(first, 1), ((excursion.minute + excursion.minutes) * 60, 0)]
    return changes
