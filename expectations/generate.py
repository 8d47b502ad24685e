"""Writes the compiled Great Expectations suites beside the strategy they come from.

`python -m expectations.generate` writes `expectations/<folder>/suites/*.json` as they are in force
on the strategy's newest effective date; with `--check` it writes nothing and fails on a difference.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from contracts.errors import BatchproofError
from contracts.strategy import Strategy
from expectations.compiler import Compiled, compile_all
from expectations.strategy import load

_HERE: Final = Path(__file__).parent
_SUITES: Final = "suites"


def suite_text(compiled: Compiled) -> str:
    """Return a suite as it is committed: indented, sorted, the same each time."""
    return json.dumps(compiled, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def suites_of(strategy: Strategy) -> dict[str, str]:
    """Return the suites of the strategy's newest effective date, by file name.

    Raises:
        StrategyError: a criterion cannot be put in Great Expectations' words.
    """
    newest = max(limit.effective for one in strategy.criteria for limit in one.limits)
    return {name: suite_text(suite) for name, suite in compile_all(strategy, newest).items()}


def differences(folder: Path, wanted: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for every suite that is lacking, left over or other than it should be."""
    there = {path.name: path for path in folder.glob("*.json")}
    for name in sorted(wanted.keys() | there.keys()):
        if name not in there:
            yield f"{folder.name}/{name} is lacking"
        elif name not in wanted:
            yield f"{folder.name}/{name} belongs to no unit procedure of the strategy"
        elif there[name].read_text(encoding="utf-8") != wanted[name]:
            yield f"{folder.name}/{name} is not what the strategy compiles to"


def write(folder: Path, wanted: Mapping[str, str]) -> None:
    """Write the suites, and take away those that the strategy no longer has."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check every strategy's suites; return 1 on a difference or a strategy in error."""
    parser = argparse.ArgumentParser(prog="python -m expectations.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    options = parser.parse_args(arguments)
    found: list[str] = []
    for strategy in sorted(_HERE.glob("*/strategy.yaml")):
        try:
            wanted = suites_of(load(strategy.parent))
        except BatchproofError as error:
            found.append(error.in_words())
            continue
        if options.check:
            found.extend(differences(strategy.parent / _SUITES, wanted))
        else:
            write(strategy.parent / _SUITES, wanted)
    for line in found:
        sys.stderr.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
