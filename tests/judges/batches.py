"""Whole strategies, and the evidence of a batch for each: plausible, hostile, and lacking."""

from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from decimal import Decimal

from builders import CAPTURED_AT, criterion, observed
from hypothesis import strategies as st
from judges.asking import METHOD, criteria, observation, values

from contracts.alternatives import Concluded, concluded
from contracts.applicability import Applies
from contracts.conclude import agree
from contracts.criterion import Criterion, Stage
from contracts.derive import derive
from contracts.exceptions import Aside, exceptions
from contracts.observation import Moment, Observation, Status, Subject, Text
from contracts.question import Evidence
from contracts.readiness import Readiness, decide
from contracts.rule import Range
from contracts.subject import (
    FORMULAS,
    Alternatives,
    Boundary,
    Count,
    Delay,
    Difference,
    Elapsed,
    Observed,
    Operand,
    Quotient,
    Reportable,
)

NAMES = ("viability", "purity", "endotoxin", "weight")
ENDS = (Boundary("harvest", "ended_at"), Boundary("freezing", "started_at"))
UGLY = ("", "NaN", "Infinity", "-Infinity", "1e99", "0.30000000000000004", "12,5", "<", "n/a")
"""As a source may write them; the readers take the numbers among them, and words for the rest."""


def told(name: str) -> Observed:
    return Observed("lims", name, "release_testing")


@dataclass(frozen=True)
class Batch:
    """A strategy's criteria, what was recorded, and what is known of the batch."""

    criteria: tuple[Criterion, ...]
    observations: tuple[Observation, ...]
    context: dict[str, str]

    def __repr__(self) -> str:
        """A page, not a book: what is asked, and what was written."""
        asked = "\n".join(
            f"{one.id} {one.subject} {[limit.rule for limit in one.limits]} {one.rounding}"
            for one in self.criteria
        )
        written = "\n".join(
            f"{one.characteristic} {one.value} {one.unit} {one.status.value} {one.retest_of}"
            for one in self.observations
        )
        return f"{asked}\n{written}\n{self.context}"[:15_000]

    def judged(self, *judges) -> Concluded:
        evidence = Evidence(
            self.observations, derive(self.criteria, self.observations, {}), context=self.context
        )

        def both(asked):
            first, *others = (judge(asked) for judge in judges)
            for other in others:
                agree(first, other)
            return first

        return concluded(self.criteria, evidence, both)

    def readiness(self, stage: Stage, *judges) -> Readiness:
        result = self.judged(*judges)
        drawn = exceptions(stage, result, self.observations, Aside())
        return decide(stage, self.criteria, result.verdicts, drawn)


@st.composite
def subjects(draw: st.DrawFn):
    one, other = (Operand("%", told(draw(st.sampled_from(NAMES)))) for _ in range(2))
    results = told(draw(st.sampled_from(NAMES)))
    return draw(
        st.sampled_from(
            [
                results,
                results,
                Quotient((one,), (other,)),
                Quotient((one, Operand("1", constant=Decimal("2.5")))),
                Difference(one, other),
                Reportable(results, draw(st.sampled_from(FORMULAS)), 2),
                Count(results),
                Delay(results),
                Elapsed(*ENDS),
            ]
        )
    )


def _fitted(one: Criterion, subject) -> Criterion:
    if isinstance(subject, Observed):
        return replace(one, subject=subject)
    units = {Count: "1", Delay: "h", Elapsed: "h"}
    if not all(isinstance(limit.rule, Range) for limit in one.limits):
        one = replace(one, limits=criterion(Range(high=Decimal("3.0"))).limits)
    return replace(one, subject=subject, unit=units.get(type(subject), "%"), conversions=())


