"""Chain of identity: which records name whose material this is, and whether they agree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.page import words
from tasks.page.facts import Fact, Facts
from tasks.page.given import PageDocuments, Record


@dataclass(frozen=True, slots=True)
class Saying:
    """One identity number, and every record that says it."""

    number: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One identity that several records name, or should."""

    title: str
    sayings: tuple[Saying, ...]
    """The number most records say first."""

    @property
    def agreed(self) -> bool:
        """Whether all records that name it say the same."""
        return len(self.sayings) == 1

    @property
    def said(self) -> str:
        """Who agrees, in one sentence."""
        counted = [
            (one.number, words.count(len(one.facts), "record"), len(one.facts))
            for one in self.sayings
        ]
        if self.agreed:
            number, records, many = counted[0]
            return f"{records} {'says' if many == 1 else 'say'} {number}; none says another."
        told = ", ".join(f"{number} ({records})" for number, records, _ in counted)
        return f"They do not agree: {told}."


def chains(documents: PageDocuments, facts: Facts) -> tuple[Chain, ...]:
    """Return the chains of identity that the criteria of the class COI look at."""
    criteria = [one for one in documents.criteria if one["class"] == "COI"]
    judged = {
        str(name)
        for verdict in documents.verdicts
        if verdict["criterion"] in {one["id"] for one in criteria}
        for name in verdict["observations"]
    }
    named = [one for one in facts if _names(one)]
    asked = {str(one.record["characteristic"]) for one in named if one.id in judged}
    found = []
    for together in _together(criteria, sorted(asked)):
        own = [one for one in named if one.record["characteristic"] in together]
        title = ", ".join(words.plain(name) for name in together)
        found.append(Chain(words.title(title), _sayings(own)))
    return tuple(found)


def _names(one: Fact) -> bool:
    """Tell whether an observation is somebody's own saying of a name, neither number nor time."""
    record = one.record
    kind = record["value"]["kind"]
    standing = record["status"] != "invalidated" and record["provenance"] != "calculated"
    return kind in {"text", "code"} and standing


def _together(criteria: Iterable[Record], asked: Sequence[str]) -> list[list[str]]:
    """Return the characteristics in groups: those that some criterion compares stand together."""
    groups = [[name] for name in asked]
    for criterion in criteria:
        against = criterion["against"]
        pair = {criterion["subject"].get("characteristic"), against and against["characteristic"]}
        met = [group for group in groups if pair & set(group)]
        if len(met) > 1:
            groups = [group for group in groups if group not in met]
            groups.append(sorted(name for group in met for name in group))
    return groups


def _sayings(facts: Sequence[Fact]) -> tuple[Saying, ...]:
    found: dict[str, list[Fact]] = {}
    for one in facts:
        found.setdefault(one.as_written, []).append(one)
    sayings = [Saying(number, tuple(ones)) for number, ones in found.items()]
    return tuple(sorted(sayings, key=lambda one: -len(one.facts)))
