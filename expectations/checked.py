"""A folder of a control strategy checked in every layer it has, with all its problems at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.canonical import Json
from expectations.effective import Effective, effective
from expectations.folder import Folder
from expectations.marked import Problem
from expectations.overlays import LAYERS
from expectations.tried import disagreements


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking a folder: one count for each way its layers lie, and the problems."""

    folder: str
    counts: tuple[tuple[tuple[str, ...], int, int], ...]
    """Layers, criteria and examples, of each product and site."""
    problems: tuple[Problem, ...]
    both: bool
    """Whether both judges tried the examples, or the reference judge alone."""

    def record(self) -> dict[str, Json]:
        """Return the answer for a machine."""
        return {
            "checked": [
                {"criteria": criteria, "examples": examples, "layers": list(layers)}
                for layers, criteria, examples in self.counts
            ],
            "folder": self.folder,
            "great_expectations": self.both,
            "ok": not self.problems,
            "problems": [
                {"file": one.file, "line": one.line, "words": one.words} for one in self.problems
            ],
        }


def checked(folder: Folder, *, product: str = "", site: str = "", both: bool = False) -> Checked:
    """Check a folder for one product and site, or where not named for each that it has a layer for.

    The examples are tried under the reference judge, and if asked under both judges.

    Raises:
        JudgementError: Great Expectations left a point of an example out.
    """
    first = effective(folder, site=site, product=product)
    found = [first, *(effective(folder, **one) for one in _others(first, product, site))]
    problems = {problem for one in found for problem in (*one.problems, *one.doubts)}
    counts: list[tuple[tuple[str, ...], int, int]] = []
    for one in found:
        if not one.problems:
            counts.append((one.strategy.layers, len(one.criteria), len(one.examples)))
            problems.update(_differing(one) if both else ())
    return Checked(folder.name, tuple(counts), tuple(sorted(problems)), both)


def _others(first: Effective, product: str, site: str) -> Iterator[dict[str, str]]:
    """Yield every other product and site that a folder has a layer for, alone and together."""
    named = {"product": product, "site": site}
    has = {
        layer: [named[layer]]
        if named[layer]
        else ["", *(one.name for one in first.files.overlays if one.layer == layer)]
        for layer in LAYERS
    }
    for one in has["product"]:
        for other in has["site"]:
            taken = one or first.product
            if (taken, other) != (first.product, site):
                yield {"product": taken, "site": other}


def _differing(found: Effective) -> Iterator[Problem]:
    for where, words in disagreements(found.examples):
        file, _, line = where.rpartition(":")
        yield Problem(file, int(line), words)
