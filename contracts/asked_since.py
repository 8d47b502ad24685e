"""Answers which values are not what they were, when entered or when the sources were asked."""

from dataclasses import dataclass
from typing import Final

from contracts.asked import Answer, Resting, resting_on, what
from contracts.asked_changed import changed_values
from contracts.canonical import Json
from contracts.changes import Changed, How, changes
from contracts.earlier_concerns import FROM_EARLIER
from contracts.opened import Opened
from contracts.readiness import QualityException
from contracts.words import value_in_words

_SINCE: Final = (How.CORRECTED, How.INVALIDATED, How.SUPERSEDED, How.GONE)


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A value that another evaluation of the batch knew otherwise."""

    evaluation: int
    change: Changed
    resting: Resting

    @property
    def item(self) -> str:
        """The observation to trace; empty where the source says nothing of it any more."""
        return self.change.now.id if self.change.now else ""

    @property
    def words(self) -> str:
        """The line in words."""
        return f"since evaluation {self.evaluation}: {self.change.in_words()}"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        then, now = self.change.then, self.change.now
        return {
            "criteria": list(self.resting.ids),
            "critical": self.resting.critical,
            "evaluation": self.evaluation,
            "how": self.change.how.value,
            "new": value_in_words(now) if now else "",
            "old": value_in_words(then) if then else "",
            "was": then.id if then else "",
            "what": what(self.change.one),
            "who": self.change.one.recorded_by,
            "why": self.change.one.reason,
        }


@dataclass(frozen=True, slots=True)
class ChangedBetween:
    """What a source said when it was asked earlier and says otherwise now: an exception of this."""

    exception: QualityException

    @property
    def item(self) -> str:
        """The observation to trace; empty where the source says nothing of it any more."""
        return next(iter(self.exception.observations), "")

    @property
    def words(self) -> str:
        """The line in words."""
        blocks = ", blocks" if self.exception.blocking else ""
        one = self.exception
        return f"{one.kind} ({one.id}{blocks}): {one.message}"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {"exception": self.exception.record(), "how": self.exception.kind}


def changed_between(package: Opened) -> tuple[ChangedBetween, ...]:
    """Return what the package itself says of earlier evidence that is not as it was."""
    return tuple(ChangedBetween(one) for one in package.exceptions if one.kind in FROM_EARLIER)


def changed_since(package: Opened, earlier: Opened) -> tuple[ChangedSince, ...]:
    """Return what the sources say otherwise than an earlier evaluation of the batch knew."""
    resting = resting_on(package)
    moved = changes(earlier.evidence().observations, package.evidence().observations)
    found = [
        ChangedSince(
            earlier.number, one, resting.get(one.now.id, Resting()) if one.now else Resting()
        )
        for one in moved
        if one.how in _SINCE
    ]
    return tuple(sorted(found, key=lambda one: one.resting.weight))


def answer_changed(package: Opened, earlier: Opened | None = None) -> Answer:
    """Return the answer; with an `earlier` evaluation also what differs from what it knew."""
    values = changed_values(package)
    between = changed_between(package)
    told = {name for one in between for name in one.exception.observations}
    since = () if earlier is None else changed_since(package, earlier)
    since = tuple(one for one in since if not one.item or one.item not in told)
    count = "1 value was" if len(values) == 1 else f"{len(values)} values were"
    summary = f"{count} changed, replaced or set aside after entry"
    if between:
        summary += f"; {len(between)} are not as they were when the sources were asked before"
    if earlier is not None:
        summary += f"; {len(since)} differ from what evaluation {earlier.number} knew"
    unexplained = [one for one in values if not one.why]
    notes = [] if earlier else ["no earlier evaluation of this batch was compared"]
    if unexplained:
        notes.append(f"{len(unexplained)} without a reason given by the source")
    return Answer("changed", summary, (*values, *between, *since), tuple(notes))
