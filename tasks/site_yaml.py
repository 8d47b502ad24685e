"""Reads YAML as people mean it: no key twice, no `on` that turns into true, every line known."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Pointer: TypeAlias = tuple[str | int, ...]
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

_LONGEST = 1_000_000
_DEEPEST = 20
_SLIPS = (ValueError, ArithmeticError, LookupError)
"""What PyYAML itself lets slip on text such as `"\\UFFFFFFFF"` or `!!bool maybe`."""
_TEXT = "tag:yaml.org,2002:str"
_TIME = "tag:yaml.org,2002:timestamp"
_TYPED = {f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null")}


@dataclass(frozen=True, slots=True)
class Document:
    """What a YAML file says, the line of each of its places, and what is wrong with its YAML."""

    content: Plain
    lines: Mapping[Pointer, int]
    problems: tuple[str, ...]

    def line(self, pointer: Pointer) -> int:
        """Return the line of a place, or of the nearest place around it that has one."""
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return self.lines.get(pointer, 1)


def read_yaml(data: bytes) -> Document:
    """Return what YAML bytes say; unquoted dates stay text, and nothing is guessed.

    Problems are returned, not raised, so that a person gets all of them at once.
    """
    if len(data) > _LONGEST:
        return Document(None, {}, (f"the file is longer than {_LONGEST} bytes",))
    try:
        loader = yaml.SafeLoader(data.decode("utf-8-sig"))
        root = loader.get_single_node()
    except UnicodeDecodeError as error:
        return Document(None, {}, (f"byte {error.start} is not UTF-8 text",))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        return Document(None, {}, (f"line {line}: this is not YAML: {error.problem}",))
    except (yaml.YAMLError, RecursionError, *_SLIPS):
        return Document(None, {}, ("this is not YAML",))
    if root is None:
        return Document(None, {}, ("the file is empty",))
    walk = _Walk(loader)
    content = walk.value(root, ())
    return Document(content, walk.lines, tuple(walk.problems))


@dataclass(slots=True)
class _Walk:
    """The way through one document's nodes, with what was found on it."""

    loader: yaml.SafeLoader
    lines: dict[Pointer, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, pointer: Pointer) -> Plain:
        """Return the plain value of a node."""
        self.lines.setdefault(pointer, node.start_mark.line + 1)
        if id(node) in self.seen or len(pointer) > _DEEPEST:
            self._problem(node, "an alias (*), or lists too deep; write the value itself")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, pointer))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*pointer, at)) for at, each in enumerate(node.value)]
        return self._scalar(node)

    def _members(self, node: yaml.MappingNode, pointer: Pointer) -> Iterator[tuple[str, Plain]]:
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._problem(key, "a key that is no word")
                continue
            name = str(key.value)
            if key.tag != _TEXT:
                self._problem(key, f"the key {name}, which YAML does not read as a word; quote it")
            elif name in first:
                self._problem(key, f"the key {name} a second time (first on line {first[name]})")
            else:
                first[name] = line
                self.lines[(*pointer, name)] = line
                yield name, self.value(value, (*pointer, name))

    def _scalar(self, node: yaml.Node) -> Plain:
        text = str(node.value)
        if node.tag in (_TEXT, _TIME):
            return text
        if node.tag in _TYPED:
            try:
                typed: Plain = self.loader.construct_object(node)
            except _SLIPS:
                typed = math.nan
            if isinstance(typed, float) and not math.isfinite(typed):
                self._problem(node, "a number or a yes or no that is none")
                return None
            return typed
        self._problem(node, "a value with a tag (!) or a merge (<<); write the plain value")
        return None

    def _problem(self, node: yaml.Node, words: str) -> None:
        self.problems.append(f"line {node.start_mark.line + 1}: {words}")
