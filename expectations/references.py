"""What an entry of a strategy names elsewhere: its method, its alternatives, what it applies to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from expectations.marked import Marked, Problem, Spot
from expectations.transcribe import Entry

Placed = tuple[Marked, Spot, Entry]


def alternatives_of(entries: Iterable[Placed]) -> dict[str, str]:
    """Return which criterion counts a criterion as one of its alternatives, by the latter's id."""
    return {
        member: str(entry.get("id")) for _, _, entry in entries for _, member in _members(entry)
    }


def _members(entry: Entry) -> Iterator[tuple[Spot, str]]:
    for name in ("any_of", "all_of"):
        for place, member in enumerate(_items(entry.get(name))):
            yield (name, place), str(member)
    told = entry.get("at_least")
    for place, member in enumerate(_items(told.get("of") if isinstance(told, dict) else None)):
        yield ("at_least", "of", place), str(member)


def _items(told: object) -> Sequence[object]:
    return told if isinstance(told, list) else ()


def reference_problems(
    head: Entry, entries: Sequence[Placed], *, complete: bool
) -> Iterator[Problem]:
    """Yield names that lead nowhere: methods, alternatives, dimensions and their values.

    Where a file could not be read (not `complete`), an alternative may stand in it.
    """
    by_id = {str(entry.get("id")): entry for _, _, entry in entries}
    counted: dict[str, str] = {}
    for file, spot, entry in entries:
        for inner, words in _of_alternatives(entry, by_id, counted, complete=complete):
            yield file.problem((*spot, *inner), words)
        for inner, words in (*_of_method(head, entry), *_of_dimensions(head, entry)):
            yield file.problem((*spot, *inner), words)


def _of_alternatives(
    entry: Entry, by_id: Mapping[str, Entry], counted: dict[str, str], *, complete: bool
) -> Iterator[tuple[Spot, str]]:
    for inner, member in _members(entry):
        if member not in by_id:
            if complete:
                yield inner, f"an alternative {member}, which is not there"
            continue
        if any(True for _ in _members(by_id[member])):
            yield inner, f"the alternative {member} has alternatives itself"
        if member in counted:
            yield inner, f"{member} is an alternative of {counted[member]} already"
        counted.setdefault(member, str(entry.get("id")))


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
