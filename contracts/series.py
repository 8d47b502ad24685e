"""Equipment readings in columns: one page of a tag's history as its server handed it over."""

from array import array
from dataclasses import dataclass

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.evidence import Digest

GOOD_MASK = 0xC000_0000
"""The two severity bits of an OPC UA StatusCode (Part 4, 7.39): 00 good, 01 uncertain, 10 bad."""


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """Readings of one tag from one capture, in the server's order, as equally long columns."""

    capture: Digest
    tag: str
    """The node's own name, such as `BR-101.TEMP`."""
    equipment: str
    characteristic: str
    unit: str
    times: "array[int]"
    """Source timestamps in nanoseconds since 1970-01-01 UTC (`q`)."""
    values: "array[float]"
    """IEEE 754 doubles (`d`); NaN where the server gave no number."""
    statuses: "array[int]"
    """OPC UA StatusCodes (`L`); 0 is Good."""
    offsets: "array[int]"
    """Where each reading's bytes start in the capture (`q`)."""
    lengths: "array[int]"
    """How many bytes each reading has in the capture (`l`)."""

    def __post_init__(self) -> None:
        """Refuse columns of unequal length."""
        lengths = {
            len(column)
            for column in (self.times, self.values, self.statuses, self.offsets, self.lengths)
        }
        if len(lengths) != 1:
            raise IntegrityError(f"columns of lengths {sorted(lengths)}", expected="one length")

    def record(self) -> dict[str, Json]:
        """Return what the page holds, without its readings, as a canonical record."""
        return {
            "capture": self.capture,
            "characteristic": self.characteristic,
            "count": len(self.times),
            "equipment": self.equipment,
            "first": str(self.times[0]) if self.times else None,
            "last": str(self.times[-1]) if self.times else None,
            "tag": self.tag,
            "unit": self.unit,
        }
