"""Decide about an exception, review the audit trail, sign: each under a name, on one sealed root.

Everything that can be refused is refused before the person's one-time code is used up, and what
others may have done meanwhile is looked at again in the transaction that enters the act.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import TypeAlias

from contracts.batch import batch_number
from contracts.errors import NotFoundError, RefusedError
from contracts.log_act import Decision, Signature, TrailReview
from contracts.log_text import Logged
from contracts.person import Act, Person, check_may
from contracts.readiness import QualityException
from contracts.review import MEANINGS, OnRecord, Review
from contracts.review_asked import Choice, Which, checked, meant, refuse_superseded
from contracts.review_read import OF_REVIEW, review_of, reviews, trail_root
from contracts.review_steps import why_not
from contracts.said import said
from tasks.desk import Desk
from tasks.identity import Claim, identify, persons
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Finished
from tasks.reviewed_package import sealed_exceptions
from tasks.sealing import show_intent

Who: TypeAlias = Claim | Person
"""Who acts: a claim, whose code is used up once nothing else is to be refused, or a person who
proved it a moment ago."""


def reviews_of(ledger: Ledger, batch: str) -> tuple[Review, ...]:
    """Return the review of every sealed evaluation of a batch, by number.

    Raises:
        NotFoundError: this can be no batch's number, or nothing of the batch was sealed.
        IntegrityError: the log says something that is no entry.
    """
    found = reviews(ledger.log.of_batch(batch_number(batch)), _exceptions(ledger, batch))
    if not found:
        raise NotFoundError(
            f"no sealed evaluation of the batch {batch}",
            expected="a batch whose package was built",
            move="prepare the batch first",
        )
    return found


def decide(desk: Desk, who: Who, which: Which, choice: Choice) -> Review:
    """Record what a person decided about one exception, and return the review after it.

    Raises:
        RefusedError: the person may not, or did not prove who they are; the decision cannot be
            recorded as it is; or the evaluation is not the latest sealed one.
        NotFoundError: there is no such batch, evaluation or exception.
        IntegrityError: the package is not what was sealed.
    """
    own = _in_front(desk, which)
    choice = checked(choice, own)
    person = _person(desk, who, Act.DECIDE, own.batch)
    act = Decision(
        at=desk.now(),
        batch=own.batch,
        by=person.user,
        name=person.name,
        evaluation=own.evaluation,
        root=own.root,
        exception=choice.exception,
        decision=choice.decision,
        reason=choice.reason,
        reference=choice.reference,
    )
    return _entered(desk, act, own, lambda now: _same(now.decisions, act))


def review_trail(
    desk: Desk, who: Who, which: Which, note: str = "", last: int | None = None
) -> Review:
    """Record that a person reviewed the batch's audit trail up to an entry.

    Without `last` it is what was there when they looked at the evaluation: up to its seal, and the
    acts of review right after. Of anything that came later nobody knows whether they saw it.

    Raises:
        RefusedError: as for `decide`, or the entry is not one of this batch from the seal on.
        NotFoundError, IntegrityError: as for `decide`.
    """
    own = _in_front(desk, which)
    note = said(note, "a note")
    trail = desk.ledger.log.of_batch(own.batch)
    last = _shown(trail, own) if last is None else last
    seen = [one for one in trail if one.index <= last]
    if not seen or not own.sealed_at <= seen[-1].index == last:
        raise RefusedError(
            f"the entry {last}, which is none of {own.batch} from the seal on",
            expected=f"the number of the last entry that you saw, {own.sealed_at} or later",
            move=f"`batchproof trail {own.batch}` shows them with their numbers",
        )
    person = _person(desk, who, Act.REVIEW_TRAIL, own.batch)
    act = TrailReview(
        at=desk.now(),
        batch=own.batch,
        by=person.user,
        name=person.name,
        evaluation=own.evaluation,
        root=own.root,
        last=last,
        trail=trail_root(seen),
        note=note,
    )
    return _entered(desk, act, own, lambda now: _same(now.trail_reviews, act))


def sign(desk: Desk, who: Who, which: Which, meaning: str) -> Review:
    """Record a person's signature of a review, "reviewed" or "confirmed"; never a release.

    Raises:
        RefusedError: as for `decide`, or a step before it is missing, or it is the step of
            another person.
        NotFoundError, IntegrityError: as for `decide`.
    """
    if meaning not in MEANINGS:
        raise RefusedError(f"the meaning '{meaning[:40]}'", expected=" or ".join(MEANINGS))
    own = _in_front(desk, which)
    mine = own.signed(meaning)
    if mine is None or mine.act.by != who.user:
        _refuse(own, why_not(own, who.user, _name(desk, who), meaning))
    person = _person(desk, who, MEANINGS[meaning], own.batch)
    act = Signature(
        at=desk.now(),
        batch=own.batch,
        by=person.user,
        name=person.name,
        evaluation=own.evaluation,
        root=own.root,
        stage=own.stage.value,
        meaning=meaning,
    )

    def known(now: Review) -> int | None:
        before = _same(now.signatures, act)
        if before is None:
            _refuse(now, why_not(now, person.user, person.name, meaning))
        return before

    return _entered(desk, act, own, known)


def _name(desk: Desk, who: Who) -> str:
    """Return the printed name of who acts, proved or only claimed; nobody's is empty."""
    if isinstance(who, Person):
        return who.name
    known = persons(desk.ledger).get(who.user)
    return known.name if known else ""


