"""From verdicts and exceptions to readiness for a stage. Never a disposition: people release."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from contracts.canonical import Json
from contracts.criterion import Criterion, Stage
from contracts.verdict import Outcome, Verdict


class Ready(StrEnum):
    """What can be said to the people who decide."""

    READY = "ready"
    NOT_READY = "not_ready"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class QualityException:
    """A condition a reviewer must look at (review by exception). Not a Python error."""

    id: str
    kind: str
    blocking: bool
    message: str
    criterion: str = ""
    observations: tuple[str, ...] = ()

    def record(self) -> dict[str, Json]:
        """Return the exception as a canonical record."""
        return {
            "blocking": self.blocking,
            "criterion": self.criterion,
            "id": self.id,
            "kind": self.kind,
            "message": self.message,
            "observations": list(self.observations),
        }


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the evidence speaks for the batch at a stage, and the reasons if it does not."""

    stage: Stage
    state: Ready
    reasons: tuple[str, ...]

    def record(self) -> dict[str, Json]:
        """Return the readiness as a canonical record."""
        return {
            "readiness": self.state.value,
            "reasons": list(self.reasons),
            "stage": self.stage.value,
        }


def decide(
    stage: Stage,
    criteria: Sequence[Criterion],
    verdicts: Sequence[Verdict],
    exceptions: Iterable[QualityException],
) -> Readiness:
    """Decide readiness; absence is never conformity, and no criteria is not readiness.

    1. a criterion required for the stage that is not met: not ready;
    2. a blocking exception that says more than a verdict: not ready, or incomplete if evidence is
       lacking;
    3. a required criterion that is pending, missing or not evaluable: incomplete;
    4. no criterion required for the stage that is met: incomplete;
    5. otherwise ready.

    A failure counts at every stage, also of a criterion that is only required later. What is one of
    several alternatives speaks through the criterion that it is part of.
    """
    by_id: Mapping[str, Criterion] = {criterion.id: criterion for criterion in criteria}
    heavy_first = sorted(verdicts, key=lambda one: by_id[one.criterion].weight)
    heavy_first = [one for one in heavy_first if not by_id[one.criterion].part_of]
    failed = [one.message for one in heavy_first if one.outcome is Outcome.NOT_MET]
    lacking = [
        one.message
        for one in heavy_first
        if one.outcome in (Outcome.PENDING, Outcome.MISSING, Outcome.NOT_EVALUABLE)
        and required(by_id[one.criterion], stage)
    ]
    told = {one.message for one in verdicts}
    own = [one for one in exceptions if one.blocking and one.message not in told]
    failed += [one.message for one in own if one.kind not in ABSENCES]
    absent = [one.message for one in own if one.kind in ABSENCES]
    if failed:
        return Readiness(stage, Ready.NOT_READY, tuple(failed + absent + lacking))
    if absent or lacking:
        return Readiness(stage, Ready.INCOMPLETE, tuple(absent + lacking))
    if not any(
        one.outcome is Outcome.MET and required(by_id[one.criterion], stage) for one in heavy_first
    ):
        return Readiness(
            stage,
            Ready.INCOMPLETE,
            ("No criterion in force for this stage applies to this batch.",),
        )
    return Readiness(stage, Ready.READY, ())


ABSENCES = frozenset(
    {
        "entry left blank",
        "quarantine",
        "sample that cannot be placed",
        "value that was not read",
    }
)
"""Kinds of exception that mean evidence is lacking, not that it speaks against the batch."""


def required(criterion: Criterion, stage: Stage) -> bool:
    """Tell whether a criterion must be met at a stage. Final requires what initial requires."""
    return stage is Stage.FINAL or criterion.required_for is Stage.INITIAL
