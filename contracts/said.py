"""What people write to be kept for ever: any words, but nothing that a reader could not see."""

import unicodedata
from typing import Final

from contracts.errors import RefusedError

LONGEST: Final = 2000
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of signs that show nothing or turn the text around (UAX 44)."""


def said(text: str, what: str, longest: int = LONGEST) -> str:
    """Return a text without the spaces around it.

    It is kept as data, whatever it says: whoever shows it escapes it.

    Raises:
        RefusedError: longer than `longest` characters, or it holds a control character.
    """
    found = text.strip()
    if len(found) > longest:
        raise RefusedError(
            f"{what} of {len(found)} characters", expected=f"at most {longest} characters"
        )
    unseen = [sign for sign in found if unicodedata.category(sign) in _UNSEEN]
    if unseen:
        raise RefusedError(
            f"{what} with the sign U+{ord(unseen[0]):04X}, which nobody sees",
            expected="one line of text without control characters",
        )
    return found
