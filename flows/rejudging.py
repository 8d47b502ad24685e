"""`batchproof rejudge`: have a history judged again from a shell, under a name, for a reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from contracts.criterion import Stage
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

_MOST_TOLD = 20


def rejudge(
    reason: OwnWords,
    user: UserId,
    code: TypedCode,
    batches: Annotated[
        list[str] | None,
        typer.Argument(help="Numbers, or patterns with * for any characters; all if not named."),
    ] = None,
    stage: Annotated[Stage, typer.Option(help="The stage to judge for.")] = Stage.INITIAL,
    packages: Annotated[
        bool, typer.Option("--packages", help="Build and seal a package of each, too.")
    ] = False,
    site: Annotated[Path | None, typer.Option(help="The site file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge every batch on record again by the strategy in force, under your name.

    Nothing is collected: each batch's newest evidence is judged, under a new number. A batch that
    cannot be judged is named and does not stop the others. It releases nothing. Exit code 1 if it
    is refused or a batch was not judged.

    Example: batchproof rejudge "CART-26-*" --reason "Viability limit raised by CC-1187."
    --user r.viewer
    """
    from flows.settings import Settings

    use_own_prefect(Settings().home)
    with errors_in_words(), quick_flows():
        from flows.rejudge import rejudge as flow

        state = flow(
            batches=" ".join(batches or ["*"]),
            stage=stage.value,
            reason_text=reason,
            packages=packages,
            user=user,
            code=code,
            site=None if site is None else str(site),
            return_state=True,
        )
        if not state.is_completed():
            say(plain(state.message or "It ended without a result."))
            raise typer.Exit(Exit.FAILED)
        history: Any = state.result()
    if as_json:
        print_json(history)
        return
    for line in _lines(history):
        typer.echo(plain(line))


def _lines(history: dict[str, Any]) -> Iterator[str]:
    turned = [one for one in history["batches"] if one["batch"] in history["turned"]]
    yield f"{history['judged']} batches judged again, {len(turned)} with another readiness"
    for one in turned[:_MOST_TOLD]:
        flips = ", ".join(flip["criterion"] for flip in one["flips"][:_MOST_TOLD])
        yield (
            f"  {one['batch']}  {one['before']} before, {one['after']} now "
            f"(evaluation {one['evaluation']}): {flips}"
        )
    if len(turned) > _MOST_TOLD:
        yield f"  and {len(turned) - _MOST_TOLD} more; --json tells all"
