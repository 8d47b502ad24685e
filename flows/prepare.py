"""What `batchproof prepare` answers: the package's own records, gathered for a machine to read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from contracts.canonical import Json
from contracts.manifest import manifest_from
from contracts.opened import Opened, opened
from contracts.words import source_in_words
from flows.terminal import Exit, plain
from flows.verify import reader_of

if TYPE_CHECKING:
    from tasks.desk import Desk

_READINESS = {"ready": Exit.DONE, "not_ready": Exit.NOT_READY, "incomplete": Exit.INCOMPLETE}


def answer_for(folder: Path) -> dict[str, Json]:
    """Return what a package says, read back from its folder and not from memory."""
    read = reader_of(folder)
    package = opened(read)
    return {
        "batch": package.batch,
        "criteria": {"in_force": package.in_force, "judged": package.judged},
        "evaluation": package.number,
        "exceptions": [one.record() for one in package.exceptions],
        "package": str(folder.absolute()),
        "readiness": package.readiness,
        "reasons": reasons_of(package),
        "root": manifest_from(read("manifest.json")).root,
        "stage": package.stage.value,
        "verdicts": [one.record() for one in package.verdicts.values()],
    }


def silent_since(desk: "Desk", batch: str, known: int, number: int) -> Iterator[str]:
    """Yield which sources did not answer, where the evaluation on record stands all the same.

    `known` are the quarantines that were on record before; those of the evaluation itself are among
    its reasons.
    """
    aside = desk.collection(desk.ledger.evaluation(batch, number).collection).quarantines
    for one in desk.ledger.quarantines(batch)[known:]:
        if one.quarantine not in aside:
            name, found = source_in_words(one.quarantine.source), one.quarantine.found
            yield f"The {name} did not answer: {found}. The evaluation on record stands."


def reasons_of(package: Opened) -> list[Json]:
    """Return why the batch is not ready, as the blocking exceptions say it."""
    return [one.message for one in package.exceptions if one.blocking]


def exit_of(answer: Mapping[str, Json]) -> Exit:
    """Return the exit code that says how ready a batch is."""
    return _READINESS[str(answer["readiness"])]


def print_batch(answer: Mapping[str, Json]) -> None:
    """Print where a batch stands, for a person."""
    words = {"ready": "READY", "not_ready": "NOT READY", "incomplete": "INCOMPLETE"}
    criteria = answer["criteria"]
    counted = (
        f"{criteria['judged']} of {criteria['in_force']}" if isinstance(criteria, dict) else ""
    )
    typer.echo(
        f"\n{answer['batch']}  {words[str(answer['readiness'])]} for its {answer['stage']} stage   "
        f"(evaluation {answer['evaluation']}, {counted} criteria judged)"
    )
    reasons = answer["reasons"]
    for reason in reasons if isinstance(reasons, list) else []:
        typer.echo(plain(f"  - {reason}"))
    typer.echo(f"  package {answer['package']}\n  root    {answer['root']}")
