"""A strategy file as it is written, with the line of every part kept for whoever corrects it."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml

Content: TypeAlias = "str | bool | int | float | Sequence[Content] | Mapping[str, Content] | None"
"""What a file says. Dates stay text: the schema says where one must stand."""

Spot: TypeAlias = tuple[str | int, ...]
"""The way from the top of a file to one of its parts: `("criteria", 3, "limits", 0, "low")`."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 20
_PLAIN = "tag:yaml.org,2002:"
_TEXTS = frozenset({_PLAIN + "str", _PLAIN + "timestamp"})
_COLLECTIONS = frozenset({_PLAIN + "map", _PLAIN + "seq"})


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in one line of one file."""

    file: str
    line: int
    words: str

    def __str__(self) -> str:
        """Return the problem as a person reads it: where, then what."""
        return f"{self.file}:{self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Marked:
    """The content of one file, and the line (from 1) on which each part of it starts."""

    file: str
    content: Content
    lines: Mapping[Spot, int]
    problems: tuple[Problem, ...] = ()

    def line(self, spot: Spot) -> int:
        """Return the line of a part, or of the nearest part around it that has one."""
        while spot and spot not in self.lines:
            spot = spot[:-1]
        return self.lines.get(spot, 1)

    def problem(self, spot: Spot, words: str) -> Problem:
        """Return a problem with a part of this file."""
        return Problem(self.file, self.line(spot), words)


def marked(file: str, data: bytes) -> Marked:
    """Read one YAML file; what cannot be read is a problem of the result, never an exception."""
    try:
        text = data.decode("utf-8")
        refused = tuple(_refused(file, text))
        if refused:
            return Marked(file, None, {}, refused)
        top = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Marked(file, None, {}, (Problem(file, line, "the text is not UTF-8"),))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Marked(file, None, {}, (Problem(file, line, f"not YAML: {error.problem}"),))
    except yaml.YAMLError as error:
        return Marked(file, None, {}, (Problem(file, 1, f"not YAML: {str(error)[:80]}"),))
    builder = _Builder(file)
    content = builder.build(top, ()) if top is not None else None
    return Marked(file, content, builder.lines, tuple(builder.problems))


def _refused(file: str, text: str) -> Iterator[Problem]:
    """Yield what a file must not have at all, before anything is built from it.

    The YAML library's composer follows nesting by recursion and crashes on a hundred thousand
    brackets; an alias may even contain itself.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            yield Problem(file, line, f"lists and groups nested more than {_DEEPEST} deep")
            return
        if isinstance(event, yaml.AliasEvent):
            yield Problem(file, line, "an alias; every value is written where it stands")


class _Builder:
    """Collects content, lines and problems on one way through the nodes of a file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Spot, int] = {}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, spot: Spot) -> Content:
        """Return the content of a node and of everything in it."""
        self.lines.setdefault(spot, node.start_mark.line + 1)
        if isinstance(node, yaml.CollectionNode) and node.tag not in _COLLECTIONS:
            self._add(node, f"the YAML tag {node.tag}")
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, spot))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*spot, place)) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _members(self, node: yaml.MappingNode, spot: Spot) -> Iterator[tuple[str, Content]]:
        names: set[Hashable] = set()
        for key, value in node.value:
            name = str(key.value)
            if key.tag not in _TEXTS:
                self._add(key, f"the key {name[:40]} is not text")
                continue
            if name in names:
                self._add(key, f"the key '{name}' stands here twice")
                continue
            names.add(name)
            self.lines[*spot, name] = key.start_mark.line + 1
            yield name, self.build(value, (*spot, name))

    def _scalar(self, node: yaml.Node) -> Content:
        if node.tag in _TEXTS:
            return str(node.value)
        if node.tag == _PLAIN + "null":
            return None
        if node.tag == _PLAIN + "bool":
            return str(node.value).lower() in {"yes", "true", "on"}
        if node.tag in {_PLAIN + "int", _PLAIN + "float"}:
            return 0  # an unquoted number: wrong wherever it stands, and the schema says so
        self._add(node, f"the YAML tag {node.tag}")
        return None

    def _add(self, node: yaml.Node, words: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, words))
