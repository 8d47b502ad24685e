"""Judge a batch's evidence by the strategy in force, under both judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts import reference
from contracts.alternatives import concluded
from contracts.applicability import Context
from contracts.conclude import agree
from contracts.context import context_of
from contracts.criterion import Criterion, Stage
from contracts.derive import Window, derive, series_steps, windows
from contracts.errors import JudgementError
from contracts.exceptions import Aside, exceptions
from contracts.observation import Observation
from contracts.question import Answers, Evidence, Question
from contracts.readiness import QualityException, Readiness, decide
from contracts.reductions import expected_equipment
from contracts.series_number import Expected
from contracts.sources.odcs import source_contract
from contracts.strategy import Strategy
from contracts.verdict import Verdict
from expectations import series, suite
from expectations.readings import PageReadings, Source
from expectations.series_again import ArrowTag
from tasks.approved import Approved
from tasks.evidence import ReadEvidence


@dataclass(frozen=True, slots=True)
class Judged:
    """One judging of one batch: what was asked, what came out, and what follows."""

    batch: str
    stage: Stage
    day: date
    context: Context
    """What is known of the batch, for limits that depend on it."""
    strategy: Strategy
    criteria: tuple[Criterion, ...]
    asked: tuple[Question, ...]
    observations: tuple[Observation, ...]
    """Everything read and everything calculated."""
    answers: Answers
    """What both judges said of each point asked."""
    verdicts: tuple[Verdict, ...]
    exceptions: tuple[QualityException, ...]
    readiness: Readiness
    doubts: tuple[str, ...]
    strategy_files: Mapping[str, bytes]
    """The files that the strategy was read from, by name."""


def judge(
    batch: str,
    stage: Stage,
    approved: Approved,
    dated: tuple[date, Context],
    evidence: ReadEvidence,
) -> Judged:
    """Judge every criterion in force, under both judges, and decide readiness.

    `dated` is the day that selects the limits and what the site says of the batch: what its own
    records say goes before that.

    Raises:
        JudgementError: the judges differ, or one gave no answer. Nothing is concluded.
    """
    strategy = approved.strategy
    day, given = dated
    context = context_of(strategy.dimensions, evidence.observations, given)
    criteria = strategy.in_force(day, context)
    derived = derive(criteria, evidence.observations, _from_series(criteria, evidence))
    result = concluded(
        criteria,
        Evidence(evidence.observations, derived, evidence.quarantines, context),
        under_both,
    )
    calculated = (one for values in derived.values() for one in values)
    observations = (*evidence.observations, *calculated, *result.calculated)
    aside = Aside(evidence.quarantines, approved.doubts, evidence.unread, evidence.otherwise)
    drawn = exceptions(stage, result, observations, aside)
    return Judged(
        batch=batch,
        stage=stage,
        day=day,
        context=context,
        strategy=strategy,
        criteria=criteria,
        asked=result.asked,
        answers=result.answers,
        observations=observations,
        verdicts=result.verdicts,
        exceptions=drawn,
        readiness=decide(stage, criteria, result.verdicts, drawn),
        doubts=approved.doubts,
        strategy_files=approved.files,
    )


def under_both(asked: Sequence[Question]) -> Answers:
    """Return the answers that both judges gave.

    Raises:
        JudgementError: they differ on any point, or one gave no answer.
    """
    return agree(reference.judge(asked), suite.judge(asked))


def _from_series(criteria: Sequence[Criterion], evidence: ReadEvidence) -> dict[str, Observation]:
    spans = windows(series_steps(criteria), evidence.observations)
    contract = source_contract(evidence.contracts["equipment"])
    expected = expected_equipment(criteria, spans, contract)
    return from_series(criteria, PageReadings(evidence.pages), spans, expected)


def from_series(
    criteria: Sequence[Criterion], source: Source, spans: Sequence[Window], expected: Expected
) -> dict[str, Observation]:
    """Return the number of every criterion on a series, calculated by two engines in one pass.

    Raises:
        JudgementError: they differ on any. Nothing is concluded.
    """
    asked = series.questions_of(criteria, spans)
    engines = (series.columns, ArrowTag)
    one, other = series.reduce_by(engines, asked, source, expected)
    return _both(one, other)


def _both(
    one_way: Mapping[str, Observation], another: Mapping[str, Observation]
) -> dict[str, Observation]:
    """Return the numbers of the series that both calculations gave.

    Raises:
        JudgementError: they differ on any. Nothing is concluded.
    """
    for name in sorted(set(one_way) | set(another)):
        one, other = one_way.get(name), another.get(name)
        if one is None or other is None or one.record() != other.record():
            raise JudgementError(
                f"two calculations of {name} differ: {one and one.value}, {other and other.value}",
                expected="the same number from the same readings",
                move="the developers look; nothing was concluded for this batch",
            )
    return dict(one_way)
