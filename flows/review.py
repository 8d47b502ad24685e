"""The door to a review: what is decided and owed; decide, review the audit trail, sign."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.batch import batch_number
from contracts.criterion import Stage
from contracts.errors import NotFoundError
from contracts.review import MEANINGS, Review
from contracts.review_asked import Choice, Which
from flows.review_lines import review_lines
from flows.terminal import AsJson, Exit, UserId, errors_in_words, plain, print_json
from flows.trail import opened_ledger
from flows.users import claim_of

if TYPE_CHECKING:
    from tasks.desk import Desk

app = typer.Typer(
    no_args_is_help=True,
    help="Review a sealed evaluation: decide, review the audit trail, sign. Nothing here is a "
    "release: people release.",
)

Batch = Annotated[str, typer.Argument(help="The batch, as the MES names it.")]
StageOf = Annotated[
    Stage | None, typer.Option("--stage", help="The stage; needed if both are sealed.")
]
Evaluation = Annotated[
    int | None, typer.Option("--evaluation", help="The one you looked at; else the latest, told.")
]
Code = Annotated[
    str, typer.Option("--code", help="Your one-time code; without it you are asked, unseen.")
]
Site = Annotated[Path | None, typer.Option("--site", help="The site file.")]


@app.command()
def show(batch: Batch, stage: StageOf = None, as_json: AsJson = False) -> None:
    """Say what is decided, signed, void and owed, and by whom.

    Exit code 0 nothing is owed, 3 nothing is owed and something was rejected, 4 something is owed.

    Example: batchproof review show CART-26-0002
    """
    from tasks.review import reviews_of

    with errors_in_words(), opened_ledger() as ledger:
        found = [one for one in reviews_of(ledger, batch) if stage in {None, one.stage}]
        if not found:
            raise NotFoundError(
                f"no sealed evaluation of {batch} for its {stage} stage", expected="another stage"
            )
    _tell(found, as_json=as_json)
    raise typer.Exit(_exit(found))


@app.command()
def decide(
    batch: Batch,
    exception: Annotated[str, typer.Argument(help="The exception, such as X-001.")],
    user: UserId,
    reason: Annotated[str, typer.Option(help="Why, so that another person can follow it.")],
    code: Code = "",
    accept: Annotated[bool, typer.Option("--accept", help="Accept it with this reason.")] = False,
    refer: Annotated[
        str, typer.Option("--refer", metavar="DEVIATION", help="Refer it to this deviation.")
    ] = "",
    reject: Annotated[bool, typer.Option("--reject", help="Reject it.")] = False,
    stage: StageOf = None,
    evaluation: Evaluation = None,
    site: Site = None,
    as_json: AsJson = False,
) -> None:
    """Decide about one exception, under your name. It sets no disposition.

    Example: batchproof review decide CART-26-0002 X-001 --evaluation 1 --refer DEV-0815
    --user r.viewer --reason "The excursion is under investigation."
    """
    if sum((accept, bool(refer), reject)) != 1:
        raise typer.BadParameter("name one of --accept, --refer DEVIATION, --reject")
    from tasks.review import decide as decided

    word = "accepted" if accept else "referred" if refer else "rejected"
    choice = Choice(exception, word, reason, refer)
    with _at_desk(batch, site) as desk:
        found = decided(desk, claim_of(user, code), Which(batch, stage, evaluation), choice)
    _tell([found], as_json=as_json)


@app.command()
def trail(
    batch: Batch,
    user: UserId,
    code: Code = "",
    note: Annotated[str, typer.Option(help="What you looked at, and what you found.")] = "",
    last: Annotated[
        int | None, typer.Option("--up-to", help="The last entry you saw; else the seal.")
    ] = None,
    stage: StageOf = None,
    evaluation: Evaluation = None,
    site: Site = None,
    as_json: AsJson = False,
) -> None:
    """Record that you reviewed the batch's audit trail (`batchproof trail BATCH` shows it).

    Example: batchproof review trail CART-26-0002 --user r.viewer --up-to 17
    """
    from tasks.review import review_trail

    with _at_desk(batch, site) as desk:
        which = Which(batch, stage, evaluation)
        found = review_trail(desk, claim_of(user, code), which, note, last)
    _tell([found], as_json=as_json)


@app.command()
def sign(
    batch: Batch,
    user: UserId,
    meaning: Annotated[str, typer.Option(help=f"What you sign: {' or '.join(MEANINGS)}.")],
    code: Code = "",
    stage: StageOf = None,
    evaluation: Evaluation = None,
    site: Site = None,
    as_json: AsJson = False,
) -> None:
    """Sign a review under your name: as reviewed, or by another person as confirmed.

    Example: batchproof review sign CART-26-0002 --meaning reviewed --user r.viewer
    """
    from tasks.review import sign as signed

    with _at_desk(batch, site) as desk:
        found = signed(desk, claim_of(user, code), Which(batch, stage, evaluation), meaning)
    _tell([found], as_json=as_json)


@contextmanager
def _at_desk(batch: str, site: Path | None) -> Iterator["Desk"]:
    from flows.office import open_office

    with errors_in_words():
        batch_number(batch)  # before it is part of any path
        with open_office(None if site is None else str(site)) as desk:
            yield desk


def _tell(found: Sequence[Review], *, as_json: bool) -> None:
    if as_json:
        print_json([one.record() for one in found])
        return
    for one in found:
        for line in review_lines(one):
            typer.echo(plain(line))


def _exit(found: Sequence[Review]) -> Exit:
    if any(one.owed for one in found):
        return Exit.INCOMPLETE
    latest = [one for one in found if not one.superseded_by]
    return Exit.NOT_READY if any(one.rejected for one in latest) else Exit.DONE
