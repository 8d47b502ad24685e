"""One sample of a batch as the laboratory knows it."""

from dataclasses import dataclass
from datetime import datetime

from contracts.sources.contract import Term
from contracts.sources.json_spans import JsonValue
from contracts.sources.lims_pages import Page
from contracts.sources.record import Record, Written

_SET_ASIDE = ("invalid", "rejected")
_RECEIVED = ("sample_received", "attachment_due", "to_be_verified", "verified", "published")
_REMARKS = "Remarks"


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
    def set_aside(self) -> bool:
        """Whether the laboratory set the whole sample aside with its results."""
        return self.state.text in _SET_ASIDE

    @property
    def is_received(self) -> bool:
        """Whether its results may be final: the laboratory has it, and works or has worked on it.

        In every other state (`sample_due`, `to_be_sampled`, `cancelled`) results are awaited.
        """
        return self.state.text in _RECEIVED

    @property
    def remarks(self) -> str:
        """What the laboratory remarks on the sample, empty when it remarks nothing."""
        return remarks(self.page, self.item, _REMARKS)


def remarks(page: Page, item: JsonValue, path: str) -> str:
    """Return an object's remarks in one text; SENAITE writes a text, or a list with `content`."""
    found = page.member(item, path)
    if found is None or found.is_empty:
        return ""
    contents = (one.members.get("content", one) for one in found.items)
    texts = [found.text, *(one.text for one in contents)]
    return "; ".join(text.strip() for text in texts if text.strip())
