"""Draws curves and the batch's timeline with matplotlib, as SVG that takes the page's colours.

Matplotlib is imported when something is drawn: it takes most of a second, and only packaging draws.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from lxml import etree
from markupsafe import Markup

from tasks.page.curve import Bucket, Drawn
from tasks.page.plain_text import for_drawing
from tasks.page.timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CLASSES: Final = frozenset(
    {"bar", "bar-part", "excursion", "grid", "hatched", "limit", "limit-words", "mark-bad"}
    | {"mark-entry", "mark-sample", "mark-warn", "not-good", "outside", "pointer", "range", "tick"}
)
"""What is drawn; the page's style gives each its colour, in light, in dark and in print."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DAY: Final = 86_400_000
"""Milliseconds of a day: matplotlib counts days since 1970-01-01 (UTC)."""
_WIDE: Final = 9.6
"""Inches across; the page stretches the drawing to its own width."""
_NARROWEST: Final = 0.0015
_HATCHABLE: Final = 0.004
"""Parts of the window: what can still be seen, and what has room for a hatch."""
_SETTINGS: Final[Mapping[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "batchproof",
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "path.simplify": False,
}
_KEPT: Final = frozenset({"class", "d", "x", "y", "transform", "viewBox", "text-anchor", "fill"})
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")


def drawn_curve(drawn: Drawn, named: str) -> Markup:
    """Return a curve as an SVG element; `named` are the ids of its title and description."""
    figure, axes = _canvas(1.95, left=0.055, bottom=0.14, top=0.97)
    start, end = (one / _DAY for one in drawn.window)
    axes.set_xlim(start, end)
    axes.set_ylim(*_room(drawn))
    axes.grid(visible=True, axis="y", gid="grid")
    for begun, ended in drawn.not_good:
        _not_good(axes, begun / _DAY, ended / _DAY, end - start)
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
    return _themed(figure, "area", named)


def drawn_timeline(timeline: Timeline, named: str) -> Markup:
    """Return the timeline as an SVG element: a row for each unit procedure, marks upon it."""
    rows = len(timeline.rows)
    figure, axes = _canvas(0.42 + 0.27 * rows, left=0.175, bottom=0.24 / (0.42 + 0.27 * rows))
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
            for_drawing(row.name, 26),
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
    return _themed(figure, "timeline", named)


_HEIGHTS: Final = {
    "mark-entry": (0.56, 0.7),
    "mark-sample": (0.56, 0.86),
    "mark-warn": (0.1, 0.62),
    "mark-bad": (0.04, 0.68),
}


def _canvas(
    height: float, *, left: float, bottom: float, top: float = 0.985
) -> "tuple[Figure, Axes]":
    import matplotlib as mpl  # noqa: PLC0415 (most of a second, and only packaging draws)
    from matplotlib.figure import Figure  # noqa: PLC0415 (as above)

    with mpl.rc_context(dict(_SETTINGS)):
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


def _band(axes: "Axes", run: Sequence[Bucket], name: str) -> None:
    """Draw a stretch along its highest values and back along its lowest."""
    points = [(t, high) for t, _, high in run] + [(t, low) for t, low, _ in reversed(run)]
    axes.fill([t / _DAY for t, _ in points], [v for _, v in points], gid=name, clip_on=False)


def _not_good(axes: "Axes", start: float, end: float, window: float) -> None:
    """Hatch a stretch without a good reading; mark it at the foot where there is no room."""
    if (end - start) / window >= _HATCHABLE:
        axes.axvspan(start, end, gid="hatched", clip_on=False)
    else:
        least = start + _NARROWEST * window
        axes.axvspan(start, max(end, least), 0, 0.06, gid="not-good", clip_on=False)


def _beside(axes: "Axes", said: str, at: float) -> None:
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


def _dates(axes: "Axes") -> None:
    """Mark round times of the axis, in UTC."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415 (as above)

    locator = AutoDateLocator(tz="UTC", minticks=4, maxticks=9)
    days = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%H:%M:%S"]
    rounds = ["", "%Y", "%b", "%d %b", "%H:%M", "%H:%M"]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        ConciseDateFormatter(
            locator, tz="UTC", formats=days, zero_formats=rounds, show_offset=False
        )
    )


def _themed(figure: "Figure", kind: str, named: str) -> Markup:
    """Return the figure without its own colours, names and styles: classes alone are left."""
    import matplotlib as mpl  # noqa: PLC0415 (as above)
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 (as above)

    written = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(dict(_SETTINGS)):
        FigureCanvasSVG(figure).print_svg(written, metadata=nothing)
    root = etree.fromstring(written.getvalue(), etree.XMLParser(resolve_entities=False))
    inside = "".join(_of(child) for child in root)
    return Markup(  # noqa: S704 (every attribute is one of ours, every text is escaped in _of)
        f'<svg class="{kind}" viewBox="{root.get("viewBox")}" role="img" '
        f'aria-labelledby="{named}-t {named}-d">{inside}</svg>'
    )


def _of(element: etree._Element, drawn: str = "") -> str:
    """Return an element and all within: groups are named by what is drawn, or left out."""
    if not isinstance(element.tag, str) or element.tag in {f"{_SVG}defs", f"{_SVG}metadata"}:
        return ""
    tag = element.tag.removeprefix(_SVG)
    name = str(element.get("id", ""))
    known = name if name in CLASSES else ""
    inside = "".join(_of(child, known or drawn) for child in element)
    if tag == "g":
        return f'<g class="{known}">{inside}</g>' if known and inside else inside
    return "".join(_leaf(element, tag, drawn))


def _leaf(element: etree._Element, tag: str, drawn: str) -> Iterator[str]:
    kept = {
        name: _LONG.sub(_short, value) for name, value in element.attrib.items() if name in _KEPT
    }
    if kept.get("transform", "").startswith("rotate(-0 "):
        del kept["transform"]
    if drawn == "hatched":
        kept["fill"] = "url(#hatch)"
    style = str(element.get("style", ""))
    anchor = re.search(r"text-anchor: (\w+)", style)
    if anchor:
        kept["text-anchor"] = anchor[1]
    if tag == "text" and not drawn:
        kept["class"] = "tick"
    if "d" in kept:
        kept["d"] = _relative(kept["d"])
    said = "".join(f' {name}="{Markup.escape(value)}"' for name, value in sorted(kept.items()))
    yield (
        f"<{tag}{said}>{Markup.escape(element.text or '')}</{tag}>"
        if tag == "text"
        else f"<{tag}{said}></{tag}>"
    )


def _relative(path: str) -> str:
    """Return a path of straight lines from point to point in steps: half as long, to 1/100."""
    parts, last, written = path.split(), (0, 0), ""
    while parts and parts[0] in {"M", "L"}:
        command, (x, y) = parts[0], (round(100 * float(one)) for one in parts[1:3])
        said = f"{(x - last[0]) / 100:g} {(y - last[1]) / 100:g}"
        written += f"{command.lower()}{said}"
        last, parts = (x, y), parts[3:]
    return written + "".join(parts)


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
