"""What may be a batch's number: it names folders and travels in addresses, so it is kept plain."""

import re

from contracts.errors import NotFoundError

BATCH_NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


def batch_number(text: str) -> str:
    """Return the text if it can be a batch's number.

    Raises:
        NotFoundError: it cannot; nothing was asked.
    """
    if re.fullmatch(BATCH_NUMBER.strip("^$"), text) is None:
        raise NotFoundError(
            f"'{text[:80]}', which cannot be a batch's number",
            expected="up to 64 letters, digits, dots, dashes and underscores",
            move="write the number as the MES does",
        )
    return text
