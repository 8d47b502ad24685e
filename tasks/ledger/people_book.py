"""People on the record: who they are, what they prove it with, and that nothing is used twice."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from contracts.errors import RefusedError
from contracts.log_act import UserChange
from contracts.log_text import Logged
from contracts.person import Person, Role
from contracts.times import in_utc
from tasks.ledger import log_entries
from tasks.ledger.database import Database, take_turn
from tasks.ledger.people_records import Grant, Outcome, Ruling, Standing, Try
from tasks.ledger.people_tables import (
    AttemptRow,
    CodeUseRow,
    CredentialRow,
    GrantRow,
    TokenUseRow,
)

_TURN = "who is who"
"""What changes of users wait for; whoever tries to act waits for the turn at their own id."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How far back a decision about a try wants to look."""

    refusals: int
    """How many of the last refusals of this id."""
    strangers_since: datetime


class PeopleBook:
    """The people of a ledger. Each call is one transaction.

    All calls may raise UnavailableError, StorageError and IntegrityError, as the ledger's do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def persons(self) -> Mapping[str, Person]:
        """Return everybody who was ever enrolled, by user id; withdrawn ones too."""
        with self._database.reading() as session:
            return _persons(session)

    def change(
        self,
        entry: UserChange,
        secret: str,
        allowed: Callable[[Mapping[str, Person]], RefusedError | None],
    ) -> Logged:
        """Enter a change of a user with the new sealed secret, if any, both or none.

        `allowed` sees who is who at that moment, while nobody else may change it.

        Raises:
            RefusedError: what `allowed` returned, or the same change at the same time is on
                record; nothing is entered.
        """
        with self._database.writing(_TURN) as session:
            take_turn(session.connection(), _turn_of(entry.user))
            refused = allowed(_persons(session))
            if refused is not None:
                raise refused
            if secret:
                at, by = in_utc(entry.at), entry.by
                session.add(CredentialRow(person=entry.user, secret=secret, at=at, given_by=by))
            due = log_entries.size(session)
            logged = log_entries.append(session, entry)
            if logged.index < due:
                raise RefusedError(
                    "the same change at the same time, which is on record",
                    expected="another one, or a later time at the plant",
                )
            return logged

    def decide(self, tried: Try, look: Looked, rule: Callable[[Standing], Ruling]) -> Ruling:
        """Decide a try by what is on record, and enter what was decided, all or nothing.

        One try of an id after the other; whatever `rule` raises, nothing is entered.

        Raises:
            IntegrityError: the database has this use of a code, token or grant already.
        """
        with self._database.writing(_turn_of(tried.user)) as session:
            ruling = rule(_standing(session, tried, look))
            _enter(session, tried, ruling)
            return ruling


def _turn_of(user: str) -> str:
    return f"who is {user.encode('utf-8', 'replace').decode()}"


def persons_from(log: Iterable[Logged]) -> dict[str, Person]:
    """Return who is who after these entries of the log."""
    known: dict[str, Person] = {}
    for one in log:
        entry = one.entry
        if isinstance(entry, UserChange):
            active = entry.change != "withdrawn"
            roles = frozenset(Role(role) for role in entry.roles)
            known[entry.user] = Person(entry.user, entry.name, roles, active)
    return known


def _persons(session: Session) -> dict[str, Person]:
    return persons_from(log_entries.of_kinds(session, (UserChange.kind,)))


def _standing(session: Session, tried: Try, look: Looked) -> Standing:
    person = _persons(session).get(tried.user)
    mine = select(AttemptRow).where(AttemptRow.who == tried.who)
    newest = mine.order_by(col(AttemptRow.id).desc())
    refused = session.exec(
        newest.where(AttemptRow.outcome == Outcome.REFUSED).limit(look.refusals)
    ).all()
    noted = session.exec(newest.where(AttemptRow.outcome == Outcome.BLOCKED).limit(1)).first()
    strangers = session.exec(
        select(func.count())
        .select_from(AttemptRow)
        .where(
            AttemptRow.person == "",
            AttemptRow.outcome == Outcome.REFUSED,
            AttemptRow.at > look.strangers_since,
        )
    ).one()
    return Standing(
        person,
        _secret(session, person),
        _last_step(session, person),
        _token_used(session, tried),
        _grant(session, tried),
        tuple(one.at for one in reversed(refused)),
        noted is not None and bool(refused) and (noted.id or 0) > (refused[0].id or 0),
        strangers,
    )


def _secret(session: Session, person: Person | None) -> str:
    found = session.exec(
        select(CredentialRow.secret)
        .where(CredentialRow.person == (person.user if person else ""))
        .order_by(col(CredentialRow.id).desc())
        .limit(1)
    ).first()
    return found or ""


def _last_step(session: Session, person: Person | None) -> int:
    found = session.exec(
        select(CodeUseRow.step)
        .where(CodeUseRow.person == (person.user if person else ""))
        .order_by(col(CodeUseRow.step).desc())
        .limit(1)
    ).first()
    return -1 if found is None else found


def _token_used(session: Session, tried: Try) -> bool:
    known = session.exec(select(TokenUseRow.id).where(TokenUseRow.token == tried.token)).first()
    return known is not None


def _grant(session: Session, tried: Try) -> Grant | None:
    row = session.exec(select(GrantRow).where(GrantRow.token == tried.token)).one_or_none()
    return None if row is None else Grant(row.token, row.person, row.asked, row.until)


def _enter(session: Session, tried: Try, ruling: Ruling) -> None:
    person = ruling.person.user if ruling.person else ""
    if ruling.step is not None:
        session.add(CodeUseRow(person=person, step=ruling.step, at=tried.at))
    if ruling.token:
        session.add(TokenUseRow(token=ruling.token, person=person, at=tried.at))
    if ruling.grant is not None:
        one = ruling.grant
        row = GrantRow(token=one.token, person=one.person, asked=one.asked, until=one.until)
        session.add(row)
    if ruling.kept:
        outcome = str(ruling.outcome)
        session.add(AttemptRow(who=tried.who, person=person, at=tried.at, outcome=outcome))
    session.flush()
    if ruling.refusal is not None:
        log_entries.append(session, ruling.refusal)
