"""What must hold of every strategy and every batch, whatever they say."""

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from builders import criterion
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judges.asking import CONVERSIONS, observation, ranges, values_near
from judges.batches import Batch, batches, failing, strategies

from contracts import reference, restore, restore_strategy
from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.observation import Bound, Number
from contracts.question import Answer, Point, Question
from contracts.readiness import Ready
from contracts.rule import Range
from contracts.strategy import Strategy
from contracts.subject import Boundary, Observed
from contracts.verdict import Outcome
from expectations import suite

law = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
dear = settings(law, max_examples=8, phases=settings.default.phases[:3])
"""For laws that ask Great Expectations: not shrunk, for that would take minutes."""


def outcomes(batch: Batch) -> dict[str, Outcome]:
    return {one.criterion: one.outcome for one in batch.judged(reference.judge).verdicts}


@given(batches())
@dear
def test_both_judges_agree_on_whole_batches(batch):
    batch.judged(reference.judge, suite.judge)


@given(batches())
@law
def test_each_criterion_has_its_verdict_and_none_is_extra(batch):
    result = batch.judged(reference.judge)
    assert [one.criterion for one in result.verdicts] == [one.id for one in batch.criteria]
    assert [one.criterion.id for one in result.asked] == [one.id for one in batch.criteria]


@given(batches(), st.randoms(use_true_random=False))
@law
def test_the_order_of_the_evidence_decides_nothing(batch, chance: random.Random):
    shuffled = list(batch.observations)
    chance.shuffle(shuffled)
    other = replace(batch, observations=tuple(shuffled))
    assert outcomes(other) == outcomes(batch)
    for stage in Stage:
        one, again = (it.readiness(stage, reference.judge) for it in (batch, other))
        assert one.state is again.state


@given(batches())
@law
def test_the_same_evidence_twice_decides_as_it_does_once(batch):
    once = replace(batch, observations=tuple({one.id: one for one in batch.observations}.values()))
    own = [one.id for one in batch.criteria if isinstance(one.subject, Observed)]
    before, after = outcomes(once), outcomes(batch)
    assert [before[name] for name in own] == [after[name] for name in own]


@given(batches(), st.data())
@law
def test_a_failing_result_is_never_outweighed(batch, data):
    """It may be the first result of another criterion, but the one it fails is never met by it."""
    one = data.draw(st.sampled_from(batch.criteria))
    bad = failing(one)
    assume(bad is not None)
    worse = replace(batch, observations=(*batch.observations, bad))
    after = outcomes(worse)[one.id]
    assert after in (Outcome.NOT_MET, *_BY_CONTEXT)
    if not one.part_of and after is not Outcome.NOT_APPLICABLE:
        for stage in Stage:
            before, now = (it.readiness(stage, reference.judge).state for it in (batch, worse))
            assert now is not Ready.READY or before is Ready.READY
            assert now is Ready.NOT_READY or after is not Outcome.NOT_MET


@given(batches(), st.sampled_from(["viability", "purity", "endotoxin", "weight"]))
@law
def test_what_is_not_on_record_is_never_met(batch, name):
    kept = tuple(one for one in batch.observations if one.characteristic != name)
    after = outcomes(replace(batch, observations=kept))
    for one in batch.criteria:
        if isinstance(one.subject, Observed) and one.subject.characteristic == name:
            assert after[one.id] in (Outcome.MISSING, *_BY_CONTEXT), one.id


_BY_CONTEXT = (Outcome.NOT_APPLICABLE, Outcome.NOT_EVALUABLE)


@given(batches(), st.data())
@law
def test_to_lose_a_result_that_spoke_for_the_batch_never_helps(batch, data):
    """Only what spoke against it, or was open, can by its loss turn a criterion to met."""
    assume(batch.observations)
    lost = data.draw(st.sampled_from(batch.observations))
    kept = tuple(one for one in batch.observations if one.id != lost.id)
    result, after = batch.judged(reference.judge), outcomes(replace(batch, observations=kept))
    before = {one.criterion: one.outcome for one in result.verdicts}
    for question in result.asked:
        one = question.criterion
        answers = {
            result.answers[one.id, point.id]
            for point in question.points
            if lost in (point.observation, point.other)
        }
        if isinstance(one.subject, Observed) and answers == {Answer.MET}:
            assert after[one.id] is not Outcome.MET or before[one.id] is Outcome.MET


