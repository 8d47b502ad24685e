"""What a strategy must hold true beyond its shape: rules that fit, dates in order, links."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from contracts.errors import StrategyError
from expectations import units
from expectations.dated import limit_problems
from expectations.marked import Marked, Problem, Spot
from expectations.references import alternatives_of
from expectations.transcribe import Entry

_MOST_DIGITS = 15
"""A decimal of at most 15 significant digits survives the way through a double."""
_OF_RULE = {
    "range": {"low", "high", "low_inclusive", "high_inclusive"},
    "one_of": {"values", "unacceptable", "provisional", "from_day"},
    "present": set[str](),
    "agrees": set[str](),
    "alternatives": set[str](),
}
_OF_EVERY_RULE = {"effective", "until", "kind", "applies_to", "cites"}
_COUNTED = ("any_of", "all_of", "at_least")
_OWN_UNIT = {
    "time_outside": ("min",),
    "longest_outside": ("min",),
    "longest_gap": ("min",),
    "count_true": ("1",),
    "count_readings": ("1",),
    "readings_outside": ("1",),
}
_OUTSIDE = ("time_outside", "longest_outside", "readings_outside")
_ELAPSED_UNITS = ("s", "min", "h", "d")
_PROTECTING = {"CPP", "CMA", "IPC"}
_DEAF_TO_SILENCE = (
    "max",
    "min",
    "mean",
    "time_outside",
    "longest_outside",
    "readings_outside",
    "ramp_rate",
    "fastest_change",
    "mean_kinetic_temperature",
)
"""Of a signal that stops these say what they said before: good, as long as it was good."""


def entry_problems(file: Marked, spot: Spot, entry: Entry) -> Iterator[Problem]:
    """Yield what is wrong within one criterion whose shape is right."""
    for inner, words in _within(entry):
        yield file.problem((*spot, *inner), words)


def _within(entry: Entry) -> Iterator[tuple[Spot, str]]:
    yield from _class(entry)
    yield from _against(entry)
    yield from _unit(entry)
    yield from unit_problems(entry)
    yield from _numbers(entry)
    yield from _days(entry)
    yield from limit_problems(entry)
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
    counted = any(name in entry for name in _COUNTED)
    if counted != (entry["rule"] == "alternatives"):
        words = "the rule alternatives belongs to any_of, all_of and at_least"
        yield ("rule",), words
    elif "observed" not in entry and entry["rule"] not in ("range", "alternatives"):
        yield ("rule",), f"a calculated number is judged by a range, not by {entry['rule']}"
    if "at_least" in entry and int(entry["at_least"]["n"]) > len(entry["at_least"]["of"]):
        yield ("at_least", "n"), f"{entry['at_least']['n']} of {len(entry['at_least']['of'])}"


def _unit(entry: Entry) -> Iterator[tuple[Spot, str]]:
    timed = "elapsed" in entry or "delay" in entry
    if timed and entry["unit"] not in _ELAPSED_UNITS:
        yield ("unit",), f"a time in '{entry['unit']}' instead of {', '.join(_ELAPSED_UNITS)}"
    if "reduction" in entry:
        yield from _reduction(entry)
    if "observed" in entry and entry["rule"] != "range" and entry["unit"] != "1":
        yield ("unit",), f"words in the unit '{entry['unit']}'; words have the unit \"1\""
    if any(name in entry for name in _COUNTED) and entry["unit"] != "1":
        yield ("unit",), f"a number of criteria in the unit '{entry['unit']}' instead of \"1\""
    if "rounding" in entry and entry["rule"] != "range":
        yield ("rounding",), f"rounding belongs to a range, not to {entry['rule']}"
    if "accepts_units" in entry and ("observed" not in entry or entry["rule"] != "range"):
        yield ("accepts_units",), "accepts_units belongs to an observed number"


def _reduction(entry: Entry) -> Iterator[tuple[Spot, str]]:
    told = entry["reduction"]
    function = told["function"]
    own = _OWN_UNIT.get(function, (entry["unit"],))
    if entry["unit"] not in own:
        yield ("unit",), f"{function} in '{entry['unit']}' instead of {own[0]}"
    if ("low" in told or "high" in told) != (function in _OUTSIDE):
        words = f"low and high belong to {', '.join(_OUTSIDE)}, which need one of them"
        yield ("reduction",), words
    if ("start" in told and "end" in told) != (function == "ramp_rate"):
        yield ("reduction",), "start and end belong to ramp_rate, which needs both"
    if "hold" in told and function not in ("time_outside", "longest_outside"):
        yield ("reduction", "hold"), "hold belongs to time_outside and longest_outside"


def unit_problems(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield units that UCUM does not know, and units that do not convert where they must."""
    unknown = list(_unknown(entry))
    yield from unknown
    if unknown:
        return
    for place, unit in enumerate(entry.get("accepts_units", ())):
        yield from _converts(("accepts_units", place), unit, entry["unit"])
    if "difference" in entry:
        for side in ("of", "less"):
            told = entry["difference"][side]
            yield from _converts(("difference", side, "unit"), told["unit"], entry["unit"])
    if "calculated" in entry:
        told = entry["calculated"]
        above, below = (
            [one["unit"] for one in told.get(part, ())] for part in ("product", "divided_by")
        )
        try:
            units.product(above, below, entry["unit"])
        except StrategyError as error:
            yield ("calculated",), f"{error.found}; the unit of the criterion is {entry['unit']}"


