"""Stock Great Expectations is the oracle: each field of each result is the same, byte for byte."""

import copy
import json
import logging
import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from judges import corpus
from judges.asking import numbers, question

from contracts import reference
from contracts.errors import JudgementError
from contracts.question import Answer
from contracts.rule import Range
from expectations import injected, stock, suite
from expectations.compiler import compile_suite
from expectations.injected import evaluate
from expectations.measured import measure
from expectations.points import frame

AT_MOST_FIVE = Range(high=Decimal("5.0"))


def told(results, *, ids=True):
    """Return each result as the text that Great Expectations itself writes, by its check.

    Only the expectation's id is left out where asked: a stock run gives it a new one at random, as
    it adds the suite to its context. Ours keeps the one in the suite. Where several metrics broke,
    a stock run names them in an order that changes from run to run.
    """
    written = {}
    for result in results:
        record = result.to_json_dict()
        record["exception_info"] = dict(sorted(record["exception_info"].items()))
        if not ids:
            record["expectation_config"].pop("id", None)
        written[record["expectation_config"]["meta"]["check"]] = json.dumps(record)
    return written


@pytest.mark.parametrize("seed", range(4))
def test_every_field_of_every_result_is_as_in_a_stock_run(seed):
    chance = random.Random(seed)  # noqa: S311 (a corpus that can be had again)
    compiled, points = corpus.suite(chance), corpus.table(chance, rows=(1, 30, 90, 700)[seed])
    before = copy.deepcopy(compiled)
    found = evaluate(compiled, points)
    assert found.slow == ()
    assert compiled == before
    ours, theirs = told(found.results, ids=False), told(stock.run(compiled, points), ids=False)
    assert len(ours) == len(compiled["expectations"])
    assert {check: ours[check] for check in theirs} == theirs
    assert {one.expectation_config.id for one in found.results} == {
        one["id"] for one in compiled["expectations"]
    }


BETWEEN, IN_SET = "expect_column_values_to_be_between", "expect_column_values_to_be_in_set"
NOT_NULL, PAIR = (
    "expect_column_values_to_not_be_null",
    "expect_column_pair_values_to_be_equal",
)


def suite_of(kind, **arguments):
    """A suite of one expectation about C-1, and of one more that is always measured."""
    selected = {"row_condition": corpus.condition("C-1")}
    first = {"type": kind, "kwargs": {**selected, **arguments}, "meta": {"check": "C-1/limit"}}
    second = {"type": NOT_NULL, "kwargs": {**selected, "column": "point"}, "meta": {"check": "C-1"}}
    return {"name": "two", "expectations": [first, second], "meta": {}}


def between(**arguments):
    return suite_of(BETWEEN, **{"column": "number", "max_value": 5.0, **arguments})


def pair(column, ignore="either_value_is_missing"):
    return suite_of(PAIR, column_A=column, column_B=column, ignore_row_if=ignore)


def points():
    return frame([question(AT_MOST_FIVE, numbers("1", "9"), "C-1")]).assign(odd=[{"a": 1}, None])


@pytest.mark.parametrize(
    ("compiled", "reason"),
    [
        (suite_of("expect_column_values_to_be_null", column="text"), "be_null is not measured"),
        (between(mostly=0.5), "with mostly is not measured"),
        (between(row_condition=None), "rows of one criterion"),
        (between(row_condition={**corpus.condition("C-1"), "operator": "!="}), "of one criterion"),
        (between(row_condition=corpus.condition("it's \\ `so`")), "with a plain id"),
        (between(max_value=5), "no float"),
        (between(max_value="2026-01-01"), "no float"),
        (between(min_value=6.0), "ends crossed"),
        (between(strict_max="yes"), "neither strict nor not"),
        (between(column="text"), "only numbers"),
        (between(column="viability"), "the column viability is not there"),
        (suite_of(IN_SET, column="text", value_set=[1]), "a list of texts"),
        (suite_of(IN_SET, column="number", value_set=["1"]), "only texts"),
        (suite_of(NOT_NULL, column="odd"), "not of one kind"),
        (pair("text", "neither"), "only pairs that are both there"),
        (pair("number"), "number and number is not there or is no text"),
    ],
)
def test_what_is_not_measured_is_judged_by_stock_and_said(compiled, reason):
    found = evaluate(compiled, points())
    (slow,) = found.slow
    assert slow.startswith("C-1/limit: ")
    assert reason in slow
    assert told(found.results, ids=False) == told(stock.run(compiled, points()), ids=False)


