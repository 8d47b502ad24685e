"""Turns a drawing of matplotlib into SVG that takes the page's colours and holds nothing else."""

import io
import re
from typing import Final

from lxml import etree
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

CLASSES: Final = frozenset(
    {"bar", "bar-part", "excursion", "grid", "hatched", "limit", "limit-words", "mark-bad"}
    | {"mark-entry", "mark-sample", "mark-warn", "not-good", "outside", "pointer", "range", "tick"}
)
"""What is drawn; the page's style gives each its colour, in light, in dark and in print."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_KEPT: Final = frozenset({"d", "transform", "x", "y"})
_LONG: Final = re.compile(r"-?\d+\.\d{3,}")


def themed(figure: Figure, kind: str, named: str) -> Markup:
    """Return the figure without its own colours, names and styles: classes alone are left."""
    written = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(figure).print_svg(written, metadata=nothing)  # type: ignore[no-untyped-call]  # has no types
    reader = etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(written.getvalue(), reader)
    inside = "".join(_of(child) for child in root)
    return Markup(  # noqa: S704 (every attribute is one of ours, every text is escaped in _of)
        f'<svg class="{kind}" viewBox="{root.get("viewBox")}" role="img" '
        f'aria-labelledby="{named}-t {named}-d">{inside}</svg>'
    )


def _of(element: etree._Element, drawn: str = "") -> str:
    """Return an element and all within: groups are named by what is drawn, or left out."""
    if element.tag in {f"{_SVG}defs", f"{_SVG}metadata"}:
        return ""
    tag = element.tag.removeprefix(_SVG)
    name = str(element.get("id", ""))
    known = name if name in CLASSES else ""
    inside = "".join(_of(child, known or drawn) for child in element)
    if tag == "g":
        return f'<g class="{known}">{inside}</g>' if known and inside else inside
    return _leaf(element, tag, drawn)


def _leaf(element: etree._Element, tag: str, drawn: str) -> str:
    kept = {str(name): str(value) for name, value in element.attrib.items() if name in _KEPT}
    kept = {name: _LONG.sub(_short, value) for name, value in kept.items()}
    if kept.get("transform", "").startswith("rotate(-0 "):
        del kept["transform"]
    if "d" in kept:
        kept["d"] = _relative(kept["d"])
    if drawn == "hatched":
        kept["fill"] = "url(#hatch)"
    if tag == "text":
        anchor = re.search(r"text-anchor: (\w+)", str(element.get("style", "")))
        kept |= {"text-anchor": anchor[1]} if anchor else {}
        kept |= {} if drawn else {"class": "tick"}
    said = "".join(f' {name}="{Markup.escape(value)}"' for name, value in sorted(kept.items()))
    return f"<{tag}{said}>{Markup.escape(element.text or '') if tag == 'text' else ''}</{tag}>"


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
