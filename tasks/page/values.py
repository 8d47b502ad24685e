"""All values by unit procedure: those of one kind by themselves, those of one step together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tasks.page import words
from tasks.page.facts import Fact, Facts

_QUOTED: Final = 2
"""How many places a calculated value quotes; the others stand at what it was calculated from."""


@dataclass(frozen=True, slots=True)
class OfStep:
    """What the batch record says of one step: when it began and ended, and by whom."""

    step: str
    facts: tuple[Fact, ...]

    @property
    def ran(self) -> str:
        """From when to when it ran, as its record reads."""
        ends = [
            words.utc(one.record["value"]["text"])
            for name in ("started_at", "ended_at")
            for one in self.facts
            if one.record["characteristic"] == name and one.record["value"]["kind"] == "moment"
        ]
        return " to ".join(ends)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one unit procedure."""

    name: str
    single: tuple[Fact, ...]
    steps: tuple[OfStep, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.single) + sum(len(one.facts) for one in self.steps)


def values(facts: Facts) -> tuple[Values, ...]:
    """Return all values by unit procedure, in the order of the process."""
    return tuple(_of(name, ones) for name, ones in facts.by_step().items())


def _of(name: str, ones: Sequence[Fact]) -> Values:
    steps: dict[str, list[Fact]] = {}
    for one in ones:
        if one.about_step:
            steps.setdefault(str(one.record["step"]), []).append(one)
    return Values(
        words.title(words.plain(name)),
        tuple(one for one in ones if not one.about_step),
        tuple(OfStep(step, tuple(of)) for step, of in steps.items()),
    )


def quotes_of(fact: Fact) -> tuple[Sequence[Mapping[str, object]], int]:
    """Return the places a value quotes on the page, and how many stand at its inputs instead."""
    shown = fact.quotes
    if len(fact.inputs) > 1 and all(one.anchor for one in fact.inputs):
        shown = shown[:_QUOTED]
    return shown, len(fact.quotes) - len(shown)
