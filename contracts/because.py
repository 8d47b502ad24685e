"""Why a verdict is another one in a later evaluation of the same batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from contracts import reference
from contracts.alternatives import concluded
from contracts.canonical import Json
from contracts.changes import Changed
from contracts.criterion import Criterion
from contracts.differences import Differences, Side, source_moves
from contracts.question import sources_of
from contracts.subject import Alternatives
from contracts.verdict import Outcome, Verdict

_LACKING = frozenset({Outcome.MISSING, Outcome.PENDING})
CRITERION, EVIDENCE, CONTEXT = "criterion", "evidence", "context"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that changed and that a verdict rests on."""

    kind: str
    """`criterion`, `evidence`, `context`, `source`, `alternative`, `day` or `unexplained`."""
    words: str

    def record(self) -> dict[str, Json]:
        """Return the reason as a record."""
        return {"kind": self.kind, "words": self.words}


@dataclass(frozen=True, slots=True)
class Flip:
    """A verdict whose outcome is another one, with everything that it may come from."""

    criterion: Criterion
    then: Verdict | None
    now: Verdict | None
    reasons: tuple[Reason, ...]

    def in_words(self) -> str:
        """Return what flipped, in one line."""
        was = outcome_in_words(self.then)
        return (
            f"{self.criterion.id} {self.criterion.title}: {was} then, "
            f"{outcome_in_words(self.now)} now"
        )

    def record(self) -> dict[str, Json]:
        """Return the flip as a record."""
        return {
            "criterion": self.criterion.id,
            "now": None if self.now is None else self.now.record(),
            "reasons": [one.record() for one in self.reasons],
            "then": None if self.then is None else self.then.record(),
            "title": self.criterion.title,
            "words": self.in_words(),
        }


def outcome_in_words(verdict: Verdict | None) -> str:
    """Return an outcome as people say it; a criterion that was not in force was not judged."""
    return "not judged" if verdict is None else verdict.outcome.value.replace("_", " ")


