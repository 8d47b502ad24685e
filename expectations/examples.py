"""An example beside a criterion: what was written on a day, and what must come of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from contracts import reference
from contracts.applicability import Context
from contracts.conclude import conclude
from contracts.criterion import Criterion
from contracts.evidence import Place, digest_of
from contracts.observation import (
    Awaited,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
    Value,
)
from contracts.question import Answer, Evidence, Question, questions
from contracts.rule import Range
from contracts.sources.results import read_number
from contracts.subject import Observed
from contracts.verdict import Outcome, Verdict

_NOWHERE = digest_of(b"an example of the control strategy")


@dataclass(frozen=True, slots=True)
class Example:
    """What a source wrote on a day (or did not), and the outcome that the rule's author expects."""

    criterion: Criterion
    """With the one limit in force on the day."""
    day: date
    outcome: Outcome
    where: str
    """File and line."""
    unit: str
    """As the source reports it; the criterion's own unless the example is about another one."""
    written: tuple[str, ...] = ()
    """Nothing when nothing was recorded."""
    other: str | None = None
    """What the other record says, where two must agree."""
    awaited: str = ""
    """The source's word for a result that is still to come."""
    context: Context = field(default_factory=dict)
    """What is known of the batch, where the limits depend on it."""
    warns: tuple[str, ...] = ()
    """The kinds of the limits that are crossed and do not block."""

    def question(self) -> Question:
        """Return what is put to a judge: the same as for a batch with just this evidence."""
        observed = tuple(self._observations())
        evidence = Evidence(observed, {}, context=self.context)
        if not isinstance(self.criterion.subject, Observed):
            evidence = Evidence((), {self.criterion.id: observed}, context=self.context)
        (question,) = questions((self.criterion,), evidence)
        return question

    def verdict(self) -> Verdict:
        """Return what the reference judge concludes."""
        asked = (self.question(),)
        (verdict,) = conclude(asked, reference.judge(asked))
        return verdict

    def crossed(self) -> tuple[str, ...]:
        """Return the kinds of limits that are crossed without blocking, by the reference judge."""
        answers = reference.judge((self.question(),))
        return tuple(
            sorted(
                one.criterion.limit.kind.value
                for one in self.question().by_kind()
                if not one.criterion.limit.kind.blocks
                and any(
                    answers[one.criterion.id, point.id] is Answer.NOT_MET for point in one.points
                )
            )
        )

    def _observations(self) -> Iterator[Observation]:
        subject = self.criterion.subject
        told = subject if isinstance(subject, Observed) else _calculated(self.criterion)
        for number, text in enumerate(self.written):
            value = reading_of(text, numeric=isinstance(self.criterion.limit.rule, Range))
            yield self._observation(told, text, value, f"written {number + 1}")
        if self.awaited:
            yield self._observation(told, self.awaited, Awaited(self.awaited), "awaited")
        if self.criterion.against is not None and self.other is not None:
            yield self._observation(
                self.criterion.against, self.other, Text(self.other), "the other record"
            )

    def _observation(self, told: Observed, text: str, value: Value, key: str) -> Observation:
        calculated = not isinstance(self.criterion.subject, Observed)
        return Observation(
            batch="EXAMPLE",
            source=told.source,
            subject=Subject("batch", "EXAMPLE"),
            step=told.step,
            characteristic=told.characteristic,
            as_written="" if calculated else text,
            value=value,
            unit=self.unit,
            occurred_at=None,
            recorded_at=None,
            captured_at=datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC),
            zone="UTC",
            recorded_by="",
            instrument="",
            status=Status.FINAL,
            provenance=Provenance.CALCULATED if calculated else Provenance.INSTRUMENT,
            origin=Origin((Place(_NOWHERE, 0, 1, self.where),)),
            source_key=f"{self.where}, {key}",
        )


def reading_of(text: str, *, numeric: bool) -> Value:
    """Return what an example's text says, read as the laboratory's results are: number or words.

    Words where a number belongs stay words; they are for the judge to refuse.
    """
    number = read_number(text) if numeric else None
    return Text(text) if number is None else number


def _calculated(criterion: Criterion) -> Observed:
    source = "equipment" if criterion.subject.record()["kind"] == "reduction" else "batch_record"
    return Observed(source, "calculated", criterion.unit_procedure or "calculated")
