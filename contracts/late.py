"""A batch that was ready and is not any more: what people must hear of at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contracts.criterion import Stage
from contracts.readiness import ABSENCES, QualityException, Ready

LATE_FAILURE: Final = "late failure"
"""It was ready, and now something speaks against it."""
NO_LONGER_READY: Final = "no longer ready"
"""It was ready, and now evidence is lacking that was there, or was not asked for."""
_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Stood:
    """How a batch stood for a stage by one evaluation."""

    number: int
    state: Ready
    blocking: tuple[QualityException, ...] = ()


@dataclass(frozen=True, slots=True)
class Late:
    """What must be heard, as the log keeps it: what it is, and in words."""

    what: str
    words: str


def late(
    batch: str, stage: Stage, then: Stood, now: Stood, meanings: Mapping[str, str]
) -> Late | None:
    """Return what must be heard of, or None if the batch was not ready or still is.

    `then` is the evaluation before, of the same stage; `meanings` says by criterion what a failure
    means that comes late (`Criterion.late_failure`).
    """
    if then.state is not Ready.READY or now.state is Ready.READY:
        return None
    what = LATE_FAILURE if now.state is Ready.NOT_READY else NO_LONGER_READY
    said = f"{batch} was ready for its {stage} stage by evaluation {then.number} and is "
    said += "not ready" if what == LATE_FAILURE else "incomplete"
    sentences = [f"{said} by evaluation {now.number}."]
    heavy = sorted(now.blocking, key=lambda one: one.kind in ABSENCES)
    sentences += [one.message for one in heavy[:_TOLD]]
    if len(heavy) > _TOLD:
        sentences.append(f"And {len(heavy) - _TOLD} more.")
    failed = [one.criterion for one in heavy if one.kind == "criterion not met"]
    sentences += dict.fromkeys(meanings[name] for name in failed if meanings.get(name))
    return Late(what, " ".join(sentences))