class Explained:
    """The flipped verdicts of two evaluations. Not a value: it judges again where two causes meet.

    Where criterion and evidence both changed, the reference judge is asked what either alone would
    have done.
    """

    def __init__(self, found: Differences) -> None:
        self._found = found
        self._then = {one.id: one for one in found.then.package.criteria}
        self._now = {one.id: one for one in found.now.package.criteria}
        self._revised = {one.id: one for one in found.criteria}
        self._moves = {source: words for source, words, _ in source_moves(found)}

    def flips(self) -> tuple[Flip, ...]:
        """Return every verdict with another outcome, in the strategy's order."""
        then, now = self._found.then.package.verdicts, self._found.now.package.verdicts
        return tuple(
            self._flip(name, then.get(name), now.get(name))
            for name in dict.fromkeys([*now, *then])
            if self._outcome(then, name) != self._outcome(now, name)
        )

    def restated(self) -> tuple[str, ...]:
        """Return the criteria with the same outcome on another value or against another limit."""
        then, now = self._found.then.package.verdicts, self._found.now.package.verdicts
        return tuple(
            name
            for name, one in now.items()
            if name in then
            and one.outcome == then[name].outcome
            and (one.value, one.limit) != (then[name].value, then[name].limit)
        )

    @staticmethod
    def _outcome(verdicts: Mapping[str, Verdict], name: str) -> Outcome | None:
        return verdicts[name].outcome if name in verdicts else None

    def _flip(self, name: str, then: Verdict | None, now: Verdict | None) -> Flip:
        criterion = self._now[name] if name in self._now else self._then[name]
        reasons = [*self._of_criterion(name), *self._of_context(name)]
        reasons += [*self._of_sources(criterion), *self._of_evidence(criterion, then, now)]
        reasons += self._of_alternatives(criterion)
        reasons += self._alone(criterion, now, {one.kind for one in reasons})
        unexplained = Reason(
            "unexplained",
            "neither its criterion nor its evidence changed: code or libraries did, see below",
        )
        return Flip(criterion, then, now, tuple(reasons) or (unexplained,))

    def _of_criterion(self, name: str) -> Iterator[Reason]:
        revised = self._revised.get(name)
        if revised is not None:
            yield from (Reason(CRITERION, words) for words in revised.decisive())
        was, comes = self._found.then.package.day, self._found.now.package.day
        if was != comes:
            yield Reason("day", f"limits were taken from {was} then, from {comes} now")

    def _of_context(self, name: str) -> Iterator[Reason]:
        asked = {
            dimension
            for one in (self._then.get(name), self._now.get(name))
            if one is not None
            for applies in (one.applies, *(limit.applies for limit in one.limits))
            for dimension, _ in applies.to
        }
        for dimension, was, comes in self._found.context:
            if dimension in asked:
                words = (
                    f"the batch's {dimension.replace('_', ' ')} was {was or 'not on record'}, "
                    f"is {comes or 'not on record'}: the limit depends on it"
                )
                yield Reason(CONTEXT, words)

    def _of_sources(self, criterion: Criterion) -> Iterator[Reason]:
        for source in sources_of(criterion):
            if source in self._moves:
                yield Reason("source", self._moves[source])

    def _of_evidence(
        self, criterion: Criterion, then: Verdict | None, now: Verdict | None
    ) -> Iterator[Reason]:
        moved = {source for source in sources_of(criterion) if source in self._moves}
        lacking = then is not None and then.outcome in _LACKING
        lead = "evidence was missing then: " if lacking else ""
        used = self._used(self._found.then, then) | self._used(self._found.now, now)
        for change in self._found.observations:
            if _touches(change, used) and change.one.source not in moved:
                yield Reason(EVIDENCE, lead + change.in_words())
        for tag in self._found.tags:
            if any(one.startswith(f"series:{tag}[") for one in used) and "equipment" not in moved:
                yield Reason(EVIDENCE, f"{lead}the readings of {tag} are others")

    @staticmethod
    def _used(side: Side, verdict: Verdict | None) -> set[str]:
        """Return every observation that a verdict rests on, down to the recorded ones."""
        found: set[str] = set()
        open_ones = list(verdict.observations) if verdict else []
        while open_ones:
            name = open_ones.pop()
            if name not in found:
                found.add(name)
                one = side.package.observations.get(name)
                open_ones += one.origin.derived_from if one else ()
        return found

    def _of_alternatives(self, criterion: Criterion) -> Iterator[Reason]:
        then, now = self._found.then.package.verdicts, self._found.now.package.verdicts
        if isinstance(criterion.subject, Alternatives):
            for name in criterion.subject.members:
                if self._outcome(then, name) != self._outcome(now, name):
                    words = (
                        f"of its alternatives, {name} was {outcome_in_words(then.get(name))} "
                        f"and is {outcome_in_words(now.get(name))}"
                    )
                    yield Reason("alternative", words)

    def _alone(self, criterion: Criterion, now: Verdict | None, kinds: set[str]) -> list[Reason]:
        """Return what criterion and evidence each alone would have done, where both changed."""
        was = self._then.get(criterion.id)
        if not {CRITERION, EVIDENCE} <= kinds or was is None or now is None:
            return []
        if was.subject != criterion.subject:
            return []
        by_criterion = self._new_criteria.get(criterion.id)
        by_evidence = self._new_evidence.get(criterion.id)
        words = (
            f"judged again: with the new criterion alone it is {_told(by_criterion)}, "
            f"with the new evidence alone {_told(by_evidence)}"
        )
        return [Reason("weighed", words)]

    @cached_property
    def _new_criteria(self) -> dict[str, Outcome]:
        return _outcomes(self._found.now, self._found.then)

    @cached_property
    def _new_evidence(self) -> dict[str, Outcome]:
        return _outcomes(self._found.then, self._found.now)


def _outcomes(criteria: Side, evidence: Side) -> dict[str, Outcome]:
    """Judge one side's evidence by the other's criteria, under the reference judge."""
    result = concluded(criteria.package.criteria, evidence.package.evidence(), reference.judge)
    return {one.criterion: one.outcome for one in result.verdicts}


def _told(outcome: Outcome | None) -> str:
    return "not judged" if outcome is None else outcome.value.replace("_", " ")


def _touches(change: Changed, used: set[str]) -> bool:
    return any(one is not None and one.id in used for one in (change.then, change.now))
