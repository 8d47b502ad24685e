"""What became of each observation between two readings of a batch's sources.

A corrected or late result never takes the place of an earlier one unseen: each change names both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import zip_longest

from contracts.canonical import Json, canonical
from contracts.observation import Awaited, Observation, Status
from contracts.times import written
from contracts.words import source_in_words, step_in_words, value_in_words


class How(StrEnum):
    """What happened to an observation."""

    CORRECTED = "corrected"
    """The same record of the source says something else now."""
    ARRIVED = "arrived"
    """The source announced a result then, and has it now."""
    INVALIDATED = "invalidated"
    """The source itself set the result aside."""
    SUPERSEDED = "superseded"
    """A later record of the source names the one that it replaces."""
    RETESTED = "retested"
    """A later result repeats it; both stand."""
    ADDED = "added"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Changed:
    """One observation that is not what it was; None where there was none, or is none."""

    how: How
    then: Observation | None
    now: Observation | None

    @property
    def one(self) -> Observation:
        """The later of the two, or the only one."""
        found = self.now or self.then
        if found is None:
            raise TypeError(self.how)
        return found

    def in_words(self) -> str:
        """Return the change in one line, with both values and when the source recorded it."""
        what = observation_in_words(self.one)
        was = said(self.then) if self.then else "nothing"
        comes = said(self.now) if self.now else "nothing"
        source = source_in_words(self.one.source)
        match self.how:
            case How.GONE:
                words = f"the {source} said {was} then and says nothing of it now"
            case How.ADDED:
                words = f"{comes} is new in the {source}"
            case How.ARRIVED:
                words = f"the {source} announced it then ({was}) and has it now: {comes}"
            case How.SUPERSEDED:
                words = f"{was} was replaced by {comes}"
            case How.RETESTED:
                words = f"{was} was tested again: {comes}; both stand on record"
            case How.INVALIDATED:
                words = f"the {source} set {was} aside"
            case How.CORRECTED:
                words = self._corrected(was, comes)
        return f"{what}: {words}{self._reason()}{self._recorded()}"

    def _corrected(self, was: str, comes: str) -> str:
        if was != comes:
            return f"{was} then, {comes} now, in the same record of the source"
        return f"{comes} as before; {'; '.join(self._members())}"

    def _members(self) -> Iterator[str]:
        for name, was, comes in self.members():
            told = [
                one if isinstance(one, str) else canonical(one).decode() for one in (was, comes)
            ]
            yield f"{name.replace('_', ' ')} was {told[0] or 'empty'}, is {told[1] or 'empty'}"

    def members(self) -> Iterator[tuple[str, Json, Json]]:
        """Yield each member that differs, then and now."""
        if self.then and self.now and self.how not in (How.SUPERSEDED, How.RETESTED):
            was, comes = self.then.content(), self.now.content()
            for name in sorted(was):
                if was[name] != comes[name]:
                    yield name, was[name], comes[name]

    def _reason(self) -> str:
        reason = self.one.reason.strip().rstrip(".")
        return f" (reason given: {reason})" if reason and self.how is not How.GONE else ""

    def _recorded(self) -> str:
        if self.now is None or self.now.recorded_at is None:
            return ""
        return f", recorded {minute(self.now.recorded_at)}"

    def record(self) -> dict[str, Json]:
        """Return the change as a record."""
        return {
            "how": self.how.value,
            "now": None if self.now is None else self.now.record(),
            "then": None if self.then is None else self.then.record(),
            "words": self.in_words(),
        }


def minute(moment: datetime) -> str:
    """Return a moment to the minute: `2026-03-13 11:00 UTC`."""
    return f"{written(moment)[:16].replace('T', ' ')} UTC"


def observation_in_words(one: Observation) -> str:
    """Return what was observed, of what and where: `viability of DP-0001 at release testing`."""
    of = "" if one.subject.kind in {"batch", "step"} else f" of {one.subject.identifier}"
    return f"{one.characteristic.replace('_', ' ')}{of} at {step_in_words(one.step)}"


def said(one: Observation) -> str:
    """Return an observation's value as people say it; what is only announced in its own words."""
    if isinstance(one.value, Awaited):
        return f"“{one.value}”"
    return value_in_words(one)


def changes(then: Sequence[Observation], now: Sequence[Observation]) -> tuple[Changed, ...]:
    """Return what is not the same in two readings, in the order of the later one.

    An observation is the same if its source says the same, wherever its bytes lie.
    """
    old, new = _without_common(then, now), _without_common(now, then)
    paired = [
        (one, other)
        for name in dict.fromkeys(map(_name, [*new, *old]))
        for one, other in zip_longest(_named(name, old), _named(name, new))
    ]
    found = [_change(one, other, then) for one, other in paired]
    replaced = {one.then.id for one in found if one.how is How.SUPERSEDED and one.then}
    return tuple(
        one
        for one in found
        if one.how is not How.INVALIDATED or one.then is None or one.then.id not in replaced
    )


def _without_common(
    those: Sequence[Observation], others: Sequence[Observation]
) -> list[Observation]:
    """Return what is in one reading more often than in the other, by what it says."""
    left = Counter(canonical(dict(one.content())) for one in others)
    found = []
    for one in those:
        content = canonical(dict(one.content()))
        if left[content]:
            left[content] -= 1
        else:
            found.append(one)
    return found


def _name(one: Observation) -> tuple[str, ...]:
    subject = (one.subject.kind, one.subject.identifier)
    return (one.source, *subject, one.step, one.characteristic, one.source_key)


def _named(name: tuple[str, ...], those: Iterable[Observation]) -> list[Observation]:
    return [one for one in those if _name(one) == name]


def _change(
    one: Observation | None, other: Observation | None, then: Iterable[Observation]
) -> Changed:
    if one is not None and other is not None:
        return Changed(_in_place(one, other), one, other)
    if other is None:
        return Changed(How.GONE, one, None)
    for how, key in ((How.SUPERSEDED, other.supersedes), (How.RETESTED, other.retest_of)):
        earlier = _earlier(other, key, then)
        if earlier is not None:
            return Changed(how, earlier, other)
    return Changed(How.ADDED, None, other)


def _in_place(one: Observation, other: Observation) -> How:
    if isinstance(one.value, Awaited) and not isinstance(other.value, Awaited):
        return How.ARRIVED
    if other.status is Status.INVALIDATED and one.status is not Status.INVALIDATED:
        return How.INVALIDATED
    return How.CORRECTED


def _earlier(other: Observation, key: str, then: Iterable[Observation]) -> Observation | None:
    """Return the observation that a later one names by its source's key."""
    if not key:
        return None
    return next(
        (
            one
            for one in then
            if one.source_key == key
            and one.source == other.source
            and one.characteristic == other.characteristic
        ),
        None,
    )
