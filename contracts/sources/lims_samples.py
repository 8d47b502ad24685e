"""One sample of a batch as the laboratory knows it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.sources.contract import Term
from contracts.sources.json_spans import JsonValue
from contracts.sources.lims_pages import Page
from contracts.sources.record import Record, Written

_SET_ASIDE = ("invalid", "cancelled", "rejected")


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample: where it is listed, what kind it is, where it stands."""

    page: Page
    item: JsonValue
    record: Record
    uid: str
    number: str
    kind: Term | None
    """What its type stands for; None when the contract does not know the type."""
    state: Written
    sampled_at: datetime | None

    @property
    def step(self) -> str:
        """The step it speaks of; empty when the contract does not know its type."""
        return "" if self.kind is None else self.kind.step

    @property
    def set_aside(self) -> str:
        """Why the laboratory set the whole sample aside, empty when it did not."""
        if self.state.text not in _SET_ASIDE:
            return ""
        return f"the laboratory set the sample {self.number} aside ({self.state.text})"
