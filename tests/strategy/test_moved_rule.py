"""Whatever is changed in a rule changes a verdict, or the strategy is refused: nothing is idle."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from contracts.criterion import Stage
from contracts.errors import StrategyError
from contracts.readiness import decide
from contracts.strategy import Strategy
from contracts.verdict import Outcome
from expectations.examples import Example
from expectations.strategy import check, load

RICH = Path(__file__).parent / "rich"
RULES, HEAD = "release.yaml", "strategy.yaml"
DAY = date(2026, 3, 2)
ADULT, CHILD, LIGHT = {"cohort": "adult"}, {"cohort": "child"}, {"weight_class": "light"}


def judged(strategy: Strategy, name: str, written: str, unit: str, batch: dict[str, str]) -> str:
    """What comes of one result: its outcome, and the warning limits it crosses."""
    (criterion,) = [one for one in strategy.criteria if one.id == name]
    taken = criterion.on(DAY, batch)
    if taken is None:
        return "not in force"
    result = Example(taken, DAY, Outcome.MET, "here:1", unit, (written,), context=batch)
    return " ".join((result.verdict().outcome.value, *result.crossed()))


# what is changed, and what comes before and after of which result
MOVED = {
    "the-limit": (
        RULES,
        ('effective: 2025-01-01, low: "50"', 'effective: 2025-01-01, low: "52"'),
        ("CQA-DOS-001", "51", "10*6", ADULT),
        ("met", "not_met"),
    ),
    "the-other-end": (
        RULES,
        ('kind: par, low: "70.0", high: "100.0"', 'kind: par, low: "70.0", high: "95.0"'),
        ("IPC-VIA-001", "99.0", "%", {}),
        ("met", "not_met"),
    ),
    "whether-an-end-belongs-to-it": (
        RULES,
        ("low_inclusive: false, ", ""),
        ("CQA-POT-002", "50", "%", {}),
        ("not_met", "met"),
    ),
    "the-limit-of-a-variant": (
        RULES,
        ('low: "20"', 'low: "40"'),
        ("CQA-DOS-001", "30", "10*6", CHILD),
        ("met", "not_met"),
    ),
    "the-first-day": (
        RULES,
        (
            '2024-01-01, low: "50", cites',
            '2026-03-03, low: "50", cites',
        ),
        ("CQA-POT-003", "60", "pg/mL", {}),
        ("met", "not in force"),
    ),
    "the-first-day-of-a-warning": (
        RULES,
        ("effective: 2025-01-01, kind: alert", "effective: 2026-03-03, kind: alert"),
        ("CQA-DOS-001", "550", "10*6", ADULT),
        ("met alert", "met"),
    ),
    "the-last-day": (
        RULES,
        (
            'effective: 2024-01-01, high: "5.0"',
            'effective: 2024-01-01, until: 2026-03-01, high: "5.0"',
        ),
        ("CQA-END-001", "5.1", "{EU}/kg", LIGHT),
        ("not_met", "not in force"),
    ),
    "the-unit": (
        RULES,
        ('unit: "pg/mL"', 'unit: "ng/mL"'),
        ("CQA-POT-003", "60", "pg/mL", {}),
        ("met", "not_evaluable"),
    ),
    "the-units-accepted": (
        RULES,
        ('accepts_units: ["10*9"]', 'accepts_units: ["10*12"]'),
        ("CQA-DOS-001", "0.055", "10*9", ADULT),
        ("met", "not_evaluable"),
    ),
    "the-way-of-rounding": (
        RULES,
        ("rounding: half_up", "rounding: half_even"),
        ("CQA-DOS-001", "600.5", "10*6", ADULT),
        ("not_met alert", "met alert"),
    ),
    "that-there-is-rounding": (
        RULES,
        ("    rounding: half_up\n", ""),
        ("CQA-DOS-001", "49.5", "10*6", ADULT),
        ("met", "not_met"),
    ),
    "the-decimals-rounded-to": (
        RULES,
        ('2025-01-01, low: "50", high: "600"', '2025-01-01, low: "50.0", high: "600.0"'),
        ("CQA-DOS-001", "49.5", "10*6", ADULT),
        ("met", "not_met"),
    ),
    "the-kind": (
        RULES,
        ("kind: alert", "kind: action"),
        ("CQA-DOS-001", "550", "10*6", ADULT),
        ("met alert", "met action"),
    ),
    "the-warning-limit": (
        RULES,
        ('kind: nor, low: "80.0"', 'kind: nor, low: "75.0"'),
        ("IPC-VIA-001", "77.0", "%", {}),
        ("met nor", "met"),
    ),
    "what-a-limit-applies-to": (
        RULES,
        ("applies_to: { cohort: [child] }", "applies_to: { cohort: [adult] }"),
        ("CQA-DOS-001", "30", "10*6", CHILD),
        ("met", "not_met"),
    ),
    "what-a-criterion-applies-to": (
        RULES,
        ("applies_to: { weight_class: [light] }", "applies_to: { weight_class: [heavy] }"),
        ("CQA-END-001", "5.1", "{EU}/kg", LIGHT),
        ("not_met", "not_applicable"),
    ),
    "the-words-allowed": (
        RULES,
        ('values: ["No growth"]', 'values: ["no growth"]'),
        ("CQA-STE-001", "No growth", "1", {}),
        ("met", "not_evaluable"),
    ),
    "the-words-unacceptable": (
        RULES,
        ('unacceptable: ["Growth"]', 'unacceptable: ["Mould"]'),
        ("CQA-STE-001", "Growth", "1", {}),
        ("not_met", "not_evaluable"),
    ),
    "the-day-of-a-provisional-result": (
        RULES,
        ('from_day: "7"', 'from_day: "8"'),
        ("CQA-STE-001", "negative to date, day 7", "1", {}),
        ("met", "pending"),
    ),
    "the-words-of-a-method": (
        HEAD,
        ('TNTC: ">300"', 'TNTC: ">100"'),
        ("CQA-DOS-001", "TNTC", "10*6", CHILD),
        ("not_met", "not_evaluable"),
    ),
}


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(RICH, tmp_path / "rich"))


@pytest.fixture
def move(folder) -> Callable[[str, str, str], Path]:
    def move(file: str, old: str, new: str) -> Path:
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return move


@pytest.mark.parametrize("moved", MOVED)
def test_a_moved_part_of_a_rule_changes_its_own_verdict_and_no_other(move, moved):
    file, change, result, (before, after) = MOVED[moved]
    name = result[0]
    strategy = load(RICH)
    changed = load(move(file, *change))
    assert judged(strategy, *result) == before
    assert judged(changed, *result) == after
    pairs = zip(strategy.criteria, changed.criteria, strict=True)
    # by the record: 50 and 50.0 are one number, and two limits where a result is rounded to them
    assert {one.id for one, other in pairs if one.record() != other.record()} == {name}
    assert changed.digest != strategy.digest


# an example is written in its criterion's own unit, and need not show a warning's day or every word
UNSHOWN = {"the-unit", "the-first-day-of-a-warning", "the-words-of-a-method"}


@pytest.mark.parametrize("moved", [one for one in MOVED if one not in UNSHOWN])
def test_and_its_own_examples_contradict_it(move, moved):
    file, change, *_ = MOVED[moved]
    folder = move(file, *change)
    with pytest.raises(StrategyError, match="example"):
        check(folder)


def test_a_stage_moved_changes_what_a_batch_waits_for(move):
    strategy = load(RICH)
    changed = load(move(RULES, "required_for: final", "required_for: initial"))

    def readiness(one: Strategy) -> str:
        sterility, viability = one.criteria[-2:]
        missing = Example(sterility.on(DAY), DAY, Outcome.MISSING, "here:1", "1").verdict()
        met = Example(viability.on(DAY), DAY, Outcome.MET, "here:2", "%", ("90.0",)).verdict()
        return decide(Stage.INITIAL, (sterility, viability), (missing, met), ()).state.value

    assert (readiness(strategy), readiness(changed)) == ("ready", "incomplete")


def test_a_stage_moved_to_the_end_must_say_what_a_late_failure_means(folder):
    text = (folder / RULES).read_text(encoding="utf-8")
    (folder / RULES).write_text(text.replace("required_for: initial", "required_for: final", 1))
    assert load(folder).criteria
    with pytest.raises(StrategyError, match="CQA-DOS-001 does not say under late_failure"):
        check(folder)


LINKS = "links: [CQA-DOS-001, CQA-POT-001, CQA-END-001, CQA-STE-001]"


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ("links: [CQA-DOS-001, CQA-POT-001, CQA-END-001]", "is linked to CQA-STE-001"),
        (LINKS.replace("STE-001", "STE-009"), "a link to CQA-STE-009, which is not there"),
        (LINKS.replace("CQA-STE-001", "IPC-VIA-001"), "which is no CQA but a IPC"),
        (LINKS.replace("POT-001", "POT-002"), "no CPP, CMA or IPC is linked to CQA-POT-001"),
        ("links: []", "the list is too short"),
        ("due: { after: { step: a, edge: ended_at }, within: 1 d }", "does not say under links"),
    ],
)
def test_a_link_moved_leaves_a_quality_attribute_unprotected(move, links, words):
    folder = move(RULES, LINKS, links)
    with pytest.raises(StrategyError, match=words):
        check(folder)


def test_the_day_that_selects_may_be_any_boundary_and_is_part_of_the_name(move):
    changed = check(move(HEAD, "step: harvest, edge: ended_at", "step: receipt, edge: started_at"))
    assert changed.dated_by != load(RICH).dated_by
    assert changed.digest != load(RICH).digest
