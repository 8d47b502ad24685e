"""What people owe a batch: the decisions and signatures of the review of its latest packages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from contracts.criterion import Stage
from contracts.log_act import Decision, Signature, TrailReview
from contracts.log_text import Logged
from contracts.review import Review
from contracts.review_read import reviews
from contracts.waiting import Waiting
from tasks.ledger.records import Finished, Standing

_REVIEWED: Final = tuple(
    f'"kind":"{noun.kind}"'.encode() for noun in (Decision, TrailReview, Signature)
)
"""In every entry of a review, and perhaps in others: of most batches nobody reviewed anything."""


def owed_by_people(
    standing: Standing, trail: Sequence[Logged]
) -> Mapping[Stage, tuple[Waiting, ...]]:
    """Return what is owed by which role for each stage of a batch; nothing for what is superseded.

    `trail` is everything that the log says of the batch.

    Raises:
        IntegrityError: an entry says nothing that a log knows.
    """
    packaged = {one.number: one.recorded_at for one in standing.packages}
    begun = any(mark in one.text for one in trail for mark in _REVIEWED)
    found: dict[Stage, tuple[Waiting, ...]] = defaultdict(tuple)
    for review in _reviews(standing, trail) if begun else _untouched(standing):
        if review.evaluation in packaged:
            found[review.stage] += tuple(_of(review, packaged[review.evaluation]))
    return found


def _reviews(standing: Standing, trail: Sequence[Logged]) -> Iterable[Review]:
    exceptions = {
        one.number: one.ending.exceptions
        for one in standing.evaluations
        if isinstance(one.ending, Finished)
    }
    return reviews(trail, exceptions)


def _untouched(standing: Standing) -> Iterator[Review]:
    """Yield the review of each stage's latest package where nobody reviewed anything yet.

    Everything is owed then: no entry of the log has to be read for it.
    """
    roots = {one.number: one.root for one in standing.packages}
    for stage in Stage:
        own = [one for one in standing.evaluations if one.stage is stage and one.number in roots]
        for one in own[-1:]:
            yield Review(
                batch=one.batch,
                stage=stage,
                evaluation=one.number,
                root=roots[one.number],
                sealed_at=0,
                superseded_by=0,
                exceptions=one.result.exceptions,
                decisions=(),
                trail_reviews=(),
                signatures=(),
                came_since=0,
            )


def _of(review: Review, since: datetime) -> Iterator[Waiting]:
    """Yield what is owed for one package; its undecided exceptions are one thing to do."""
    owed, undecided = review.owed, len(review.undecided())
    told = owed[undecided - 1 :] if undecided > 1 else owed
    for one in told:
        many = undecided > 1 and one is told[0]
        yield Waiting(
            batch=review.batch,
            stage=review.stage,
            what=f"decide about {undecided} exceptions" if many else one.what,
            who=f"a {one.role.words}",
            since=since,
            due=None,
            why=f"Evaluation {review.evaluation}: {one.why}",
        )
