"""Which limits hold for a batch: by day, kind and what is known of it; the unknown is never yes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from builders import criterion, observed

from contracts import reference
from contracts.alternatives import concluded
from contracts.applicability import EVERYWHERE, Applies, Fit
from contracts.criterion import Stage
from contracts.exceptions import Aside, exceptions
from contracts.question import Evidence
from contracts.readiness import Ready, decide
from contracts.rule import Limit, LimitKind, Range
from contracts.strategy import Strategy
from contracts.subject import Boundary
from contracts.verdict import Outcome

ADULT = Applies((("cohort", ("adult",)),))
CHILD = Applies((("cohort", ("child", "infant")),))
ADULT_EU = Applies((("cohort", ("adult",)), ("market", ("EU", "UK"))))
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("applies", "context", "fit"),
    [
        (EVERYWHERE, {}, Fit.YES),
        (ADULT, {"cohort": "adult"}, Fit.YES),
        (ADULT, {"cohort": "child"}, Fit.NO),
        (ADULT, {"cohort": ""}, Fit.UNKNOWN),
        (ADULT, {}, Fit.UNKNOWN),
        (CHILD, {"cohort": "infant"}, Fit.YES),
        (ADULT_EU, {"cohort": "adult", "market": "UK"}, Fit.YES),
        (ADULT_EU, {"cohort": "adult"}, Fit.UNKNOWN),
        (ADULT_EU, {"cohort": "child"}, Fit.NO),  # whatever the market is
        (ADULT_EU, {"market": "US"}, Fit.NO),
    ],
)
def test_what_something_applies_to(applies, context, fit):
    assert applies.fits(context) is fit


def limit(low, applies=EVERYWHERE, effective=2024, until=None, kind=LimitKind.SPECIFICATION):
    last = None if until is None else date(until, 12, 31)
    rule = Range(low=Decimal(low))
    return Limit(date(effective, 1, 1), rule, f"CS {low}", kind, last, applies)


def on(limits, context=None, day=DAY):
    taken = criterion(limits=tuple(limits)).on(day, context)
    return taken and [one.cites.removeprefix("CS ") for one in taken.limits]


def test_a_limit_holds_from_its_day_through_its_last():
    one = criterion(limits=(replace(limit(70), until=date(2025, 9, 14)), limit(80)))
    ended = replace(one, limits=one.limits[:1])
    assert ended.on(date(2023, 12, 31)) is None
    assert ended.on(date(2024, 1, 1)) is not None
    assert ended.on(date(2025, 9, 14)) is not None
    assert ended.on(date(2025, 9, 15)) is None


def test_in_a_gap_no_limit_holds_and_no_older_one_comes_back():
    limits = [limit(60, effective=2022), limit(70, until=2024), limit(80, effective=2026)]
    assert on(limits, day=date(2023, 5, 5)) == ["60"]
    assert on(limits, day=date(2024, 5, 5)) == ["70"]
    assert on(limits, day=date(2025, 5, 5)) is None
    assert on(limits, day=date(2026, 5, 5)) == ["80"]


def test_only_a_warning_is_no_limit():
    assert on([limit(85, kind=LimitKind.ALERT)]) is None


def test_each_kind_has_its_own_latest():
    limits = [
        limit(80),
        limit(85, kind=LimitKind.ALERT),
        limit(90, kind=LimitKind.ALERT, effective=2025),
    ]
    assert on(limits) == ["80", "90"]
    assert on(limits, {}) == ["80", "90"]


VARIANTS = [limit(80), limit(70, ADULT), limit(75, CHILD), limit(72, ADULT_EU)]


@pytest.mark.parametrize(
    ("context", "held"),
    [
        ({"cohort": "infant"}, ["75"]),
        ({"cohort": "elderly"}, ["80"]),
        ({"cohort": "adult", "market": "US"}, ["70"]),
        ({"cohort": "adult", "market": "EU"}, ["72"]),  # what says more goes first
        ({"market": "EU"}, ["80", "70", "75", "72"]),
        ({"cohort": "adult"}, ["80", "70", "75", "72"]),
        ({"cohort": "infant", "market": ""}, ["75"]),
    ],
)
def test_the_variant_that_fits(context, held):
    assert on(VARIANTS, context) == held


def judged(one, context, *written):
    taken = one.on(DAY, context)
    found = tuple(observed(each) for each in written)
    result = concluded((taken,), Evidence(found, {}, context=context), reference.judge)
    drawn = exceptions(Stage.INITIAL, result, found, Aside())
    (verdict,) = result.verdicts
    return verdict, decide(Stage.INITIAL, (taken,), result.verdicts, drawn).state


@pytest.mark.parametrize(
    ("context", "outcome", "words"),
    [
        ({"cohort": "adult", "market": "US"}, Outcome.MET, "≥ 70"),
        ({"cohort": "infant"}, Outcome.NOT_MET, "≥ 75"),
        ({}, Outcome.NOT_EVALUABLE, "the cohort and market of this batch is not on record"),
        ({"cohort": "adult"}, Outcome.NOT_EVALUABLE, "the market of this batch is not on record"),
    ],
)
def test_a_batch_is_judged_by_its_own_variant_or_not_at_all(context, outcome, words):
    verdict, _ = judged(criterion(limits=tuple(VARIANTS)), context, "74.0")
    assert verdict.outcome is outcome
    assert words in verdict.message


def test_no_variant_for_a_batch_is_no_limit_met():
    one = criterion(limits=(limit(70, ADULT), limit(75, CHILD)))
    verdict, state = judged(one, {"cohort": "elderly"}, "99.0")
    assert verdict.outcome is Outcome.NOT_EVALUABLE
    assert "no limit is set for cohort elderly" in verdict.message
    assert state is Ready.INCOMPLETE


def test_what_does_not_apply_is_said_and_does_not_make_ready():
    one = criterion(limits=tuple(VARIANTS), applies=Applies((("market", ("US",)),)))
    verdict, state = judged(one, {"market": "EU"}, "10.0")
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    assert verdict.message.endswith("applies to market US, not to this batch.")
    assert state is Ready.INCOMPLETE


def test_a_variant_that_is_ruled_out_asks_no_further_question():
    """It once asked the context for a market that nobody knew, and broke off."""
    one = criterion(limits=(limit(70, ADULT_EU),), applies=Applies((("site", ("Leiden",)),)))
    verdict, _ = judged(one, {"site": "Basel", "cohort": "child"}, "99.0")
    assert verdict.outcome is Outcome.NOT_APPLICABLE
    verdict, _ = judged(one, {"site": "Leiden", "cohort": "child"}, "99.0")
    assert "no limit is set for cohort child" in verdict.message


def test_a_specification_and_a_par_do_not_both_decide():
    one = criterion(limits=(limit(70), limit(80, kind=LimitKind.PAR)))
    verdict, _ = judged(one, {}, "75.0")
    assert verdict.outcome is Outcome.NOT_EVALUABLE
    assert "only one can decide" in verdict.message


def test_every_limit_has_a_name_of_its_own():
    by_market = Applies((("market", ("adult",)),))
    alerts = [limit(85, one, kind=LimitKind.ALERT) for one in (ADULT, CHILD)]
    one = criterion(limits=(*alerts, limit(80), limit(70, ADULT), limit(71, by_market)))
    names = [each.id for each in one.by_kind()]
    assert names == [
        "CQA-VIA-001",
        "CQA-VIA-001@cohort adult",
        "CQA-VIA-001@market adult",
        "CQA-VIA-001/alert@cohort adult",
        "CQA-VIA-001/alert@cohort child or infant",
    ]
    assert [each.limit.cites for each in one.by_kind()] == ["CS 80", "CS 70", "CS 71"] + [
        "CS 85"
    ] * 2


def test_a_criterion_that_does_not_apply_keeps_its_place_in_the_count():
    elsewhere = criterion(id="CQA-VIA-002", applies=Applies((("market", ("US",)),)))
    one = Strategy(
        "car-t", "Example", "1", (criterion(), elsewhere), Boundary("harvest", "started_at")
    )
    assert [it.id for it in one.in_force(DAY, {"market": "EU"})] == ["CQA-VIA-001", "CQA-VIA-002"]
