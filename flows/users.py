"""The administrator's door: enrol people, give roles and new secrets, withdraw, try a code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.canonical import Json
from contracts.person import Person, Role
from flows.terminal import AsJson, errors_in_words, plain, print_json, say

if TYPE_CHECKING:
    from tasks.desk import Desk
    from tasks.doorman import Claim
    from tasks.people import Changed

app = typer.Typer(
    no_args_is_help=True, help="Enrol people, give them roles and secrets, withdraw them."
)

User = Annotated[str, typer.Argument(help="The user id.")]
Roles = Annotated[list[Role], typer.Option("--role", help="A role; may be repeated.")]
By = Annotated[str, typer.Option("--by", help="Your own user id, as an administrator.")]
Code = Annotated[
    str,
    typer.Option(
        help="Your code; without it you are asked, and it is not shown.", show_default=False
    ),
]
SiteFile = Annotated[Path | None, typer.Option("--site", help="The site file.", dir_okay=False)]


@app.command()
def enrol(
    user: User,
    name: Annotated[str, typer.Option(help="The printed name, as it stands beside a signature.")],
    role: Roles,
    by: By = "",
    code: Code = "",
    site: SiteFile = None,
    as_json: AsJson = False,
) -> None:
    """Enrol a person, and show their secret once. The first is an administrator, without --by.

    Example: batchproof user enrol anna.ek --name "Anna Ek" --role reviewer --by ada
    """
    from tasks.people import enrol as enrolled

    with _desk(site) as desk:
        changed = enrolled(desk, Person(user, name, frozenset(role)), _claim(by, code))
    _tell(changed, "enrolled", as_json=as_json)


@app.command()
def roles(
    user: User,
    by: By,
    role: Roles,
    code: Code = "",
    site: SiteFile = None,
    as_json: AsJson = False,
) -> None:
    """Give a person these roles in the place of those they have; not yourself.

    Example: batchproof user roles anna.ek --role reviewer --role auditor --by ada
    """
    from tasks.people import change_roles

    with _desk(site) as desk:
        changed = change_roles(desk, user, role, claim_of(by, code))
    _tell(changed, "given these roles", as_json=as_json)


@app.command()
def secret(
    user: User,
    by: By = "",
    code: Code = "",
    site: SiteFile = None,
    as_json: AsJson = False,
) -> None:
    """Give a person a new secret: an administrator, or they themselves with their own code.

    Without --by: on this machine, for the only administrator there is.

    Example: batchproof user secret anna.ek --by anna.ek
    """
    from tasks.people import renew_secret

    with _desk(site) as desk:
        changed = renew_secret(desk, user, _claim(by, code))
    _tell(changed, "given a new secret", as_json=as_json)


@app.command()
def withdraw(
    user: User, by: By, code: Code = "", site: SiteFile = None, as_json: AsJson = False
) -> None:
    """Withdraw a person: no code of theirs is taken any more. What they did stays on record.

    Example: batchproof user withdraw anna.ek --by ada
    """
    from tasks.people import withdraw as withdrawn

    with _desk(site) as desk:
        changed = withdrawn(desk, user, claim_of(by, code))
    _tell(changed, "withdrawn", as_json=as_json)


@app.command(name="list")
def list_users(site: SiteFile = None, as_json: AsJson = False) -> None:
    """List everybody who was ever enrolled.

    Example: batchproof user list
    """
    from tasks.identity import persons

    with _desk(site) as desk:
        known = persons(desk.ledger)
    found = [known[user] for user in sorted(known)]
    if as_json:
        print_json([_record(one) for one in found])
        return
    for one in found:
        state = _words_of(one) if one.active else "withdrawn"
        typer.echo(plain(f"{one.user:<32}  {one.name:<32}  {state}"))
    if not found:
        typer.echo("Nobody yet: enrol an administrator first.")


@app.command()
def check(user: User, code: Code = "", site: SiteFile = None) -> None:
    """Try whether a code is taken; it is used up. Exit code 0 taken, 1 not.

    Example: batchproof user check anna.ek
    """
    from tasks.identity import identify

    with _desk(site) as desk:
        person = identify(desk, claim_of(user, code), None)
    typer.echo(plain(f"{person.name} ({person.user}), {_words_of(person)}: the code was taken."))


@contextmanager
def _desk(site: Path | None) -> "Iterator[Desk]":
    from flows.office import open_office

    with errors_in_words(), open_office(None if site is None else str(site)) as desk:
        yield desk


def _claim(by: str, code: str) -> "Claim | None":
    return claim_of(by, code) if by else None


def claim_of(user: str, code: str) -> "Claim":
    """Return who acts at this terminal; the code is asked for, unseen, if it was not given."""
    from tasks.identity import Claim

    return Claim(user, code or typer.prompt(f"Code of {plain(user)}", hide_input=True, err=True))


def _record(person: Person) -> dict[str, Json]:
    return {
        "active": person.active,
        "name": person.name,
        "roles": _roles(person),
        "user": person.user,
    }


def _roles(person: Person) -> Sequence[str]:
    return [str(role) for role in sorted(person.roles)]


def _words_of(person: Person) -> str:
    return ", ".join(role.words for role in sorted(person.roles)) or "without a role"


def _tell(changed: "Changed", what: str, *, as_json: bool) -> None:
    """Say what changed; a new secret once, at this terminal and nowhere else."""
    if as_json:
        told = _record(changed.person)
        if changed.secret:
            told |= {"address": changed.address, "secret": changed.secret}
        print_json(told)
        return
    person = changed.person
    typer.echo(plain(f"{person.name} ({person.user}) {what}: {_words_of(person)}."))
    if changed.secret:
        typer.echo(f"\n  secret   {changed.secret}\n  address  {changed.address}\n")
        say(
            "Type the secret into an authenticator app now: it is shown this once. Then "
            f"`batchproof user secret {person.user} --by {person.user}` makes another one that "
            "only they know."
        )
