"""What has come of the review of an evaluation: decided, signed, void and why, and owed by whom.

Nothing here is kept anywhere: it is read from the batch's audit trail, entry by entry, each time
(`contracts.review_read`). It records and never sets a disposition: no meaning here is a release.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from contracts.canonical import Json
from contracts.criterion import Stage
from contracts.evidence import Digest
from contracts.log_act import Decision, Signature, TrailReview
from contracts.person import ALLOWED, Act, Role
from contracts.readiness import QualityException

A = TypeVar("A", Decision, TrailReview, Signature)

REVIEWED: Final = "reviewed"
CONFIRMED: Final = "confirmed"
MEANINGS: Final[Mapping[str, Act]] = {
    REVIEWED: Act.SIGN_REVIEWED,
    CONFIRMED: Act.SIGN_CONFIRMED,
}
"""What a signature can mean (21 CFR 11.50(a)(3)), and the act that it is."""


@dataclass(frozen=True, slots=True)
class Required:
    """What a stage asks of its reviewers."""

    every_exception: bool
    """Whether the exceptions that do not block must be decided as well."""
    steps: tuple[Act, ...] = (
        Act.DECIDE,
        Act.REVIEW_TRAIL,
        Act.SIGN_REVIEWED,
        Act.SIGN_CONFIRMED,
    )
    """In the order in which they are done (21 CFR 11.10(f))."""


REQUIRED: Final[Mapping[Stage, Required]] = {
    Stage.INITIAL: Required(every_exception=False),
    Stage.FINAL: Required(every_exception=True),
}
"""Of each stage, what must be decided, reviewed and signed, and in which order."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that is still to be done, who can do it, and why."""

    role: Role
    what: str
    why: str

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {"role": self.role.value, "what": self.what, "why": self.why}

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.what}: a {self.role.words}. {self.why}"


@dataclass(frozen=True, slots=True)
class OnRecord(Generic[A]):
    """What a person did, where it stands in the log, and whether it counts."""

    index: int
    act: A
    void: str = ""
    """Why it does not count, or counts no more; empty: it is in force."""

    @property
    def in_force(self) -> bool:
        """Whether it counts."""
        return not self.void

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {"entry": self.index, "void": self.void, **self.act.record()}


