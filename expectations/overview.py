"""The control strategy at a glance: README.md beside the strategy files, written from them."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from contracts.criterion import Criterion
from contracts.errors import BatchproofError
from contracts.rule import Range
from contracts.strategy import Strategy
from contracts.subject import (
    Alternatives,
    Count,
    Delay,
    Difference,
    Elapsed,
    End,
    Observed,
    Quotient,
    Reduction,
    Reportable,
)
from expectations.strategy import cases, folder_for, load

PRODUCT = "car-t-autologous"
_COMMAND = "python -m expectations.overview"
_ROOT = Path(str(files("expectations")))
_FUNCTIONS = {
    "max": "highest {}",
    "min": "lowest {}",
    "time_outside": "time of {} outside {}",
    "longest_gap": "longest gap in {}",
    "longest_outside": "longest time of {} outside {} in one stretch",
    "readings_outside": "readings of {} outside {}",
    "mean": "mean {}",
    "ramp_rate": "mean rate of {} from {}",
    "fastest_change": "fastest change of {}",
    "mean_kinetic_temperature": "mean kinetic {}",
    "count_true": "how often {}",
    "count_readings": "readings of {}",
}


def overview(strategy: Strategy, examples: int) -> str:
    """Return the whole README as Markdown: what the files are, then one table a group."""
    criteria = strategy.criteria
    counts = Counter(one.attribute_class.value for one in criteria)
    classes = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    later = [one.id for one in criteria if one.required_for.value == "final"]
    changed = sum(len(one.limits) > 1 for one in criteria)
    lines = [
        "# The control strategy at a glance",
        "",
        f"<!-- Written by `{_COMMAND}` from the files beside it. Do not edit. -->",
        "",
        f"**{strategy.title}**, product `{strategy.product}`, version {strategy.version}.",
        "All values are examples, not for use on patients.",
        "",
        (
            f"{len(criteria)} criteria ({classes}), {changed} of them with a limit that changed "
            f"over time, and {examples} examples that both judges must answer as they are written."
        ),
        (
            f"Required only for the final stage: {', '.join(later) or 'none'}; "
            "every other criterion is required for the initial stage already."
        ),
        "",
        (
            "The limit in force is the one of the day on which manufacture started (the receipt of "
            "the apheresis). A limit is never edited: a change is a new limit with its own date."
        ),
    ]
    for group, own in groupby(criteria, key=lambda one: one.unit_procedure):
        lines += ["", *_table(group, tuple(own))]
    return "\n".join(lines) + "\n"


def _table(group: str, criteria: Sequence[Criterion]) -> Iterator[str]:
    yield f"## {group.replace('_', ' ').capitalize()}"
    yield ""
    yield "| criterion | what must hold | judged on | limit | before | protects | owed by |"
    yield "|---|---|---|---|---|---|---|"
    for one in criteria:
        *former, limit = one.limits
        cells = (
            f"{one.id} ({one.criticality})",
            one.title,
            _judged_on(one),
            f"{_limit(one, len(former))} since {limit.effective} ({limit.cites})",
            "; ".join(
                f"{_limit(one, place)} since {old.effective}" for place, old in enumerate(former)
            ),
            ", ".join(one.links),
            one.owner,
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _limit(criterion: Criterion, place: int) -> str:
    taken = criterion.on(criterion.limits[place].effective)
    return "" if taken is None else taken.limit_in_words()


def _judged_on(criterion: Criterion) -> str:  # noqa: PLR0911 (a sentence a kind of subject)
    match criterion.subject:
        case Observed() as one:
            against = "" if criterion.against is None else f" and {_record(criterion.against)}"
            return f"{_record(one)}{against}"
        case Count(observed):
            return f"number of results of {_record(observed)}"
        case Elapsed(start, end):
            return f"time from {_edge(start)} to {_edge(end)}"
        case Delay(observed):
            return f"time until it was recorded of {_record(observed)}"
        case Reduction() as one:
            return _reduction(one)
        case Alternatives() as one:
            return one.in_words()
        case Quotient() | Difference() | Reportable() as one:
            return one.in_words()


def _reduction(one: Reduction) -> str:
    outside = Range(one.low, one.high).in_words() if one.low or one.high else ""
    ramp = f"{one.start} to {one.end}"
    said = _FUNCTIONS[one.function].format(
        _plain(one.characteristic), ramp if one.function == "ramp_rate" else outside
    )
    return f"{said}, during {_plain(one.step)}"


def _record(one: Observed) -> str:
    source = {"lims": "LIMS", "batch_record": "batch record"}.get(one.source, one.source)
    return f"{source}: {_plain(one.characteristic)} at {_plain(one.step)}"


def _edge(one: End) -> str:
    if isinstance(one, Observed):
        return _record(one)
    return f"{'start' if one.edge == 'started_at' else 'end'} of {_plain(one.step)}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def main(arguments: Sequence[str]) -> int:
    """Write the README, or with `--check` say whether it is what the files say."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write(f"Usage: {_COMMAND} [--check]\n")
        return 2
    target = _ROOT / "README.md"
    try:
        folder = folder_for(PRODUCT)
        text = overview(load(folder), len(cases(folder)))
    except BatchproofError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if not arguments:
        target.write_text(text, encoding="utf-8")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"expectations/README.md is not what the files say; run {_COMMAND}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
