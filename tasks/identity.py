"""Who acts: a user id and a code that is worth something once, at the moment of acting."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from contracts.batch import batch_number
from contracts.canonical import Json, canonical
from contracts.errors import NotFoundError, RefusedError
from contracts.evidence import Digest, digest_of
from contracts.person import Act, Person
from tasks import codes
from tasks.asserted import assertion
from tasks.credential_key import CredentialKey
from tasks.desk import Desk
from tasks.doorman import TRIES, WITHIN, Claim, Doorman, Given, refused
from tasks.ledger.ledger import Ledger
from tasks.ledger.people_book import Looked
from tasks.ledger.people_records import Try

__all__ = ["Claim", "asked_of", "identify", "machine_clock", "persons"]

GRANT: Final = "bpgrant-"
"""How a grant of the door begins."""
IDENTITY: Final = frozenset({"user", "code"})
"""The parameters of a flow that say who asks; all others say what is asked."""


def asked_of(parameters: Mapping[str, Json]) -> Digest:
    """Return the digest of what is asked: a flow's parameters without user and code.

    Raises:
        IntegrityError: a number with two spellings.
    """
    return digest_of(
        canonical({name: one for name, one in parameters.items() if name not in IDENTITY})
    )


def machine_clock() -> datetime:
    """Return this machine's own time; codes are compared with no other."""
    return datetime.now(UTC)


def persons(ledger: Ledger) -> Mapping[str, Person]:
    """Return everybody who was ever enrolled, by user id; withdrawn ones too."""
    return ledger.people.persons()


def identify(
    desk: Desk,
    claim: Claim,
    act: Act | None,
    batch: str = "",
    clock: Callable[[], datetime] = machine_clock,
) -> Person:
    """Return the person, once they proved who they are and may do this; the code is used up.

    Without an act they only prove who they are. Every refusal enters the log; of a flood, what
    says that there is one (21 CFR 11.10(g), 11.200(a)(1), 11.300(d)).

    Raises:
        RefusedError: they may not, or did not prove it; the words do not say which part is wrong.
        SealError: the credential key is not there, or is another.
        UnavailableError: the keys of the identity provider cannot be read.
    """
    now = clock()
    given = _given(desk, claim, now)
    key = CredentialKey.of(desk.keys)
    tried = Try(claim.user, key.name_of(claim.user), given.token, now)
    doorman = Doorman(key, claim, act, _number(batch), given, now, desk.now())
    ruling = desk.ledger.people.decide(tried, Looked(TRIES, now - WITHIN), doorman.rule)
    if ruling.error is not None:
        raise ruling.error
    if ruling.person is None:  # granted to nobody: no ruling says so
        raise refused()
    return ruling.person


def _given(desk: Desk, claim: Claim, now: datetime) -> Given:
    issuer = desk.keys.places.issuer
    code = "".join(claim.code.split())
    if issuer is None:
        return Given() if codes.is_code(code) else Given(why_not="no code")
    if code.startswith(GRANT):
        return Given(digest_of(code.encode("utf-8", "replace")))
    try:
        asserted = assertion(issuer, code, now)
    except RefusedError as error:
        return Given(why_not=error.found)
    if asserted.user != claim.user:
        return Given(why_not="a token of another user")
    return Given(asserted.token, asserted)


def _number(batch: str) -> str:
    """Return the batch if it can be one; the log repeats no other text that somebody typed."""
    try:
        return batch_number(batch) if batch else ""
    except NotFoundError:
        return ""
