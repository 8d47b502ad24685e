"""Text as a terminal may show it: a file's name, or a record's text, may hold anything."""


def plain(text: str) -> str:
    """Return text in one line, with signs that a terminal would obey replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
