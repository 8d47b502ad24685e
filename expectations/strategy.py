"""The control strategy of a product, read from its files: strictly, with every fault by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from contracts.criterion import Criterion
from contracts.errors import StrategyError
from contracts.method import Method
from contracts.strategy import Strategy
from contracts.subject import Boundary
from expectations.boundaries import example_problem, lacking
from expectations.checks import entry_problems, gap_problems, id_problems, unlinked_problems
from expectations.examples import Example
from expectations.marked import Content, Marked, Problem, Spot, marked
from expectations.references import alternatives_of, reference_problems
from expectations.shape import shape_problems
from expectations.transcribe import (
    Entry,
    Surroundings,
    criterion_of,
    dimension_of,
    examples_of,
    method_of,
)

_HEAD = "strategy.yaml"


@dataclass(slots=True)
class _Found:
    """What was read from a folder so far, and what is wrong with it."""

    head: Entry = field(default_factory=dict)
    criteria: list[Criterion] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    """Where the files contradict their own examples, lack one, or let a signal fall silent."""
    folder: str = ""
    entries: list[tuple[Marked, Spot, Entry]] = field(default_factory=list)
    """The entries that are right in themselves, each with its file and place."""
    methods: dict[str, Method] = field(default_factory=dict)
    part_of: dict[str, str] = field(default_factory=dict)
    unreadable: bool = False
    """A file is missing or is no YAML, so that its criteria are not known."""


def load(folder: Path | Traversable) -> Strategy:
    """Return the control strategy in a folder, with its criteria in the order of the process.

    Raises:
        StrategyError: anything in it is not what it must be; the text lists every problem with its
            file and line.
    """
    return _strategy(_whole(_read(folder)))


def check(folder: Path | Traversable) -> Strategy:
    """Return the control strategy in a folder, once each example beside its rules holds.

    Raises:
        StrategyError: as `load`, for an example that fails or is lacking, and for a signal whose
            longest gap nothing limits.
    """
    found = _read(folder)
    found.problems.extend(found.doubts)
    return _strategy(_whole(found))


def doubts(folder: Path | Traversable) -> tuple[str, ...]:
    """Return where the files contradict or lack their own examples, or let a signal fall silent.

    Each with its file and line.

    A strategy with doubts can be judged by: what it says is clear. But whoever changed it did not
    change what it was written to show, and a reviewer must know.

    Raises:
        StrategyError: as `load`.
    """
    return tuple(str(one) for one in sorted(set(_whole(_read(folder)).doubts)))


def _strategy(found: _Found) -> Strategy:
    return Strategy(
        product=found.head["product"],
        title=found.head["title"],
        version=found.head["version"],
        criteria=tuple(found.criteria),
        dated_by=Boundary(**found.head["limits_in_force_on"]),
        dimensions=tuple(dimension_of(one) for one in found.head.get("dimensions", ())),
    )


def cases(folder: Path | Traversable) -> tuple[Example, ...]:
    """Return every example in a folder's files, each with the limit in force on its day.

    Raises:
        StrategyError: as `check`.
    """
    found = _read(folder)
    found.problems.extend(found.doubts)
    return tuple(_whole(found).examples)


def folder_for(product: str) -> Path | Traversable:
    """Return the folder of a product's control strategy among those this program ships.

    Raises:
        StrategyError: there is none for the product.
    """
    known = {
        _text_of(marked(_HEAD, (folder / _HEAD).read_bytes()).content, "product"): folder
        for folder in files("expectations").iterdir()
        if folder.is_dir() and (folder / _HEAD).is_file()
    }
    if product not in known:
        raise StrategyError(
            f"no control strategy for the product '{product}'",
            expected=f"one of {', '.join(sorted(known))}",
            where="the site file's product",
            move="whoever keeps the site file corrects it, or the process owner adds a strategy",
        )
    return known[product]


def _text_of(content: Content, key: str) -> str:
    return str(content.get(key, "")) if isinstance(content, dict) else ""


def _read(folder: Path | Traversable) -> _Found:
    """Return everything in a folder, with everything that is wrong with it."""
    found = _Found()
    entries: list[tuple[Marked, Spot, Entry]] = []
    names = _group_names(folder, found)
    for name in names:
        file = marked(f"{name}.yaml", (folder / f"{name}.yaml").read_bytes())
        _group(file, name, found)
        entries.extend(_entries(file))
    found.problems.extend(id_problems(entries, complete=not found.unreadable))
    found.problems.extend(reference_problems(found.head, entries, complete=not found.unreadable))
    found.methods.update((one["code"], method_of(one)) for one in found.head.get("methods", ()))
    found.part_of.update(alternatives_of(found.entries))
    for file, spot, entry in found.entries:
        _criterion(file, spot, entry, found)
    if not found.problems:
        found.doubts.extend(gap_problems(entries))
        found.doubts.extend(unlinked_problems(entries))
    found.folder = folder.name
    return found


def _whole(found: _Found) -> _Found:
    """Return what was found, or raise everything that is wrong with it at once."""
    if found.problems:
        lines = "\n".join(f"  {problem}" for problem in sorted(set(found.problems)))
        count = len(set(found.problems))
        raise StrategyError(
            f"{count} problem{'' if count == 1 else 's'} in the control strategy:\n{lines}",
            expected="files as expectations/schema.json and their own examples say",
            where=f"the folder {found.folder}",
            move="the process owner corrects the lines named; nothing was judged",
        )
    return found


def _group_names(folder: Path | Traversable, found: _Found) -> Sequence[str]:
    """Read strategy.yaml; return the groups it names, in its order, that have a file."""
    there = {one.name for one in folder.iterdir() if one.is_file()} if folder.is_dir() else set()
    if _HEAD not in there:
        found.problems.append(Problem(_HEAD, 1, "the file is missing"))
        return ()
    head = marked(_HEAD, (folder / _HEAD).read_bytes())
    wrong = list(head.problems)
    if not wrong:
        wrong.extend(problem for _, problem in shape_problems(head, "strategy"))
    if wrong or not isinstance(head.content, dict):
        found.problems.extend(wrong)
        groups = (one.removesuffix(".yaml") for one in there - {_HEAD} if one.endswith(".yaml"))
        return sorted(groups)
    found.head = head.content
    named = [f"{name}.yaml" for name in found.head["groups"]]
    for place, name in enumerate(named):
        if name not in there:
            found.unreadable = True
            found.problems.append(head.problem(("groups", place), f"there is no file {name}"))
    for name in sorted(there - {_HEAD, *named}):
        if name.endswith((".yaml", ".yml")):
            found.problems.append(Problem(name, 1, f"not named under groups in {_HEAD}"))
    return [name.removesuffix(".yaml") for name in named if name in there]


def _group(file: Marked, name: str, found: _Found) -> None:
    """Read one group's file; a fault in one criterion does not hide those of another.

    Its criteria are taken in once every file was read: one may be an alternative of another's.
    """
    found.problems.extend(file.problems)
    if file.content is None and file.problems:
        found.unreadable = True
        return
    wrong = tuple(shape_problems(file, "group"))
    found.problems.extend(problem for _, problem in wrong)
    if _text_of(file.content, "group") not in {name, ""}:
        found.problems.append(file.problem(("group",), f"the group of {file.file} is not {name}"))
    misshapen = {spot[:2] for spot, _ in wrong}
    for _, spot, entry in _entries(file):
        if spot in misshapen:
            continue
        inner = tuple(entry_problems(file, spot, entry))
        found.problems.extend(inner)
        if not inner:
            found.entries.append((file, spot, entry))


def _entries(file: Marked) -> Iterator[tuple[Marked, Spot, Entry]]:
    told = file.content.get("criteria") if isinstance(file.content, dict) else None
    for place, entry in enumerate(told if isinstance(told, list) else ()):
        if isinstance(entry, dict):
            yield file, ("criteria", place), entry


def _criterion(file: Marked, spot: Spot, entry: Entry, found: _Found) -> None:
    """Take in one criterion with its examples, each tried under the reference judge."""
    around = Surroundings(file.file.removesuffix(".yaml"), found.methods, found.part_of)
    criterion = criterion_of(entry, around)
    found.criteria.append(criterion)
    own = []
    spots: list[Spot] = [(*spot, "examples", place) for place in range(len(entry["examples"]))]
    places = tuple(f"{file.file}:{file.line(one)}" for one in spots)
    for at, example in zip(spots, examples_of(entry, criterion, places), strict=True):
        if example is None:
            found.doubts.append(file.problem(at, "an example from before the first limit"))
            continue
        own.append(example)
        words = example_problem(example)
        if words:
            found.doubts.append(file.problem(at, words))
    found.examples.extend(own)
    found.doubts.extend(
        file.problem((*spot, "examples"), words) for words in lacking(criterion, own)
    )
