"""One equipment curve as lines a browser can draw: its range over time, limits, and excursions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import ceil, floor, log10

from contracts.times import read_time
from tasks.page import words
from tasks.page.facts import series_anchor
from tasks.page.given import Record

WIDTH, HEIGHT = 1000, 100
"""The drawing's own units; the page stretches them."""

_MILLISECOND = timedelta(milliseconds=1)
_NAMED = 4
"""How many excursions a caption names."""
_NARROWEST, _WIDE = 0.15, 0.4
"""Percent of the drawing: what can still be seen, and what has room for a hatch."""
_APART = 2.5
"""How many buckets' width may lie between two buckets of one unbroken curve."""

Bucket = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A limit: where it lies (percent from the top) and what it says."""

    top: str
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where it lies (percent) and what it says."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: where it starts and how wide it is (percent)."""

    left: str
    width: str
    wide: bool
    """Whether it is wide enough to be hatched from top to bottom."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch outside a limit, in words."""

    words: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything the template draws of one curve."""

    anchor: str
    title: str
    tag: str
    unit: str
    code: str
    paths: tuple[str, ...]
    outside: tuple[str, ...]
    marks: tuple[Span, ...]
    lines: tuple[Line, ...]
    not_good: tuple[Span, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    said: str
    """Range, and time without good readings, in one sentence."""
    excursions: tuple[Excursion, ...]
    further: int
    """How many excursions are not named."""


class _Scale:
    """Where a time and a value lie in the drawing."""

    def __init__(self, record: Record) -> None:
        self.buckets: list[Bucket] = [
            (float(t), float(low), float(high)) for t, low, high in record["buckets"]
        ]
        self.start, self.end = (_milliseconds(one) for one in record["window"])
        self.end = max(self.end, self.start + 1)
        ends = [end for limit in record["limits"] for end in _ends(limit) if end is not None]
        seen = [value for _, low, high in self.buckets for value in (low, high)]
        values = [*ends, *seen] or [0.0, 1.0]
        room = (max(values) - min(values)) * 0.08 or 1.0
        self.low, self.high = min(values) - room, max(values) + room
        self.width = self._bucket_width()

    def x(self, moment: float) -> float:
        """Return how far along a moment lies, from 0 to 1."""
        return min(1.0, max(0.0, (moment - self.start) / (self.end - self.start)))

    def y(self, value: float) -> float:
        """Return how far down a value lies, from 0 to 1."""
        return (self.high - value) / (self.high - self.low)

    def _bucket_width(self) -> float:
        times = [one[0] for one in self.buckets]
        steps = sorted(b - a for a, b in pairwise(times) if b > a)
        return steps[len(steps) // 2] if steps else (self.end - self.start) / WIDTH


def plot(record: Record) -> Plot:
    """Return one envelope as a drawing; nothing is judged here, only drawn and named."""
    scale = _Scale(record)
    unit = words.unit(str(record["unit"]))
    limits = [one for one in record["limits"] if _ends(one) != (None, None)]
    runs = [(limit, run) for limit in limits for run in _runs(scale, limit)]
    named = [
        Excursion(_said_of(scale, limit, run, unit), str(limit["criterion"])) for limit, run in runs
    ]
    return Plot(
        anchor=series_anchor(str(record["tag"])),
        title=words.plain(str(record["characteristic"])),
        tag=str(record["tag"]),
        unit=unit,
        code=str(record["unit"]),
        paths=tuple(_path(scale, run) for run in _unbroken(scale.buckets, scale.width)),
        outside=tuple(dict.fromkeys(_path(scale, run) for _, run in runs)),
        marks=tuple(dict.fromkeys(_span(scale, *_times(scale, run)) for _, run in runs)),
        lines=tuple(_lines(scale, limits)),
        not_good=tuple(_span(scale, a, b) for a, b in record["not_good"]),
        across=tuple(_hours(scale)),
        up=tuple(_figures(scale)),
        said=_said(scale, record, unit),
        excursions=tuple(named[:_NAMED]),
        further=max(0, len(named) - _NAMED),
    )


def _milliseconds(moment: float | str) -> float:
    if isinstance(moment, str):
        return (read_time(moment) - words.moment_of(0)) / _MILLISECOND
    return float(moment)


def _ends(limit: Record) -> tuple[float | None, float | None]:
    low, high = limit["low"], limit["high"]
    return (None if low is None else float(low), None if high is None else float(high))


def _unbroken(buckets: Sequence[Bucket], width: float) -> Iterator[list[Bucket]]:
    run: list[Bucket] = []
    for bucket in buckets:
        if run and bucket[0] - run[-1][0] > _APART * width:
            yield run
            run = []
        run.append(bucket)
    if run:
        yield run


def _runs(scale: _Scale, limit: Record) -> Iterator[list[Bucket]]:
    """Yield the stretches in which the curve leaves a limit."""
    low, high = _ends(limit)
    outside = [
        one
        for one in scale.buckets
        if (low is not None and one[1] < low) or (high is not None and one[2] > high)
    ]
    return _unbroken(outside, scale.width)


def _path(scale: _Scale, run: Sequence[Bucket]) -> str:
    """Return the outline of a stretch: along its highest values, back along its lowest."""
    points = [(t, high) for t, _, high in run] + [(t, low) for t, low, _ in reversed(run)]
    drawn = [f"{WIDTH * scale.x(t):.1f} {HEIGHT * scale.y(v):.2f}" for t, v in points]
    return "M" + "L".join(dict.fromkeys(drawn)) + "Z"


def _times(scale: _Scale, run: Sequence[Bucket]) -> tuple[float, float]:
    return run[0][0] - scale.width / 2, run[-1][0] + scale.width / 2


def _span(scale: _Scale, start: float, end: float) -> Span:
    left = 100 * scale.x(start)
    width = 100 * scale.x(end) - left
    return Span(f"{left:.2f}", f"{max(_NARROWEST, width):.2f}", width >= _WIDE)


def _lines(scale: _Scale, limits: Sequence[Record]) -> Iterator[Line]:
    """Yield each end of each limit once, however many criteria have it."""
    drawn: set[tuple[str, float]] = set()
    for limit in limits:
        for sign, end in zip("≥≤", _ends(limit), strict=True):
            if end is not None and (sign, end) not in drawn:
                drawn.add((sign, end))
                yield Line(f"{100 * scale.y(end):.2f}", f"{sign} {words.figure(end)}")


def _hours(scale: _Scale) -> Iterator[Tick]:
    """Yield at most ten round times of the axis, in UTC."""
    hours = (scale.end - scale.start) / 3_600_000
    step = next((one for one in (0.25, 0.5, 1, 2, 6, 12, 24, 48, 96) if hours / one <= 10), 240)  # noqa: PLR2004 (ten marks)
    pattern = "%d %b" if step >= 24 else "%d %b %H:%M"  # noqa: PLR2004 (hours of a day)
    width = step * 3_600_000
    moment = ceil(scale.start / width) * width
    while moment < scale.end:
        yield Tick(f"{100 * scale.x(moment):.2f}", words.moment_of(moment).strftime(pattern))
        moment += width


def _figures(scale: _Scale) -> Iterator[Tick]:
    """Yield three to six round values of the axis."""
    raw = (scale.high - scale.low) / 5
    size = 10.0 ** floor(log10(raw))
    step = next(size * one for one in (1, 2, 5, 10) if size * one >= raw)
    number = ceil(scale.low / step)
    while number * step <= scale.high:
        yield Tick(f"{100 * scale.y(number * step):.2f}", words.figure(number * step))
        number += 1


def _said(scale: _Scale, record: Record, unit: str) -> str:
    if not scale.buckets:
        return "No good reading in this time."
    lowest = min(one[1] for one in scale.buckets)
    highest = max(one[2] for one in scale.buckets)
    said = f"Lowest {words.figure(lowest)}, highest {words.figure(highest)} {unit}".rstrip()
    minutes = sum(end - start for start, end in record["not_good"]) / 60_000
    stretches = words.count(len(record["not_good"]), "stretch", "stretches")
    rest = f"; {stretches} without a good reading, {minutes:.0f} min together" if minutes else ""
    return f"{said}{rest}."


def _said_of(scale: _Scale, limit: Record, run: Sequence[Bucket], unit: str) -> str:
    """Say an excursion in words; its ends are those of its buckets, no finer."""
    _, high = _ends(limit)
    lowest, highest = min(one[1] for one in run), max(one[2] for one in run)
    above = high is not None and highest > high
    extreme = f"up to {words.figure(highest)}" if above else f"down to {words.figure(lowest)}"
    start, end = (words.moment_of(one) for one in _times(scale, run))
    day = "" if start.date() == end.date() else f"{end:%Y-%m-%d} "
    when = f"between {start:%Y-%m-%d %H:%M} and {day}{end:%H:%M}"
    return f"{when}: {extreme} {unit}".rstrip() + f" ({limit['words']})"
