"""What the evidence said of a batch when an evaluation was made, or at a time; and since then.

What was known is what was captured by then: when the source had recorded it is told beside it.
Nothing is overwritten: a corrected or late result stands beside the one that it follows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.canonical import Json, canonical
from contracts.changes import Changed, changes
from contracts.collection import Collection
from contracts.errors import NotFoundError
from contracts.evidence import Capture
from contracts.observation import Observation
from contracts.opened import opened
from contracts.reading import Quarantine
from contracts.times import written
from tasks.desk import Desk
from tasks.evidence import read_evidence, shelf_of
from tasks.ledger.records import Evaluation, Finished
from tasks.worksheet import kept


@dataclass(frozen=True, slots=True)
class Readings:
    """How many readings of a tag were known."""

    tag: str
    count: int

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {"count": self.count, "tag": self.tag}


@dataclass(frozen=True, slots=True)
class Later:
    """What became of an observation, and the evaluation that knew of it first."""

    evaluation: int
    change: Changed

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {"evaluation": self.evaluation} | self.change.record()


@dataclass(frozen=True, slots=True)
class Said:
    """One observation as it was known, and everything that superseded it since."""

    observation: Observation
    later: tuple[Later, ...]

    def record(self) -> dict[str, Json]:
        """Return it as a record; `recorded_at` is the source's time, `known_at` is ours."""
        return self.observation.record() | {
            "known_at": written(self.observation.captured_at),
            "superseded_by": [one.record() for one in self.later],
        }


@dataclass(frozen=True, slots=True)
class Evidenced:
    """What the sources had said up to some moment, as it was read."""

    captures: tuple[Capture, ...]
    quarantines: tuple[Quarantine, ...]
    observations: tuple[Observation, ...]
    readings: tuple[Readings, ...]
    read_then: bool
    """Whether it stands in the evaluation's own record; else it was read anew, by our contracts."""


@dataclass(frozen=True, slots=True)
class Known:
    """The evidence of one batch as it was known at a moment."""

    batch: str
    at: datetime
    evaluation: Evaluation | None
    """The evaluation that knew exactly this; None where something was captured after the last."""
    evidence: Evidenced
    said: tuple[Said, ...]
    unknown: tuple[Later, ...]
    """What a source had recorded by then and nobody had captured."""


def known_for(desk: Desk, batch: str, number: int | None) -> Known:
    """Return what was known when an evaluation was made; the last one if none is named.

    Raises:
        NotFoundError: the batch has no such evaluation, or the store lacks what was captured.
        IntegrityError: what the store holds is not what was captured.
    """
    every = desk.ledger.evaluations(batch)
    if not every:
        raise NotFoundError(
            f"no evaluation of the batch {batch}",
            expected="a batch that was judged here",
            where=repr(desk.ledger),
            move="name the batch as the MES does, and the home folder it was judged in",
        )
    evaluation = every[-1] if number is None else desk.ledger.evaluation(batch, number)
    later = [one for one in every if one.number > evaluation.number]
    return _known(desk, batch, evaluation.started_at, (evaluation, _of(desk, evaluation)), later)


def known_at(desk: Desk, batch: str, at: datetime) -> Known:
    """Return what was known at a moment: everything captured by then, the latest of each asking.

    Raises:
        NotFoundError: nothing was captured by then, or the store lacks what was.
        IntegrityError: what the store holds is not what was captured.
    """
    every = desk.ledger.evaluations(batch)
    begun = [one for one in every if one.started_at <= at]
    later = [one for one in every if one.started_at > at]
    last = begun[-1] if begun else None
    collection = Collection(batch, ()) if last is None else desk.collection(last.collection)
    newer = _newer(desk, collection, last, at)
    if last is not None and not newer:
        return _known(desk, batch, at, (last, _of(desk, last)), later)
    if not newer:
        first = min((one.captured_at for one in desk.ledger.captures(batch)), default=None)
        raise NotFoundError(
            f"nothing of the batch {batch} that was captured by {written(at)}",
            expected="a time after its first capture"
            + (f" at {written(first)}" if first else ", of which there is none here"),
            move="name a later time, or the home folder that the batch was collected in",
        )
    again = _read(desk, _merged(collection, newer))
    return _known(desk, batch, at, (None, again), later)


