"""What the laboratory tests on one kind of sample, with units, methods and specification ranges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Range:
    """A specification range as a LIMS writes it; an empty limit is none."""

    low: str = ""
    high: str = ""
    low_operator: str = "geq"
    high_operator: str = "leq"


@dataclass(frozen=True, slots=True)
class Test:
    """One analysis service: what is measured, in which unit, by which method, how soon."""

    keyword: str
    title: str
    unit: str
    typical: str
    spread: str
    days: int
    method: str
    instrument: str = ""
    range: Range | None = None
    detection_limit: str = "0"

    @property
    def is_text(self) -> bool:
        """Whether the result is a word and not a number."""
        return not self.spread


def word(keyword: str, title: str, typical: str, days: int, method: str) -> Test:
    """Return a test whose result is a word."""
    return Test(keyword, title, "", typical, "", days, method)


@dataclass(frozen=True, slots=True)
class Panel:
    """One kind of sample: where it is taken, what is tested on it, which ranges it has."""

    kind: str
    prefix: str
    taken: str
    """The step at whose end it is taken, as a path."""
    tests: tuple[Test, ...]
    added: tuple[Test, ...] = ()
    """Tests that came later: each draws from chance of its own, so the others keep their draws."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """Ranges by keyword that differ from the tests' own."""
    release: bool = False
    """Whether the batch is released by it."""
    told: bool = False
    """Whether what a story tells of the laboratory happens here, as it does at release."""

    @property
    def all_tests(self) -> tuple[Test, ...]:
        """Every test on it, in the order the laboratory lists them."""
        return (*self.tests, *self.added)

    @property
    def limits(self) -> Mapping[str, Range]:
        """The specification range of each test that has one, by its keyword."""
        own = {t.keyword: t.range for t in self.all_tests if self.release and t.range is not None}
        return own | dict(self.ranges)
