"""The strategy owner's door: approve the control strategy in force, under a name, with a reason."""

from pathlib import Path
from typing import Annotated

import typer

from flows.terminal import AsJson, errors_in_words, plain, print_json
from flows.users import Code, claim_of


def approve(
    user: Annotated[str, typer.Option(help="Your user id, as a strategy owner.")],
    reason: Annotated[str, typer.Option(help="Why; it goes on the record.")],
    product: Annotated[str, typer.Option(help="The product; the site's only one if none.")] = "",
    code: Code = "",
    site: Annotated[Path | None, typer.Option(help="The site file.", dir_okay=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Approve the control strategy that batches of a product are judged by now, at this site.

    Example: batchproof strategy approve --user olga --reason "CC-1187" --product car-t-autologous
    """
    from flows.office import open_office
    from tasks.approval import approve_strategy

    with errors_in_words(), open_office(None if site is None else str(site)) as desk:
        approval = approve_strategy(desk, claim_of(user, code), product, reason)
    if as_json:
        print_json(approval.record())
        return
    words = f"{approval.name} ({approval.by}) approved {approval.title} {approval.version}"
    typer.echo(plain(f"{words}\nstrategy {approval.strategy}"))
