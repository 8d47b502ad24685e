"""One batch of the demo plant: what it is, its day, and what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from infra.plant.product import Product


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was corrected after entry: what was written before, and why it was changed."""

    code: str
    before: str
    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that a person left beside an entry of the batch record."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Laboratory:
    """What the laboratory found that it would not have found in a good batch."""

    identity: str = ""
    results: tuple[tuple[str, str], ...] = ()
    censored: tuple[tuple[str, str, str], ...] = ()
    retests: tuple[tuple[str, str, str], ...] = ()
    retracted: tuple[tuple[str, str, str, str], ...] = ()
    never_requested: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    interim: tuple[tuple[str, str, int], ...] = ()
    """Results of a test that still runs: keyword, words, and on which day they were written."""


@dataclass(frozen=True, slots=True)
class Excursion:
    """A process value beside its range, in hundredths of its unit, in minutes of its step."""

    minute: int
    minutes: int
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Story:
    """One batch: only what differs from a good batch of its product is told."""

    product: Product
    batch: str
    number: int
    start: date
    entries: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    remarks: tuple[Remark, ...] = ()
    laboratory: Laboratory = Laboratory()
    excursion: Excursion | None = None
    copied: Story | None = None
    """The batch that this one repeats under another number, minute by minute, in its equipment."""

    @property
    def drawn_as(self) -> str:
        """The name that everything which looks like chance is drawn by."""
        return self.copied.drawn_as if self.copied else self.batch

    @property
    def hall(self) -> int:
        """The number in the names of the equipment that this batch is made in."""
        return self.copied.hall if self.copied else self.number

    @property
    def identity(self) -> str:
        """The code that belongs to this batch alone, as the batch record and the labels have it."""
        return self.product.identity.format(number=self.number)

    @property
    def bioreactor(self) -> str:
        """The bioreactor that this batch grows in."""
        return self.named(self.product.bioreactor)

    def named(self, pattern: str) -> str:
        """Return the name of equipment with its number in it: `BR-1{number:02d}`."""
        return pattern.format(number=self.hall)
