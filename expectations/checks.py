"""What a strategy must hold true beyond its shape: rules that fit, dates in order, links."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from expectations.marked import Marked, Problem, Spot
from expectations.transcribe import Entry

_MOST_DIGITS = 15
"""A decimal of at most 15 significant digits survives the way through a double."""
_OF_RULE = {
    "range": {"low", "high", "low_inclusive", "high_inclusive"},
    "one_of": {"values"},
    "present": set[str](),
    "agrees": set[str](),
}
_OWN_UNIT = {
    "time_outside": ("min",),
    "longest_gap": ("min",),
    "count_true": ("1",),
    "count_readings": ("1",),
}
_ELAPSED_UNITS = ("s", "min", "h", "d")
_PROTECTING = {"CPP", "CMA", "IPC"}
_DEAF_TO_SILENCE = ("max", "min", "time_outside")
"""Of a signal that stops these say what they said before: good, as long as it was good."""


def entry_problems(file: Marked, spot: Spot, entry: Entry) -> Iterator[Problem]:
    """Yield what is wrong within one criterion whose shape is right."""
    for inner, words in _within(entry):
        yield file.problem((*spot, *inner), words)


def _within(entry: Entry) -> Iterator[tuple[Spot, str]]:
    yield from _class(entry)
    yield from _against(entry)
    yield from _unit(entry)
    yield from _numbers(entry)
    yield from _days(entry)
    for place, limit in enumerate(entry["limits"]):
        for inner, words in _limit(entry["rule"], limit):
            yield ("limits", place, *inner), words


def _class(entry: Entry) -> Iterator[tuple[Spot, str]]:
    if not entry["id"].startswith(entry["class"] + "-"):
        yield ("id",), f"the id {entry['id']} of a {entry['class']}"
    if entry["class"] in _PROTECTING and "links" not in entry:
        yield (), f"{entry['id']} does not say under links which CQA it protects"


def _against(entry: Entry) -> Iterator[tuple[Spot, str]]:
    if entry["rule"] == "agrees":
        if "against" not in entry:
            yield (), f"{entry['id']} agrees with nothing: 'against' is missing"
        if "observed" not in entry:
            yield (), f"{entry['id']} agrees, but what it is about is not observed"
    elif "against" in entry:
        yield ("against",), f"'against' belongs to the rule agrees, not to {entry['rule']}"
    if "observed" not in entry and entry["rule"] != "range":
        yield ("rule",), f"a calculated number is judged by a range, not by {entry['rule']}"


def _unit(entry: Entry) -> Iterator[tuple[Spot, str]]:
    if "elapsed" in entry and entry["unit"] not in _ELAPSED_UNITS:
        yield ("unit",), f"a time in '{entry['unit']}' instead of {', '.join(_ELAPSED_UNITS)}"
    if "reduction" in entry:
        told = entry["reduction"]
        own = _OWN_UNIT.get(told["function"], (entry["unit"],))
        if entry["unit"] not in own:
            yield ("unit",), f"{told['function']} in '{entry['unit']}' instead of {own[0]}"
        bounded = "low" in told or "high" in told
        if bounded != (told["function"] == "time_outside"):
            yield ("reduction",), "low and high belong to time_outside, which needs one of them"
    if "observed" in entry and entry["rule"] != "range" and entry["unit"] != "1":
        yield ("unit",), f"words in the unit '{entry['unit']}'; words have the unit \"1\""


def _numbers(entry: Entry) -> Iterator[tuple[Spot, str]]:
    parts: list[tuple[Spot, Entry]] = [
        (("limits", place), limit) for place, limit in enumerate(entry["limits"])
    ]
    if "reduction" in entry:
        parts.append((("reduction",), entry["reduction"]))
    for spot, part in parts:
        for end in ("low", "high"):
            if end in part and _digits(part[end]) > _MOST_DIGITS:
                words = f"{part[end]} has more than {_MOST_DIGITS} significant digits"
                yield (*spot, end), words
        if "low" in part and "high" in part and _empty(part):
            yield (*spot, "low"), f"no number is from {part['low']} to {part['high']}"


def _digits(text: str) -> int:
    return len(Decimal(text).as_tuple().digits)


def _empty(part: Entry) -> bool:
    low, high = Decimal(part["low"]), Decimal(part["high"])
    open_end = not (part.get("low_inclusive", True) and part.get("high_inclusive", True))
    return low > high or (low == high and open_end)


def _limit(rule: str, limit: Entry) -> Iterator[tuple[Spot, str]]:
    own = _OF_RULE[rule]
    for key in limit:
        if key not in own | {"effective", "cites"}:
            yield (key,), f"'{key}' does not belong to the rule {rule}"
    if rule == "one_of" and "values" not in limit:
        yield (), "one_of without values"
    if rule == "range":
        if "low" not in limit and "high" not in limit:
            yield (), "a range with neither low nor high"
        for end in ("low", "high"):
            if f"{end}_inclusive" in limit and end not in limit:
                yield (f"{end}_inclusive",), f"{end}_inclusive without {end}"


def _days(entry: Entry) -> Iterator[tuple[Spot, str]]:
    for part, key in (("limits", "effective"), ("examples", "day")):
        for place, told in enumerate(entry[part]):
            if not _exists(told[key]):
                yield (part, place, key), f"the date {told[key]} does not exist"
    days = [limit["effective"] for limit in entry["limits"]]
    for place in range(1, len(days)):
        if days[place] == days[place - 1]:
            yield ("limits", place, "effective"), f"two limits from {days[place]} on"
        elif days[place] < days[place - 1]:
            words = f"{days[place]} stands after {days[place - 1]}; the oldest limit comes first"
            yield ("limits", place, "effective"), words


def _exists(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def id_problems(
    entries: Sequence[tuple[Marked, Spot, Entry]], *, complete: bool
) -> Iterator[Problem]:
    """Yield ids that two criteria share, and links that lead to no CQA.

    Where a file could not be read (not `complete`), a link may lead into it: it is left alone.
    """
    first: dict[str, str] = {}
    for file, spot, entry in entries:
        name = entry.get("id")
        if not isinstance(name, str):
            continue
        place = f"{file.file}:{file.line((*spot, 'id'))}"
        if name in first:
            words = f"two rules for one id: {name} stands in {first[name]} already"
            yield file.problem((*spot, "id"), words)
        first.setdefault(name, place)
    classes: Mapping[str, object] = {
        str(entry.get("id")): entry.get("class") for _, _, entry in entries
    }
    for file, spot, entry in entries:
        links = entry.get("links")
        for number, link in enumerate(links if isinstance(links, list) else ()):
            at: Spot = (*spot, "links", number)
            if str(link) not in classes:
                if complete:
                    yield file.problem(at, f"a link to {link}, which is not there")
            elif classes[str(link)] != "CQA":
                words = f"a link to {link}, which is no CQA but a {classes[str(link)]}"
                yield file.problem(at, words)


def gap_problems(entries: Sequence[tuple[Marked, Spot, Entry]]) -> Iterator[Problem]:
    """Yield each signal that is judged while it speaks, and by nothing when it falls silent.

    Said once for a characteristic and step, at the first criterion on it. `entries` are all of a
    strategy's, each of the right shape.
    """
    reduced = [(file, spot, entry) for file, spot, entry in entries if "reduction" in entry]
    functions: dict[tuple[str, str], set[str]] = {}
    for _, _, entry in reduced:
        functions.setdefault(_signal(entry), set()).add(entry["reduction"]["function"])
    for file, spot, entry in reduced:
        known = functions[_signal(entry)]
        if entry["reduction"]["function"] in _DEAF_TO_SILENCE and "longest_gap" not in known:
            known.add("longest_gap")
            characteristic, step = _signal(entry)
            words = f"no criterion limits the longest_gap of {characteristic} at {step}"
            yield file.problem((*spot, "reduction"), f"{entry['id']}: {words}")


def _signal(entry: Entry) -> tuple[str, str]:
    return entry["reduction"]["characteristic"], entry["reduction"]["step"]
