"""The analyses of a batch as one page that prints like a certificate of analysis.

It is no certificate: it prepares one, and leaves the lines for the people who sign.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from contracts.certified import certified
from tasks.exports.certificate import signatures_of, told_of
from tasks.sound import Sound


def write(sound: Sound, place: Path) -> None:
    """Write the page as one HTML file that needs no other file, no script and no network.

    Raises:
        IntegrityError: the package is not what it says.
    """
    package = sound.opened()
    tests = certified(package)
    page = (
        _environment()
        .get_template("coa.html")
        .render(
            told=told_of(sound, package, tests),
            tests=tests,
            signatures=signatures_of(sound, package),
            style=_style(),
            style_digest=base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode(),
        )
    )
    place.write_bytes(page.encode("utf-8", "backslashreplace"))


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
