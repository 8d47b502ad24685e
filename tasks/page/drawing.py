"""Draws curves and the batch's timeline with matplotlib, as SVG that takes the page's colours.

The page imports this module when it has something to draw: matplotlib takes most of a second.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from tasks.page.curve import Bucket, Drawn
from tasks.page.plain_text import for_drawing
from tasks.page.svg import themed
from tasks.page.timeline import Timeline

_DAY: Final = 86_400_000
"""Milliseconds of a day: matplotlib counts days since 1970-01-01 (UTC)."""
_WIDE: Final = 9.6
"""Inches across; the page stretches the drawing to its own width."""
_NARROWEST: Final = 0.0015
_HATCHABLE: Final = 0.004
"""Parts of the window: what can still be seen, and what has room for a hatch."""
_ELSEWHERE: Final = {"backend", "backend_fallback", "interactive"}
"""What a program decides that shows figures in windows; we have none."""
_SETTINGS: Final[Any] = {
    name: value for name, value in mpl.rcParamsDefault.items() if name not in _ELSEWHERE
} | {
    "svg.fonttype": "none",
    "svg.hashsalt": "batchproof",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "path.simplify": False,
}
"""Every setting: none is left to a user's file, nor to what the process drew before."""
_ONE_AT_A_TIME: Final = threading.Lock()
"""matplotlib keeps its settings for the whole process, and threads judge a history."""


@contextmanager
def _settled() -> Iterator[None]:
    """Draw by our own settings and no other: equal evidence gives an equal page, byte by byte."""
    with _ONE_AT_A_TIME, mpl.rc_context(_SETTINGS):
        yield


@_settled()
def drawn_curve(drawn: Drawn, named: str) -> Markup:
    """Return a curve as an SVG element; `named` are the ids of its title and description."""
    figure, axes = _canvas(2.3, left=0.055, bottom=0.13, top=0.95)
    start, end = (one / _DAY for one in drawn.window)
    axes.set_xlim(start, end)
    axes.set_ylim(*_room(drawn))
    axes.grid(visible=True, axis="y", gid="grid")
    _not_good(axes, drawn, end - start)
    for run in drawn.outside:
        begun, ended = (one / _DAY for one in drawn.ends_of(run))
        ended = max(ended, begun + _NARROWEST * (end - start))
        axes.axvspan(begun, ended, gid="excursion", clip_on=False)
        axes.annotate(
            "▼", (begun, 1), xycoords=("data", "axes fraction"), ha="center", gid="pointer"
        )
    for runs, name in ((drawn.runs, "range"), (drawn.outside, "outside")):
        for run in runs:
            _band(axes, run, name)
    for level in drawn.levels:
        axes.axhline(level.at, gid="limit", clip_on=False)
        _beside(axes, level.words, level.at)
    _dates(axes)
    return themed(figure, "area", named)


@_settled()
def drawn_timeline(timeline: Timeline, named: str) -> Markup:
    """Return the timeline as an SVG element: a row for each unit procedure, marks upon it."""
    rows = len(timeline.rows)
    figure, axes = _canvas(0.42 + 0.27 * rows, left=0.2, bottom=0.24 / (0.42 + 0.27 * rows))
    start, end = (one / _DAY for one in timeline.window)
    axes.set_xlim(start, end)
    axes.set_ylim(rows, 0)
    axes.grid(visible=True, axis="x", gid="grid")
    for number, row in enumerate(timeline.rows):
        least = _NARROWEST * (end - start)
        axes.broken_barh(_bars([row.span], least), (number + 0.22, 0.3), gid="bar", clip_on=False)
        axes.broken_barh(
            _bars(row.parts, least), (number + 0.22, 0.3), gid="bar-part", clip_on=False
        )
        axes.text(
            -0.008,
            number + 0.37,
            for_drawing(row.name, 24),
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            parse_math=False,
            gid="tick",
        )
        for name, moments in row.marks.items():
            high, low = _HEIGHTS[name]
            for moment in moments:
                at = moment / _DAY
                axes.plot([at, at], [number + high, number + low], gid=name, clip_on=False)
    axes.yaxis.set_visible(False)
    _dates(axes)
    return themed(figure, "timeline", named)


_HEIGHTS: Final = {
    "mark-entry": (0.56, 0.7),
    "mark-sample": (0.56, 0.86),
    "mark-warn": (0.1, 0.62),
    "mark-bad": (0.04, 0.68),
}


def _canvas(
    height: float, *, left: float, bottom: float, top: float = 0.985
) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDE, height))
    axes = figure.add_axes((left, bottom, 0.995 - left, top - bottom))
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.patch.set_visible(False)
    figure.patch.set_visible(False)
    axes.tick_params(length=0, pad=3)
    axes.set_axisbelow(True)
    return figure, axes


def _room(drawn: Drawn) -> tuple[float, float]:
    """Return the lowest and highest value drawn, with some air around them."""
    seen = [value for run in drawn.runs for _, low, high in run for value in (low, high)]
    values = [*(one.at for one in drawn.levels), *seen] or [0.0, 1.0]
    air = (max(values) - min(values)) * 0.08 or abs(max(values)) * 0.08 or 1.0
    return min(values) - air, max(values) + air


def _band(axes: Axes, run: Sequence[Bucket], name: str) -> None:
    """Draw a stretch along its highest values and back along its lowest."""
    points = [(t, high) for t, _, high in run] + [(t, low) for t, low, _ in reversed(run)]
    axes.fill([t / _DAY for t, _ in points], [v for _, v in points], gid=name, clip_on=False)


def _not_good(axes: Axes, drawn: Drawn, window: float) -> None:
    """Hatch each stretch without a good reading; mark it at the foot where there is no room."""
    wide = [one for one in drawn.not_good if (one[1] - one[0]) / _DAY >= _HATCHABLE * window]
    rest = [one for one in drawn.not_good if one not in wide]
    for spans, height, name in ((wide, 1.0, "hatched"), (rest, 0.06, "not-good")):
        if spans:
            axes.broken_barh(
                _bars(spans, _NARROWEST * window),
                (0, height),
                transform=axes.get_xaxis_transform(),
                gid=name,
                clip_on=False,
            )


def _beside(axes: Axes, said: str, at: float) -> None:
    """Write what a limit says at its right end, above its line."""
    axes.annotate(
        said,
        (1, at),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-2, 2.5),
        textcoords="offset points",
        ha="right",
        gid="limit-words",
        parse_math=False,
    )


def _bars(spans: Sequence[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    return [(start / _DAY, max(least, (end - start) / _DAY)) for start, end in spans]


def _dates(axes: Axes) -> None:
    """Mark round times of the axis, in UTC."""
    locator = AutoDateLocator(  # type: ignore[no-untyped-call]  # has no types
        tz="UTC", minticks=4, maxticks=9
    )
    days = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%H:%M:%S"]
    rounds = ["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(  # type: ignore[no-untyped-call]  # has no types
            locator, tz="UTC", formats=days, zero_formats=rounds, show_offset=False
        )
    )
