"""The analyses of a batch as one page that prints like a certificate of analysis.

It is no certificate: it prepares one, and leaves the lines for the people who sign.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from contracts.asked_known import Signed
from contracts.certified import Analysis, certified
from tasks.exports.certificate import Told, signatures_of, told_of
from tasks.sound import Sound


def write(sound: Sound, place: Path) -> None:
    """Write the page as one HTML file that needs no other file, no script and no network.

    Raises:
        IntegrityError: the package is not what it says.
    """
    package = sound.opened()
    tests = certified(package)
    told = told_of(sound, package, tests)
    place.write_bytes(page(told, tests, signatures_of(sound, package)))


def page(told: Told, tests: Sequence[Analysis], signatures: Sequence[Signed]) -> bytes:
    """Return the page as UTF-8 HTML; equal facts give equal bytes."""
    html = (
        _environment()
        .get_template("coa.html")
        .render(
            told=told,
            tests=tests,
            signatures=signatures,
            style=_style(),
            style_digest=base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode(),
        )
    )
    return html.encode("utf-8", "backslashreplace")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("tasks.exports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    text, _, _ = PackageLoader("tasks.exports").get_source(Environment(autoescape=True), "coa.css")
    return Markup(text.strip())  # noqa: S704 (our own style, nothing from a source)
