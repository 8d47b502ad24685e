"""Lay the state of a review before QA in the Prefect UI: decided, signed, void, and still owed."""

from prefect.artifacts import create_markdown_artifact

from contracts.changes import minute
from contracts.log_act import Decision
from contracts.review import OnRecord, Review
from tasks.shown_text import artifact_key, plain


def present_review(review: Review) -> None:
    """Write the review's state as an artifact of the running flow."""
    create_markdown_artifact(
        key=artifact_key("review", review.batch, review.stage),
        markdown=review_text(review),
        description=plain(f"{review.batch}, {review.stage} stage: {review.state()}"),
    )


def review_text(review: Review) -> str:
    """Return the review as Markdown; what people wrote is shown as it is, never obeyed."""
    return "\n".join(
        [
            f"# {plain(review.batch)}: review of evaluation {review.evaluation}",
            "",
            f"For its {review.stage} stage.",
            "",
            f"**{plain(review.state())}**",
            "",
            "## Owed, in this order",
            "",
            *([f"- {plain(str(one))}" for one in review.owed] or ["Nothing."]),
            "",
            "## Decided",
            "",
            *([_decided(one) for one in review.decisions] or ["Nothing."]),
            "",
            "## Audit trail and signatures",
            "",
            *(_signed(review) or ["None."]),
            "",
            f"Root: `{review.root}`",
            "",
            "Batchproof prepares and proves; people release.",
        ]
    )


def _decided(one: OnRecord[Decision]) -> str:
    act = one.act
    to = f" to {act.reference}" if act.reference else ""
    who = f"{act.exception} {act.decision}{to} by {act.name} ({act.by})"
    return _line(who, minute(act.at), one.void, act.reason)


def _signed(review: Review) -> list[str]:
    trail = [
        _line(
            f"audit trail up to entry {one.act.last}, by {one.act.name} ({one.act.by})",
            minute(one.act.at),
            one.void,
            one.act.note,
        )
        for one in review.trail_reviews
    ]
    signed = [
        _line(f"{one.act.meaning} by {one.act.name} ({one.act.by})", minute(one.act.at), one.void)
        for one in review.signatures
    ]
    return trail + signed


def _line(who: str, at: str, void: str, words: str = "") -> str:
    told = f"- {plain(who)}, {at}" + (f": {plain(words)}" if words else "")
    return f"{told}. **Void**: {plain(void)}" if void else told
