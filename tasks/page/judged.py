"""Every criterion with what came of it, and every exception with all that stands behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from tasks.page import words
from tasks.page.elsewhere import Elsewhere
from tasks.page.facts import Fact, Facts, process_order
from tasks.page.given import PageDocuments, Record

CALM: Final = frozenset({"met", "not_applicable"})
"""The outcomes that need no reviewer's eyes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion in force and its verdict."""

    criterion: Record
    verdict: Record
    fact: Fact | None
    """The observation that decided, if there is one."""
    others: int
    """How many further observations were judged with it."""
    unit: str

    @property
    def value(self) -> str:
        """The value as written; for a calculated one, the number."""
        return str(self.verdict["as_written"] or self.verdict["value"])

    @property
    def read_as(self) -> str:
        """Our reading, where it is not letter by letter the text."""
        return self.fact.read_as if self.fact else ""

    @property
    def message(self) -> str:
        """The verdict in words, without the title that stands beside it."""
        return str(self.verdict["message"]).removeprefix(f"{self.criterion['title']}: ")

    @property
    def citation(self) -> str:
        """Which document the limit comes from, and since when."""
        return words.rule(self.criterion)


@dataclass(frozen=True, slots=True)
class Procedure:
    """The criteria of one unit procedure."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """The criteria of one class that one stage requires, by unit procedure."""

    stage: str
    code: str
    groups: tuple[Procedure, ...]

    @property
    def title(self) -> str:
        """The class in words."""
        return words.CLASSES.get(self.code, self.code)

    @property
    def counts(self) -> Sequence[tuple[str, int]]:
        """How often each outcome came out, those that need a reviewer first."""
        return _counts([str(row.verdict["outcome"]) for one in self.groups for row in one.rows])

    @property
    def calm(self) -> bool:
        """Whether nothing in it needs a reviewer's eyes."""
        return CALM.issuperset(name for name, _ in self.counts)


def tree(groups: Sequence[Procedure]) -> tuple[tuple[str, tuple[Branch, ...]], ...]:
    """Return the criteria by stage and class, within it by unit procedure."""
    found: dict[str, list[Branch]] = {}
    rows = [row for group in groups for row in group.rows]
    for stage in ("initial", "final"):
        for code in words.CLASSES:
            own = [(group.name, _of(group, stage, code)) for group in groups]
            branch = Branch(stage, code, tuple(Procedure(name, ones) for name, ones in own if ones))
            if branch.groups:
                found.setdefault(stage, []).append(branch)
    shown = sum(len(one.rows) for ones in found.values() for of in ones for one in of.groups)
    if shown != len(rows):
        raise KeyError("a criterion of a stage or class that the page does not know")
    return tuple((stage, tuple(ones)) for stage, ones in found.items())


def _of(group: Procedure, stage: str, code: str) -> tuple[Row, ...]:
    return tuple(
        row
        for row in group.rows
        if row.criterion["required_for"] == stage and row.criterion["class"] == code
    )


def procedures(documents: PageDocuments, facts: Facts) -> tuple[Procedure, ...]:
    """Return the criteria by unit procedure, in the order of the process."""
    verdicts = {str(one["criterion"]): one for one in documents.verdicts}
    groups: dict[str, list[Row]] = {name: [] for name in process_order(facts)}
    for criterion in documents.criteria:
        verdict = verdicts[str(criterion["id"])]
        shown = facts.of(verdict["observations"])
        row = Row(
            criterion=criterion,
            verdict=verdict,
            fact=shown[0] if shown else None,
            others=max(0, len(shown) - 1),
            unit=words.unit(str(verdict["unit"])),
        )
        groups.setdefault(str(criterion["unit_procedure"]), []).append(row)
    return tuple(
        Procedure(words.plain(name) or "whole batch", tuple(rows))
        for name, rows in groups.items()
        if rows
    )


def coverage(documents: PageDocuments) -> Sequence[tuple[str, int]]:
    """Return how often each outcome came out, those that need a reviewer first."""
    return _counts([str(one["outcome"]) for one in documents.verdicts])


def _counts(found: Sequence[str]) -> Sequence[tuple[str, int]]:
    return [(outcome, found.count(outcome)) for outcome in words.OUTCOMES if outcome in found]


@dataclass(frozen=True, slots=True)
class ExceptionView:
    """One exception, or several that say the same of several criteria."""

    records: tuple[Record, ...]
    rows: tuple[Row, ...]
    """The criteria it is about, in the order of the exceptions."""
    facts: tuple[Fact, ...]
    """What it is about, every attempt in order."""
    others: tuple[Record, ...]
    """Where else its lots, equipment and people were at work."""

    @property
    def title(self) -> str:
        """The criterion's title; the kind where there is none, or more than one."""
        if len(self.rows) == 1:
            return str(self.rows[0].criterion["title"])
        kind = words.title(str(self.records[0]["kind"]))
        return f"{kind}: {len(self.rows)} criteria" if self.rows else kind

    @property
    def name(self) -> str:
        """The exceptions' ids."""
        first, last = self.records[0]["id"], self.records[-1]["id"]
        return str(first) if len(self.records) == 1 else f"{first} to {last}"

    @property
    def message(self) -> str:
        """The exception in words, without the title that stands above it."""
        message = str(self.records[0]["message"])
        title = str(self.rows[0].criterion["title"]) if self.rows else ""
        return words.title(message.removeprefix(f"{title}: "))


def exception_views(
    documents: PageDocuments, facts: Facts, groups: Sequence[Procedure]
) -> tuple[ExceptionView, ...]:
    """Return the exceptions, the blocking ones first, otherwise in the order given.

    Neighbours without evidence of their own that say the same, such as every criterion of a source
    in quarantine, are shown once.
    """
    rows: Mapping[str, Row] = {
        str(row.criterion["id"]): row for group in groups for row in group.rows
    }
    elsewhere = Elsewhere(documents.beside.elsewhere)
    ordered = sorted(documents.exceptions, key=lambda one: not one["blocking"])
    return tuple(
        ExceptionView(
            records=alike,
            rows=tuple(rows[str(one["criterion"])] for one in alike if one["criterion"]),
            facts=_attempts(alike[0], facts),
            others=elsewhere.of(_attempts(alike[0], facts)),
        )
        for _, alike in ((key, tuple(ones)) for key, ones in groupby(ordered, key=_said))
    )


def _said(exception: Record) -> tuple[object, ...]:
    alone = exception["id"] if exception["observations"] or not exception["criterion"] else ""
    return (alone, exception["kind"], exception["blocking"], exception["message"])


def _attempts(exception: Record, facts: Facts) -> tuple[Fact, ...]:
    """Return what the exception is about, with each result's other attempts beside it."""
    found = [
        attempt
        for identifier in exception["observations"]
        for attempt in facts.attempts(str(identifier))
    ]
    return tuple({one.id: one for one in found}.values())
