"""The key keeper's door: show which keys sign, give out the trust file, rotate and revoke."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.tlog_note import ED25519, VerifierKey
from contracts.trust import Use
from flows.terminal import AsJson, errors_in_words, print_json

if TYPE_CHECKING:
    from flows.settings import Settings
    from tasks.keys import Entered, Keys

app = typer.Typer(
    no_args_is_help=True, help="Show, give out, rotate or revoke the keys that sign seals."
)

Reason = Annotated[str, typer.Option(help="Why; it goes on the record.")]


def keys_of(settings: "Settings", origin: str, entered: "Entered | None" = None) -> "Keys":
    """Return the keys of a home, as the settings name them.

    `origin` is the C2SP origin of the evaluation log, which new keys are named by.
    """
    from tasks.keys import Keys

    owner = settings.log_origin or origin
    return Keys(settings.home / "keys", owner, settings.key_places(), entered)


@app.command()
def show(as_json: AsJson = False) -> None:
    """List every key there ever was: its use, its id, from when until when.

    Example: batchproof keys show
    """
    with errors_in_words():
        held = _keys().all()
    if as_json:
        print_json([{**one.trusted.record(), "demo": one.demo} for one in held])
        return
    for one in held:
        key, record = one.trusted, one.trusted.record()
        until = f"until {record['until']}" if key.until else "in use"
        demo = "; a demo key, which nobody vouches for" if one.demo else ""
        typer.echo(f"{key.use:<5} {key.keyid}  {key.name}  from {record['from']}, {until}{demo}")
        if key.use is Use.LOG:
            typer.echo(f"      for a witness: {VerifierKey(key.name, ED25519, key.key.raw)}")
    if not held:
        typer.echo("No keys yet: the first package that is sealed makes them.")


@app.command()
def trust(
    site: Annotated[
        Path | None, typer.Option(help="A site file: its authority and witness are added.")
    ] = None,
    approve: Annotated[
        str,
        typer.Option(
            help="What of this installation the site approves, with --site: some of strategy, "
            "contract, code, lock; '' for nothing."
        ),
    ] = "strategy,contract",
) -> None:
    """Print the trust file: hand it, not through the package, to whoever verifies with --trust.

    It names the keys, who else vouches, and which control strategies, source contracts, code and
    libraries are approved: a package that was evaluated with another one is then found.

    Example: batchproof keys trust --site site.yaml > trust.json
    """
    from flows.settings import Settings
    from tasks.approving import approved_facts
    from tasks.outsiders import trusted_outside
    from tasks.site import load_site

    kinds = [one.strip() for one in approve.split(",") if one.strip()]
    with errors_in_words():
        read = load_site(site) if site is not None else None
        roots, others = trusted_outside(read.timestamps, read.witness) if read else ((), ())
        approved = approved_facts(read, kinds, Settings().strategies) if read else ()
        record = _keys().trust(roots, others, approved).record()
    typer.echo(json.dumps(record, indent=2, sort_keys=True))


@app.command()
def rotate(
    use: Annotated[Use, typer.Option(help="Which key: seal or log.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """End the key in use now and begin a new one: ours, or the one that the setting names.

    Example: batchproof keys rotate --use seal --reason "yearly change, CC-0815"
    """
    with errors_in_words(), _entering() as keys:
        new = keys.rotate(use, getpass.getuser(), reason)
    if as_json:
        print_json(new.record())
    else:
        typer.echo(f"The {use} key is now {new.keyid}. Give out the new trust file.")


@app.command()
def revoke(
    keyid: Annotated[str, typer.Argument(help="The key's id, as `keys show` lists it.")],
    reason: Reason,
    at: Annotated[
        str, typer.Option(help="Since when it is not to be believed (ISO 8601 with zone); now.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let nothing count that a key signed after a moment.

    Example: batchproof keys revoke 4e68... --reason "laptop lost" --at 2026-11-20T18:00:00+01:00
    """
    from contracts.times import read_time

    with errors_in_words():
        moment: datetime | None = read_time(at) if at else None
        with _entering() as keys:
            revoked = keys.revoke(keyid, getpass.getuser(), reason, moment)
    if as_json:
        print_json(revoked.record())
    else:
        typer.echo(
            f"The {revoked.use} key {revoked.keyid} is revoked since {revoked.record()['until']}. "
            "Give out the new trust file."
        )


def _keys(entered: "Entered | None" = None) -> "Keys":
    """Return the keys of this home; a new one is named as the last one was."""
    from flows.settings import Settings

    settings = Settings()
    held = keys_of(settings, "batchproof").all()
    return keys_of(settings, held[-1].trusted.name if held else "batchproof", entered)


@contextmanager
def _entering() -> "Iterator[Keys]":
    """Give the keys of this home, with the ledger whose evaluation log their changes go into."""
    from flows.settings import Settings
    from tasks.desk import entered_in
    from tasks.ledger.ledger import Ledger

    with Ledger.open(Settings().ledger()) as ledger:
        yield _keys(entered_in(ledger))