def _unknown(entry: Entry) -> Iterator[tuple[Spot, str]]:
    spots: list[tuple[Spot, str]] = [(("unit",), entry["unit"])]
    spots += [
        (("accepts_units", at), unit) for at, unit in enumerate(entry.get("accepts_units", ()))
    ]
    for part in ("product", "divided_by"):
        for at, one in enumerate(entry.get("calculated", {}).get(part, ())):
            spots.append((("calculated", part, at, "unit"), one["unit"]))
    for side, one in entry.get("difference", {}).items():
        spots.append((("difference", side, "unit"), one["unit"]))
    for spot, unit in spots:
        reason = units.why_unknown(unit)
        if reason:
            yield spot, f"'{unit}' is no UCUM unit: {reason}"


def _converts(spot: Spot, unit: str, wanted: str) -> Iterator[tuple[Spot, str]]:
    try:
        units.factor(unit, wanted)
    except StrategyError as error:
        yield spot, f"'{unit}' does not convert to '{wanted}': {error.found}"


def _numbers(entry: Entry) -> Iterator[tuple[Spot, str]]:
    parts: list[tuple[Spot, Entry]] = [
        (("limits", place), limit) for place, limit in enumerate(entry["limits"])
    ]
    if "reduction" in entry:
        parts.append((("reduction",), entry["reduction"]))
    for spot, part in parts:
        for end in ("low", "high", "start", "end", "hold"):
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
        if key not in own | _OF_EVERY_RULE:
            yield (key,), f"'{key}' does not belong to the rule {rule}"
    if rule == "one_of" and "values" not in limit:
        yield (), "one_of without values"
    if "from_day" in limit and "provisional" not in limit:
        yield ("from_day",), "from_day without the provisional words that it is about"
    both = set(limit.get("values", ())) & set(limit.get("unacceptable", ()))
    if both:
        yield ("unacceptable",), f"“{min(both)}” is allowed and unacceptable at once"
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
    for place, limit in enumerate(entry["limits"]):
        if "until" in limit and not _exists(limit["until"]):
            yield ("limits", place, "until"), f"the date {limit['until']} does not exist"


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


def unlinked_problems(entries: Sequence[tuple[Marked, Spot, Entry]]) -> Iterator[Problem]:
    """Yield each CQA that no CPP, CMA or IPC protects.

    An alternative of another criterion is protected through that one.
    """
    linked = {link for _, _, entry in entries for link in entry.get("links", ())}
    members = alternatives_of(entries)
    for file, spot, entry in entries:
        name = entry["id"]
        if entry["class"] == "CQA" and name not in linked and members.get(name) not in linked:
            yield file.problem((*spot, "id"), f"no CPP, CMA or IPC is linked to {name}")
