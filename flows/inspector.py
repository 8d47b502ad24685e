"""The inspector's commands: a package opened in the browser of this machine."""

import webbrowser
from pathlib import Path
from threading import Event
from typing import Annotated, Final

import typer

from flows.terminal import Exit, errors_in_words, plain, say

app = typer.Typer()

_MOST_TOLD: Final = 20


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
