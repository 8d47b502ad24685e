"""A limit moved in a strategy file flips exactly the verdicts that it should."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from contracts import reference
from contracts.applicability import Fit
from contracts.conclude import agree, conclude
from contracts.errors import StrategyError
from contracts.observation import Number
from contracts.question import Evidence, questions
from contracts.rule import Range
from contracts.strategy import Strategy
from contracts.subject import Observed
from contracts.verdict import Outcome
from expectations import suite
from expectations.strategy import cases, check, folder_for, load

SHIPPED = folder_for("car-t-autologous")
STRATEGY = load(SHIPPED)
DAY = date(2026, 3, 2)
BATCH = {"cohort": "adult-lbcl"}


def evidence() -> Evidence:
    """One observation for each criterion that meets it: its own first example that does."""
    observed, derived = {}, {}
    for example in cases(SHIPPED):
        name = example.criterion.id
        if example.outcome is not Outcome.MET or example.day != DAY or len(example.written) != 1:
            continue
        if not dict(example.context).items() <= BATCH.items():
            continue
        (point,) = example.question().points
        if isinstance(example.criterion.subject, Observed):
            observed.setdefault(name, [one for one in (point.observation, point.other) if one])
        else:
            derived.setdefault(name, (point.observation,))
    everything = tuple(one for pair in observed.values() for one in pair)
    return Evidence(everything, derived, context=BATCH)


EVIDENCE = evidence()


def outcomes(strategy: Strategy, day: date = DAY, *, both: bool = False) -> dict[str, Outcome]:
    asked = questions(strategy.in_force(day, BATCH), EVIDENCE)
    answers = reference.judge(asked)
    if both:
        answers = agree(answers, suite.judge(asked))
    return {one.criterion: one.outcome for one in conclude(asked, answers)}


@pytest.fixture
def folder(tmp_path) -> Path:
    copied = tmp_path / "moved"
    copied.mkdir()
    for file in SHIPPED.iterdir():
        if file.name.endswith(".yaml"):
            (copied / file.name).write_bytes(file.read_bytes())
    return copied


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    start = text.index("- id: CQA-VIA-001")
    end = text.index("- id: CQA-CD3-001")
    own = text[start:end]
    assert own.count(old) == 1
    (folder / name).write_text(text[:start] + own.replace(old, new) + text[end:], encoding="utf-8")


def test_before_anything_is_moved_everything_is_met():
    before = outcomes(STRATEGY, both=True)
    elsewhere = {name for name, one in before.items() if one is Outcome.NOT_APPLICABLE}
    assert elsewhere == {"CQA-DOS-002"}  # the dose of children, per kilogram
    assert {one for name, one in before.items() if name not in elsewhere} == {Outcome.MET}
    assert len(before) == len(STRATEGY.criteria)


def test_a_new_limit_in_a_file_flips_its_own_verdict_and_no_other(folder):
    # the evidence reads 79.95 % (the first example that is met), which rounds to 80.0: below 80.1
    last = 'low: "80.0", cites: "EXAMPLE: Blood 134 (Supplement 1), 594" }\n'
    new = '      - { effective: 2026-02-01, low: "80.1", cites: "EXAMPLE: EX-CS-0001 v4" }\n'
    edit(folder, "release_testing.yaml", last, last + new)
    with pytest.raises(StrategyError, match=r"the example '79.95' on 2026-03-02 says met"):
        check(folder)
    before, after = outcomes(STRATEGY), outcomes(load(folder), both=True)
    assert {name for name in before if before[name] != after[name]} == {"CQA-VIA-001"}
    assert after["CQA-VIA-001"] is Outcome.NOT_MET
    assert load(folder).digest != STRATEGY.digest
    # the day before the new limit, nothing has changed
    earlier = date(2026, 1, 31)
    assert outcomes(load(folder), earlier) == outcomes(STRATEGY, earlier)


def test_a_limit_edited_in_place_contradicts_its_examples(folder):
    edit(folder, "release_testing.yaml", 'low: "80.0"', 'low: "75.0"')
    with pytest.raises(StrategyError) as refused:
        check(folder)
    assert "the example '79.94' on 2026-03-02 says not_met, but against ≥ 75.0 % it is met" in str(
        refused.value
    )


def test_a_title_changed_flips_nothing(folder):
    edit(folder, "release_testing.yaml", "title: Viability of the drug product", "title: Viability")
    assert outcomes(load(folder)) == outcomes(STRATEGY)


@pytest.mark.parametrize(
    "name",
    [
        one.id
        for one in STRATEGY.in_force(DAY, BATCH)
        if isinstance(one.limit.rule, Range) and one.applies.fits(BATCH) is Fit.YES
    ],
)
def test_each_limit_moved_past_its_value_flips_its_own_verdict_and_no_other(name):
    moved = replace(
        STRATEGY,
        criteria=tuple(
            _past(one) if one.id == name else one for one in STRATEGY.in_force(DAY, BATCH)
        ),
    )
    before, after = outcomes(STRATEGY), outcomes(moved)
    assert {one for one in before if before[one] != after[one]} == {name}
    assert after[name] is Outcome.NOT_MET


def _past(criterion):
    """The criterion with its low end just above the value that is on record."""
    (question,) = questions([criterion], EVIDENCE)
    value = question.points[0].observation.value
    assert isinstance(value, Number)
    rule = Range(low=value.number + Decimal("0.1"))
    return replace(criterion, limits=(replace(criterion.limit, rule=rule),))


def test_the_day_of_manufacture_selects_the_limit():
    day_of_old_limits = date(2024, 6, 1)
    (viability,) = [one for one in STRATEGY.in_force(day_of_old_limits) if one.id == "CQA-VIA-001"]
    assert viability.limit.rule == Range(low=Decimal("70.0"))
