"""The process owner's door: check a control strategy, compile it, and show what holds where."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import AsJson, Exit, errors_in_words, print_json

if TYPE_CHECKING:
    from contracts.applicability import Context
    from expectations.checked import Checked
    from expectations.effective import Effective
    from expectations.folder import Folder

app = typer.Typer(
    no_args_is_help=True, help="Check, compile or show a control strategy and its layers."
)

FolderGiven = Annotated[
    Path | None,
    typer.Argument(help="A folder of strategy files; your own.", file_okay=False, exists=True),
]
Product = Annotated[str, typer.Option(help="A product whose strategy this program ships.")]
Site = Annotated[str, typer.Option(help="The name of a site: its overlay is laid on top.")]
Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day that selects the limits."),
]


@app.command()
def check(
    folder: FolderGiven = None,
    product: Product = "",
    site: Site = "",
    both: Annotated[
        bool, typer.Option("--both", help="Try the examples under Great Expectations as well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with a strategy, with file and line. Exit code 0 whole, 1 not.

    Without a site every layer of the folder is checked; without folder and product all that are
    shipped.

    Example: batchproof strategy check expectations/cart_manufacturing --both
    """
    from expectations.checked import checked

    with errors_in_words():
        folders = _folders(folder, product)
        # a folder of one's own may be for another product than the one named
        found = [(one, checked(one, product=product, site=site, both=both)) for one in folders]
    if as_json:
        print_json([one.record() for _, one in found])
    else:
        for one, result in found:
            _print_checked(one, result)
    raise typer.Exit(Exit.FAILED if any(one.problems for _, one in found) else Exit.DONE)


def _print_checked(folder: "Folder", found: "Checked") -> None:
    for one in found.problems:
        typer.echo(f"{folder}/{one}")
    if found.problems:
        count = len(found.problems)
        typer.echo(
            f"{found.folder}: {count} problem{'' if count == 1 else 's'}. Nothing may be "
            "judged by it; the process owner corrects the lines named."
        )
        return
    judges = "both judges" if found.both else "the reference judge (--both asks the other too)"
    typer.echo(f"{found.folder}: whole. Its examples hold under {judges}.")
    for layers, criteria, examples in found.counts:
        typer.echo(f"  {' + '.join(layers)}: {criteria} criteria, {examples} examples")


@app.command(name="compile")
def compile_suites(
    folder: FolderGiven = None,
    product: Product = "",
    site: Site = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the suites; `suites` beside the files if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a strategy's Great Expectations suites, as they are in force on its newest date.

    Example: batchproof strategy compile --product car-t-autologous --out suites
    """
    from expectations.generate import suites_of, written
    from expectations.strategy import load

    if site and out is None:
        raise typer.BadParameter("a site's suites need a folder of their own: name it with --out")
    answers = []
    with errors_in_words():
        folders = _folders(folder, product)
        if len(folders) > 1 and out is not None:
            raise typer.BadParameter("one strategy with --out: name its folder or --product")
        for one in folders:
            strategy = load(one, site=site, product=product)
            target = Path(str(one)) / "suites" if out is None else out
            names = written(target, suites_of(strategy))
            answers.append(
                {
                    "folder": str(target),
                    "layers": list(strategy.layers),
                    "strategy": strategy.digest,
                    "suites": sorted(names),
                }
            )
    if as_json:
        print_json(answers)
        return
    for answer in answers:
        typer.echo(
            f"{len(answer['suites'])} suites of {' + '.join(answer['layers'])} "
            f"in {answer['folder']}"
        )


@app.command()
def show(
    criterion: Annotated[
        str, typer.Argument(help="A criterion's id; a table of all without one.")
    ] = "",
    product: Product = "",
    folder: Annotated[
        Path | None,
        typer.Option(help="A folder of strategy files.", file_okay=False, exists=True),
    ] = None,
    site: Site = "",
    on: Day = None,
    batch: Annotated[
        list[str] | None,
        typer.Option(help="What is known of the batch, as dimension=value; may be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what holds for a batch, and for every part of it the file, the line and the layer.

    Example: batchproof strategy show CQA-VIA-001 --product car-t-autologous --on 2026-03-02
    """
    from expectations.effective import effective

    with errors_in_words():
        folders = _folders(folder, product)
        if len(folders) != 1:
            raise typer.BadParameter("which strategy? Name --product or --folder")
        found = effective(folders[0], site=site, product=product)
        day = (on or datetime.now(UTC)).date()
        context = _context(found, site, batch or ())
        if criterion:
            _show_one(found, criterion, (day, context), as_json=as_json)
        else:
            _show_all(found, (day, context), as_json=as_json)


def _show_one(
    found: "Effective", name: str, dated: "tuple[date, Context]", *, as_json: bool
) -> None:
    from contracts.errors import NotFoundError
    from expectations.shown import lines, parts

    strategy, (day, context) = found.strategy, dated
    criterion = next((one for one in strategy.criteria if one.id == name), None)
    if criterion is None:
        raise NotFoundError(
            f"no criterion {name} in the strategy",
            expected=f"one of {', '.join(one.id for one in strategy.criteria)}",
            where=" + ".join(strategy.layers),
            move="name one of them",
        )
    told = parts(criterion, found.placed[name], day, context)
    if as_json:
        print_json(
            {
                "batch": dict(context),
                "criterion": name,
                "layers": list(strategy.layers),
                "on": day.isoformat(),
                "parts": [one.record() for one in told],
            }
        )
        return
    typer.echo(f"{name}  {criterion.title}\n  {_heading(found, dated)}\n")
    for line in lines(told):
        typer.echo(line)


def _show_all(found: "Effective", dated: "tuple[date, Context]", *, as_json: bool) -> None:
    from expectations.shown import table

    strategy, (day, context) = found.strategy, dated
    rows = table(strategy, found.placed, day, context)
    if as_json:
        print_json(
            {
                "batch": dict(context),
                "criteria": [dict(row) for row in rows],
                "layers": list(strategy.layers),
                "on": day.isoformat(),
            }
        )
        return
    typer.echo(f"{strategy.title}\n  {_heading(found, dated)}\n")
    widths = {key: max(len(row[key]) for row in rows) for key in ("title", "limit", "home")}
    for row in rows:
        layer = "" if row["layer"] == "platform" else row["layer"]
        cells = (f"{row[key]:<{width}}" for key, width in widths.items())
        typer.echo(f"{row['criterion']}  {'  '.join(cells)}  {layer}".rstrip())


def _heading(found: "Effective", dated: "tuple[date, Context]") -> str:
    day, context = dated
    known = ", ".join(f"{name} {value}" for name, value in context.items())
    return f"{' + '.join(found.strategy.layers)}; limits of {day} for {known}"


def _context(found: "Effective", site: str, batch: Sequence[str]) -> "Context":
    """Return what is known of the batch: product and site as a site file says them, and `batch`."""
    known = {one.name: one.values for one in found.strategy.dimensions}
    context = {"product": found.product} | ({"site": site} if site else {})
    for text in batch:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise typer.BadParameter(f"'{text}' is not dimension=value", param_hint="--batch")
        if value not in known.get(name, ()):
            choices = ", ".join(f"{one}={each}" for one, values in known.items() for each in values)
            raise typer.BadParameter(
                f"'{text}': the strategy knows {choices or 'no dimension'}", param_hint="--batch"
            )
        context[name] = value
    return context


def _folders(folder: Path | None, product: str) -> "Sequence[Folder]":
    from expectations.strategy import folder_for, shipped

    if folder is not None:
        return (folder,)
    return (folder_for(product),) if product else shipped()
