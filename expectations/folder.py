"""The files of a control strategy as they lie in its folder, and what is wrong with their shape."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeAlias

from expectations.marked import Content, Marked, Problem, Spot, marked
from expectations.overlays import LAYERS, Overlay
from expectations.placed import Origin, Placed
from expectations.references import head_problems
from expectations.shape import shape_problems
from expectations.transcribe import Entry

Folder: TypeAlias = "Path | Traversable"

HEAD = "strategy.yaml"
OVERLAYS = "overlays"
_YAML = (".yaml", ".yml")
_PLAIN = re.compile(r"[a-z0-9_-]+\.yaml")
"""The names that a package takes."""
_ENTRIES = (("overrides",), ("adds",), ("withdraws",))


@dataclass(slots=True)
class Files:
    """Everything that was read from a folder, and every fault of it."""

    name: str
    head: Entry = field(default_factory=dict)
    """What strategy.yaml says; empty if it has not the right shape."""
    placed: list[Placed] = field(default_factory=list)
    """Every criterion of the platform in the order of the process, also one that is misshapen."""
    misshapen: set[tuple[str, Spot]] = field(default_factory=set)
    """File and place of the criteria of the platform that have not the right shape."""
    overlays: list[Overlay] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unreadable: bool = False
    """A file is missing or is no YAML, so that its criteria are not known."""

    def shaped(self, one: Placed) -> bool:
        """Tell whether a criterion, or what it was before an overlay, has the right shape."""
        return (one.home.file.file, one.home.spot) not in self.misshapen

    def chosen(self, site: str, product: str) -> tuple[Overlay, ...]:
        """Return the overlays of a product and of a site, in the order in which they are laid."""
        names = {"product": product, "site": site}
        return tuple(
            one
            for layer in LAYERS
            for one in self.overlays
            if (one.layer, one.name) == (layer, names[layer])
        )


def read_folder(folder: Folder) -> Files:
    """Return what the files in a folder say. A folder or file that is not there is a problem."""
    files = Files(folder.name)
    for name in _group_names(folder, files):
        _group(marked(f"{name}.yaml", (folder / f"{name}.yaml").read_bytes()), name, files)
    for path in overlay_files(folder):
        _overlay(marked(f"{OVERLAYS}/{path.name}", path.read_bytes()), files)
    return files


def overlay_files(folder: Folder) -> Iterator[Folder]:
    """Yield the files of a folder's overlays, in the order of their names."""
    if folder.is_dir() and (folder / OVERLAYS).is_dir():
        there = sorted((folder / OVERLAYS).iterdir(), key=lambda one: one.name)
        yield from (one for one in there if one.is_file() and one.name.endswith(_YAML))


def text_of(content: Content, key: str) -> str:
    """Return the text under a key of a file's content; empty if there is none."""
    return str(content.get(key, "")) if isinstance(content, dict) else ""


def _group_names(folder: Folder, files: Files) -> Sequence[str]:
    """Read strategy.yaml; return the groups it names, in its order, that have a file."""
    there = {one.name for one in folder.iterdir() if one.is_file()} if folder.is_dir() else set()
    if HEAD not in there:
        files.problems.append(Problem(HEAD, 1, "the file is missing"))
        return ()
    head = marked(HEAD, (folder / HEAD).read_bytes())
    wrong = list(head.problems)
    if not wrong:
        wrong.extend(problem for _, problem in shape_problems(head, "strategy"))
    if wrong or not isinstance(head.content, dict):
        files.problems.extend(wrong)
        groups = (one.removesuffix(".yaml") for one in there - {HEAD} if one.endswith(".yaml"))
        return sorted(groups)
    files.head = head.content
    files.problems.extend(head_problems(head))
    named = [f"{name}.yaml" for name in files.head["groups"]]
    for place, name in enumerate(named):
        if name not in there:
            files.unreadable = True
            files.problems.append(head.problem(("groups", place), f"there is no file {name}"))
    for name in sorted(there - {HEAD, *named}):
        if name.endswith(_YAML):
            files.problems.append(Problem(name, 1, f"not named under groups in {HEAD}"))
    return [name.removesuffix(".yaml") for name in named if name in there]


def _group(file: Marked, name: str, files: Files) -> None:
    """Take in one group's file; a fault in one criterion does not hide those of another."""
    files.problems.extend(file.problems)
    if file.content is None and file.problems:
        files.unreadable = True
        return
    wrong = tuple(shape_problems(file, "group"))
    files.problems.extend(problem for _, problem in wrong)
    if text_of(file.content, "group") not in {name, ""}:
        files.problems.append(file.problem(("group",), f"the group of {file.file} is not {name}"))
    files.misshapen.update((file.file, spot[:2]) for spot, _ in wrong)
    told = file.content.get("criteria") if isinstance(file.content, dict) else None
    for place, entry in enumerate(told if isinstance(told, list) else ()):
        if isinstance(entry, dict):
            files.placed.append(Placed(entry, name, Origin(file, ("criteria", place))))


def _overlay(file: Marked, files: Files) -> None:
    files.problems.extend(file.problems)
    if not _PLAIN.fullmatch(file.file.removeprefix(f"{OVERLAYS}/")):
        words = "the file's name is not of lower-case letters, digits, - and _, with .yaml"
        files.problems.append(Problem(file.file, 1, words))
    if file.content is None and file.problems:
        return
    wrong = tuple(shape_problems(file, "overlay"))
    files.problems.extend(problem for _, problem in wrong)
    spots = frozenset(spot[:2] for spot, _ in wrong)
    if not all(spot[:1] in _ENTRIES and spot[1:] for spot in spots):
        return  # its head is wrong: nobody knows whose layer it is
    told = {key: text_of(file.content, key) for key in ("layer", "name", "title", "version")}
    for one in files.overlays:
        if (one.layer, one.name) == (told["layer"], told["name"]):
            words = f"two overlays for the {one.layer} {one.name}; the other is {one.file.file}"
            files.problems.append(file.problem(("name",), words))
    files.overlays.append(Overlay(file, **told, misshapen=spots))
