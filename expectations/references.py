"""What an entry of a strategy names elsewhere: its method, its alternatives, what it applies to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from expectations.marked import Marked, Problem, Spot
from expectations.placed import Origin, Placed
from expectations.transcribe import Entry


@dataclass(frozen=True, slots=True)
class Gone:
    """What may lie behind a name that no criterion has."""

    withdrawn: Mapping[str, Origin]
    """What a layer took away, by id, and where."""
    complete: bool
    """Whether every file could be read; where one could not, the criterion may stand in it."""

    def problem(self, one: Placed, spot: Spot, what: str, name: str) -> Iterator[Problem]:
        """Yield that a name leads nowhere: at the withdrawal, or where the name stands."""
        if name in self.withdrawn:
            words = f"{name} is withdrawn here, and {one.place(spot)} has {what} it"
            yield self.withdrawn[name].problem(("criterion",), words)
        elif self.complete:
            yield one.problem(spot, f"{what} {name}, which is not there")


def alternatives_of(criteria: Iterable[Placed]) -> dict[str, str]:
    """Return which criterion counts a criterion as one of its alternatives, by the latter's id."""
    return {member: one.id for one in criteria for _, member in _members(one.entry)}


def _members(entry: Entry) -> Iterator[tuple[Spot, str]]:
    for name in ("any_of", "all_of"):
        for place, member in enumerate(_items(entry.get(name))):
            yield (name, place), str(member)
    told = entry.get("at_least")
    for place, member in enumerate(_items(told.get("of") if isinstance(told, dict) else None)):
        yield ("at_least", "of", place), str(member)


def _items(told: object) -> Sequence[object]:
    return told if isinstance(told, list) else ()


def head_problems(head: Marked) -> Iterator[Problem]:
    """Yield what contradicts itself in strategy.yaml, whose shape is right."""
    told: Entry = head.content if isinstance(head.content, dict) else {}
    for part, key in (("methods", "code"), ("dimensions", "name")):
        count: Counter[object] = Counter()
        for place, one in enumerate(told.get(part, ())):
            count[one[key]] += 1
            if count[one[key]] > 1:
                yield head.problem((part, place, key), f"{one[key]} stands twice under {part}")
    for place, one in enumerate(told.get("methods", ())):
        own = [key for key in ("uncertainty", "uncertainty_percent") if key in one]
        if len(own) > 1:
            yield head.problem(("methods", place, own[1]), f"{own[0]} and {own[1]}: one decides")
        for key in own:
            if one[key].startswith("-"):
                yield head.problem(("methods", place, key), f"the {key} {one[key]} below zero")


def reference_problems(head: Entry, criteria: Sequence[Placed], gone: Gone) -> Iterator[Problem]:
    """Yield names that lead nowhere: methods, alternatives, dimensions and their values."""
    by_id = {one.id: one.entry for one in criteria}
    counted: dict[str, str] = {}
    for one in criteria:
        yield from _of_alternatives(one, by_id, counted, gone)
        for spot, words in (*_of_method(head, one.entry), *_of_dimensions(head, one.entry)):
            yield one.problem(spot, words)


def _of_alternatives(
    one: Placed, by_id: Mapping[str, Entry], counted: dict[str, str], gone: Gone
) -> Iterator[Problem]:
    for spot, member in _members(one.entry):
        if member not in by_id:
            yield from gone.problem(one, spot, "an alternative", member)
            continue
        if any(True for _ in _members(by_id[member])):
            yield one.problem(spot, f"the alternative {member} has alternatives itself")
        if member in counted:
            words = f"{member} is an alternative of {counted[member]} already"
            yield one.problem(spot, words)
        counted.setdefault(member, one.id)


def _of_method(head: Entry, entry: Entry) -> Iterator[tuple[Spot, str]]:
    known = [one.get("code") for one in _items(head.get("methods")) if isinstance(one, dict)]
    if known and "method" in entry and entry["method"] not in known:
        yield ("method",), f"the method {entry['method']}, which strategy.yaml does not list"


def _of_dimensions(head: Entry, entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield what no batch can ever come under: a variant that cannot be reached."""
    known = {
        str(one.get("name")): [str(value) for value in _items(one.get("values"))]
        for one in _items(head.get("dimensions"))
        if isinstance(one, dict)
    }
    own = _told(entry)
    for inner, values in _by_dimension(("applies_to",), own):
        yield from _unknown(inner, values, known)
    for place, limit in enumerate(_items(entry.get("limits"))):
        told = _told(limit) if isinstance(limit, dict) else {}
        for inner, values in _by_dimension(("limits", place, "applies_to"), told):
            yield from _unknown(inner, values, known)
            name = str(inner[-1])
            if name in own and not set(_items(own[name])) & set(values):
                yield inner, f"the criterion applies to no {name} {' or '.join(map(str, values))}"
    for place, example in enumerate(_items(entry.get("examples"))):
        batch = example.get("batch") if isinstance(example, dict) else None
        for name, value in (batch if isinstance(batch, dict) else {}).items():
            yield from _unknown(("examples", place, "batch", name), [value], known)
    yield from _never_default(entry, known)


def _told(entry: Entry) -> Entry:
    told = entry.get("applies_to")
    return told if isinstance(told, dict) else {}


def _by_dimension(spot: Spot, told: Entry) -> Iterator[tuple[Spot, Sequence[object]]]:
    for name, values in told.items():
        yield (*spot, name), _items(values)


def _unknown(
    spot: Spot, values: Sequence[object], known: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Spot, str]]:
    name = str(spot[-1])
    if name not in known:
        yield spot, f"the dimension {name}, which strategy.yaml does not list"
        return
    for value in values:
        if value not in known[name]:
            yield spot, f"no batch has the {name} '{value}'; known are {', '.join(known[name])}"


def _never_default(entry: Entry, known: Mapping[str, Sequence[str]]) -> Iterator[tuple[Spot, str]]:
    """Yield a limit that applies everywhere beside variants that leave it no batch."""
    limits = [one for one in _items(entry.get("limits")) if isinstance(one, dict)]
    for name, values in known.items():
        variants = [one for one in limits if set(_told(one)) == {name}]
        covered = {value for one in variants for value in _items(_told(one)[name])}
        if not variants or not set(values) <= covered:
            continue
        begun = max(str(one.get("effective")) for one in variants)
        for place, limit in enumerate(limits):
            same = limit.get("kind") == variants[0].get("kind")
            if not _told(limit) and same and str(limit.get("effective")) >= begun:
                yield ("limits", place), f"no batch is left for it: every {name} has its own limit"
