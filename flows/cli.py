"""The operator's door: one program, exit codes that a machine may read, errors in words."""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from contracts.batch import batch_number
from contracts.canonical import Json
from contracts.criterion import Stage
from flows import audit
from flows.approve import approve
from flows.export import export
from flows.impact import impact
from flows.inspection import app as inspection_app
from flows.inspector import app as inspector_app
from flows.keys import app as keys_app
from flows.log import app as log_app
from flows.log import witness
from flows.reevaluation import reevaluate
from flows.rejudging import rejudge
from flows.review import app as review_app
from flows.serve_door import serve_door
from flows.status import status
from flows.strategy import app as strategy_app
from flows.terminal import AsJson, Exit, errors_in_words, print_json, say
from flows.trail import trail
from flows.up import up
from flows.users import app as users_app
from flows.verified import print_answer

app = typer.Typer(
    name="batchproof",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Release-readiness packages for cell and gene therapy batches. "
    "Batchproof prepares, records and proves; it never releases a batch. People do.",
)


strategy_app.command()(approve)
app.add_typer(strategy_app, name="strategy")
app.add_typer(log_app, name="log")
app.add_typer(keys_app, name="keys")
app.add_typer(review_app, name="review")
app.add_typer(inspection_app)
app.add_typer(inspector_app)
app.add_typer(users_app, name="user")

Strategies = Annotated[
    Path | None,
    typer.Option(
        "--strategy",
        help="Judge by the strategy files in this folder.",
        file_okay=False,
        exists=True,
    ),
]


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the packages.")] = Path("demo"),
    as_json: AsJson = False,
) -> None:
    """Run the embedded demo plant and prepare each of its batches end to end.

    Example: batchproof demo --out /tmp/packages
    """
    _settle(out, out / ".work")
    from flows.demo import run_demo
    from flows.prepare import answer_for, print_batch

    say("Starting the demo plant: a MES, a LIMS and an equipment server on this machine ...")
    answers: list[dict[str, Json]] = []

    def told(folder: Path) -> None:
        answers.append(answer_for(folder))
        if not as_json:
            print_batch(answers[-1])

    with errors_in_words():
        run_demo(out / ".work", out / "trust.json", lambda package: told(package.folder))
    if as_json:
        fields = ("batch", "stage", "readiness", "evaluation", "package", "root")
        print_json([{name: one[name] for name in fields} for one in answers])
    else:
        first = answers[1]["package"] if len(answers) > 1 else out
        typer.echo(
            f"\nOpen a page:      {first}/index.html\n"
            f"Check a package:  batchproof verify {first} --trust {out}/trust.json\n"
            f"Trace a value:    batchproof trace {first} CQA-VIA-001"
        )


@app.command()
def plant(
    directory: Annotated[
        Path | None,
        typer.Option(help="Folder for the site file; a new temporary one if not named."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the plant's data.")] = None,
) -> None:
    """Serve the embedded demo plant until stopped; print its site file.

    Example: batchproof plant --directory /tmp/plant
    """
    from flows.plant import plant_command

    with errors_in_words():
        chosen = [] if directory is None else ["--directory", str(directory)]
        chosen += [] if seed is None else ["--seed", str(seed)]
        command, environment = plant_command(chosen)
    os.execvpe(command[0], command, environment)  # noqa: S606 (our own module, no shell)


@app.command()
def prepare(
    batch: Annotated[str, typer.Argument(help="The batch, as the MES names it.")],
    site: Annotated[
        Path | None, typer.Option(help="The site file: where the three systems are.")
    ] = None,
    stage: Annotated[Stage, typer.Option(help="The stage to prepare.")] = Stage.INITIAL,
    out: Annotated[Path | None, typer.Option(help="Folder for the package.")] = None,
    strategy: Strategies = None,
    as_json: AsJson = False,
) -> None:
    """Collect, judge and package one batch. Exit code 0 ready, 3 not ready, 4 incomplete.

    Example: batchproof prepare CART-26-0001 --site site.yaml
    """
    _settle(out, None, strategy)
    from flows.local import quick_flows
    from flows.office import open_office
    from flows.prepare import answer_for, exit_of, print_batch, silent_since

    where = None if site is None else str(site)
    with errors_in_words(), open_office(where) as desk:
        batch_number(batch)  # what can be known now is known before Prefect takes its seconds
        before = len(desk.ledger.quarantines(batch))
    with errors_in_words(), quick_flows():
        from flows.prepare_review import Due, prepare_review

        (package,) = prepare_review(batch, Due(stage.value), site=where)
        answer = answer_for(package.folder)
    with errors_in_words(), open_office(where) as desk:
        for words in silent_since(desk, batch, before, int(str(answer["evaluation"]))):
            say(words)
    if as_json:
        print_json(answer)
    else:
        print_batch(answer)
    raise typer.Exit(exit_of(answer))


@app.command()
def verify(
    package: Annotated[Path, typer.Argument(help="A package's folder or zip, or a proof file.")],
    trust: Annotated[
        Path | None, typer.Option(help="Whom you trust: the site's trust file.", dir_okay=False)
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="The last checkpoint of the log you saw.", dir_okay=False)
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="The evaluation log, written out as a folder of tiles.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a package or a proof, offline. Exit code 0 no findings, 1 findings.

    Example: batchproof verify demo/CART-26-0001-initial-evaluation-1 --trust trust.json
    """
    from flows.parquet import parquet_checked
    from flows.verify import Asked, answer_of, trusted

    with errors_in_words():
        asked = Asked(trusted(trust), checkpoint, log, also=parquet_checked)
        answer = answer_of(package, asked)
    if as_json:
        print_json(answer)
    else:
        print_answer(answer)
    raise typer.Exit(Exit.DONE if answer["ok"] else Exit.FAILED)


app.command()(audit.replay)
app.command()(audit.diff)
app.command()(audit.known)
app.command()(export)
app.command()(impact)
app.command()(trail)
app.command()(witness)
app.command()(status)
app.command()(reevaluate)
app.command()(rejudge)
app.command()(up)
app.command(name="door")(serve_door)


def _settle(out: Path | None, home: Path | None, strategy: Path | None = None) -> None:
    """Turn a command's options into the settings that the flows read."""
    from flows.local import use_own_prefect
    from flows.settings import Settings

    use_own_prefect(Settings().home)
    chosen = {"PACKAGES": out, "HOME": home, "STRATEGIES": strategy}
    for name, path in chosen.items():
        if path is not None:
            os.environ[f"BATCHPROOF_{name}"] = str(path)


def main() -> NoReturn:
    """Run the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may know fewer signs
    run: Callable[[], None] = app
    run()
    sys.exit(Exit.DONE)
