"""What holds at a site for a product: the platform with its layers, and what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from contracts.criterion import Criterion
from contracts.errors import StrategyError
from contracts.strategy import Strategy
from contracts.subject import Boundary
from expectations.between import (
    gap_problems,
    id_problems,
    late_problems,
    link_problems,
    unlinked_problems,
)
from expectations.boundaries import example_problem, lacking
from expectations.checks import entry_problems
from expectations.examples import Example
from expectations.folder import HEAD, Files, Folder, read_folder
from expectations.loosened import loosened
from expectations.marked import Problem
from expectations.overlays import Layered, Overlay, layered
from expectations.placed import PLATFORM, Placed
from expectations.references import Gone, alternatives_of, reference_problems
from expectations.transcribe import (
    Surroundings,
    criterion_of,
    dimension_of,
    examples_of,
    method_of,
)


@dataclass(slots=True)
class Effective:
    """What holds at a site for a product: platform and layers, and what is wrong with them."""

    files: Files
    overlays: tuple[Overlay, ...]
    product: str
    placed: dict[str, Placed] = field(default_factory=dict)
    """The entries that are right in themselves, by id, in the order of the process."""
    criteria: list[Criterion] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    problems: set[Problem] = field(default_factory=set)
    doubts: set[Problem] = field(default_factory=set)
    """Where the files contradict their own examples, lack one, or let a signal fall silent."""

    @property
    def strategy(self) -> Strategy:
        """The strategy that the files say.

        Raises:
            StrategyError: they have problems.
        """
        self.refuse(self.problems)
        head = self.files.head
        titles = [one.title for one in self.overlays if one.layer == "product"]
        return Strategy(
            product=self.product,
            title=[head["title"], *titles][-1],
            version=head["version"],
            criteria=tuple(self.criteria),
            dated_by=Boundary(**head["limits_in_force_on"]),
            dimensions=tuple(dimension_of(one) for one in head.get("dimensions", ())),
            layers=(
                f"{PLATFORM} {head['product']} {head['version']}",
                *(one.in_words() for one in self.overlays),
            ),
        )

    def refuse(self, problems: set[Problem]) -> None:
        """Raise everything that is wrong at once, if anything is."""
        if problems:
            lines = "\n".join(f"  {problem}" for problem in sorted(problems))
            count = len(problems)
            raise StrategyError(
                f"{count} problem{'' if count == 1 else 's'} in the control strategy:\n{lines}",
                expected="files as expectations/schema.json and their own examples say",
                where=f"the folder {self.files.name}",
                move="the process owner corrects the lines named; nothing was judged",
            )


def effective(folder: Folder, *, site: str = "", product: str = "") -> Effective:
    """Return what holds at a site for a product, with everything that is wrong with it."""
    read = read_folder(folder)
    own = str(read.head.get("product", ""))
    overlays = read.chosen(site, product or own)
    found = Effective(read, overlays, product or own)
    groups = read.head.get("groups") or sorted({one.group for one in read.placed})
    result = layered(read.placed, overlays, groups)
    found.problems.update((*read.problems, *result.problems))
    found.problems.update(_of_product(found))
    _judge_entries(result, found)
    _take_in(found)
    found.problems.update(_loosened(result, found))
    if not found.problems:
        for doubtful in (gap_problems, unlinked_problems, late_problems):
            found.doubts.update(doubtful(tuple(found.placed.values())))
    return found


def _of_product(found: Effective) -> Iterator[Problem]:
    head = found.files.head
    named = any(one.layer == "product" for one in found.overlays)
    if head and found.product != head["product"] and not named:
        words = f"the strategy of {head['product']}, without an overlay for {found.product}"
        yield Problem(HEAD, 1, words)


def _judge_entries(result: Layered, found: Effective) -> None:
    """Say what is wrong with the criteria, and keep those that are right in themselves.

    The platform has to be right also where a layer replaces a part of it.
    """
    gone = Gone(result.withdrawn, complete=not found.files.unreadable)
    found.problems.update(id_problems(result.placed))
    found.problems.update(link_problems(result.placed, gone))
    found.problems.update(reference_problems(found.files.head, result.placed, gone))
    for before, _ in result.replaced:
        if found.files.shaped(before):
            found.problems.update(entry_problems(before))
    for one in result.placed:
        if found.files.shaped(one):
            wrong = tuple(entry_problems(one))
            found.problems.update(wrong)
            if not wrong:
                found.placed.setdefault(one.id, one)


def _take_in(found: Effective) -> None:
    """Turn the entries into criteria, each with its examples tried under the reference judge."""
    around = _around(found)
    for one in found.placed.values():
        criterion = criterion_of(one.entry, replace(around, group=one.group))
        found.criteria.append(criterion)
        _examples(one, criterion, found)


def _around(found: Effective) -> Surroundings:
    methods = {one["code"]: method_of(one) for one in found.files.head.get("methods", ())}
    return Surroundings("", methods, alternatives_of(found.placed.values()))


def _examples(one: Placed, criterion: Criterion, found: Effective) -> None:
    spots = [("examples", place) for place in range(len(one.entry["examples"]))]
    places = tuple(one.place(spot) for spot in spots)
    own = []
    for spot, example in zip(spots, examples_of(one.entry, criterion, places), strict=True):
        if example is None:
            found.doubts.add(one.problem(spot, "an example from before the first limit"))
            continue
        own.append(example)
        words = example_problem(example)
        if words:
            found.doubts.add(one.problem(spot, words))
    found.examples.extend(own)
    found.doubts.update(one.problem(("examples",), words) for words in lacking(criterion, own))


def _loosened(result: Layered, found: Effective) -> Iterator[Problem]:
    """Yield each override that admits more than the layer below and cites nothing for it."""
    around = _around(found)
    for before, after in result.replaced:
        whole = found.files.shaped(before) and not {*entry_problems(before), *entry_problems(after)}
        if whole and before.origin("limits") is not after.origin("limits"):
            pair = [
                criterion_of(one.entry, replace(around, group=one.group)) for one in (before, after)
            ]
            yield from (after.problem(("limits",), words) for words in loosened(*pair))
