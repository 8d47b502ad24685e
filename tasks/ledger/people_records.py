"""What the ledger says about a person who tries to act, and what is decided about the try."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.errors import RefusedError
from contracts.evidence import Digest
from contracts.log_act import Refusal
from contracts.person import Person


class Outcome(StrEnum):
    """What came of a try."""

    GRANTED = "granted"
    FORBIDDEN = "forbidden"
    """They are who they say, and their roles do not allow it."""
    REFUSED = "refused"
    """A try that counts towards the limit."""
    BLOCKED = "blocked"
    """Not looked at: too many were refused before."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the door vouches for."""

    token: Digest
    person: str
    asked: Digest
    until: datetime


@dataclass(frozen=True, slots=True)
class Try:
    """Who says what, when."""

    user: str
    """As typed."""
    who: Digest
    """The keyed digest of it."""
    token: Digest
    """Of a token or grant; empty for a code."""
    at: datetime
    """This machine's own time."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is on record about a try before it is decided."""

    person: Person | None
    secret: str = ""
    """Sealed; empty if they have none."""
    last_step: int = -1
    token_used: bool = False
    grant: Grant | None = None
    refused: tuple[datetime, ...] = ()
    """When this id was refused last, the oldest first; as many as were asked for."""
    block_noted: bool = False
    """Since the last of these, somebody tried while nothing was looked at, and it was noted."""
    strangers: int = 0
    """Refused tries of ids that are not on record, since the moment asked for."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided about a try, to be entered all or nothing."""

    outcome: Outcome
    person: Person | None = None
    step: int | None = None
    """The code's step, if it is used up now."""
    token: Digest = ""
    """The token or grant, if it is used up now."""
    grant: Grant | None = None
    """What the door vouches for from now on."""
    refusal: Refusal | None = None
    """Its entry in the log, if one is due."""
    error: RefusedError | None = None
    kept: bool = True
    """False: the try is not entered at all; an entry of its kind stands already."""