@st.composite
def strategies(draw: st.DrawFn) -> tuple[Criterion, ...]:
    """Some criteria of every subject, one that counts two others, some only for one cohort."""
    made = []
    for number in range(draw(st.integers(3, 6))):
        one = _fitted(draw(criteria(f"CQA-ONE-{number:03d}")), draw(subjects()))
        against = told("purity") if one.limit.rule.record()["rule"] == "agrees" else None
        stage = draw(st.sampled_from(Stage))
        applies = draw(st.sampled_from([(), (), (("cohort", ("adult",)),)]))
        made.append(replace(one, against=against, required_for=stage, applies=Applies(applies)))
    names = (made[0].id, made[1].id)
    enough = draw(st.sampled_from([1, 2]))
    counting = criterion(
        Range(low=Decimal(enough)), id="CQA-ALL-001", unit="1", subject=Alternatives(names, enough)
    )
    if draw(st.booleans()):
        made[:2] = [replace(one, part_of=counting.id) for one in made[:2]]
        made.append(counting)
    return tuple(made)


@st.composite
def results(draw: st.DrawFn, strategy: tuple[Criterion, ...], number: int) -> Observation:
    """A result of one of the names, near some limit or ugly, in any unit and standing."""
    one = draw(st.sampled_from(strategy))
    unit = draw(st.sampled_from(["%", "%", "%", one.unit, "1", "furlong"]))
    value = draw(values(one.limit.rule, unit) | st.sampled_from(UGLY).map(Text))
    earlier = [f"key-{before}" for before in range(number)]
    zone = timezone(timedelta(hours=draw(st.sampled_from([-11, 0, 1, 14]))))
    moment = st.integers(-(10**6), 10**6).map(
        lambda seconds: (CAPTURED_AT + timedelta(seconds=seconds)).astimezone(zone)
    )
    return observation(
        value,
        key=f"key-{number}",
        characteristic=draw(st.sampled_from(NAMES)),
        unit=unit,
        status=draw(st.sampled_from([Status.FINAL] * 5 + [Status.INVALIDATED])),
        subject=Subject("sample", draw(st.sampled_from(["DP-1", "DP-2"]))),
        retest_of=draw(st.sampled_from(["", "", "", *earlier, "key-nobody"])),
        occurred_at=draw(st.none() | moment),
        recorded_at=draw(st.none() | moment),
        reason=draw(st.sampled_from(["", "air bubble"])),
        qualifiers=draw(st.sampled_from([(), (("verified_by", "P-051"),)])),
    )


@st.composite
def boundaries(draw: st.DrawFn) -> list[Observation]:
    """Ends of steps, written in any zone, now and then one twice or none at all."""
    made = []
    for number, end in enumerate(draw(st.lists(st.sampled_from(ENDS), max_size=3))):
        zone = timezone(timedelta(hours=draw(st.sampled_from([-11, 0, 14]))))
        at = (CAPTURED_AT + timedelta(minutes=draw(st.integers(0, 400)))).astimezone(zone)
        about = {"source": "batch_record", "step": end.step, "characteristic": end.edge}
        made.append(observation(Moment(at), key=f"end-{number}", **about, unit="1"))
    return made


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    strategy = draw(strategies())
    found = [draw(results(strategy, number)) for number in range(draw(st.integers(0, 8)))]
    twice = draw(st.lists(st.sampled_from(found), max_size=1)) if found else []
    context = draw(st.sampled_from([{}, {"cohort": "adult"}, {"cohort": "child"}]))
    return Batch(strategy, (*found, *twice, *draw(boundaries())), context)


def failing(one: Criterion) -> Observation | None:
    """A result that a criterion on results must call not met; None if no number or word is."""
    rule = one.limit.rule
    if not isinstance(one.subject, Observed) or not isinstance(rule, Range):
        return None
    number = rule.low - abs(rule.low) - 1000 if rule.low is not None else None
    if number is None:
        number = rule.high + abs(rule.high) + 1000
    return observed(
        str(number),
        characteristic=one.subject.characteristic,
        unit=one.unit,
        source_key="failing",
    )


__all__ = ["METHOD", "Batch", "batches", "failing", "strategies"]
