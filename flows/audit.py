"""The auditor's further commands: do it again, compare two packages, and what was known when."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import AsJson, Exit, errors_in_words, plain, print_json, say

if TYPE_CHECKING:
    from contracts.differences import Differences

PackageFolder = Annotated[Path, typer.Argument(help="The package's folder.")]


def replay(
    package: PackageFolder,
    strategy: Annotated[
        Path | None,
        typer.Option(
            help="Say what would differ under the strategy in this folder; nothing is written.",
            file_okay=False,
            exists=True,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a package's captured bytes again. Exit code 0 the same root, 1 another.

    Example: batchproof replay demo/CART-26-0001-initial-evaluation-1
    """
    with errors_in_words():
        from flows.replay import answer_of, words_of
        from tasks.replay import judged_by
        from tasks.replay import replay as replayed

        if strategy is not None:
            other = judged_by(package, strategy)
            say(f"Judged again by the strategy in {strategy}; nothing of it was written.")
            _print_differences(other, as_json=as_json)
            return
        found = replayed(package)
    if as_json:
        print_json(answer_of(found))
    else:
        for line in words_of(found):
            typer.echo(plain(line))
    raise typer.Exit(Exit.DONE if found.same else Exit.FAILED)


def diff(
    then: Annotated[Path, typer.Argument(help="The folder of the earlier package.")],
    now: Annotated[Path, typer.Argument(help="The folder of the later one.")],
    as_json: AsJson = False,
) -> None:
    """Say what changed between two packages of a batch, which verdicts flipped, and why.

    Example: batchproof diff out/CART-26-0001-initial-evaluation-1
    out/CART-26-0001-initial-evaluation-2
    """
    with errors_in_words():
        from flows.diff import between

        _print_differences(between(then, now), as_json=as_json)


def _print_differences(found: "Differences", *, as_json: bool) -> None:
    from contracts.because import Explained
    from flows.diff import answer_of, words_of

    flips = Explained(found)
    if as_json:
        print_json(answer_of(found, flips))
    else:
        for line in words_of(found, flips):
            typer.echo(plain(line))


def known(
    batch: Annotated[str, typer.Argument(help="The batch, as the MES names it.")],
    evaluation: Annotated[
        int | None, typer.Option(help="As evaluation N knew it; the last one if not named.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="As it was known at a time: 2026-03-20T06:00:00Z.")
    ] = None,
    site: Annotated[Path | None, typer.Option(help="The site file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the evidence of a batch said then, and what superseded it since.

    Example: batchproof known CART-26-0001 --evaluation 1 --site site.yaml
    """
    with errors_in_words():
        from flows.known import answer_of, words_of
        from flows.known import known as as_known

        found = as_known(batch, None if site is None else str(site), evaluation, at)
    if as_json:
        print_json(answer_of(found))
    else:
        for line in words_of(found):
            typer.echo(plain(line))
