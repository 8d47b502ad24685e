"""The door to the evaluation log: show what happened, write it out, check that nothing is lost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.canonical import Json
from contracts.errors import IntegrityError, NotFoundError
from contracts.log_review import LogFinding
from contracts.tlog_checkpoint import Checkpoint, checkpoint_of
from contracts.tlog_note import parse_note, read_key
from flows.terminal import AsJson, Exit, errors_in_words, plain, print_json

if TYPE_CHECKING:
    from tasks.ledger.ledger import Ledger

app = typer.Typer(
    no_args_is_help=True, help="Show, write out or check the evaluation log of this ledger."
)


@app.command()
def show(
    batch: Annotated[str, typer.Argument(help="One batch; all if not named.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say what the log says, entry by entry.

    Example: batchproof log show CART-26-0001
    """
    from tasks.log_words import in_words

    with errors_in_words(), _opened() as ledger:
        told = [one for one in map(in_words, ledger.log.entries()) if batch in {"", one.batch}]
        if batch and not told:
            raise NotFoundError(f"no entry about '{batch}'", expected="a batch of this log")
    if as_json:
        print_json([one.record() for one in told])
        return
    for one in told:
        typer.echo(plain(f"{one.index:>6}  {one.at:<27}  {one.batch:<16}  {one.words}"))


@app.command()
def write(out: Annotated[Path, typer.Argument(help="Folder for the log's files.")]) -> None:
    """Write the log, up to its last signed checkpoint, as C2SP tlog-tiles.

    Example: batchproof log write /srv/log
    """
    from tasks.log_tiles import write_tiles

    with errors_in_words(), _opened() as ledger:
        last = write_tiles(ledger.log, out)
    typer.echo(f"{last.checkpoint.size} entries of {last.checkpoint.origin} in {out}")


@app.command()
def check(
    checkpoint: Annotated[
        Path | None, typer.Option(help="The last checkpoint you saw: a file with a signed note.")
    ] = None,
    key: Annotated[
        str, typer.Option(help="The key (vkey) that must have signed that checkpoint.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Compute the whole log anew and say everything that is odd. Exit code 0 whole, 1 findings.

    Example: batchproof log check --checkpoint last-seen.txt
    """
    from tasks.log_check import check_log

    with errors_in_words():
        seen = () if checkpoint is None else (_seen(checkpoint, key),)
        with _opened() as ledger:
            found = tuple(check_log(ledger, seen))
            entries = ledger.log.size()
    if as_json:
        print_json(_record(entries, found))
    else:
        for one in found:
            typer.echo(plain(str(one)))
        if not found:
            typer.echo(f"No findings: {entries} entries, and nothing is missing or changed.")
    raise typer.Exit(Exit.FAILED if found else Exit.DONE)


def witness(
    keys: Annotated[Path, typer.Option(help="File with the logs' keys (vkeys), one a line.")],
    state: Annotated[Path, typer.Option(help="File for what the witness remembers.")],
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    name: Annotated[str, typer.Option(help="Its name, as in its key.")] = "batchproof-witness",
) -> None:
    """Serve a witness for another trust domain: it cosigns a log that only ever adds.

    Example: batchproof witness --keys logs.txt --state witness.json --port 8321
    """
    from flows.witness import serve

    with errors_in_words():
        serve(keys, state, port, host=host, name=name)


def _record(entries: int, found: Sequence[LogFinding]) -> dict[str, Json]:
    return {"entries": entries, "findings": [one.record() for one in found], "ok": not found}


def _seen(path: Path, key: str) -> Checkpoint:
    try:
        note = parse_note(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise NotFoundError(
            "a checkpoint that cannot be read", expected="a signed note", where=str(path)
        ) from error
    from tasks.notes import verified

    if key and verified(note, read_key(key)) is None:
        raise IntegrityError(
            "a checkpoint that this key did not sign", expected=key, where=str(path)
        )
    return checkpoint_of(note.text)


@contextmanager
def _opened() -> Iterator["Ledger"]:
    from flows.settings import Settings
    from tasks.ledger.ledger import Ledger

    with Ledger.open(Settings().ledger()) as ledger:
        if not ledger.log.size() and not ledger.log.checkpoints():
            raise NotFoundError(
                "an evaluation log without an entry",
                expected="a ledger in which a batch was prepared",
                where=ledger.log.where,
                move="name the home folder with BATCHPROOF_HOME, or the ledger",
            )
        yield ledger
