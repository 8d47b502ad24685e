"""An answer to what an inspection asks: lines in words, each with the item to trace next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from contracts.canonical import Json
from contracts.criterion import Criterion
from contracts.observation import Observation
from contracts.opened import Opened
from contracts.words import step_in_words

ASKED: Final[Mapping[str, str]] = {
    "changed": "Which values were changed after they were entered?",
    "typed": "Which values were typed by hand?",
    "people": "Who did what, and were they trained?",
    "elsewhere": "What else used the lots, machines and people of this batch's exceptions?",
    "evaluations": "Which evaluations of this batch are there, and why?",
    "known": "What was known when it was signed?",
    "strategy": "Which control strategy is it judged by, and who approved it?",
}
"""By the word to ask with, the question as an inspector puts it."""


class Line(Protocol):
    """One line of an answer."""

    @property
    def item(self) -> str:
        """What `trace` takes for more: a criterion or an observation; empty if there is none."""
        ...

    @property
    def words(self) -> str:
        """The line in words."""
        ...

    def record(self) -> dict[str, Json]:
        """Return the line as a record, without its words."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its lines, and what stands above and below them."""

    question: str
    """One of `ASKED`."""
    summary: str
    lines: Sequence[Line]
    notes: tuple[str, ...] = ()
    """What the answer does not say, said plainly."""

    def record(self) -> dict[str, Json]:
        """Return the answer as a record."""
        return {
            "asked": ASKED[self.question],
            "lines": [{**one.record(), "item": one.item, "words": one.words} for one in self.lines],
            "notes": list(self.notes),
            "question": self.question,
            "summary": self.summary,
        }


@dataclass(frozen=True, slots=True)
class Resting:
    """Which criteria rest on an observation, the weightiest first."""

    criteria: tuple[Criterion, ...] = ()

    @property
    def critical(self) -> bool:
        """Whether a critical criterion rests on it."""
        return bool(self.criteria) and self.criteria[0].criticality == "critical"

    @property
    def ids(self) -> tuple[str, ...]:
        """The criteria's ids."""
        return tuple(one.id for one in self.criteria)

    @property
    def weight(self) -> tuple[int, int]:
        """Where it stands when a person has time for one: lower comes first."""
        return self.criteria[0].weight if self.criteria else (_NO_CRITERION, 0)

    def in_words(self) -> str:
        """Return which criteria rest on it in words, `judged by CQA-VIA-001 (critical)`."""
        if not self.criteria:
            return "no criterion rests on it"
        first = self.criteria[0]
        more = len(self.criteria) - 1
        others = f" and {more} more" if more else ""
        return f"decides {first.id} ({first.criticality}){others}"


_NO_CRITERION: Final = 9


def resting_on(package: Opened) -> Mapping[str, Resting]:
    """Return by observation which criteria rest on it, through every calculation."""
    criteria = {one.id: one for one in package.criteria}
    found: dict[str, dict[str, Criterion]] = {}
    for verdict in package.verdicts.values():
        waiting, seen = list(verdict.observations), set[str]()
        while waiting:
            name = waiting.pop()
            one = package.observations.get(name)
            if one is None or name in seen:
                continue
            seen.add(name)
            found.setdefault(name, {})[verdict.criterion] = criteria[verdict.criterion]
            waiting.extend(one.origin.derived_from)
    return {
        name: Resting(tuple(sorted(own.values(), key=lambda one: (one.weight, one.id))))
        for name, own in found.items()
    }


def what(one: Observation) -> str:
    """Return what was observed, of what and where: `viability of DP-0001 at release testing`."""
    of = "" if one.subject.kind in {"batch", "step"} else f" of {one.subject.identifier}"
    return f"{one.characteristic.replace('_', ' ')}{of} at {step_in_words(one.step)}"


def fact_of(one: Observation, name: str) -> str:
    """Return a further fact that a source gives about a value, or nothing."""
    return dict(one.qualifiers).get(name, "")
