"""`batchproof status`: where every batch stands, what it waits for, who owes it, and since when."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contracts.canonical import Json
from contracts.changes import minute
from contracts.readiness import Ready
from contracts.times import written
from flows.terminal import AsJson, Exit, errors_in_words, plain, print_json

if TYPE_CHECKING:  # it brings the ledger along, which takes longer than the rest
    from tasks.waiting import Situation


def status(
    batch: Annotated[
        str, typer.Argument(help="The batch, as the MES names it; all if none is named.")
    ] = "",
    site: Annotated[Path | None, typer.Option(help="The site file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say where batches stand: stage, readiness, what is waited for, who owes it, since when.

    Exit code 0 nothing is owed, 3 a batch is not ready, 4 something is waited for.

    Example: batchproof status CART-26-0003
    """
    from contracts.batch import batch_number
    from flows.office import open_office
    from tasks.waiting import situations

    with errors_in_words(), open_office(None if site is None else str(site)) as desk:
        found = situations(desk, batch_number(batch) if batch else "")
        now = desk.now()
    if as_json:
        print_json(answer_of(found, now))
    else:
        for line in lines_of(found, now):
            typer.echo(plain(line))
    raise typer.Exit(exit_of(found))


def exit_of(found: "Sequence[Situation]") -> Exit:
    """Return what the exit code says of all batches: not ready goes before waited for."""
    if any(one.readiness == Ready.NOT_READY for one in found):
        return Exit.NOT_READY
    return Exit.INCOMPLETE if any(one.waiting for one in found) else Exit.DONE


def answer_of(found: "Sequence[Situation]", now: datetime) -> dict[str, Json]:
    """Return where batches stand, for a machine to read; `overdue` is as of `at`."""
    return {
        "at": written(now),
        "batches": [
            one.record()
            | {"waiting": [each.record() | {"overdue": each.overdue(now)} for each in one.waiting]}
            for one in found
        ],
    }


def lines_of(found: "Sequence[Situation]", now: datetime) -> Iterator[str]:
    """Yield where batches stand, line by line, each with what it waits for below it."""
    if not found:
        yield "Nothing is on record here: no batch was collected yet."
    width = max((len(one.batch) for one in found), default=0)
    for one in found:
        yield _line(one, width)
        if one.package is not None:
            yield f"    package {one.package.location}"
        if one.newer is not None:
            yield (
                f"    evaluation {one.newer.number} after it looks back ({one.newer.reason}); it "
                "does not say how the batch stands"
            )
        for each in one.waiting:
            due = "" if each.due is None else f", due {minute(each.due)}"
            late = ", OVERDUE" if each.overdue(now) else ""
            yield f"    - {each.what}; {each.who} since {minute(each.since)}{due}{late}"


def _line(one: "Situation", width: int) -> str:
    readiness = one.readiness.replace("_", " ").upper()
    if one.evaluation is None:
        return f"{one.batch:{width}}  {one.stage:7}  {readiness}"
    judged = minute(one.evaluation.result.judged_at)
    return (
        f"{one.batch:{width}}  {one.stage:7}  {readiness:10}  evaluation {one.evaluation.number}, "
        f"{judged}: {one.evaluation.reason}"
    )