def _newer(
    desk: Desk, collection: Collection, last: Evaluation | None, at: datetime
) -> tuple[Capture, ...]:
    """Return what was captured by a moment, after what the last evaluation had."""
    held = {(one.source, one.request): one.captured_at for one in _judged(collection.captures)}
    begun = None if last is None else last.started_at
    found = [one for one in desk.ledger.captures(collection.batch) if one.captured_at <= at]
    return tuple(
        one
        for one in found
        if (begun is None or one.captured_at > begun)
        and _later_than(held.get((one.source, one.request)), one)
    )


def _later_than(held: datetime | None, one: Capture) -> bool:
    return held is None or one.captured_at > held


def _merged(collection: Collection, newer: Sequence[Capture]) -> Collection:
    latest = {(one.source, one.request): one for one in (*_judged(collection.captures), *newer)}
    again = {one.source for one in newer}
    aside = tuple(one for one in collection.quarantines if one.source not in again)
    return Collection(collection.batch, tuple(latest.values()), aside)


def _of(desk: Desk, evaluation: Evaluation) -> Evidenced:
    """Return the evidence that an evaluation was made from, as it read it."""
    collection = desk.collection(evaluation.collection)
    if not isinstance(evaluation.ending, Finished):
        return _read(desk, collection)
    for one in collection.captures:
        desk.store.get(one.digest)
    files = kept(desk.records, evaluation.record)
    package = opened(lambda path: files[path])
    counts: dict[str, int] = {}
    for page in package.series:
        counts[page.tag] = counts.get(page.tag, 0) + page.count
    return Evidenced(
        captures=_judged(package.captured),
        quarantines=package.quarantines,
        observations=package.evidence().observations,
        readings=tuple(Readings(*one) for one in sorted(counts.items())),
        read_then=True,
    )


def _judged(captures: Sequence[Capture]) -> tuple[Capture, ...]:
    """Return the captures that say what was known last; earlier ones are kept beside them."""
    return tuple(one for one in captures if not one.earlier)


def _read(desk: Desk, collection: Collection) -> Evidenced:
    evidence = read_evidence(shelf_of(desk), collection)
    counts: dict[str, int] = {}
    for page in evidence.pages:
        counts[page.tag] = counts.get(page.tag, 0) + len(page.times)
    return Evidenced(
        captures=_judged(collection.captures),
        quarantines=evidence.quarantines,
        observations=evidence.observations,
        readings=tuple(Readings(*one) for one in sorted(counts.items())),
        read_then=False,
    )


def _known(
    desk: Desk,
    batch: str,
    at: datetime,
    then: tuple[Evaluation | None, Evidenced],
    later: Sequence[Evaluation],
) -> Known:
    evaluation, evidence = then
    moved = list(_since(desk, evidence, evaluation, later))
    follows: dict[bytes, list[Later]] = {}
    origin = {_content(one): _content(one) for one in evidence.observations}
    for one in moved:
        if one.change.then is not None:
            first = origin.get(_content(one.change.then))
            if first is not None:
                follows.setdefault(first, []).append(one)
                if one.change.now is not None:
                    origin[_content(one.change.now)] = first
    return Known(
        batch=batch,
        at=at,
        evaluation=evaluation,
        evidence=evidence,
        said=tuple(
            Said(one, tuple(follows.get(_content(one), ()))) for one in evidence.observations
        ),
        unknown=tuple(one for one in moved if _recorded_by(one.change.now, at)),
    )


def _since(
    desk: Desk, evidence: Evidenced, evaluation: Evaluation | None, later: Sequence[Evaluation]
) -> Iterator[Later]:
    """Yield every change of what the sources say, evaluation after evaluation."""
    before, seen = evidence.observations, evaluation.collection if evaluation else ""
    for one in later:
        if one.collection != seen:
            after, seen = _of(desk, one).observations, one.collection
            yield from (Later(one.number, change) for change in changes(before, after))
            before = after


def _recorded_by(one: Observation | None, at: datetime) -> bool:
    return one is not None and one.recorded_at is not None and one.recorded_at <= at


def _content(one: Observation) -> bytes:
    return canonical(dict(one.content()))
