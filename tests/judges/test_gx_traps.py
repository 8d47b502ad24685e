import logging
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from judges.asking import numbers, observation, question

from contracts import reference
from contracts.conclude import conclude
from contracts.errors import JudgementError
from contracts.observation import Text
from contracts.question import Answer, Point
from contracts.rule import Range
from contracts.verdict import Outcome
from expectations import suite
from expectations.injected import evaluate
from expectations.points import frame
from expectations.suite import compile_suite, judge, load_suite, run

HERE = Path(__file__).parents[2]
AT_MOST_FIVE = Range(high=Decimal("5.0"))


def test_nothing_to_judge_is_success_for_great_expectations_and_no_answer_for_us():
    empty = question(AT_MOST_FIVE, [])
    results = run(compile_suite("empty", [empty.criterion]), frame([empty]))
    successes = {result.expectation_config.meta["check"]: result.success for result in results}
    assert successes == {
        "CQA-VIA-001/there": False,
        "CQA-VIA-001/evaluable": True,  # the trap
        "CQA-VIA-001/limit": True,  # the trap
    }
    assert judge([empty]) == {}
    (verdict,) = conclude([empty], judge([empty]))
    assert verdict.outcome is Outcome.MISSING


def test_no_questions_have_no_answers():
    assert judge([]) == {}


def test_a_column_of_nulls_is_success_for_great_expectations_and_not_evaluable_for_us():
    words = [Point(observation(Text(word), key=word)) for word in ("> LOQ", "see note")]
    asked = question(AT_MOST_FIVE, words)
    limit = compile_suite("nulls", [asked.criterion])
    limit["expectations"] = limit["expectations"][2:]
    (result,) = run(limit, frame([asked]))
    assert result.success  # the trap
    assert set(judge([asked]).values()) == {Answer.NOT_EVALUABLE}


def test_an_unknown_kind_of_expectation_is_not_left_out_in_silence(caplog):
    compiled = compile_suite("two", [question(AT_MOST_FIVE, []).criterion])
    whole = load_suite(compiled)
    compiled["expectations"][0]["type"] = "expect_viability_at_least"
    with caplog.at_level(logging.CRITICAL, "great_expectations"):
        left = type(whole)(**compiled)
        assert len(left.expectations) == 2  # the trap
        with pytest.raises(JudgementError, match="2 expectations loaded") as caught:
            load_suite(compiled)
    assert caught.value.expected == "the 3 in the suite"


def test_a_suite_that_does_not_load_is_an_error_in_words():
    compiled = compile_suite("two", [question(AT_MOST_FIVE, []).criterion])
    compiled["surprise"] = 1
    with pytest.raises(JudgementError, match="does not load"):
        load_suite(compiled)


def test_an_expectation_that_breaks_is_no_answer(monkeypatch):
    """Text in a number column: an empty result, and the reason in the nested shape."""

    def with_text(questions):
        found = frame(questions)
        return found.assign(number=found["number"].astype(object).where(found.index != 0, "x"))

    monkeypatch.setattr(suite, "frame", with_text)
    with pytest.raises(JudgementError, match=r"could not evaluate CQA-VIA-001/limit \(.+\)"):
        judge([question(AT_MOST_FIVE, numbers("1", "2"))])


def test_a_lacking_column_is_no_answer(monkeypatch):
    monkeypatch.setattr(suite, "frame", lambda asked: frame(asked).drop(columns="number"))
    with pytest.raises(JudgementError, match="could not evaluate CQA-VIA-001/"):
        judge([question(AT_MOST_FIVE, numbers("1", "2"))])


def test_great_expectations_breaking_off_is_no_answer(monkeypatch):
    monkeypatch.setattr(suite, "frame", lambda asked: frame(asked).to_dict())
    with pytest.raises(JudgementError, match="Great Expectations broke off"):
        judge([question(AT_MOST_FIVE, numbers("1"))])


def test_a_point_that_was_not_looked_at_is_no_answer(monkeypatch):
    monkeypatch.setattr(suite, "frame", lambda asked: frame(asked).iloc[:-1])
    with pytest.raises(JudgementError, match="saw 1 points"):
        judge([question(AT_MOST_FIVE, numbers("1", "2"))])


def test_a_point_that_nobody_asked_about_is_no_answer(monkeypatch):
    monkeypatch.setattr(suite, "frame", lambda asked: frame(asked).assign(point="O-other"))
    with pytest.raises(JudgementError, match="saw 1 points"):
        judge([question(AT_MOST_FIVE, numbers("9"))])


