"""Answers which values were changed after entry: from what to what, by whom, when and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from contracts.asked import Resting, fact_of, resting_on, what
from contracts.canonical import Json
from contracts.changes import minute
from contracts.observation import Observation, Provenance, Status
from contracts.opened import Opened
from contracts.times import read_time
from contracts.words import source_in_words, value_in_words

_CHANGED: Final = "changed after entry: "
"""How the reader of batch records begins the reason of a value that was changed."""


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value that is not what was entered first."""

    how: str
    """`changed` in place, `replaced` by another record, or `set aside` by its source."""
    now: Observation | None
    """What stands now; None where nothing took its place."""
    then: Observation | None
    """What stood before; None where the source does not give it."""
    resting: Resting

    @property
    def one(self) -> Observation:
        """What is shown of the two: what stands now, or what was set aside."""
        found = self.now or self.then
        if found is None:
            raise TypeError(self.how)
        return found

    @property
    def item(self) -> str:
        """The observation to trace."""
        return self.one.id

    @property
    def old(self) -> str:
        """The value before, with its unit; empty where it is not on record."""
        return value_in_words(self.then) if self.then else ""

    @property
    def new(self) -> str:
        """The value that stands now, with its unit; empty where none does."""
        return value_in_words(self.now) if self.now else ""

    @property
    def who(self) -> str:
        """Who is on record for the value that stands, by the source's own pseudonym."""
        return self.one.recorded_by

    @property
    def verified_by(self) -> str:
        """The second person of the value that stands."""
        return fact_of(self.one, "verified_by")

    @property
    def note(self) -> str:
        """What the source notes of the change itself, in its own words."""
        return fact_of(self.one, "change_note")

    @property
    def when(self) -> str:
        """When it was changed, in UTC; empty where the source does not say."""
        return fact_of(self.one, "changed_at") if self.how == "changed" else ""

    @property
    def why(self) -> str:
        """The reason in the source's words; empty if it gives none."""
        if self.then is not None and self.then.reason:
            return self.then.reason.removeprefix(_CHANGED)
        return self.one.reason

    @property
    def words(self) -> str:
        """The line in words."""
        about = what(self.one)
        match self.how:
            case "set aside":
                instead = f"; {self.new} stands in its place" if self.now else ""
                told = f"{self.old} was set aside by the {source_in_words(self.one.source)}"
                told += instead
            case "replaced":
                told = f"{self.old or 'another value'} was replaced by {self.new}"
            case _:
                told = f"{self.old or 'another value'} was changed to {self.new}"
        told += f", on record for {self.who}" if self.who else ", on record for nobody"
        when = f", {minute(read_time(self.when))}" if self.when else ""
        why = f". Reason: {self.why.rstrip('. ')}" if self.why else ". No reason given"
        note = f". {self.note.rstrip('. ')}" if self.note else ""
        return f"{about}: {told}{when}{why}{note} ({self.resting.in_words()})"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "criteria": list(self.resting.ids),
            "critical": self.resting.critical,
            "how": self.how,
            "new": self.new,
            "note": self.note,
            "old": self.old,
            "was": self.then.id if self.then else "",
            "what": what(self.one),
            "when": self.when,
            "who": self.who,
            "verified_by": self.verified_by,
            "why": self.why,
        }


def changed_values(package: Opened) -> tuple[ChangedValue, ...]:
    """Return every value changed after entry, the decision-critical ones first.

    A value that was changed several times has a line for each change, the oldest first.
    """
    resting = resting_on(package)
    recorded = [
        one for one in package.observations.values() if one.provenance is not Provenance.CALCULATED
    ]
    found = list(_found(recorded, resting))
    return tuple(sorted(found, key=lambda one: one.resting.weight))


def _found(recorded: list[Observation], resting: Mapping[str, Resting]) -> Iterator[ChangedValue]:
    by_key = {(one.source, one.source_key): one for one in recorded if one.source_key}
    replaced = set[str]()
    for one in recorded:
        if one.supersedes and not _left_open(one):
            yield from _chain(one, by_key, resting, replaced)
    for one in recorded:
        if one.status is Status.INVALIDATED and one.id not in replaced:
            now = _in_its_place(one, recorded)
            about = resting.get(now.id if now else one.id, Resting())
            yield ChangedValue("set aside", now, one, about)


def _left_open(one: Observation) -> bool:
    """Tell whether it is itself a value that a later one replaced: its chain tells it."""
    return one.status is Status.INVALIDATED and one.reason.startswith(_CHANGED)


def _chain(
    last: Observation,
    by_key: Mapping[tuple[str, str], Observation],
    resting: Mapping[str, Resting],
    replaced: set[str],
) -> Iterator[ChangedValue]:
    """Yield each change of a value, the oldest first, and note what was replaced."""
    chain: list[Observation] = [last]
    unknown = False
    while chain[-1].supersedes and not unknown:
        earlier = by_key.get((last.source, chain[-1].supersedes))
        if earlier is None or earlier in chain:
            unknown = earlier is None
            break
        chain.append(earlier)
        replaced.add(earlier.id)
    about = resting.get(last.id, Resting())
    how = "changed" if last.status is Status.CORRECTED else "replaced"
    if unknown:
        yield ChangedValue(how, chain[-1], None, about)
    for then, now in zip(chain[:0:-1], chain[-2::-1], strict=True):
        yield ChangedValue(how, now, then, about)


def _in_its_place(one: Observation, recorded: list[Observation]) -> Observation | None:
    return next(
        (
            other
            for other in recorded
            if other.status is not Status.INVALIDATED
            and (other.source, other.subject, other.step, other.characteristic)
            == (one.source, one.subject, one.step, one.characteristic)
        ),
        None,
    )
