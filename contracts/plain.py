"""Text as a terminal, a log or a message may show it: what a source wrote may hold anything."""

from typing import Final

_TOLD: Final = str.maketrans({"<": "‹", ">": "›", "[": "⁅", "]": "⁆", "@": "(at)", "`": "'"})
"""What Slack, Teams, Discord and Markdown obey, and what a reader sees in its place."""


def plain(text: str) -> str:
    """Return text in one line, with signs that a terminal would obey replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def plain_lines(text: str) -> str:
    """Return text of several lines of ours, each of them plain."""
    return "\n".join(map(plain, text.split("\n")))


def told(text: str) -> str:
    """Return text that calls nobody and leads nowhere in a message of any chat or mail program.

    `<!channel>` becomes `‹!channel›`, `[x](y)` becomes `⁅x⁆(y)`, `@here` becomes `(at)here`, a
    backtick an apostrophe, and `https://x` becomes `https:/ /x`.
    """
    return plain(text).translate(_TOLD).replace("://", ":/ /")
