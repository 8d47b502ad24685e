"""The door to recall: which batches, evaluations and verdicts a lot, machine or person touched."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.canonical import Json
from contracts.touches import Kind
from flows.terminal import AsJson, Exit, errors_in_words, plain, print_json, say

INDEX = "impact.sqlite"


def impact_of(
    kind: Kind, entity: str, packages: Path, index: Path, *, rebuild: bool = False
) -> dict[str, Json]:
    """Return everything that a thing touched, among the packages of a folder.

    Raises:
        NotFoundError: there is no such folder.
        StorageError: the index cannot be used.
    """
    from tasks.impact import refresh
    from tasks.impact_index import open_index
    from tasks.impacted import count, touched

    with open_index(index, rebuild=rebuild) as connection:
        left_out = refresh(connection, packages)
        found = touched(connection, packages, kind, entity)
        indexed = count(connection, packages)
    return {
        "batches": sorted({one.batch for one in found}),
        "entity": entity,
        "evaluations": [one.record() for one in found],
        "indexed": indexed,
        "kind": kind.value,
        "left_out": [{"package": name, "why": left_out[name]} for name in sorted(left_out)],
    }


def impact(
    material_lot: Annotated[str, typer.Option(help="A lot of a material.")] = "",
    equipment: Annotated[str, typer.Option(help="Equipment, an instrument, or a tag.")] = "",
    person: Annotated[str, typer.Option(help="A person, by the id in the record.")] = "",
    method: Annotated[str, typer.Option(help="A test method, by its code.")] = "",
    sample: Annotated[str, typer.Option(help="A sample, by its id in the LIMS.")] = "",
    software: Annotated[
        str, typer.Option(help="Software, by name, name@version, or SHA-256.")
    ] = "",
    strategy: Annotated[str, typer.Option(help="A strategy, by version or SHA-256.")] = "",
    packages: Annotated[
        Path | None, typer.Option(help="The folder that the packages lie in.", file_okay=False)
    ] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow one thing forward to every batch, evaluation and verdict it touched.

    Exit code 0 done, 4 if a package was left out: the answer may then lack something.

    Example: batchproof impact --material-lot LV-25-2040 --packages demo
    """
    from flows.settings import Settings

    asked = {
        Kind.MATERIAL_LOT: material_lot,
        Kind.EQUIPMENT: equipment,
        Kind.PERSON: person,
        Kind.METHOD: method,
        Kind.SAMPLE: sample,
        Kind.SOFTWARE: software,
        Kind.STRATEGY: strategy,
    }
    named = [(kind, entity) for kind, entity in asked.items() if entity]
    if len(named) != 1:
        raise typer.BadParameter("Name one thing: --material-lot, --equipment, --person, ...")
    settings = Settings()
    with errors_in_words():
        answer = impact_of(
            *named[0],
            packages or settings.packages_folder(),
            settings.home / INDEX,
            rebuild=rebuild,
        )
    if as_json:
        print_json(answer)
    else:
        _print(answer)
    raise typer.Exit(Exit.INCOMPLETE if answer["left_out"] else Exit.DONE)


def _print(answer: dict[str, Json]) -> None:
    evaluations, left_out = answer["evaluations"], answer["left_out"]
    for one in evaluations if isinstance(evaluations, list) else []:
        typer.echo(
            f"{one['batch']}  evaluation {one['evaluation']} ({one['stage']}), {one['readiness']}; "
            f"{len(one['verdicts'])} verdicts rest on it   root {one['root']}"
        )
        for verdict in one["verdicts"]:
            typer.echo(f"  {verdict['outcome']:<14} {verdict['criterion']}")
    for one in left_out if isinstance(left_out, list) else []:
        say(plain(f"left out: {one['package']}: {one['why']}"))
    typer.echo(f"looked at {answer['indexed']} packages")
