"""What must hold within one criterion beyond its shape: a rule, a unit and limits that fit."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from contracts.derive import DECIMALS_OF_TIME
from contracts.errors import StrategyError
from contracts.reduction_result import IN_TIME
from expectations.dated import limit_problems
from expectations.exact import LIMIT_DIGITS, limit_float
from expectations.in_units import unit_problems
from expectations.marked import Problem, Spot
from expectations.placed import Placed
from expectations.transcribe import Entry

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


def entry_problems(placed: Placed) -> Iterator[Problem]:
    """Yield what is wrong within one criterion whose shape is right."""
    for spot, words in _within(placed.entry):
        yield placed.problem(spot, words)


def _within(entry: Entry) -> Iterator[tuple[Spot, str]]:
    yield from _class(entry)
    yield from _against(entry)
    yield from _unit(entry)
    yield from unit_problems(entry)
    yield from _numbers(entry)
    yield from _precision(entry)
    yield from _moments(entry)
    yield from _days(entry)
    yield from _stage(entry)
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
    for ends, owners in ((("low", "high"), _OUTSIDE), (("start", "end"), ("ramp_rate",))):
        own_ends = [end for end in ends if end in told]
        for end in own_ends if function not in owners else ():
            yield ("reduction", end), f"{end} belongs to {', '.join(owners)}, not to {function}"
    if function in _OUTSIDE and not ("low" in told or "high" in told):
        yield ("reduction",), f"{function} needs low or high"
    if function == "ramp_rate" and not ("start" in told and "end" in told):
        yield ("reduction",), "ramp_rate needs start and end"
    elif function == "ramp_rate" and Decimal(told["start"]) == Decimal(told["end"]):
        yield ("reduction", "end"), f"a ramp from {told['start']} to {told['end']}"
    if "hold" in told and function not in ("time_outside", "longest_outside"):
        yield (
            ("reduction", "hold"),
            f"hold belongs to time_outside and longest_outside, not to {function}",
        )


def _numbers(entry: Entry) -> Iterator[tuple[Spot, str]]:
    parts: list[tuple[Spot, Entry]] = [
        (("limits", place), limit) for place, limit in enumerate(entry["limits"])
    ]
    if "reduction" in entry:
        parts.append((("reduction",), entry["reduction"]))
    for spot, part in parts:
        for end in ("low", "high", "start", "end", "hold"):
            if end in part and not _kept(part[end]):
                words = f"{part[end]} has more than {LIMIT_DIGITS} significant digits"
                yield (*spot, end), words
        if "low" in part and "high" in part and _empty(part):
            yield (*spot, "low"), f"no number is from {part['low']} to {part['high']}"


def _kept(text: str) -> bool:
    """Tell whether a number survives the way through a double."""
    number = Decimal(text)
    try:
        limit_float(number)
    except StrategyError:
        return False
    return len(number.as_tuple().digits) <= LIMIT_DIGITS


def _precision(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield a range that a result would be rounded to in two ways: to each end's own decimals."""
    for place, limit in enumerate(entry["limits"] if "rounding" in entry else ()):
        ends = [limit[end] for end in ("low", "high") if end in limit]
        if len({Decimal(end).as_tuple().exponent for end in ends}) > 1:
            words = f"with rounding, {ends[0]} and {ends[1]} need as many decimals as each other"
            yield ("limits", place, "high"), words


def _moments(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield a limit of a time that is finer than the times calculated: see `in_unit`."""
    function = entry["reduction"]["function"] if "reduction" in entry else ""
    if "elapsed" not in entry and "delay" not in entry and function not in IN_TIME:
        return
    for place, limit in enumerate(entry["limits"]):
        for end in ("low", "high"):
            if end in limit and len(limit[end].partition(".")[2]) >= DECIMALS_OF_TIME:
                words = f"a time of {limit[end]}; a limit of a time has at most three decimals"
                yield ("limits", place, end), words


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


def _stage(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield a failure after the initial stage of what that stage waits for.

    Only a result that is taken while it is provisional may still turn.
    """
    provisional = any("provisional" in limit for limit in entry["limits"])
    if entry["required_for"] == "initial" and "late_failure" in entry and not provisional:
        words = "late_failure belongs to what is final only after the initial stage"
        yield ("late_failure",), words


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
