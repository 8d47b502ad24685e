"""The inspector's commands: questions answered from one package, and its page in a browser."""

import webbrowser
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import typer

from flows.terminal import AsJson, Exit, errors_in_words, plain, say

app = typer.Typer()

_MOST_TOLD: Final = 20


class Question(StrEnum):
    """What can be asked: `contracts.asked.ASKED`, and a test holds the two together."""

    CHANGED = "changed"
    TYPED = "typed"
    PEOPLE = "people"
    ELSEWHERE = "elsewhere"
    EVALUATIONS = "evaluations"
    KNOWN = "known"
    STRATEGY = "strategy"


@app.command()
def ask(
    question: Annotated[Question, typer.Argument(help="What is asked.", show_choices=True)],
    package: Annotated[Path, typer.Argument(help="The package's folder.")],
    of: Annotated[
        str, typer.Option(help="For elsewhere: one lot, equipment or person of the package.")
    ] = "",
    packages: Annotated[
        Path | None,
        typer.Option(help="Where other packages lie; beside this one if not named."),
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="The site's trust file, for strategy.", dir_okay=False)
    ] = None,
    site: Annotated[
        Path | None, typer.Option(help="The site file: the evaluation log as it is now.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer what an inspection asks of a batch; each line ends with what to `trace` for more.

    changed: values changed after entry; typed: values typed by hand; people: who did what;
    elsewhere: other batches with the same lots, machines and people; evaluations: every evaluation
    and why; known: what was known when it was signed; strategy: which, and who approved it.

    Example: batchproof ask changed demo/CART-26-0001-initial-evaluation-1

    Example: batchproof ask elsewhere demo/CART-26-0002-initial-evaluation-1 --of nc-200-03
    """
    from flows.asked import Asking, json_of, lines_of, trusted_by
    from flows.home import home_folder

    with errors_in_words():
        trusted = None if trust is None else trusted_by(trust)
        asking = Asking(package, packages, home_folder(), of, trusted)
        if site is None:
            answer = asking.answer(question)
        else:
            from flows.asked_at_site import answer_at

            answer = answer_at(str(site), asking, question)
    if as_json:
        typer.echo(json_of(answer), nl=False)
    else:
        for line in lines_of(answer):
            typer.echo(line)


@app.command()
def show(
    package: Annotated[Path, typer.Argument(help="The package's folder, or a zip of it.")],
    port: Annotated[int, typer.Option(help="Port; any free one if 0.", min=0, max=65535)] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Show it although files are not those it was made of.")
    ] = False,
) -> None:
    """Show a package in a browser on this machine, until Ctrl-C. Exit code 1 if files differ.

    Nothing is unpacked, written or sent. Each file is compared with the manifest before; `verify`
    checks the rest. Captures are shown as text, whatever they hold.

    Example: batchproof show demo/CART-26-0002-initial-evaluation-1
    """
    from flows.show import serving
    from tasks.served_package import ServedPackage

    with errors_in_words():
        opened = ServedPackage(package)
        found = list(opened.findings())
    for words in found[:_MOST_TOLD]:
        say(plain(words))
    if len(found) > _MOST_TOLD:
        say(f"and {len(found) - _MOST_TOLD} more")
    if found and not anyway:
        say("Not shown: this is not the package that was made. Next: verify it, or use --anyway.")
        raise typer.Exit(Exit.FAILED)
    with errors_in_words(), serving(opened, port, anyway=anyway) as address:
        typer.echo(address)
        say("Read-only, on this machine alone. Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(address)
        _until_stopped()


def _until_stopped() -> None:
    try:
        Event().wait()
    except KeyboardInterrupt:
        say("Stopped.")