@given(strategies())
@law
def test_a_strategy_comes_back_from_its_record(criteria):
    one = Strategy("car-t", "Example", "1", criteria, Boundary("apheresis_receipt", "started_at"))
    record = json.loads(canonical(one.record()))
    again = restore.restored("strategy", restore_strategy.strategy, record)
    assert (again, again.digest) == (one, one.digest)


def answered(told, *written, unit="%", judges=(reference.judge,)):
    points = tuple(
        Point(observation(Number(one), key=str(place), unit=unit))
        for place, one in enumerate(written)
    )
    first, *others = (judge([Question(told, points)]) for judge in judges)
    assert all(other == first for other in others)
    return [first[told.id, point.id] for point in points]


@given(st.integers(-5000, 5000), st.lists(st.integers(-60, 60), min_size=1), st.booleans())
@law
def test_a_rounded_limit_is_the_limit_that_it_comes_to(tenths, beside, upper):
    """Half up: ties go away from zero, so on which side the tie belongs depends on the sign."""
    end = Decimal(tenths).scaleb(-1)
    numbers = [Decimal(10 * tenths + step).scaleb(-2) for step in beside]
    half = Decimal("-0.05") if not upper else Decimal("0.05")
    # The tie beside the end goes to the end if the end is further from zero than the tie is.
    tie_is_end = tenths > 0 if not upper else tenths < 0
    if upper:
        rule = Range(high=end)
        comes_to = Range(high=end + half, high_inclusive=tie_is_end)
    else:
        rule = Range(low=end)
        comes_to = Range(low=end + half, low_inclusive=tie_is_end)
    assert answered(criterion(rule, rounding="half_up"), *numbers) == answered(
        criterion(comes_to), *numbers
    )


@given(ranges(), st.data(), st.sampled_from(["", "half_up", "half_even"]))
@settings(dear, max_examples=15)
def test_a_result_in_another_unit_is_the_same_result(rule, data, rounding):
    """Back into the other unit by whole numbers: only what a decimal writes out is asked."""
    conversion = data.draw(st.sampled_from(CONVERSIONS))
    told = criterion(rule, rounding=rounding, conversions=CONVERSIONS)
    near = data.draw(st.lists(values_near(rule.ends[0], conversion.unit), min_size=1, max_size=4))
    numbers = [one for one in near if abs(one.adjusted()) < 100]
    assume(numbers)
    there = [conversion.ratio(one) for one in numbers]
    own = [_written_out(one) for one in there]
    both = (reference.judge, suite.judge)
    asked = answered(told, *numbers, unit=conversion.unit, judges=both)
    for number, answer in zip(own, asked, strict=True):
        if number is not None:
            assert answered(told, number, judges=both) == [answer]


def _written_out(ratio: Fraction) -> Decimal | None:
    rest, power = ratio.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest, power = rest // (10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5), power + 1
    if rest != 1:
        return None
    return Decimal(f"{ratio.numerator * (10**power // ratio.denominator)}E-{power}")


@pytest.mark.parametrize("bound", list(Bound))
@given(rule=ranges(), data=st.data())
@law
def test_what_is_one_sided_is_decided_as_all_that_it_leaves_open(bound, rule, data):
    """An answer about `<x` is the answer about every number below x that is tried."""
    number = data.draw(values_near(data.draw(st.sampled_from(rule.ends))))
    tried = data.draw(st.lists(values_near(data.draw(st.sampled_from(rule.ends))), max_size=6))
    told = criterion(rule, rounding=data.draw(st.sampled_from(["", "half_up", "half_even"])))
    point = Point(observation(Number(number, bound)))
    said = reference.answer(told, point)
    assume(said is not Answer.NOT_EVALUABLE)
    left_open = {Bound.EXACT: number.__eq__, Bound.BELOW: number.__gt__, Bound.ABOVE: number.__lt__}
    for one in filter(left_open[bound], tried):
        assert reference.answer(told, Point(observation(Number(one)))) is said


def test_a_limit_of_the_day_is_one_for_each_day():
    """Whatever the day, in any order of the file: the latest limit that has begun."""
    days = [date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)]
    made = [replace(criterion().limits[0], effective=day, cites=str(day)) for day in days]
    for order in (made, made[::-1], [made[1], made[2], made[0]]):
        told = criterion(limits=tuple(order))
        for day in days:
            assert told.on(day).limit.cites == str(day)
            assert told.on(day.replace(month=12)).limit.cites == str(day)
