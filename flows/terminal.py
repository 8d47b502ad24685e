"""How every command answers: exit codes a machine may read, JSON, and errors in words."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Annotated

import typer

from contracts.canonical import Json
from contracts.errors import BatchproofError
from contracts.plain import plain, plain_lines

__all__ = [
    "AsJson",
    "Exit",
    "OwnWords",
    "TypedCode",
    "UserId",
    "errors_in_words",
    "plain",
    "print_json",
    "say",
]


class Exit(IntEnum):
    """What the program's exit code says."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NOT_READY = 3
    INCOMPLETE = 4


UserId = Annotated[str, typer.Option("--user", help="Your user id.")]
TypedCode = Annotated[
    str,
    typer.Option(
        "--code",
        help="Your one-time code; asked for unseen if not named.",
        prompt="One-time code",
        hide_input=True,
    ),
]
OwnWords = Annotated[
    str, typer.Option("--reason", help="Why, in your own words; 10 to 500 characters.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for a machine to read.")]


@contextmanager
def errors_in_words() -> Iterator[None]:
    """Say what went wrong in words, without a traceback, and end with exit code 1."""
    try:
        yield
    except (typer.Exit, typer.BadParameter):
        raise
    except BatchproofError as error:
        say(error.in_words())
        raise typer.Exit(Exit.FAILED) from None
    except Exception as error:
        if os.environ.get("BATCHPROOF_TRACEBACK"):
            raise
        say(
            f"An error of ours: {type(error).__name__}. Nothing was concluded; what was captured "
            "is kept. Next: run again with BATCHPROOF_TRACEBACK=1 and send us what it prints."
        )
        raise typer.Exit(Exit.FAILED) from None
    except KeyboardInterrupt:
        say("Stopped. What was captured until now is kept; run the same command again.")
        raise typer.Exit(Exit.FAILED) from None


def print_json(answer: Json) -> None:
    """Print an answer for a machine, the same bytes each time."""
    typer.echo(json.dumps(answer, indent=2, sort_keys=True, ensure_ascii=False))


def say(words: str) -> None:
    """Say something to the person at the terminal, beside the answer."""
    typer.echo(plain_lines(words), err=True)