@dataclass(frozen=True, slots=True)
class Review:
    """The review of one sealed evaluation, as its batch's audit trail tells it."""

    batch: str
    stage: Stage
    evaluation: int
    root: Digest
    """Root of its package: what every decision and signature must name."""
    sealed_at: int
    """Index of the entry that is its seal: up to there, at least, the audit trail is reviewed."""
    superseded_by: int
    """The later sealed evaluation of the same stage; 0: this one is the latest."""
    exceptions: tuple[QualityException, ...]
    decisions: tuple[OnRecord[Decision], ...]
    """Every one ever made, in the log's order."""
    trail_reviews: tuple[OnRecord[TrailReview], ...]
    signatures: tuple[OnRecord[Signature], ...]
    came_since: int
    """Entries of the batch, other than of its review, that nobody reviewed since."""

    @property
    def decided(self) -> dict[str, OnRecord[Decision]]:
        """The decision in force on each exception that has one."""
        return {one.act.exception: one for one in self.decisions if one.in_force}

    @property
    def rejected(self) -> tuple[Decision, ...]:
        """The decisions in force that reject."""
        return tuple(one.act for one in self.decided.values() if one.act.decision == "rejected")

    def undecided(self) -> tuple[QualityException, ...]:
        """Return the exceptions that its stage asks to decide and nobody did."""
        decided = self.decided
        return tuple(one for one in to_decide(self.stage, self.exceptions) if one.id not in decided)

    def signed(self, meaning: str) -> OnRecord[Signature] | None:
        """Return the signature in force with a meaning, or None."""
        own = [one for one in self.signatures if one.in_force and one.act.meaning == meaning]
        return own[-1] if own else None

    @property
    def owed(self) -> tuple[Owed, ...]:
        """What is still to be done, in the order it must be; of a superseded evaluation nothing."""
        if self.superseded_by:
            return ()
        return tuple(owed for step in REQUIRED[self.stage].steps for owed in self._owed_of(step))

    def _owed_of(self, step: Act) -> Iterator[Owed]:
        match step:
            case Act.DECIDE:
                yield from (_decide(one) for one in self.undecided())
            case Act.REVIEW_TRAIL:
                if not self.signed(CONFIRMED) and (why := self.trail_unread()):
                    yield Owed(_role(step), "review the audit trail", why)
            case _:
                meaning = _MEANT[step]
                if not self.signed(meaning):
                    yield _sign(step, self._why_sign(meaning))

    def trail_unread(self) -> str:
        """Return why the audit trail is to be reviewed now, or nothing."""
        if not any(one.in_force for one in self.trail_reviews):
            return _NEVER
        if self.came_since:
            return f"{_counted(self.came_since, 'entry')} came since it was last reviewed."
        return ""

    def _why_sign(self, meaning: str) -> str:
        lost = [one for one in self.signatures if one.act.meaning == meaning]
        if lost:
            return f"The signature of {lost[-1].act.name} is void: {lost[-1].void}."
        return _WHY_SIGN[meaning]

    def state(self) -> str:
        """Return in one line what has come of the review; what was rejected is always told."""
        if self.superseded_by:
            return (
                f"superseded by evaluation {self.superseded_by}: decisions and signatures on this "
                "one are void"
            )
        told = [f"{one.exception} was rejected by {one.name} ({one.by})" for one in self.rejected]
        signed = [
            f"{one.act.meaning} by {one.act.name} ({one.act.by})"
            for one in map(self.signed, MEANINGS)
            if one
        ]
        still = f"{_counted(len(self.owed), 'thing')} owed" if self.owed else ""
        return "; ".join(filter(None, [*told, *signed, still]))

    def record(self) -> dict[str, Json]:
        """Return the review as a record."""
        return {
            "batch": self.batch,
            "decisions": [one.record() for one in self.decisions],
            "evaluation": self.evaluation,
            "exceptions": [one.record() for one in self.exceptions],
            "owed": [one.record() for one in self.owed],
            "rejected": [one.exception for one in self.rejected],
            "root": self.root,
            "seal_entry": self.sealed_at,
            "signatures": [one.record() for one in self.signatures],
            "stage": self.stage.value,
            "state": self.state(),
            "superseded_by": self.superseded_by,
            "trail_reviews": [one.record() for one in self.trail_reviews],
        }


def to_decide(stage: Stage, exceptions: Sequence[QualityException]) -> tuple[QualityException, ...]:
    """Return the exceptions that a stage asks to be decided."""
    return tuple(one for one in exceptions if one.blocking or REQUIRED[stage].every_exception)


def required_review(stage: Stage, exceptions: Sequence[QualityException]) -> tuple[Owed, ...]:
    """Return what a package owes at a stage before anybody acted, in the order it must be done."""
    fresh = Review("", stage, 0, "", 0, 0, tuple(exceptions), (), (), (), 0)
    return fresh.owed


def _decide(one: QualityException) -> Owed:
    blocks = "It blocks. " if one.blocking else ""
    return Owed(_role(Act.DECIDE), f"decide about {one.id} ({one.kind})", f"{blocks}{one.message}")


def _sign(step: Act, why: str) -> Owed:
    return Owed(_role(step), f"sign as {_MEANT[step]}", why)


def _role(act: Act) -> Role:
    return min(ALLOWED[act])


def _counted(count: int, what: str) -> str:
    many = {"entry": "entries", "thing": "things"}[what]
    return f"1 {what}" if count == 1 else f"{count} {many}"


_MEANT: Final = {act: meaning for meaning, act in MEANINGS.items()}
_NEVER: Final = "Nobody has reviewed it for this evaluation yet."
_WHY_SIGN: Final = {
    REVIEWED: "After the decisions and the review of the audit trail.",
    CONFIRMED: (
        "After it was signed as reviewed, by a person who neither decided, nor reviewed the audit "
        "trail, nor signed that."
    ),
}
