"""What is odd about an evaluation log, entry by entry, in words; the tree is checked elsewhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.log_act import NOUNS, Decision, Notice, Signature, TrailReview
from contracts.log_entry import Entry, Filed, GivenUp, Intent, Result
from contracts.log_seal import Sealed
from contracts.log_text import Logged
from contracts.person import plain_name
from contracts.times import written

PATIENCE: Final = timedelta(minutes=10)
"""By how much entries of different batches may be out of order: who judges takes the time before
the turn at the log. Evaluations of a batch are one after the other; people act beside them."""

_BY_PEOPLE: Final = frozenset(noun.kind for noun in NOUNS)

_WHAT: Final = {
    "seal": "a seal",
    "decision": "a decision",
    "trail_review": "a review of the audit trail",
    "signature": "a signature",
    "notice": "a notice",
}


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One thing that is not as it must be, and the entry that shows it."""

    index: int | None
    """None: it is about the log as a whole."""
    words: str

    def record(self) -> dict[str, Json]:
        """Return the finding as a record."""
        return {"entry": self.index, "words": self.words}

    def __str__(self) -> str:
        """Return the finding in one line."""
        return self.words if self.index is None else f"entry {self.index}: {self.words}"


@dataclass(slots=True)
class _Batch:
    """What the log has said about one batch so far."""

    filed: set[str] = field(default_factory=set)
    intents: dict[int, int] = field(default_factory=dict)
    """Index of the entry, by evaluation."""
    ended: dict[int, Result | GivenUp] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)
    signed: dict[tuple[int, str], Signature] = field(default_factory=dict)
    """By evaluation and user, and by evaluation and printed name: the first signature."""
    last: datetime | None = None


def findings(log: Iterable[Logged]) -> Iterator[LogFinding]:
    """Read a log from its start and give everything that is not as it must be.

    1. the indices run from 0 without a gap, and every entry is one;
    2. the evaluations of a batch are numbered 1, 2, 3 ... in the order of their intents;
    3. every intent is of a collection that was filed before it;
    4. every result is of an intent before it, and there is one; every intent has one;
    5. every seal, decision and signature is of an evaluation that has a result, and of one package;
    6. nobody confirmed what they signed as reviewed themselves, under this user id or another of
       the same printed name;
    7. no entry is earlier than the one before it: of a batch's evaluations at all, of the log by
       PATIENCE.
    """
    batches: dict[str, _Batch] = {}
    latest: datetime | None = None
    expected = 0
    for one in log:
        if one.index != expected:
            yield LogFinding(one.index, f"the entry after {expected - 1} has the index {one.index}")
        expected = one.index + 1
        try:
            entry = one.entry
        except IntegrityError as error:
            yield LogFinding(one.index, f"no entry of a log. {error.in_words()}")
            continue
        if isinstance(entry, Sealed):
            yield from _of_batch(one.index, entry, batches.setdefault(entry.batch, _Batch()))
            continue
        if latest is not None and entry.at < latest - PATIENCE:
            yield _back(one.index, entry.at, latest, "an entry before it")
        latest = entry.at if latest is None else max(latest, entry.at)
        if entry.batch:
            batch = batches.setdefault(entry.batch, _Batch())
            yield from _in_order(one.index, entry, batch)
            yield from _of_batch(one.index, entry, batch)
    for name in sorted(batches):
        yield from _open(name, batches[name])


def _in_order(index: int, entry: Entry, batch: _Batch) -> Iterator[LogFinding]:
    if isinstance(entry, Sealed) or entry.kind in _BY_PEOPLE:
        return
    if batch.last is not None and entry.at < batch.last:
        yield _back(index, entry.at, batch.last, f"the entry of {entry.batch} before")
    batch.last = entry.at


def _of_batch(index: int, entry: Entry, batch: _Batch) -> Iterator[LogFinding]:
    match entry:
        case Filed():
            batch.filed.add(entry.collection)
        case Intent():
            yield from _intent(index, entry, batch)
        case Result() | GivenUp():
            yield from _ending(index, entry, batch)
        case Sealed() | Decision() | TrailReview() | Notice():
            yield from _of_package(index, entry, batch)
        case Signature():
            yield from _of_package(index, entry, batch)
            yield from _segregated(index, entry, batch)
        case _:
            return


def _intent(index: int, entry: Intent, batch: _Batch) -> Iterator[LogFinding]:
    due = max(batch.intents, default=0) + 1
    if entry.evaluation != due:
        yield LogFinding(
            index,
            f"the intent of evaluation {entry.evaluation} of {entry.batch}, where evaluation {due} "
            "was due: an evaluation is missing, or stands here twice",
        )
    if entry.collection not in batch.filed:
        yield LogFinding(
            index,
            f"evaluation {entry.evaluation} of {entry.batch} judges the collection "
            f"{entry.collection}, which was not filed in the log before",
        )
    batch.intents[entry.evaluation] = index


def _ending(index: int, entry: Result | GivenUp, batch: _Batch) -> Iterator[LogFinding]:
    name = f"evaluation {entry.evaluation} of {entry.batch}"
    if entry.evaluation not in batch.intents:
        yield LogFinding(index, f"a result of {name} without an intent before it")
    if entry.evaluation in batch.ended:
        yield LogFinding(index, f"a second result of {name}")
    batch.ended.setdefault(entry.evaluation, entry)


def _segregated(index: int, entry: Signature, batch: _Batch) -> Iterator[LogFinding]:
    by_name = f"named {plain_name(entry.name)}"  # no user id has a space in it
    for who in (entry.by, by_name):
        before = batch.signed.setdefault((entry.evaluation, who), entry)
        if before.meaning != entry.meaning:
            same = "" if before.by == entry.by else f"{before.by}, whose printed name is the same, "
            yield LogFinding(
                index,
                f"{entry.by} signed {entry.meaning} for evaluation {entry.evaluation} of "
                f"{entry.batch}, and {same}{before.meaning} before: the two are steps of two "
                "persons",
            )
            return


def _of_package(
    index: int, entry: Sealed | Decision | TrailReview | Signature | Notice, batch: _Batch
) -> Iterator[LogFinding]:
    what = _WHAT[entry.kind]
    name = f"evaluation {entry.evaluation} of {entry.batch}"
    if not isinstance(batch.ended.get(entry.evaluation), Result):
        yield LogFinding(index, f"{what} of {name}, which has no result before it")
    if isinstance(entry, Notice):
        return
    known = batch.roots.get(entry.evaluation)
    if known is None and not isinstance(entry, Sealed):
        yield LogFinding(index, f"{what} of {name}, which no package was sealed of before")
    elif known not in {None, entry.root}:
        yield LogFinding(
            index, f"{what} of {name} with the root {entry.root}; sealed before was {known}"
        )
    if isinstance(entry, Sealed):
        batch.roots[entry.evaluation] = entry.root


def _open(name: str, batch: _Batch) -> Iterator[LogFinding]:
    for number, index in sorted(batch.intents.items()):
        if number not in batch.ended:
            yield LogFinding(
                index,
                f"evaluation {number} of {name} was begun and has no result: it is being judged "
                "now, or was interrupted or left unfinished",
            )


def _back(index: int, at: datetime, latest: datetime, before: str) -> LogFinding:
    return LogFinding(
        index,
        f"the clock was set back: {written(at)} stands after {written(latest)} of {before}",
    )
