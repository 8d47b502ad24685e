"""Makes visible what a source wrote to be unseen, and cuts what no person reads."""

import re
from typing import Final

from markupsafe import Markup

LONGEST: Final = 2_000
"""Characters of one text on the page; the whole of it is in its capture."""
_KEPT: Final = 400
"""Characters shown of a text that is longer than that."""

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
"""Control characters, those that turn or hide text (Unicode TR 36, TR 39), and halves of pairs."""


def shown_whole(written: object) -> object:
    """Return what a template prints: a text as a person can trust it, anything else as it is.

    Unseen and turning characters are shown by their names, such as `[U+202E]`; a text of more
    than `LONGEST` characters is cut, and says so.
    """
    if not isinstance(written, str) or isinstance(written, Markup):
        return written
    text = written
    if len(text) > LONGEST:
        text = (
            f"{text[:_KEPT]}… (cut here: {len(written):,} characters, all of them in the capture)"
        )
    return _UNSEEN.sub(_named, text)


def for_drawing(written: str, longest: int) -> str:
    """Return a text for a drawing: visible, in one line, and short."""
    text = " ".join(_UNSEEN.sub(_named, written[: 4 * longest]).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _named(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"
