"""A code is what RFC 6238 says, so that every authenticator app shows it."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from tasks import codes

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [  # RFC 6238, appendix B, the rows of SHA-1; six digits are the last six of its eight
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(seconds, eight_digits):
    at = datetime.fromtimestamp(seconds, UTC)

    assert codes.code_at(SECRET, at) == eight_digits[-6:]
    assert codes.steps_of(SECRET, eight_digits[-6:], at) == (seconds // 30,)


@pytest.mark.parametrize(("seconds", "taken"), [(-31, False), (-30, True), (30, True), (61, False)])
def test_a_code_is_taken_one_step_before_and_after_its_own(seconds, taken):
    # RFC 6238, 5.2: at most one step for the way it takes; 2026-03-24T06:00:00 begins a step
    shown = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
    code = codes.code_at(SECRET, shown)
    now = datetime.fromtimestamp(shown.timestamp() + seconds, UTC)

    assert bool(codes.steps_of(SECRET, code, now)) is taken


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "12 456", "-12345"])
def test_other_text_is_no_code(text):
    assert not codes.is_code(text)


def test_a_secret_is_new_each_time_and_long_enough():
    one, other = codes.new_secret(), codes.new_secret()

    assert one != other
    assert len(base64.b32decode(one)) * 8 == 160  # RFC 4226, R6


def test_the_address_is_what_apps_read():
    address = urlsplit(codes.address_of(SECRET, "anna.ek", "Batchproof"))

    assert (address.scheme, address.netloc, address.path) == (
        "otpauth",
        "totp",
        "/Batchproof:anna.ek",
    )
    assert parse_qs(address.query) == {"secret": [SECRET], "issuer": ["Batchproof"]}
