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
        groups.setdefault((_kind(limit), _applies(limit)), []).append(place)
    for places in groups.values():
        yield from _in_order(limits, places)
    yield from _kinds(limits)
    yield from _variants(limits, list(groups))
    yield from _against_blocking(limits)


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


def _variants(limits: Sequence[Entry], groups: Sequence[_Group]) -> Iterator[tuple[Spot, str]]:
    """Yield variants of a limit of which it cannot be told which one a batch comes under."""
    for number, (kind, one) in enumerate(groups):
        for other_kind, other in groups[:number]:
            if kind == other_kind and one and other and _meet(dict(one), dict(other)):
                place = next(at for at, limit in enumerate(limits) if _applies(limit) == one)
                words = "a batch can come under this variant and under one before it"
                yield ("limits", place, "applies_to"), words


def _meet(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> bool:
    """Tell whether a batch can come under both and neither says more than the other."""
    shared = one.keys() & other.keys()
    apart = any(not set(one[name]) & set(other[name]) for name in shared)
    return not apart and len(one) == len(other)


def _against_blocking(limits: Sequence[Entry]) -> Iterator[tuple[Spot, str]]:
    """Yield a warning limit that lies beyond the blocking limit in force beside it.

    Whatever it would warn of is not met already: the two limits contradict each other.
    """
    for place, limit in enumerate(limits):
        if _kind(limit) in _BLOCKING:
            continue
        blocking = [
            one
            for one in limits
            if _kind(one) in _BLOCKING
            and one["effective"] <= limit["effective"]
            and _applies(one) in ((), _applies(limit))
        ]
        if not blocking:
            continue
        decides = max(blocking, key=lambda one: str(one["effective"]))
        for end, beyond in (("low", -1), ("high", 1)):
            if end in limit and end in decides:
                over = (Decimal(limit[end]) - Decimal(decides[end])) * beyond
                if over > 0:
                    words = (
                        f"the {_kind(limit)} limit {limit[end]} lies beyond the {_kind(decides)} "
                        f"{decides[end]}: it would never warn"
                    )
                    yield ("limits", place, end), words
