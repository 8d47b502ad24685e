"""Texts of others in Prefect's pages: shown as they are written, whatever they would mean there."""

import html
import re
from typing import Final

_MEANING: Final = re.compile(r"([\\`*_{}\[\]#|~@])")
_AT_THE_START: Final = re.compile(r"^(\d+|)([-+.)=])")
_ADDRESS: Final = re.compile(r"(?i)\b(https?|ftp|mailto|www)(:|\.)")


def plain(text: str) -> str:
    """Return text that Markdown and HTML show as it is: sources write what they like.

    Every artifact is Markdown, the cells of a table too. HTML becomes text, signs of Markdown are
    told from it by a backslash (CommonMark 0.31, 2.4), an address is no link, and it is one line.
    """
    one_line = " ".join(text.split())
    marked = _MEANING.sub(r"\\\1", html.escape(one_line, quote=False))
    marked = _AT_THE_START.sub(r"\1\\\2", marked)
    return _ADDRESS.sub(r"\1\\\2", marked)


def artifact_key(what: str, *about: str) -> str:
    """Return the key of an artifact about a batch, perhaps its stage, or about something else.

    A key is lower-case letters, digits and dashes; an artifact hides older ones of the same key.
    """
    return "-".join([what, *re.findall(r"[a-z0-9]+", " ".join(about).lower())])