def test_that_nothing_is_there_is_asked_and_not_only_assumed(monkeypatch):
    """The point of one criterion stands in the rows of another: both counts are off."""
    asked = [question(AT_MOST_FIVE, numbers("1"), "C-1"), question(AT_MOST_FIVE, [], "C-2")]
    monkeypatch.setattr(suite, "frame", lambda told: frame(told).assign(criterion="C-2"))
    with pytest.raises(JudgementError, match="saw 0 points"):
        judge(asked)


def of_nobody(_):
    return SimpleNamespace(expectation_config=SimpleNamespace(meta=None))


def unsaid(result):
    result.result.pop("element_count")
    return result


def broken(result):
    """A result that looks whole, with a reason in the nested shape."""
    said = {"raised_exception": True, "exception_message": "boom"}
    result.exception_info = {"('column_values.between', 'x')": said}
    return result


def contrary(results):
    """A presence that says one thing and counts another."""
    (there,) = [one for one in results if "observed_value" in one.result]
    there.success = not there.success
    return results


def cut(result):
    result.result["unexpected_count"] += 1
    return result


@pytest.mark.parametrize(
    ("spoilt", "words"),
    [
        (lambda results: results[1:], "no answer to"),
        (lambda results: [*results, results[0]], "an answer to “CQA-VIA-001/"),
        (lambda results: [*results, of_nobody(results[0])], "an answer to “”"),
        (lambda results: [*results[:-1], unsaid(results[-1])], "could not evaluate CQA-VIA-001/"),
        (lambda results: [broken(results[0]), *results[1:]], r"evaluate CQA-VIA-001/\w+ \(boom\)"),
        (lambda results: [*results[:-1], cut(results[-1])], "could not evaluate CQA-VIA-001/"),
        (contrary, "could not evaluate CQA-VIA-001/there"),
    ],
)
def test_a_result_that_is_not_whole_is_no_answer(monkeypatch, spoilt, words):
    def spoil(*told):
        whole = evaluate(*told)
        return replace(whole, results=spoilt(list(whole.results)))

    monkeypatch.setattr(suite, "evaluate", spoil)
    with pytest.raises(JudgementError, match=words):
        judge([question(AT_MOST_FIVE, numbers("1"))])


def test_every_one_of_five_hundred_failing_points_is_named():
    """Great Expectations cuts `unexpected_list` at 200; the list by point is whole."""
    asked = question(AT_MOST_FIVE, numbers(*(str(6 + row) for row in range(500)), "5.0"))
    results = run(compile_suite("many", [asked.criterion]), frame([asked]))
    shown = {len(result.result.get("unexpected_list", ())) for result in results}
    assert shown == {0, 200}  # the trap
    told = [judge([asked])[asked.criterion.id, point.id] for point in asked.points[-2:]]
    assert told == [Answer.NOT_MET, Answer.MET]
    assert list(judge([asked]).values()).count(Answer.NOT_MET) == 500


def test_batches_judged_at_the_same_time_never_mix():
    """A validation definition shared by threads judges another thread's rows (notes, finding 5)."""
    batches = [
        [question(AT_MOST_FIVE, numbers(*(f"{batch}.{row}" for row in range(4))))]
        for batch in (4, 5, 6)
    ]
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(judge, batches * 5))
    assert answers == [reference.judge(asked) for asked in batches * 5]
    assert len({frozenset(one.items()) for one in answers}) == 3


QUIET = """
import os, socket, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

def refuse(*told):
    raise AssertionError(f"a connection to {told}")

socket.socket.connect = socket.getaddrinfo = refuse
import expectations.suite as suite
assert not {"great_expectations", "pandas"} & set(sys.modules), "imported before it is needed"
from judges.asking import numbers, question
from contracts.criterion import Range
from decimal import Decimal
from expectations.points import frame
asked = [question(Range(high=Decimal(5)), numbers("9", "1"), f"C-{row}") for row in range(5)]
with ThreadPoolExecutor(2) as threads:  # both import it
    assert len({str(one) for one in threads.map(suite.judge, [asked] * 4)}) == 1
suite.run(suite.compile_suite("s", [asked[0].criterion]), frame(asked))
assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
"""


def test_judging_writes_nothing_asks_nobody_and_says_nothing(tmp_path):
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    places = {
        "HOME": str(home),
        "PYTHONPATH": f"{HERE}:{HERE / 'tests'}",
        "PYTHONWARNINGS": "error",
    }
    done = subprocess.run(
        [sys.executable, "-B", "-c", QUIET],
        cwd=here,
        env=os.environ | places,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.rglob("*")) + list(here.rglob("*")) == []
