"""What must hold among the limits of one criterion: no gap, no overlap, nothing in vain."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from expectations.marked import Spot
from expectations.transcribe import Entry

_BLOCKING = ("specification", "par")
_Group = tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]
"""A kind of limit, and what it applies to."""


def limit_problems(entry: Entry) -> Iterator[tuple[Spot, str]]:
    """Yield what contradicts among the limits of a criterion, with the limit it is said of.

    The dates of all limits exist; that has been asked before.
    """
    limits = [one for one in entry["limits"] if _readable(one)]
    if len(limits) != len(entry["limits"]):
        return
    groups: dict[_Group, list[int]] = {}
    for place, limit in enumerate(limits):
        groups.setdefault(_group(limit), []).append(place)
    for places in groups.values():
        yield from _in_order(limits, places)
    yield from _kinds(limits)
    yield from _variants(groups)
    yield from _against_blocking(limits)
    if "rounding" in entry:
        yield from _rounded_alike(limits)


def _rounded_alike(limits: Sequence[Entry]) -> Iterator[tuple[Spot, str]]:
    """Yield a range whose ends ask for two roundings of one result.

    Great Expectations compares one number with both ends, so both are written to one last digit.
    """
    for place, limit in enumerate(limits):
        ends = [limit[end] for end in ("low", "high") if end in limit]
        if len({Decimal(end).as_tuple().exponent for end in ends}) > 1:
            words = f"{' and '.join(ends)} are rounded to different digits: write both to the same"
            yield ("limits", place), words


def _readable(limit: Entry) -> bool:
    try:
        date.fromisoformat(limit["effective"])
        date.fromisoformat(limit.get("until", "2000-01-01"))
    except ValueError:
        return False
    return True


def _kind(limit: Entry) -> str:
    return str(limit.get("kind", "specification"))


def _applies(limit: Entry) -> tuple[tuple[str, tuple[str, ...]], ...]:
    told = limit.get("applies_to", {})
    return tuple((name, tuple(sorted(values))) for name, values in sorted(told.items()))


def _in_order(limits: Sequence[Entry], places: Sequence[int]) -> Iterator[tuple[Spot, str]]:
    """Yield dates that overlap, leave a gap or stand in another order than that of time."""
    for place in places:
        limit = limits[place]
        if limit.get("until", "9999-12-31") < limit["effective"]:
            words = f"it ends on {limit['until']}, before it begins on {limit['effective']}"
            yield ("limits", place, "until"), words
    for before, place in itertools.pairwise(places):
        old, new = limits[before], limits[place]
        spot: Spot = ("limits", place, "effective")
        if new["effective"] == old["effective"]:
            yield spot, f"two limits from {new['effective']} on"
        elif new["effective"] < old["effective"]:
            words = f"{new['effective']} stands after {old['effective']}; the oldest comes first"
            yield spot, words
        elif "until" in old:
            yield from _joined(spot, old["until"], new["effective"])


def _joined(spot: Spot, until: str, effective: str) -> Iterator[tuple[Spot, str]]:
    if effective <= until:
        yield spot, f"two limits from {effective} to {until}"
    elif date.fromisoformat(until) + timedelta(days=1) < date.fromisoformat(effective):
        yield spot, f"a gap: no limit from the day after {until} until {effective}"


def _kinds(limits: Sequence[Entry]) -> Iterator[tuple[Spot, str]]:
    kinds = {_kind(limit) for limit in limits}
    if not kinds & set(_BLOCKING):
        yield ("limits",), "no limit that blocks: neither a specification nor a par"
    if kinds >= set(_BLOCKING):
        yield ("limits",), "a specification and a par: one of them decides, not both"


def _variants(groups: Mapping[_Group, Sequence[int]]) -> Iterator[tuple[Spot, str]]:
    """Yield variants of a limit of which it cannot be told which one a batch comes under."""
    for (kind, other), (same, one) in itertools.combinations(groups, 2):
        if kind == same and one and other and _meet(dict(one), dict(other)):
            words = "a batch can come under this variant and under one before it"
            yield ("limits", groups[same, one][0], "applies_to"), words


def _meet(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a batch can come under both and neither says more than the other."""
    shared = one.keys() & other.keys()
    apart = any(not set(one[name]) & set(other[name]) for name in shared)
    return not apart and len(one) == len(other)


def _against_blocking(limits: Sequence[Entry]) -> Iterator[tuple[Spot, str]]:
    """Yield a warning limit that lies beyond the blocking limit in force beside it on some day.

    Whatever it would warn of is not met already: the two limits contradict each other.
    """
    for place, limit in enumerate(limits):
        if _kind(limit) in _BLOCKING:
            continue
        for decides in _beside(limit, limits):
            for end, beyond in (("low", -1), ("high", 1)):
                if end not in limit or end not in decides:
                    continue
                if (Decimal(limit[end]) - Decimal(decides[end])) * beyond > 0:
                    words = (
                        f"the {_kind(limit)} limit {limit[end]} lies beyond the {_kind(decides)} "
                        f"{decides[end]} of {decides['effective']}: it would never warn"
                    )
                    yield ("limits", place, end), words


def _beside(limit: Entry, limits: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the blocking limits that decide on some day on which a warning limit holds too."""
    blocking = [
        one for one in limits if _kind(one) in _BLOCKING and _applies(one) in ((), _applies(limit))
    ]
    for one in blocking:
        own = [two for two in blocking if _applies(two) == _applies(one)]
        _, ends = _held(one, own)
        begins, ended = _held(limit, [two for two in limits if _group(two) == _group(limit)])
        if max(begins, str(one["effective"])) <= min(ends, ended):
            yield one


def _held(limit: Entry, own: Sequence[Entry]) -> tuple[str, str]:
    """Return the first day on which a limit holds, and a day that is not before its last."""
    begins = str(limit["effective"])
    later = [str(one["effective"]) for one in own if str(one["effective"]) > begins]
    last = date.fromisoformat(min(later)) - timedelta(days=1) if later else date.max
    return begins, min(str(last), str(limit.get("until", date.max)))


def _group(limit: Entry) -> _Group:
    return _kind(limit), _applies(limit)
