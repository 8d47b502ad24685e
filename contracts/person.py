"""Who acts: a named person with roles, and which acts each role may do."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.errors import RefusedError

USER: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")
"""A user id: 2 to 32 lower-case letters, digits, dots, hyphens, underscores. Never used again."""


class Role(StrEnum):
    """What a person is to a batch. Anybody may have several; a role alone never releases one."""

    REVIEWER = "reviewer"
    QUALIFIED_PERSON = "qualified_person"
    STRATEGY_OWNER = "strategy_owner"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def words(self) -> str:
        """The role as people say it."""
        return self.value.replace("_", " ")


class Act(StrEnum):
    """What is done under a name."""

    REEVALUATE = "reevaluate"
    DECIDE = "decide"
    REVIEW_TRAIL = "review_trail"
    SIGN_REVIEWED = "sign_reviewed"
    SIGN_CONFIRMED = "sign_confirmed"
    APPROVE_STRATEGY = "approve_strategy"
    MANAGE_USERS = "manage_users"

    @property
    def words(self) -> str:
        """The act as people say it."""
        return _WORDS[self]


_WORDS: Final[Mapping[Act, str]] = {
    Act.REEVALUATE: "have a batch judged again",
    Act.DECIDE: "decide about an exception",
    Act.REVIEW_TRAIL: "review the audit trail",
    Act.SIGN_REVIEWED: "sign a review",
    Act.SIGN_CONFIRMED: "sign the confirmation of a review",
    Act.APPROVE_STRATEGY: "approve a control strategy",
    Act.MANAGE_USERS: "enrol and change users",
}

ALLOWED: Final[Mapping[Act, frozenset[Role]]] = {
    Act.REEVALUATE: frozenset({Role.REVIEWER, Role.QUALIFIED_PERSON}),
    Act.DECIDE: frozenset({Role.REVIEWER}),
    Act.REVIEW_TRAIL: frozenset({Role.REVIEWER}),
    Act.SIGN_REVIEWED: frozenset({Role.REVIEWER}),
    Act.SIGN_CONFIRMED: frozenset({Role.QUALIFIED_PERSON}),
    Act.APPROVE_STRATEGY: frozenset({Role.STRATEGY_OWNER}),
    Act.MANAGE_USERS: frozenset({Role.ADMIN}),
}
"""Which roles may do what: authority checks (21 CFR 11.10(g))."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user as the ledger knows them: id, printed name, roles."""

    user: str
    name: str
    """The printed name that stands beside a signature (21 CFR 11.50(a)(1))."""
    roles: frozenset[Role]
    active: bool = True
    """False once withdrawn: the id stays on record and is never given to somebody else."""


def plain_name(name: str) -> str:
    """Return what of a printed name tells people apart: neither its spaces nor its capitals."""
    return " ".join(name.split()).casefold()


def same_name(one: str, other: str) -> bool:
    """Tell whether two printed names are one, for who reads them beside a signature."""
    return plain_name(one) == plain_name(other)


def check_may(person: Person, act: Act) -> None:
    """Refuse an act that no role of the person allows.

    Raises:
        RefusedError: the person is withdrawn, or has none of the roles.
    """
    if not person.active:
        raise RefusedError(f"{person.user}, who was withdrawn", expected="an active user")
    if person.roles.isdisjoint(ALLOWED[act]):
        needed = " or ".join(sorted(role.words for role in ALLOWED[act]))
        raise RefusedError(
            f"{person.user}, whose roles do not allow to {act.words}",
            expected=f"a {needed}",
            move="ask a person with that role, or the administrator",
        )
