"""`batchproof reevaluate`: have a batch judged again from a shell, under a name, for a reason."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.batch import batch_number
from contracts.criterion import Stage
from contracts.errors import BatchproofError
from contracts.requested import ReasonCode
from flows.local import quick_flows, use_own_prefect
from flows.terminal import (
    AsJson,
    Exit,
    OwnWords,
    TypedCode,
    UserId,
    errors_in_words,
    plain,
    print_json,
    say,
)


def reevaluate(
    batch: Annotated[str, typer.Argument(help="The batch, as the MES names it.")],
    reason_code: Annotated[ReasonCode, typer.Option(help="The kind of reason.")],
    reason: OwnWords,
    user: UserId,
    code: TypedCode,
    stage: Annotated[Stage, typer.Option(help="The stage to judge for.")] = Stage.INITIAL,
    collect: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SOURCE",
            help="A source to ask again: batch_record, lims or equipment; may come several times.",
        ),
    ] = None,
    strategy: Annotated[
        str, typer.Option(help="'in force', or 12 or more digits of one judged by before.")
    ] = "in force",
    known_at: Annotated[
        str, typer.Option(metavar="TIME", help="Judge what was on record at this time.")
    ] = "",
    site: Annotated[Path | None, typer.Option(help="The site file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a batch again, as a numbered evaluation under your name. It releases nothing.

    Who, why and when is on record before any result is known. Without --collect the evidence on
    record is judged. Exit code 0 ready, 3 not ready, 4 incomplete, 1 refused.

    Example: batchproof reevaluate CART-26-0003 --reason-code "new result" --collect lims
    --reason "The RCL result arrived today." --user r.viewer
    """
    from flows.settings import Settings

    use_own_prefect(Settings().home)
    with errors_in_words():
        batch_number(batch)  # what can be known now is known before Prefect takes its seconds
    with errors_in_words(), quick_flows():
        from flows.prepare import answer_for, exit_of, print_batch
        from flows.reevaluate import reevaluate as flow
        from tasks.package import Package

        state = flow(
            batch=batch,
            stage=stage.value,
            reason_code=reason_code.value,
            reason_text=reason,
            collect_again=collect or [],
            strategy=strategy,
            known_at=known_at,
            user=user,
            code=code,
            site=None if site is None else str(site),
            return_state=True,
        )
        package = state.result(raise_on_failure=False)
        if not isinstance(package, Package):
            words = package.in_words() if isinstance(package, BatchproofError) else state.message
            say(plain(words or "It ended without a package."))
            raise typer.Exit(Exit.FAILED)
        answer = answer_for(package.folder)
    if as_json:
        print_json(answer)
    else:
        print_batch(answer)
    raise typer.Exit(exit_of(answer))