COUNTS = ("table.row_count", "column_values.nonnull.unexpected_count")


def spoilt_version(patch):
    patch.setattr(stock, "version", lambda: "1.25.0")


def spoilt_core(patch):
    patch.setattr(injected, "_CORE", "somebody.elses.")


def spoilt_metric(patch):
    patch.setattr(injected, "measure", lambda *_: dict.fromkeys(COUNTS, "two"))


def spoilt_index(patch):
    patch.setattr(suite, "frame", lambda asked: frame(asked).set_axis([7, 8]))


def spoilt_point(patch):
    patch.setattr(suite, "frame", lambda asked: frame(asked).astype({"point": "str"}))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (spoilt_version, "Great Expectations 1.25.0 is installed, compared was 1.24.1"),
        (spoilt_core, "is not Great Expectations' own"),
        (spoilt_metric, "TypeError"),
        (spoilt_index, "not numbered from 0"),
        (spoilt_point, "the column point is not there or is no text"),
    ],
)
def test_what_cannot_be_trusted_goes_the_slow_way_with_a_warning(
    monkeypatch, caplog, spoil, reason
):
    asked = [question(AT_MOST_FIVE, numbers("1", "9"), "C-1")]
    spoil(monkeypatch)
    with caplog.at_level(logging.WARNING, "batchproof.judge"):
        judgement = suite.judgement(asked)
    assert judgement.answers == reference.judge(asked)
    assert len(judgement.slow) >= 2
    assert all(reason in one for one in judgement.slow)
    (said,) = [one for one in caplog.records if one.name == "batchproof.judge"]
    assert said.levelno == logging.WARNING
    assert f"{len(judgement.slow)} of 3 expectations judged the slow way" in said.getMessage()
    assert reason in said.getMessage()


def test_what_is_compiled_is_measured_without_a_word(caplog):
    asked = [question(AT_MOST_FIVE, numbers("1", "9"), name) for name in corpus.CRITERIA]
    with caplog.at_level(logging.DEBUG):
        assert suite.judgement(asked).slow == ()
    assert caplog.records == []


def test_a_metric_that_was_not_measured_is_no_answer(monkeypatch):
    """Great Expectations leaves out of a result what it was not told."""

    def without_rows(*told):
        return {name: value for name, value in measure(*told).items() if "index_list" not in name}

    monkeypatch.setattr(injected, "measure", without_rows)
    with pytest.raises(JudgementError, match="could not evaluate C-1/"):
        suite.judge([question(AT_MOST_FIVE, numbers("9"), "C-1")])


def batches():
    return [
        [question(AT_MOST_FIVE, numbers(*(f"{batch}.{row}" for row in range(4))))]
        for batch in range(1, 9)
    ]


def test_eight_threads_judging_eight_batches_never_see_each_others_points():
    """The bench does it a thousand times a batch: python -m infra.bench.ordinary --threads 8."""
    asked = batches()
    expected = [reference.judge(one) for one in asked]
    assert len({frozenset(one.items()) for one in expected}) == len(asked)

    def wrong(batch):
        return sum(suite.judge(asked[batch]) != expected[batch] for _ in range(50))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(wrong, range(8))) == 0


def test_one_thread_and_two_write_the_same_bytes():
    chance = random.Random(5)  # noqa: S311 (see above)
    compiled, tables = corpus.suite(chance), [corpus.table(chance, rows) for rows in (40, 80)] * 4
    alone = [told(evaluate(compiled, one).results) for one in tables]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda one: told(evaluate(compiled, one).results), tables))
    assert alone == together
    assert alone[0] != alone[1]


def test_a_point_twice_is_two_rows_and_one_answer():
    (one,) = numbers("9")
    asked = [question(AT_MOST_FIVE, [one, one], "C-1")]
    assert suite.judge(asked) == {("C-1", one.id): Answer.NOT_MET}
    (limit,) = [
        result.result
        for result in evaluate(compile_suite("s", [asked[0].criterion]), frame(asked)).results
        if result.expectation_config.meta["check"] == "C-1/limit"
    ]
    assert limit["unexpected_count"] == len(asked[0].points)
