"""Who is who: people are enrolled, given roles and secrets, and withdrawn, by an administrator."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contracts.errors import RefusedError
from contracts.log_act import Refusal, UserChange
from contracts.person import USER, Act, Person, Role, same_name
from tasks import codes
from tasks.credential_key import CredentialKey
from tasks.desk import Desk
from tasks.identity import Claim, identify, machine_clock, persons

MACHINE: Final = "administrator"
"""Who enrols the first administrator, on the machine itself, where there is nobody yet."""
_LONGEST_NAME: Final = 80
_OWNER: Final = "Batchproof"

Persons = Mapping[str, Person]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Changed:
    """A person as they are on record now, and their new secret: shown once, kept nowhere plain."""

    person: Person
    secret: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    """The secret as an authenticator app reads it; both empty where there is no new one."""


def enrol(
    desk: Desk, person: Person, by: Claim | None = None, clock: Clock = machine_clock
) -> Changed:
    """Enrol a person under an id that nobody ever had. Nobody by: the first, an administrator.

    Raises:
        RefusedError: the id is or was somebody's, somebody active has the printed name, `by` may
            not, or the first is no administrator.
    """
    _check_words(person)

    def allowed(known: Persons) -> str:
        if by is None and (known or Role.ADMIN not in person.roles):
            return "nobody but the first user is enrolled without an administrator's code"
        if person.user in known:
            return f"{person.user}, who is on record already; an id is never given again"
        return _namesake(known, person.name)

    who = _by(desk, by, clock)
    return _changed(desk, "enrolled", person, who, allowed)


def change_roles(
    desk: Desk, user: str, roles: Collection[Role], by: Claim, clock: Clock = machine_clock
) -> Changed:
    """Give a person other roles in the place of those they have; never oneself.

    Raises:
        RefusedError: `by` may not, it is oneself, or nobody would be an administrator any more.
    """

    def allowed(known: Persons) -> str:
        if user == by.user:
            return "an administrator who gives roles to themselves"
        if Role.ADMIN not in roles and _is_last(known, user):
            return "the last administrator, who stays one"
        return _absent(known, user)

    return _of_known(desk, ("roles", user), _by(desk, by, clock), allowed, frozenset(roles))


def renew_secret(
    desk: Desk, user: str, by: Claim | None = None, clock: Clock = machine_clock
) -> Changed:
    """Give a person a new secret; the old one is worth nothing from now on.

    Anybody may ask for their own with their own code: then no administrator knows it. Nobody by:
    on the machine itself, for the only administrator there is, whose app is lost.

    Raises:
        RefusedError: `by` may not, there is another administrator to ask, or the person's roles
            were changed meanwhile.
    """
    _check_codes(desk)

    def allowed(known: Persons) -> str:
        if by is None and not _is_last(known, user):
            return "a new secret without a code, where there is an administrator to ask"
        return _absent(known, user)

    own = by is not None and by.user == user
    who = _by(desk, by, clock, None if own else Act.MANAGE_USERS)
    return _of_known(desk, ("secret", user), who, allowed)


def withdraw(desk: Desk, user: str, by: Claim, clock: Clock = machine_clock) -> Changed:
    """Withdraw a person: no code of theirs is taken any more, and the id stays theirs for ever.

    Raises:
        RefusedError: `by` may not, or nobody would be an administrator any more.
    """

    def allowed(known: Persons) -> str:
        if _is_last(known, user):
            return "the last administrator, who is not withdrawn"
        return _absent(known, user)

    return _of_known(desk, ("withdrawn", user), _by(desk, by, clock), allowed, frozenset())


def _by(desk: Desk, by: Claim | None, clock: Clock, act: Act | None = Act.MANAGE_USERS) -> str:
    return MACHINE if by is None else identify(desk, by, act, clock=clock).user


def _of_known(
    desk: Desk,
    what: tuple[str, str],
    by: str,
    allowed: Callable[[Persons], str],
    roles: frozenset[Role] | None = None,
) -> Changed:
    change, user = what
    known = persons(desk.ledger)
    before = known.get(user)
    if before is None:  # then `allowed` says so
        before = Person(user if USER.fullmatch(user) else "", "", frozenset(), active=False)
    own = before.roles if roles is None else roles
    after = Person(before.user, before.name, own, change != "withdrawn")

    def still(now: Persons) -> str:
        """Refuse as well to enter the roles of before over those that were given meanwhile."""
        why = allowed(now)
        if why or roles is not None or now[user].roles == own:
            return why
        return f"{user}, whose roles somebody changed at the same time; ask for it again"

    return _changed(desk, change, after, by, still)


def _changed(
    desk: Desk, change: str, person: Person, by: str, allowed: Callable[[Persons], str]
) -> Changed:
    """Enter the change, if it is allowed at that moment; a refusal is on the record as well."""
    secret, sealed, at = "", "", desk.now()
    if change in {"enrolled", "secret"} and desk.keys.places.issuer is None:
        secret = codes.new_secret()
        sealed = CredentialKey.of(desk.keys).sealed(secret, person.user)

    def checked(known: Persons) -> RefusedError | None:
        why = allowed(known) or _stranger(known, by, person.user)
        return RefusedError(why, expected="what an administrator may do") if why else None

    roles = tuple(sorted(person.roles))
    entry = UserChange(at, by, change, person.user, person.name, roles)
    try:
        desk.ledger.people.change(entry, sealed, checked)
    except RefusedError as error:
        who = by if by != MACHINE else ""
        refusal = Refusal(at, "", who, Act.MANAGE_USERS.words, error.found)
        desk.ledger.record_act(refusal)
        raise
    address = codes.address_of(secret, person.user, _OWNER) if secret else ""
    return Changed(person, secret, address)


def _stranger(known: Persons, by: str, user: str) -> str:
    """Say what is wrong with who asks, if they were changed since they proved who they are."""
    if by in {MACHINE, user}:
        return ""
    asks = known.get(by)
    if asks is None or not asks.active or Role.ADMIN not in asks.roles:
        return "somebody who is no administrator any more"
    return ""


def _namesake(known: Persons, name: str) -> str:
    for one in known.values():
        if one.active and same_name(one.name, name):
            return (
                f"the printed name of {one.user}; a person has one user id, and of two people of "
                "one name the printed names tell them apart"
            )
    return ""


def _absent(known: Persons, user: str) -> str:
    person = known.get(user)
    return "" if person is not None and person.active else "a user id that nobody has now"


def _is_last(known: Persons, user: str) -> bool:
    """Tell whether the user is an administrator, and there is no other."""
    admins = {one.user for one in known.values() if one.active and Role.ADMIN in one.roles}
    return admins == {user}


def _check_words(person: Person) -> None:
    if USER.fullmatch(person.user) is None or person.user == MACHINE:
        raise RefusedError(
            "what cannot be a user id",
            expected="2 to 32 lower-case letters, digits, dots, dashes or underscores",
        )
    name = person.name
    if name != name.strip() or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise RefusedError(
            "what cannot be a printed name",
            expected=f"the name as it stands beside a signature, at most {_LONGEST_NAME} signs",
        )
    if not person.roles:
        raise RefusedError("a person without a role", expected="at least one role")


def _check_codes(desk: Desk) -> None:
    if desk.keys.places.issuer is not None:
        raise RefusedError(
            "a secret for codes, where an identity provider asserts who people are",
            expected="no codes beside it",
        )
