"""The control strategies at a glance: a table beside each one's files, written from them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from contracts.criterion import Criterion
from contracts.errors import BatchproofError
from contracts.rule import Limit
from contracts.strategy import Strategy
from expectations.effective import Effective, effective
from expectations.in_words import end_in_words, judged_on, plain
from expectations.strategy import shipped

_COMMAND = "python -m expectations.overview"
_ROOT = Path(str(files("expectations")))
_README = "README.md"
_WRITTEN = f"<!-- Written by `{_COMMAND}` from the files beside it. Do not edit. -->"


def index(found: Sequence[Effective]) -> str:
    """Return the README of all strategies as Markdown: one row each, with where its table is."""
    lines = [
        "# The control strategies at a glance",
        "",
        _WRITTEN,
        "",
        "All values are examples, not for use on patients.",
        "",
        "| product | strategy | version | criteria | examples | layers |",
        "|---|---|---|---|---|---|",
    ]
    for one in found:
        strategy = one.strategy
        layers = ", ".join(layer.in_words() for layer in one.files.overlays)
        cells = (
            f"`{strategy.product}`",
            f"[{strategy.title}]({one.files.name}/{_README})",
            strategy.version,
            str(len(strategy.criteria)),
            str(len(one.examples)),
            layers or "none",
        )
        lines.append(_row(cells))
    return "\n".join(lines) + "\n"


def overview(strategy: Strategy, examples: int) -> str:
    """Return one strategy as Markdown: what its files are, then one table a group."""
    criteria = strategy.criteria
    counts = Counter(one.attribute_class.value for one in criteria)
    classes = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    later = [one.id for one in criteria if one.required_for.value == "final"]
    changed = sum(len(one.limits) > 1 for one in criteria)
    lines = [
        "# The control strategy at a glance",
        "",
        _WRITTEN,
        "",
        f"**{strategy.title}**, product `{strategy.product}`, version {strategy.version}.",
        "All values are examples, not for use on patients.",
        "",
        (
            f"{len(criteria)} criteria ({classes}), {changed} of them with more than one limit, "
            f"and {examples} examples that both judges must answer as they are written."
        ),
        (
            f"Required only for the final stage: {', '.join(later) or 'none'}; "
            "every other criterion is required for the initial stage already."
        ),
        "",
        (
            f"The limit in force is the one of the day of the {end_in_words(strategy.dated_by)}. "
            "A limit is never edited: a change is a new limit with its own date."
        ),
    ]
    for group, own in groupby(criteria, key=lambda one: one.unit_procedure):
        lines += ["", *_table(group, tuple(own))]
    return "\n".join(lines) + "\n"


def page(found: Effective) -> str:
    """Return a strategy's page: its platform in tables, then what each layer changes and why."""
    return overview(found.strategy, len(found.examples)) + "".join(_layers(found))


def _layers(found: Effective) -> Iterator[str]:
    for overlay in found.files.overlays:
        yield f"\n## Layer: {overlay.layer} {overlay.name}\n\n{overlay.title}"
        yield f" (`{overlay.file.file}`).\n\n| it | criterion | what | why |\n|---|---|---|---|\n"
        for part in ("overrides", "adds", "withdraws"):
            for _, entry in overlay.entries(part):
                name = str(entry.get("criterion", entry.get("id")))
                keys = [key for key in entry if key not in ("criterion", "why")]
                what = ", ".join(keys) if part == "overrides" else str(entry.get("title", ""))
                yield _row((part, name, what, str(entry.get("why", "")))) + "\n"


def _table(group: str, criteria: Sequence[Criterion]) -> Iterator[str]:
    yield f"## {plain(group).capitalize()}"
    yield ""
    yield "| criterion | what must hold | judged on | limit | before | protects | owed by |"
    yield "|---|---|---|---|---|---|---|"
    for one in criteria:
        newest = _newest(one)
        cells = (
            f"{one.id} ({one.criticality})",
            one.title,
            judged_on(one),
            "; ".join(f"{_limit(one, limit)} ({limit.cites})" for limit in newest),
            "; ".join(_limit(one, old) for old in one.limits if old not in newest),
            ", ".join(one.links),
            one.owner,
        )
        yield _row(cells)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _newest(criterion: Criterion) -> tuple[Limit, ...]:
    """Return the last limit of each kind and variant, in the order in which they are written."""
    last = {(one.kind, one.applies): one for one in criterion.limits}
    return tuple(last.values())


def _limit(criterion: Criterion, limit: Limit) -> str:
    kind = "" if limit.kind.blocks else f"{limit.kind.in_words()} "
    variant = f" for {limit.applies.in_words()}" if limit.applies.to else ""
    until = "" if limit.until is None else f" until {limit.until}"
    return f"{kind}{criterion.in_words(limit)}{variant} since {limit.effective}{until}"


def pages() -> dict[str, str]:
    """Return every page by its path under `expectations/`: the index, then one a strategy.

    Raises:
        StrategyError: a strategy's files are not what they must be.
    """
    found = [effective(folder) for folder in shipped()]
    return {_README: index(found)} | {f"{one.files.name}/{_README}": page(one) for one in found}


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with `--check` say whether they are what the files say."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write(f"Usage: {_COMMAND} [--check]\n")
        return 2
    try:
        wanted = pages()
    except BatchproofError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    differing = 0
    for name, text in wanted.items():
        target = _ROOT / name
        if not arguments:
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != text:
            differing = 1
            sys.stderr.write(f"expectations/{name} is not what the files say; run {_COMMAND}\n")
    return differing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
