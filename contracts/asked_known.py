"""Answers what was known when an evaluation was signed, what was not, and what has come since."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.asked import Answer, Line
from contracts.asked_history import AT_SEAL, UNSEALED
from contracts.canonical import Json
from contracts.changes import Changed, minute
from contracts.errors import NotFoundError
from contracts.evidence import Digest
from contracts.log_act import Notice, Signature
from contracts.log_entry import Intent
from contracts.log_text import Logged
from contracts.observation import Awaited
from contracts.opened import Opened
from contracts.review import Review
from contracts.review_read import review_of
from contracts.times import written
from contracts.verdict import Outcome, Verdict
from contracts.words import source_in_words

_OPEN: Final = (Outcome.PENDING, Outcome.MISSING, Outcome.NOT_EVALUABLE)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature on this evaluation, and how far its review had come."""

    entry: int
    act: Signature
    void: str
    """Why it counts no more, or never did; empty if it counts."""
    decided: int
    """Exceptions that had a decision on this root by then."""
    exceptions: int

    item: Final[str] = ""

    @property
    def words(self) -> str:
        """The line in words."""
        void = f"; void: {self.void}" if self.void else ""
        return (
            f"{self.act.name} ({self.act.by}) signed evaluation {self.act.evaluation} as "
            f"{self.act.meaning} at {minute(self.act.at)}, root {self.act.root}; "
            f"{self.decided} of {self.exceptions} exceptions had been decided "
            f"(entry {self.entry} of the log){void}"
        )

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "decided": self.decided,
            "entry": self.entry,
            "exceptions": self.exceptions,
            "kind": "signature",
            "signature": self.act.record(),
            "void": self.void,
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """How much a source had said when the evaluation was made."""

    source: str
    captures: int
    until: datetime
    observations: int
    readings: int
    """Readings of the equipment."""
    awaited: int
    """Results that it had announced and did not have yet."""

    item: Final[str] = ""

    @property
    def words(self) -> str:
        """The line in words."""
        waits = f", {self.awaited} of them awaited" if self.awaited else ""
        values = f"{self.readings} readings" if self.readings else f"{self.observations} values"
        return (
            f"known from the {source_in_words(self.source)}: {values}{waits}, "
            f"in {self.captures} captures, the last at {minute(self.until)}"
        )

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "awaited": self.awaited,
            "captures": self.captures,
            "kind": "known",
            "observations": self.observations,
            "readings": self.readings,
            "source": self.source,
            "until": written(self.until),
        }


@dataclass(frozen=True, slots=True)
class Unknown:
    """A criterion on which nothing could be said."""

    verdict: Verdict

    @property
    def item(self) -> str:
        """The criterion to trace."""
        return self.verdict.criterion

    @property
    def words(self) -> str:
        """The line in words."""
        outcome = self.verdict.outcome.replace("_", " ")
        return f"not known, {outcome}: {self.verdict.message}"

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "criterion": self.verdict.criterion,
            "kind": "unknown",
            "outcome": self.verdict.outcome.value,
        }


@dataclass(frozen=True, slots=True)
class Since:
    """What has come since: another evaluation, a notice, or a value that is another now."""

    words: str
    entry: int | None = None
    item: str = ""

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {"entry": self.entry, "kind": "since"}


def signed(package: Opened, root: Digest, entries: Sequence[Logged]) -> tuple[Signed, ...]:
    """Return every signature on the evaluation, with what makes it void."""
    try:
        review = review_of(entries, package.number, package.exceptions)
    except NotFoundError:  # never sealed: there was nothing to sign
        return ()
    other = "" if review.root == root else "it names another root than this package's"
    return tuple(
        Signed(
            entry=one.index,
            act=one.act,
            void=other or one.void,
            decided=_decided(review, one.index),
            exceptions=len(package.exceptions),
        )
        for one in review.signatures
    )


def _decided(review: Review, index: int) -> int:
    """Return how many exceptions had a decision when an entry was made."""
    return len({one.act.exception for one in review.decisions if one.index < index})


def heard(package: Opened) -> tuple[Heard, ...]:
    """Return how much each source had said, in the order in which they were captured."""
    sources = dict.fromkeys(one.source for one in package.captured if not one.earlier)
    recorded = package.evidence().observations
    return tuple(
        Heard(
            source=source,
            captures=len(package.asked(source)),
            until=max(one.captured_at for one in package.asked(source)),
            observations=sum(one.source == source for one in recorded),
            readings=_readings(package, source),
            awaited=sum(
                one.source == source and isinstance(one.value, Awaited) for one in recorded
            ),
        )
        for source in sources
    )


def _readings(package: Opened, source: str) -> int:
    own = {one.digest for one in package.asked(source)}
    return sum(one.count for one in package.series if one.capture in own)


def unknown(package: Opened) -> tuple[Unknown, ...]:
    """Return every criterion on which nothing could be said, the weightiest first."""
    weights = {one.id: one.weight for one in package.criteria}
    lacking = [one for one in package.verdicts.values() if one.outcome in _OPEN]
    return tuple(Unknown(one) for one in sorted(lacking, key=lambda one: weights[one.criterion]))


def since(package: Opened, entries: Sequence[Logged], later: Sequence[Changed]) -> Iterator[Since]:
    """Yield what has come since the evaluation: on the log, and in what the sources say."""
    for logged in entries:
        entry = logged.entry
        if isinstance(entry, Intent) and entry.evaluation > package.number:
            words = f"since then: evaluation {entry.evaluation}, {minute(entry.at)}: {entry.reason}"
            yield Since(words, logged.index)
        if isinstance(entry, Notice) and entry.evaluation > package.number:
            yield Since(f"since then: {entry.words}", logged.index)
    for one in later:
        yield Since(f"since then: {one.in_words()}", item=one.then.id if one.then else "")


def answer_known(
    package: Opened,
    root: Digest,
    entries: Sequence[Logged],
    later: Sequence[Changed] = (),
    *,
    whole: bool,
) -> Answer:
    """Return the answer; `later` is what became of values since, `whole` as for evaluations."""
    names = signed(package, root, entries)
    lines: list[Line] = [*names, *heard(package), *unknown(package)]
    lines += since(package, entries, later)
    name = f"evaluation {package.number} of {package.batch}"
    in_force = [one for one in names if not one.void]
    if in_force:
        summary = f"{name} was signed {len(in_force)} times; what was known is its evidence"
    elif names:
        summary = f"{name} was signed, and no signature counts any more"
    elif whole:
        summary = f"nobody has signed {name}; this was known when it was made"
    else:
        summary = f"nobody had signed {name} when it was sealed; this was known when it was made"
    notes = [] if whole else [AT_SEAL if entries else UNSEALED]
    return Answer("known", summary, lines, tuple(notes))
