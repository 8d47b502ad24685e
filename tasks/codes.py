"""One-time codes as every authenticator app shows them: six digits, a new one each 30 seconds."""

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

PERIOD: Final = 30
"""Seconds a code is shown: RFC 6238, 4.1; SHA-1 and six digits, for that is what apps read."""
WINDOW: Final = 1
"""Codes accepted before and after the one of the machine's own clock: RFC 6238, 5.2."""
_CODE: Final = re.compile(r"[0-9]{6}")
_SECRET_SIGNS: Final = 32
"""Base32 signs: 160 bits, as RFC 4226 (R6) recommends."""


def new_secret() -> str:
    """Return a new shared secret, in base32, from the system's random numbers."""
    return pyotp.random_base32(_SECRET_SIGNS)


def address_of(secret: str, user: str, owner: str) -> str:
    """Return the `otpauth://` address that an authenticator app reads."""
    address: str = pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=owner)
    return address


def code_at(secret: str, at: datetime) -> str:
    """Return the code that an app shows at a time."""
    return _code(secret, step_of(at))


def step_of(at: datetime) -> int:
    """Return RFC 6238's T: how many periods since 1970."""
    return int(at.timestamp()) // PERIOD


def is_code(text: str) -> bool:
    """Tell whether the text has the form of a code."""
    return _CODE.fullmatch(text) is not None


def steps_of(secret: str, typed: str, at: datetime) -> tuple[int, ...]:
    """Return the steps around a time whose code this is; each is compared in constant time."""
    now = step_of(at)
    around = range(now - WINDOW, now + WINDOW + 1)
    same = [(step, hmac.compare_digest(_code(secret, step), typed)) for step in around]
    return tuple(step for step, yes in same if yes)


def _code(secret: str, step: int) -> str:
    code: str = pyotp.TOTP(secret).generate_otp(step)
    return code
