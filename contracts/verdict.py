"""What came of one criterion for one batch."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.canonical import Json


class Outcome(StrEnum):
    """The six outcomes. Only `met` speaks for the batch."""

    MET = "met"
    NOT_MET = "not_met"
    PENDING = "pending"
    MISSING = "missing"
    NOT_EVALUABLE = "not_evaluable"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one criterion, with everything that was judged for it.

    `observations` starts with the one that decided. `as_written` is that one's own text, empty
    when the value was calculated or when there was nothing to judge.
    """

    criterion: str
    outcome: Outcome
    as_written: str
    value: str
    unit: str
    limit: str
    message: str
    observations: tuple[str, ...]

    def record(self) -> dict[str, Json]:
        """Return the verdict as a canonical record."""
        return {
            "as_written": self.as_written,
            "criterion": self.criterion,
            "limit": self.limit,
            "message": self.message,
            "observations": list(self.observations),
            "outcome": self.outcome.value,
            "unit": self.unit,
            "value": self.value,
        }