def _shown(trail: Sequence[Logged], own: Review) -> int:
    """Return the last entry of the seal and the acts of review right after it."""
    later = (one for one in trail if one.index > own.sealed_at)
    acts = takewhile(lambda one: isinstance(one.entry, OF_REVIEW), later)
    return max((one.index for one in acts), default=own.sealed_at)


def _person(desk: Desk, who: Who, act: Act, batch: str) -> Person:
    if isinstance(who, Claim):
        return identify(desk, who, act, batch)
    check_may(who, act)
    return who


def _in_front(desk: Desk, which: Which) -> Review:
    """Return the review that is meant, once its package was found to be what was sealed."""
    own = meant(reviews_of(desk.ledger, which.batch), which)
    trail = desk.ledger.log.of_batch(own.batch)
    return review_of(trail, own.evaluation, sealed_exceptions(desk, own, trail))


def _entered(
    desk: Desk,
    act: Decision | TrailReview | Signature,
    own: Review,
    known: Callable[[Review], int | None],
) -> Review:
    """Enter an act unless `known` finds it on record, and return the review after it."""

    def stands(trail: tuple[Logged, ...]) -> int | None:
        now = review_of(trail, own.evaluation, own.exceptions)
        refuse_superseded(now)
        if now.root != own.root:
            raise RefusedError("a package that was sealed anew meanwhile", move="look at it first")
        return known(now)

    desk.ledger.record_act(act, stands)
    show_intent(desk)
    return review_of(desk.ledger.log.of_batch(own.batch), own.evaluation, own.exceptions)


def _same(
    found: Sequence[OnRecord[Decision]]
    | Sequence[OnRecord[TrailReview]]
    | Sequence[OnRecord[Signature]],
    act: Decision | TrailReview | Signature,
) -> int | None:
    """Return the entry that says the same and is in force: a form sent twice is one act."""
    return next(
        (one.index for one in found if one.in_force and replace(one.act, at=act.at) == act), None
    )


def _exceptions(ledger: Ledger, batch: str) -> Mapping[int, Sequence[QualityException]]:
    return {
        one.number: one.ending.exceptions
        for one in ledger.evaluations(batch)
        if isinstance(one.ending, Finished)
    }


def _refuse(own: Review, why: str) -> None:
    if why:
        raise RefusedError(
            f"a signature of evaluation {own.evaluation} of {own.batch}: {why}",
            expected="every step in its order, and each of the two signatures by another person",
            move=f"`batchproof review show {own.batch}` says what is owed by whom",
        )
