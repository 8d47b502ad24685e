"""What a batch is waiting for: what is pending, who owes it, since when, and due when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.canonical import Json
from contracts.criterion import Criterion, Stage
from contracts.question import sources_of
from contracts.readiness import ABSENCES, QualityException
from contracts.reading import Quarantine
from contracts.times import written
from contracts.words import source_in_words

RESULTS: Final = {
    "result pending": "pending",
    "result missing": "missing",
    "result not evaluable": "not evaluable",
}
_RECORD_KEEPERS: Final = {
    "entry left blank": "Manufacturing",
    "sample that cannot be placed": "QC laboratory",
}
"""Who owes what no criterion asked for, by the kind of exception; QA for any other."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that a batch is waiting for. Nobody sleeps for it: it is a fact of the record."""

    batch: str
    stage: Stage
    what: str
    who: str
    """Who owes it, as a role."""
    since: datetime
    """When it was first found lacking, in an unbroken row of evaluations until now."""
    due: datetime | None
    """By when it is owed; None if nobody said."""
    why: str

    def overdue(self, now: datetime) -> bool:
        """Tell whether it is owed and did not come in time."""
        return self.due is not None and self.due < now

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "batch": self.batch,
            "due": None if self.due is None else written(self.due),
            "since": written(self.since),
            "stage": self.stage.value,
            "what": self.what,
            "who": self.who,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """What one evaluation found lacking or against the batch."""

    at: datetime
    blocking: tuple[QualityException, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Who owes what, by the strategy that was judged by, and what its evidence says is due when."""

    criteria: Mapping[str, Criterion]
    due: Mapping[str, datetime | None]
    quarantines: tuple[Quarantine, ...] = ()


def lacking(batch: str, stage: Stage, looks: Sequence[Looked], rules: Rules) -> Iterator[Waiting]:
    """Yield what the newest of a stage's evaluations lacked; `looks` are oldest first.

    What cannot be evaluated because a source is in quarantine waits for the source alone.
    """
    if not looks:
        return
    aside = {one.source: one for one in rules.quarantines}
    for source, quarantine in aside.items():
        yield Waiting(
            batch,
            stage,
            what=f"the {source_in_words(source)}, which is in quarantine",
            who=f"the keepers of the {source_in_words(source)} system",
            since=_since(looks, "quarantine", f"the {source_in_words(source)} is in quarantine"),
            due=None,
            why=quarantine.in_words() + (f"; next: {quarantine.move}" if quarantine.move else ""),
        )
    for one in looks[-1].blocking:
        criterion = rules.criteria.get(one.criterion)
        if criterion is not None and one.kind in RESULTS:
            if aside.keys().isdisjoint(sources_of(criterion)):
                yield _result(batch, stage, looks, one, (criterion, rules.due.get(criterion.id)))
        elif one.kind in ABSENCES and one.kind != "quarantine":
            yield Waiting(
                batch,
                stage,
                what=one.kind,
                who=_RECORD_KEEPERS.get(one.kind, "QA"),
                since=_since(looks, one.kind, one.message),
                due=None,
                why=one.message,
            )


def _result(
    batch: str,
    stage: Stage,
    looks: Sequence[Looked],
    one: QualityException,
    owed: tuple[Criterion, datetime | None],
) -> Waiting:
    criterion, due = owed
    since = looks[-1].at
    for look in reversed(looks):
        if not any(e.criterion == criterion.id and e.kind in RESULTS for e in look.blocking):
            break
        since = look.at
    what = f"{criterion.title} ({criterion.id}): {RESULTS[one.kind]}"
    return Waiting(batch, stage, what, criterion.owner, since, due, one.message)


def _since(looks: Sequence[Looked], kind: str, words: str) -> datetime:
    """Return when the first of an unbroken row of evaluations said the same."""
    since = looks[-1].at
    for look in reversed(looks):
        said = (one for one in look.blocking if one.kind == kind)
        if not any(one.message.casefold().startswith(words.casefold()) for one in said):
            break
        since = look.at
    return since
