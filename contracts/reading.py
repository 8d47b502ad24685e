"""What a capture says: the observations and readings we understood, and the rest we did not."""

from dataclasses import dataclass

from contracts.canonical import Json
from contracts.evidence import Place
from contracts.observation import Observation
from contracts.series import SeriesPage
from contracts.words import source_in_words

FIELD = "field"
"""A part of the format, which says nothing about the batch that anybody asked for."""
RESULT = "result"
"""A result or value whose code the contract does not know."""
SAMPLE = "sample"
"""A sample that cannot be placed: of an unknown type, or without its identity."""
BLANK = "blank"
"""An entry that was left blank although the contract knows its code."""
MISPLACED = "misplaced"
"""A value of a code that the contract knows, where no value of it is read."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something in a capture that the reader did not use, and why."""

    place: Place
    reason: str
    kind: str = FIELD
    """`field`, or what a reviewer must hear of: `result`, `sample`, `blank` or `misplaced`."""

    def record(self) -> dict[str, Json]:
        """Return the unread part as a canonical record."""
        return self.place.record() | {"kind": self.kind, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one source's captures say about one batch."""

    observations: tuple[Observation, ...] = ()
    pages: tuple[SeriesPage, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A source set aside: its captures are kept, its criteria cannot be judged, a person looks."""

    source: str
    found: str
    expected: str
    where: str
    move: str

    def in_words(self) -> str:
        """Return the reason in one line."""
        where = f" at {self.where}" if self.where else ""
        expected = f", where {self.expected} was expected" if self.expected else ""
        return f"the {source_in_words(self.source)} is in quarantine: {self.found}{where}{expected}"

    def record(self) -> dict[str, Json]:
        """Return the quarantine as a canonical record."""
        return {
            "expected": self.expected,
            "found": self.found,
            "move": self.move,
            "source": self.source,
            "where": self.where,
        }
