"""What `verify` found, as a person reads it at a terminal."""

import typer

from contracts.canonical import Json
from flows.terminal import plain


def print_answer(answer: dict[str, Json]) -> None:
    """Print findings first, then what was said, then what was not checked."""
    findings, open_questions, said = (
        value if isinstance(value, list) else []
        for value in (answer["findings"], answer["not_checked"], answer["said"])
    )
    for one in findings:
        row = f" row {one['row']}" if one["row"] else ""
        typer.echo(plain(f"{one['member']}{row}: {one['words']} (check {one['check']})"))
    for words in said:
        typer.echo(plain(str(words)))
    if answer["ok"] and "batch" in answer:
        typer.echo(
            f"No findings: {answer['batch']}, evaluation {answer['evaluation']}, "
            f"{answer['readiness']} for its {answer['stage']} stage.\nroot {answer['root']}"
        )
    elif answer["ok"]:
        typer.echo("No findings.")
    for words in open_questions:
        typer.echo(plain(f"not checked: {words}"))
