"""What a person asks to do in a review: which evaluation is meant, and what is decided in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.criterion import Stage
from contracts.errors import NotFoundError, RefusedError
from contracts.review import Review
from contracts.said import said

DECISIONS: Final = ("accepted", "referred", "rejected")
_REASON: Final = 10
"""Characters that a justification has at least: a word alone is none."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which evaluation is meant: the latest sealed one of its batch and stage."""

    batch: str
    stage: Stage | None = None
    """None: the only stage that has a sealed evaluation."""
    evaluation: int | None = None
    """What the person had in front of them: any but the latest is refused. None, at a terminal that
    tells which one it was: the latest."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided about an exception, and why."""

    exception: str
    decision: str
    """accepted, referred or rejected."""
    reason: str
    reference: str = ""
    """The deviation it is referred to."""


def meant(found: Sequence[Review], which: Which) -> Review:
    """Return the review that is meant, of a batch's reviews (at least one).

    Raises:
        NotFoundError: there is none of that number or stage.
        RefusedError: it was superseded, or the stage must be named.
    """
    if which.evaluation is not None:
        named = [one for one in found if one.evaluation == which.evaluation]
        if not named or which.stage not in {None, named[0].stage}:
            raise NotFoundError(
                f"no sealed evaluation {which.evaluation} of the batch {which.batch}"
                + (f" for its {which.stage} stage" if which.stage else ""),
                expected=f"one of {', '.join(str(one.evaluation) for one in found)}",
            )
        refuse_superseded(named[0])
        return named[0]
    latest = [one for one in found if not one.superseded_by and which.stage in {None, one.stage}]
    if not latest:
        raise NotFoundError(
            f"no sealed evaluation of the batch {which.batch} for its {which.stage} stage",
            expected=f"the {found[-1].stage} stage",
        )
    if len(latest) > 1:
        raise RefusedError(
            f"no stage, and the batch {which.batch} was sealed for several",
            expected=" or ".join(one.stage for one in latest),
            move="name the stage",
        )
    return latest[0]


def checked(choice: Choice, own: Review) -> Choice:
    """Return the choice with its texts trimmed.

    Raises:
        NotFoundError: the evaluation has no such exception.
        RefusedError: the choice cannot be recorded as it is.
    """
    if choice.exception not in {one.id for one in own.exceptions}:
        raise NotFoundError(
            f"no exception '{choice.exception[:40]}' in evaluation {own.evaluation} of {own.batch}",
            expected=", ".join(one.id for one in own.exceptions) or "it has none",
        )
    if choice.decision not in DECISIONS:
        raise RefusedError(f"the decision '{choice.decision[:40]}'", expected=", ".join(DECISIONS))
    reason, reference = said(choice.reason, "a reason"), said(choice.reference, "a reference", 64)
    if len(reason) < _REASON:
        raise RefusedError(
            f"a reason of {len(reason)} characters",
            expected=f"at least {_REASON}: why this decision, so that another person can follow",
        )
    if bool(reference) != (choice.decision == "referred"):
        raise RefusedError(
            "a referral without its reference"
            if not reference
            else f"a reference ('{reference[:40]}') with the decision '{choice.decision}'",
            expected="the deviation's number when an exception is referred to one, else none",
        )
    return replace(choice, reason=reason, reference=reference)


def refuse_superseded(own: Review) -> None:
    """Refuse an evaluation that a later sealed one of its stage superseded.

    Raises:
        RefusedError: it was.
    """
    if own.superseded_by:
        raise RefusedError(
            f"evaluation {own.evaluation} of {own.batch}",
            expected=f"evaluation {own.superseded_by} (the latest of the {own.stage} stage)",
            move="open its page and look again: its exceptions may have other numbers",
        )
