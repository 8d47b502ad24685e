"""How the state of a review is read from a batch's audit trail: by the order of its entries alone.

A signature given out of order, on another root or by somebody who may not is on record, and void.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from contracts.criterion import Stage
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import Digest
from contracts.log_act import Decision, Refusal, Signature, TrailReview
from contracts.log_seal import Sealed
from contracts.log_text import Logged
from contracts.merkle import root as root_of
from contracts.readiness import QualityException
from contracts.requested import looking_back
from contracts.review import A, OnRecord, Review
from contracts.review_steps import why_not

OF_REVIEW: Final = (Decision, TrailReview, Signature, Refusal)
"""Entries after which the audit trail need not be reviewed again: of reviewing, and refusals."""


@dataclass(slots=True)
class _Evaluation:
    """What the trail has said of one sealed evaluation so far."""

    seal: Sealed
    sealed_at: int
    exceptions: tuple[QualityException, ...]
    superseded_by: int = 0
    decisions: list[OnRecord[Decision]] = field(default_factory=list)
    trail_reviews: list[OnRecord[TrailReview]] = field(default_factory=list)
    signatures: list[OnRecord[Signature]] = field(default_factory=list)

    def review(self, others: Sequence[int]) -> Review:
        """Return the review as it stands; `others` are the entries that are none of a review."""
        seen = max((one.act.last for one in self.trail_reviews if one.in_force), default=-1)
        return Review(
            batch=self.seal.batch,
            stage=Stage(self.seal.stage),
            evaluation=self.seal.evaluation,
            root=self.seal.root,
            sealed_at=self.sealed_at,
            superseded_by=self.superseded_by,
            exceptions=self.exceptions,
            decisions=tuple(self.decisions),
            trail_reviews=tuple(self.trail_reviews),
            signatures=tuple(self.signatures),
            came_since=sum(index > seen for index in others),
        )

    def void_all(self, why: str) -> None:
        """Take the force from everything that was done about the evaluation."""
        self.decisions = [_void(one, why) for one in self.decisions]
        self.trail_reviews = [_void(one, why) for one in self.trail_reviews]
        self.signatures = [_void(one, why) for one in self.signatures]

    def wrong(self, root: Digest) -> str:
        """Return why an act that names a root is void from the start, or nothing."""
        if root != self.seal.root:
            return f"it names the root {root[:12]}, and sealed is {self.seal.root[:12]}"
        if self.superseded_by:
            return f"evaluation {self.superseded_by} had superseded this one"
        return ""


def reviews(
    trail: Sequence[Logged], exceptions: Mapping[int, Sequence[QualityException]]
) -> tuple[Review, ...]:
    """Return the review of each sealed evaluation of a batch, by number.

    `trail` is everything the log says of the batch, in its order; `exceptions` are those of each
    evaluation by its number.

    Raises:
        IntegrityError: an entry says nothing that a log knows, or the exceptions of a sealed
            evaluation are not given.
    """
    reading = _Reading(exceptions)
    for one in trail:
        reading.see(one)
    others = tuple(reading.others)
    return tuple(
        reading.evaluations[number].review(others) for number in sorted(reading.evaluations)
    )


def review_of(
    trail: Sequence[Logged], evaluation: int, exceptions: Sequence[QualityException]
) -> Review:
    """Return the review of one sealed evaluation, with its exceptions.

    Raises:
        NotFoundError: the trail has no seal of it.
        IntegrityError: an entry says nothing that a log knows.
    """
    sealed = [one.entry for one in trail]
    numbers = {one.evaluation for one in sealed if isinstance(one, Sealed)}
    if evaluation not in numbers:
        raise NotFoundError(f"no seal of evaluation {evaluation}", expected="a sealed evaluation")
    known = {number: exceptions if number == evaluation else () for number in numbers}
    return next(one for one in reviews(trail, known) if one.evaluation == evaluation)


class _Reading:
    """The trail up to an entry."""

    def __init__(self, exceptions: Mapping[int, Sequence[QualityException]]) -> None:
        self.evaluations: dict[int, _Evaluation] = {}
        self.others: list[int] = []
        self._exceptions = exceptions
        self._trail: list[Logged] = []

    def see(self, one: Logged) -> None:
        """Take the next entry."""
        entry = one.entry
        match entry:
            case Sealed():
                self._seal(one.index, entry)
            case Decision():
                self._decide(one.index, entry)
            case TrailReview():
                self._reviewed(one.index, entry)
            case Signature():
                self._sign(one.index, entry)
        if not isinstance(entry, OF_REVIEW):
            self.others.append(one.index)
        self._trail.append(one)

    def _seal(self, index: int, seal: Sealed) -> None:
        before = self.evaluations.get(seal.evaluation)
        if before is not None:
            if before.seal.root != seal.root:
                before.void_all(f"the evaluation was sealed again, with the root {seal.root[:12]}")
            before.seal, before.sealed_at = seal, index
            return
        if seal.evaluation not in self._exceptions:
            raise IntegrityError(
                f"a seal of evaluation {seal.evaluation} of {seal.batch}, whose exceptions are "
                "not on record",
                expected="the exceptions of every sealed evaluation",
            )
        own = _Evaluation(seal, index, tuple(self._exceptions[seal.evaluation]))
        self.evaluations[seal.evaluation] = own
        rivals = {
            one.seal.evaluation: one
            for one in self.evaluations.values()
            if one.seal.stage == seal.stage
        }
        last = self._latest(rivals)
        for number, one in rivals.items():
            if number != last and not one.superseded_by:
                one.superseded_by = last
                one.void_all(f"evaluation {last} superseded this one")

    def _latest(self, numbers: Collection[int]) -> int:
        """Return the evaluation that says how the batch stands: the last that does not look back.

        What would have been by an older strategy, or at an earlier time, supersedes nothing.
        """
        asked = any(b'"kind":"request"' in one.text for one in self._trail)
        aside = looking_back(one.entry for one in self._trail) if asked else {}
        return max([one for one in numbers if one not in aside] or numbers)

    def _decide(self, index: int, entry: Decision) -> None:
        own = self.evaluations.get(entry.evaluation)
        if own is None:
            return
        void = own.wrong(entry.root)
        if not void and entry.exception not in {one.id for one in own.exceptions}:
            void = "the evaluation has no such exception"
        if not void:
            told = f"{entry.name} decided anew (entry {index})"
            own.decisions = [
                _void(one, told) if one.act.exception == entry.exception else one
                for one in own.decisions
            ]
            after = f"{entry.exception} was decided after it (entry {index})"
            own.signatures = [_void(one, after) for one in own.signatures]
        own.decisions.append(OnRecord(index, entry, void))

    def _reviewed(self, index: int, entry: TrailReview) -> None:
        own = self.evaluations.get(entry.evaluation)
        if own is None:
            return
        void = own.wrong(entry.root)
        seen = [one for one in self._trail if one.index <= entry.last]
        if not void and entry.last < own.sealed_at:
            void = "it ends before the evaluation was sealed"
        if not void and (seen[-1].index != entry.last or trail_root(seen) != entry.trail):
            void = "the entries on record are not those that were in front of them"
        own.trail_reviews.append(OnRecord(index, entry, void))

    def _sign(self, index: int, entry: Signature) -> None:
        own = self.evaluations.get(entry.evaluation)
        if own is None:
            return
        void = own.wrong(entry.root)
        if not void and entry.stage != own.seal.stage:
            void = f"it names the {entry.stage} stage"
        void = void or why_not(own.review(self.others), entry.by, entry.name, entry.meaning)
        own.signatures.append(OnRecord(index, entry, void))


def trail_root(entries: Sequence[Logged]) -> Digest:
    """Return the RFC 6962 root over the entries of a batch: what who reviews its trail names."""
    return root_of(one.text for one in entries)


def _void(one: OnRecord[A], why: str) -> OnRecord[A]:
    return one if one.void else replace(one, void=why)
