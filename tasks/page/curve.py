"""One equipment curve for a reviewer: its range over time, its limits, and where it left them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from contracts.times import read_time
from tasks.page import words
from tasks.page.facts import series_anchor
from tasks.page.given import Record

_MILLISECOND = timedelta(milliseconds=1)
_NAMED = 12
"""How many excursions the table under a curve names; the others are counted."""
_APART = 2.5
"""How many buckets' width may lie between two buckets of one unbroken curve."""
_FINEST = 1000
"""How many stretches without a good reading the eye can tell apart on one drawing."""

Bucket = tuple[float, float, float]
"""Middle in ms since 1970-01-01 UTC, lowest and highest good reading."""
Span = tuple[float, float]
"""From and to, in ms since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True)
class Level:
    """One end of a limit: where it lies and what it says."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch outside a limit; its ends are those of its buckets, no finer."""

    start: str
    end: str
    extreme: str
    limit: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """What there is to draw of a curve, in ms and in the curve's own unit."""

    window: Span
    runs: tuple[tuple[Bucket, ...], ...]
    """The stretches without a hole, each a band from its lowest to its highest readings."""
    outside: tuple[tuple[Bucket, ...], ...]
    width: float
    """Of a bucket, in ms."""
    levels: tuple[Level, ...]
    not_good: tuple[Span, ...]
    """Where no reading is good; stretches too near to be told apart are one."""

    def ends_of(self, run: Sequence[Bucket]) -> Span:
        """Return from when to when a stretch of buckets lasts."""
        return run[0][0] - self.width / 2, run[-1][0] + self.width / 2


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything the page says of one curve."""

    anchor: str
    title: str
    tag: str
    unit: str
    code: str
    said: str
    """Range, and time without good readings, in one sentence."""
    excursions: tuple[Excursion, ...]
    further: int
    """How many excursions are not named."""
    drawn: Drawn


def curve(record: Record) -> Curve:
    """Return one envelope as a curve; nothing is judged here, only drawn and named."""
    buckets = [(float(t), float(low), float(high)) for t, low, high in record["buckets"]]
    start, end = (_milliseconds(one) for one in record["window"])
    width = _width(buckets, end - start)
    limits = [one for one in record["limits"] if _ends(one) != (None, None)]
    left = [(limit, run) for limit in limits for run in _outside(buckets, width, limit)]
    unit = words.unit(str(record["unit"]))
    silent = [(float(a), float(b)) for a, b in record["not_good"]]
    drawn = Drawn(
        window=(start, max(end, start + 1)),
        runs=tuple(_unbroken(buckets, width)),
        outside=tuple(dict.fromkeys(run for _, run in left)),
        width=width,
        levels=tuple(_levels(limits)),
        not_good=tuple(_merged(silent, (end - start) / _FINEST)),
    )
    return Curve(
        anchor=series_anchor(str(record["tag"])),
        title=words.plain(str(record["characteristic"])),
        tag=str(record["tag"]),
        unit=unit,
        code=str(record["unit"]),
        said=_said(buckets, silent, unit),
        excursions=tuple(_excursion(drawn, one, run, unit) for one, run in left[:_NAMED]),
        further=max(0, len(left) - _NAMED),
        drawn=drawn,
    )


def _milliseconds(moment: float | str) -> float:
    if isinstance(moment, str):
        return (read_time(moment) - words.moment_of(0)) / _MILLISECOND
    return float(moment)


def _width(buckets: Sequence[Bucket], window: float) -> float:
    """Return how long a bucket lasts: half of all steps from one to the next are no longer."""
    steps = sorted(b[0] - a[0] for a, b in pairwise(buckets) if b[0] > a[0])
    return steps[len(steps) // 2] if steps else max(1.0, window / 1000)


def _ends(limit: Record) -> tuple[float | None, float | None]:
    low, high = limit["low"], limit["high"]
    return (None if low is None else float(low), None if high is None else float(high))


def _unbroken(buckets: Sequence[Bucket], width: float) -> Iterator[tuple[Bucket, ...]]:
    run: list[Bucket] = []
    for bucket in buckets:
        if run and bucket[0] - run[-1][0] > _APART * width:
            yield tuple(run)
            run = []
        run.append(bucket)
    if run:
        yield tuple(run)


def _outside(
    buckets: Sequence[Bucket], width: float, limit: Record
) -> Iterator[tuple[Bucket, ...]]:
    """Yield the stretches in which the curve leaves a limit."""
    low, high = _ends(limit)
    outside = [
        one
        for one in buckets
        if (low is not None and one[1] < low) or (high is not None and one[2] > high)
    ]
    return _unbroken(outside, width)


def _merged(spans: Sequence[Span], apart: float) -> Iterator[Span]:
    """Yield stretches of time, those less than `apart` from each other as one."""
    last: Span | None = None
    for start, end in spans:
        if last and start - last[1] < apart:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _levels(limits: Sequence[Record]) -> Iterator[Level]:
    """Yield each end of each limit once, however many criteria have it."""
    drawn: set[tuple[str, float]] = set()
    for limit in limits:
        for sign, end in zip("≥≤", _ends(limit), strict=True):
            if end is not None and (sign, end) not in drawn:
                drawn.add((sign, end))
                yield Level(end, f"{sign} {words.figure(end)}")


def _said(buckets: Sequence[Bucket], not_good: Sequence[Span], unit: str) -> str:
    if not buckets:
        return "No good reading in this time."
    lowest = min(one[1] for one in buckets)
    highest = max(one[2] for one in buckets)
    said = f"Lowest {words.figure(lowest)}, highest {words.figure(highest)} {unit}".rstrip()
    minutes = sum(end - start for start, end in not_good) / 60_000
    stretches = words.count(len(not_good), "stretch", "stretches")
    rest = f"; {stretches} without a good reading, {minutes:.0f} min together" if minutes else ""
    return f"{said}{rest}."


def _excursion(drawn: Drawn, limit: Record, run: Sequence[Bucket], unit: str) -> Excursion:
    _, high = _ends(limit)
    lowest, highest = min(one[1] for one in run), max(one[2] for one in run)
    above = high is not None and highest > high
    extreme = f"up to {words.figure(highest)}" if above else f"down to {words.figure(lowest)}"
    start, end = (words.moment_of(one) for one in drawn.ends_of(run))
    return Excursion(
        start=f"{start:%Y-%m-%d %H:%M}",
        end=f"{end:%Y-%m-%d %H:%M}",
        extreme=f"{extreme} {unit}".rstrip(),
        limit=str(limit["words"]),
        criterion=str(limit["criterion"]),
    )
