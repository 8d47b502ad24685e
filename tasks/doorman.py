"""Decides whether somebody is who they say and may do it, by what is on record of them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from contracts.errors import RefusedError
from contracts.evidence import Digest
from contracts.log_act import Refusal
from contracts.person import Act, Person, check_may
from contracts.times import written
from tasks import codes
from tasks.asserted import Asserted
from tasks.credential_key import CredentialKey
from tasks.ledger.people_records import Outcome, Ruling, Standing

TRIES: Final = 5
"""So many refusals ..."""
WITHIN: Final = timedelta(minutes=15)
"""... within this time, and for as long nothing is looked at (21 CFR 11.300(d))."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, and what they prove it with."""

    user: str
    code: str = field(repr=False)
    """Six digits; where an identity provider asserts, its token or the door's grant."""
    asked: Digest = ""
    """What is asked, as `asked_of` says it; a grant is worth something for nothing else."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given as a code, as far as it speaks for itself."""

    token: Digest = ""
    """Of a token or grant."""
    asserted: Asserted | None = None
    why_not: str = ""
    """Why it counts for nothing, whoever gave it."""


@dataclass(frozen=True, slots=True)
class Doorman:
    """Decides one try; nothing here is entered or asked."""

    key: CredentialKey
    claim: Claim
    act: Act | None
    batch: str
    """Empty where it is about none."""
    given: Given
    now: datetime
    """This machine's own time."""
    at: datetime
    """The time at the plant, for the log."""

    def rule(self, standing: Standing) -> Ruling:
        """Return what is decided."""
        person = standing.person
        until = _blocked_until(standing.refused, self.now)
        if until is not None:
            return self._blocked(standing, until)
        step, why = self._proof(standing)
        if why or person is None:
            return self._refused(standing, why or "an unknown user")
        try:
            if self.act is not None:
                check_may(person, self.act)
        except RefusedError as error:
            refusal = self._entry(person, "their roles do not allow it")
            return Ruling(Outcome.FORBIDDEN, person, step, self.given.token, None, refusal, error)
        return Ruling(Outcome.GRANTED, person, step, self.given.token)

    def _proof(self, standing: Standing) -> tuple[int | None, str]:
        """Return the step of the code that is used up, and why it proves nothing, if so."""
        person, why = standing.person, self.given.why_not
        step: int | None = None
        if not why and self.given.token:
            why = self._token(standing)
        elif not why:
            step, why = self._code(standing)
        if person is None:
            why = "an unknown user"
        elif not person.active:
            why = "a user who was withdrawn"
        return (None, why) if why else (step, "")

    def _token(self, standing: Standing) -> str:
        if standing.token_used:
            return "a token or grant that was used before"
        if self.given.asserted is not None:
            return ""
        grant = standing.grant
        if grant is None or grant.person != self.claim.user:
            return "a grant that nobody gave them"
        if self.now >= grant.until:
            return "a grant that is too old"
        return "" if grant.asked == self.claim.asked else "a grant for something else"

    def _code(self, standing: Standing) -> tuple[int | None, str]:
        """Compare the code; without a secret with one of nobody's, which takes as long."""
        sealed, user = standing.secret, self.claim.user
        secret = self.key.opened(sealed, user) if sealed else codes.new_secret()
        steps = codes.steps_of(secret, "".join(self.claim.code.split()), self.now)
        if not sealed or not steps:
            return None, "a wrong code"
        fresh = [step for step in steps if step > standing.last_step]
        return (fresh[0], "") if fresh else (None, "a code that was used, or is older than one")

    def _refused(self, standing: Standing, why: str) -> Ruling:
        person, known = standing.person, standing.strangers
        entry: Refusal | None = self._entry(person, why)
        if person is None and known == TRIES:
            entry = self._entry(None, "an unknown user; more of them are not entered one by one")
        elif person is None and known > TRIES:
            entry = None
        return Ruling(Outcome.REFUSED, person, refusal=entry, error=refused())

    def _blocked(self, standing: Standing, until: datetime) -> Ruling:
        person = standing.person
        words = written(until)
        error = RefusedError(
            f"{TRIES} refusals of this user id within {WITHIN.seconds // 60} minutes",
            expected="nobody trying codes",
            move=f"try again after {words}; if it was not you, tell the administrator",
        )
        due = person is not None and not standing.block_noted
        why = f"{TRIES} refusals before; nothing is looked at until {words}"
        return Ruling(
            Outcome.BLOCKED,
            person,
            refusal=self._entry(person, why) if due else None,
            error=error,
            kept=not standing.block_noted,
        )

    def _entry(self, person: Person | None, why: str) -> Refusal:
        act = self.act.words if self.act is not None else "prove who they are"
        return Refusal(self.at, self.batch, person.user if person else "", act, why)


def _blocked_until(times: tuple[datetime, ...], now: datetime) -> datetime | None:
    """Return until when nothing is looked at: after `TRIES` refusals close together."""
    if len(times) < TRIES or times[-1] - times[0] > WITHIN:
        return None
    until = times[-1] + WITHIN
    return until if now < until else None


def refused() -> RefusedError:
    """Return what everybody is told whose id and code do not go together, whatever the reason."""
    return RefusedError(
        "a user id and a code that do not go together now",
        expected="the id of an enrolled user and their code of this moment; each code counts once",
        move=f"wait for the next code and try again; after {TRIES} refusals within "
        f"{WITHIN.seconds // 60} minutes nothing is looked at for as long",
    )
