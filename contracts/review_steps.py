"""Which step of a review comes before which, and which of them must be another person's."""

from contracts.log_act import Decision, Signature, TrailReview
from contracts.person import same_name
from contracts.review import CONFIRMED, MEANINGS, REVIEWED, Review


def why_not(review: Review, user: str, name: str, meaning: str) -> str:
    """Return why a user of that printed name may not sign a review with a meaning now, or nothing.

    Order: decisions and the review of the audit trail, then "reviewed", then "confirmed"
    (21 CFR 11.10(f)). Segregation: nobody confirms where they decided, reviewed the audit trail or
    signed as reviewed, be that in force or not, and nobody reviews what they confirmed. Two user
    ids of one printed name are one person.
    """
    if meaning not in MEANINGS:
        return f"nothing is signed as '{meaning[:40]}'"
    if already := review.signed(meaning):
        return f"it is signed as {meaning} already, by {already.act.name} ({already.act.by})"
    return _same_person(review, user, name, meaning) or _step_before(review, meaning)


def _step_before(review: Review, meaning: str) -> str:
    """Return which step must come before a signature and did not, or nothing."""
    if lacking := review.undecided():
        return f"{', '.join(one.id for one in lacking)} not decided"
    if unread := review.trail_unread():
        return f"the audit trail is to be reviewed first: {unread[0].lower()}{unread[1:-1]}"
    if meaning == CONFIRMED and review.signed(REVIEWED) is None:
        return "it is not signed as reviewed"
    return ""


def _same_person(review: Review, user: str, name: str, meaning: str) -> str:
    """Return which step of the same review forbids the user this one, or nothing."""

    def own(act: Decision | TrailReview | Signature) -> bool:
        return act.by == user or same_name(act.name, name)

    def who(act: Decision | TrailReview | Signature) -> str:
        return user if act.by == user else f"{act.by}, whose printed name is the same,"

    other = REVIEWED if meaning == CONFIRMED else CONFIRMED
    for signature in review.signatures:
        if own(signature.act) and signature.act.meaning == other:
            return f"{who(signature.act)} signed it as {other}: the two are steps of two persons"
    if meaning != CONFIRMED:
        return ""
    for decision in review.decisions:
        if own(decision.act):
            about = decision.act.exception
            return f"{who(decision.act)} decided about {about}: who confirms is another person"
    for read in review.trail_reviews:
        if own(read.act):
            return f"{who(read.act)} reviewed the audit trail: who confirms is another person"
    return ""
