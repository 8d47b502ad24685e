"""One run's figures as a table: what was measured, the target, and whether it is held."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.bench.sealed_batch import Bench


@dataclass(frozen=True, slots=True)
class Line:
    """One figure in words, and its target if it has one."""

    what: str
    found: str
    target: str = ""
    held: bool = True

    @property
    def said(self) -> str:
        """HELD or MISSED; nothing where there is no target."""
        return ("HELD" if self.held else "MISSED") if self.target else ""


def at_most(what: str, found: float, most: float, unit: str) -> Line:
    """Return the line of a figure that must not be larger."""
    digits = 0 if most >= 100 else 2  # noqa: PLR2004 (digits enough to judge by)
    return Line(what, f"{found:,.{digits}f} {unit}", f"at most {most:g}", found <= most)


def show(lines: Iterable[Line]) -> None:
    """Print figures, each on a line of its own."""
    for one in lines:
        say(f"  {one.what:<58} {one.found:>24}  {one.target:<16} {one.said}".rstrip())


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measured(
    module: str, name: str, bench: Bench, *more: str, also: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what one measurement found, run in a process of its own.

    `also` are variables of its environment.
    """
    asked = [name, str(bench.folder), str(bench.readings), *more]
    told = run([sys.executable, "-m", f"infra.bench.{module}", *asked], also)
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def run(command: Sequence[str], also: Mapping[str, str] | None = None) -> str:
    """Return what a command prints; it must end well."""
    environment = os.environ | dict(also or {})
    done = subprocess.run(  # noqa: S603 (our own programs)
        command, check=False, stdout=subprocess.PIPE, text=True, env=environment
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}.")
    return done.stdout
