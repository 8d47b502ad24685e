"""The tests of a batch as a certificate of analysis lists them, with every result on record.

A failing original, a retest and a result that was set aside all stand there: a certificate that
shows the last result alone would hide the others (FDA, Investigating Out-of-Specification Test
Results for Pharmaceutical Production, 2022).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.attempts import Attempt, AttemptKind, attempts
from contracts.changes import minute
from contracts.criterion import AttributeClass, Criterion
from contracts.observation import Awaited, Observation, Provenance, Status
from contracts.opened import Opened
from contracts.question import selected
from contracts.subject import Observed
from contracts.verdict import Outcome, Verdict
from contracts.words import cut, value_in_words, with_unit

OUTCOMES: Final = {
    Outcome.MET: "met",
    Outcome.NOT_MET: "not met",
    Outcome.PENDING: "pending",
    Outcome.MISSING: "missing",
    Outcome.NOT_EVALUABLE: "not evaluable",
    Outcome.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a test."""

    one: Observation
    kind: AttemptKind | None
    """How it came about, where there are several; None for one alone."""

    @property
    def written(self) -> str:
        """The result as its source wrote it, with its unit; of a calculated one the number."""
        if isinstance(self.one.value, Awaited):
            return f"awaited ({self.one.value})"
        if self.one.provenance is Provenance.CALCULATED:
            return value_in_words(self.one)
        return with_unit(self.one.as_written.strip(), self.one.unit)

    @property
    def read_as(self) -> str:
        """Our reading, where it is not letter by letter what is written; else empty."""
        reading = value_in_words(self.one)
        awaited = isinstance(self.one.value, Awaited)
        return "" if awaited or reading == self.written else reading

    @property
    def remark(self) -> str:
        """What a reader must know of it: calculated, retest, set aside and why."""
        kind = "" if self.kind is None else self.kind.value
        if self.kind is AttemptKind.INVALIDATED or self.one.status is Status.INVALIDATED:
            kind = f"set aside: {self.one.reason.rstrip('. ') or 'no reason given'}"
        standing = "" if self.one.status in {Status.FINAL, Status.INVALIDATED} else self.one.status
        calculated = "calculated" if self.one.provenance is Provenance.CALCULATED else ""
        return ", ".join(one for one in (calculated, kind, standing) if one)

    @property
    def at(self) -> datetime | None:
        """When it was obtained, or else recorded."""
        return self.one.occurred_at or self.one.recorded_at

    @property
    def when(self) -> str:
        """The same in words; empty if it is not on record."""
        return minute(self.at) if self.at else ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One test of the specification, and what came of it."""

    criterion: Criterion
    verdict: Verdict
    results: tuple[Result, ...]

    @property
    def method(self) -> str:
        """The code of the method; empty if the strategy names none."""
        return self.criterion.method.code

    @property
    def limit(self) -> str:
        """The acceptance criterion as the strategy writes it, with its unit."""
        return self.criterion.limit_in_words()

    @property
    def reported(self) -> str:
        """What was judged where no single result was, such as a count of alternatives."""
        if self.results or not self.verdict.value:
            return ""
        return with_unit(cut(self.verdict.value), self.verdict.unit)

    @property
    def outcome(self) -> str:
        """The outcome in words."""
        return OUTCOMES[self.verdict.outcome]


def certified(package: Opened) -> tuple[Analysis, ...]:
    """Return every quality attribute that is tested (class CQA), in the order of the strategy."""
    return tuple(
        Analysis(one, package.verdicts[one.id], tuple(_results(one, package)))
        for one in package.criteria
        if one.attribute_class is AttributeClass.CQA
    )


def _results(criterion: Criterion, package: Opened) -> Iterator[Result]:
    verdict = package.verdicts[criterion.id]
    if verdict.outcome is Outcome.NOT_APPLICABLE:
        return
    known = package.observations
    judged = [known[name] for name in dict.fromkeys(verdict.observations) if name in known]
    if not isinstance(criterion.subject, Observed):
        yield from (Result(one, None) for one in judged)
        return
    every = judged + [
        one
        for one in selected(criterion.subject, package.observations.values())
        if one not in judged
    ]
    yield from _in_turn(attempts(every))


def _in_turn(found: Sequence[Attempt]) -> Iterator[Result]:
    several = len(found) > 1
    for one in found:
        plain = one.kind is AttemptKind.ORIGINAL and not several
        yield Result(one.observation, None if plain else one.kind)
