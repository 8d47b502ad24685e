"""A grant: the door vouches once, for a short time, for one person asking for one thing."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from contracts.errors import RefusedError, SiteError
from contracts.evidence import Digest, digest_of
from contracts.person import Person
from tasks.asserted import Asserted, assertion
from tasks.credential_key import CredentialKey
from tasks.desk import Desk
from tasks.doorman import TRIES, WITHIN, Claim, Doorman, Given, refused
from tasks.identity import GRANT, machine_clock
from tasks.ledger.people_book import Looked
from tasks.ledger.people_records import Grant, Outcome, Ruling, Standing, Try

LASTS: Final = timedelta(minutes=10)
"""From the form to the flow's start, which may have to wait for a worker."""
_BYTES: Final = 32


def granted(
    desk: Desk, token: str, asked: Digest, clock: Callable[[], datetime] = machine_clock
) -> tuple[Person, str]:
    """Return whom the provider's token is about, and a grant in its place; the token is used up.

    The grant is 256 random bits; only its SHA-256 is kept. It is worth something to this person,
    for what `asked` is the digest of (`identity.asked_of`), within `LASTS`, once.

    Raises:
        RefusedError: the token does not hold, was used, or is of nobody who is enrolled.
        SiteError: no identity provider is named.
        UnavailableError: its keys cannot be read.
    """
    now = clock()
    given = _read(desk, token, now)
    user = given.asserted.user if given.asserted is not None else ""
    key = CredentialKey.of(desk.keys)
    doorman = Doorman(key, Claim(user, ""), None, "", given, now, desk.now())
    grant = GRANT + secrets.token_urlsafe(_BYTES)

    def rule(standing: Standing) -> Ruling:
        ruling = doorman.rule(standing)
        if ruling.outcome is not Outcome.GRANTED:
            return ruling
        return replace(ruling, grant=Grant(digest_of(grant.encode()), user, asked, now + LASTS))

    tried = Try(user, key.name_of(user), given.token, now)
    ruling = desk.ledger.people.decide(tried, Looked(TRIES, now - WITHIN), rule)
    if ruling.error is not None:
        raise ruling.error
    if ruling.person is None:  # granted to nobody: no ruling says so
        raise refused()
    return ruling.person, grant


def no_provider() -> SiteError:
    """Return what is said where nobody asserts identity."""
    return SiteError(
        "a door without an identity provider",
        expected="BATCHPROOF_OIDC_ISSUER, _AUDIENCE and _KEYS",
        move="the administrator names the provider, or people type one-time codes",
    )


def _read(desk: Desk, token: str, now: datetime) -> Given:
    issuer = desk.keys.places.issuer
    if issuer is None:
        raise no_provider()
    try:
        asserted: Asserted = assertion(issuer, token, now)
    except RefusedError as error:
        return Given(why_not=error.found)
    return Given(asserted.token, asserted)
