"""A review as QA reads it in a terminal: what is decided and signed, what is void, what is owed."""

from collections.abc import Iterator

from contracts.log_act import Decision, Signature, TrailReview
from contracts.review import OnRecord, Review
from contracts.times import written


def review_lines(review: Review) -> Iterator[str]:
    """Give the lines for one evaluation; void acts are told with why."""
    yield (
        f"{review.batch}  evaluation {review.evaluation} for its {review.stage} stage: "
        f"{review.state()}"
    )
    yield f"  root {review.root}"
    yield from _exceptions(review)
    yield from _acts("audit trail", [(one, _trail(one.act)) for one in review.trail_reviews])
    yield from _acts("signatures", [(one, _signature(one.act)) for one in review.signatures])
    if review.owed:
        yield "  owed, in this order:"
        yield from (f"    - {one}" for one in review.owed)


def _exceptions(review: Review) -> Iterator[str]:
    if not review.exceptions:
        yield "  no exceptions"
        return
    yield "  exceptions:"
    for one in review.exceptions:
        blocks = "blocks" if one.blocking else "does not block"
        yield f"    {one.id}  {one.kind}, {blocks}: {one.message}"
        for act in review.decisions:
            if act.act.exception == one.id:
                yield f"        {_told(act, _decision(act.act))}"


def _acts(
    title: str,
    acts: list[tuple[OnRecord[TrailReview], str]] | list[tuple[OnRecord[Signature], str]],
) -> Iterator[str]:
    if acts:
        yield f"  {title}:"
        for one, words in acts:
            yield f"    {_told(one, words)}"


def _told(one: OnRecord[Decision] | OnRecord[TrailReview] | OnRecord[Signature], words: str) -> str:
    void = f"  VOID: {one.void}." if one.void else ""
    return f"{words}, {written(one.act.at)}, entry {one.index}{void}"


def _decision(act: Decision) -> str:
    to = f" to {act.reference}" if act.reference else ""
    return f"{act.decision}{to} by {act.name} ({act.by}): “{act.reason}”"


def _trail(act: TrailReview) -> str:
    note = f" “{act.note}”" if act.note else ""
    return f"reviewed up to entry {act.last} by {act.name} ({act.by}){note}"


def _signature(act: Signature) -> str:
    return f"{act.meaning} by {act.name} ({act.by})"
