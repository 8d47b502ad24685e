import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from builders import criterion

from contracts.errors import StrategyError
from contracts.rule import Agrees, Limit, OneOf, Present, Range
from contracts.strategy import Strategy
from contracts.subject import Boundary
from expectations import generate
from expectations.compiler import compile_all, compile_suite
from expectations.points import frame
from expectations.suite import load_suite, run

RULES = [
    Range(low=Decimal("80.0")),
    Range(high=Decimal("5.0"), high_inclusive=False),
    Range(Decimal("2.0"), Decimal("8.0"), low_inclusive=False),
    OneOf(("Not detected", "Absent")),
    Present(),
    Agrees(),
]
CRITERIA = [criterion(rule, id=f"CQA-{row}") for row, rule in enumerate(RULES)]


def limit_of(rule, **changes):
    (_, _, limit) = compile_suite("one", [criterion(rule, **changes)])["expectations"]
    return limit


def arguments(rule):
    told = limit_of(rule)["kwargs"]
    return {name: value for name, value in told.items() if name not in ("column", "row_condition")}


def test_every_end_of_a_range_is_written_out():
    # Great Expectations itself leaves out what equals a default (notes, finding 4).
    assert arguments(Range(low=Decimal("80.0"))) == {
        "min_value": 80.0,
        "max_value": None,
        "strict_min": False,
        "strict_max": False,
    }
    assert arguments(Range(Decimal("2.0"), Decimal("8.0"), high_inclusive=False)) == {
        "min_value": 2.0,
        "max_value": 8.0,
        "strict_min": False,
        "strict_max": True,
    }


def test_an_expectation_carries_the_criterion_in_words():
    told = limit_of(Range(low=Decimal("80.0")), criticality="major")
    assert told["description"] == "Viability of the drug product: ≥ 80.0 %."
    assert told["severity"] == "warning"
    assert told["meta"] == {
        "check": "CQA-VIA-001/limit",
        "citation": "CS-0042 v3, section 4.2",
        "class": "CQA",
        "criterion": "CQA-VIA-001",
        "effective": "2024-01-01",
        "limit": "≥ 80.0 %",
        "rule": "range",
        "unit": "%",
    }


def test_stock_great_expectations_misses_what_is_not_there():
    """Whoever runs a committed suite by himself sees that there is nothing to judge."""
    compiled = compile_suite("s", CRITERIA)
    told = {
        result.expectation_config.meta["check"]: result.success
        for result in run(compiled, frame([]))
    }
    assert {check for check, success in told.items() if not success} == {
        f"{one.id}/there" for one in CRITERIA
    }


def test_a_suite_is_the_same_each_time():
    compiled = compile_suite("s", CRITERIA)
    assert compile_suite("s", CRITERIA[::-1]) == compiled
    assert json.loads(generate.suite_text(compiled)) == compiled
    assert "great_expectations_version" not in generate.suite_text(compiled)


def test_ids_follow_from_the_suite_and_the_check():
    ids = [
        one["id"] for name in ("s", "t") for one in compile_suite(name, CRITERIA)["expectations"]
    ]
    assert len(set(ids)) == len(ids) == 2 * 3 * len(CRITERIA)


def test_stock_great_expectations_reads_the_suite_whole():
    compiled = json.loads(generate.suite_text(compile_suite("s", CRITERIA)))
    loaded = load_suite(compiled).to_json_dict()
    again = load_suite(loaded).to_json_dict()
    assert again == loaded
    for one, ours in zip(loaded["expectations"], compiled["expectations"], strict=True):
        kept = {name: one[name] for name in ("id", "type", "meta", "severity", "description")}
        assert kept == {name: ours[name] for name in kept}
        assert one["kwargs"].items() <= ours["kwargs"].items()
        left_out = ours["kwargs"].keys() - one["kwargs"].keys()
        assert all(not ours["kwargs"][name] or name == "ignore_row_if" for name in left_out)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Range(), "a range without an end"),
        (Range(Decimal(8), Decimal(2)), "the range 8 to 2"),
        (Range(low=Decimal("0.1234567890123456")), "the limit 0.1234567890123456"),
    ],
)
def test_a_limit_that_cannot_be_compiled_is_refused_with_its_criterion(rule, words):
    with pytest.raises(StrategyError, match=words) as caught:
        compile_suite("s", [criterion(rule)])
    assert caught.value.where == "CQA-VIA-001"


def test_two_criteria_of_one_id_are_refused():
    with pytest.raises(StrategyError, match="two criteria CQA-VIA-001"):
        compile_suite("s", [criterion(), criterion(Present())])


def dated(*ends):
    limits = tuple(Limit(day, Range(low=Decimal(low)), "CS-0042") for day, low in ends)
    return replace(criterion(), limits=limits)


STRATEGY = Strategy(
    "car-t",
    "Example",
    "1",
    (
        dated((date(2024, 1, 1), "70.0"), (date(2025, 9, 15), "80.0")),
        replace(dated((date(2025, 1, 1), "1.0")), id="IPC-1", unit_procedure="expansion"),
    ),
    Boundary("apheresis_receipt", "started_at"),
)


def test_one_suite_a_unit_procedure_with_the_limits_of_the_day():
    early, late = (compile_all(STRATEGY, day) for day in (date(2024, 6, 1), date(2025, 10, 1)))
    assert list(early) == ["release_testing.json"]
    assert list(late) == ["expansion.json", "release_testing.json"]
    ends = [
        s["release_testing.json"]["expectations"][2]["kwargs"]["min_value"] for s in (early, late)
    ]
    assert ends == [70.0, 80.0]


def test_committed_suites_differ_in_words(tmp_path):
    wanted = generate.suites_of(STRATEGY)
    folder = tmp_path / "suites"
    generate.write(folder, wanted)
    assert list(generate.differences(folder, wanted)) == []
    (folder / "expansion.json").unlink()
    (folder / "release_testing.json").write_text("{}")
    (folder / "harvest.json").write_text("{}")
    assert list(generate.differences(folder, wanted)) == [
        "suites/expansion.json is lacking",
        "suites/harvest.json belongs to no unit procedure of the strategy",
        "suites/release_testing.json is not what the strategy compiles to",
    ]
    generate.write(folder, wanted)
    assert list(generate.differences(folder, wanted)) == []


def test_the_committed_suites_are_what_the_strategy_compiles_to(capsys):
    folders = list((Path(generate.__file__).parent).glob("*/strategy.yaml"))
    assert folders
    assert generate.main(["--check"]) == 0, capsys.readouterr().err
