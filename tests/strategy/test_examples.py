"""Every example beside a rule, under both judges: what its author expects is what they answer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest

from contracts import reference
from contracts.conclude import agree, conclude
from contracts.question import Answers, Question
from expectations import suite
from expectations.examples import Example
from expectations.strategy import cases, folder_for

EXAMPLES = cases(folder_for("car-t-autologous"))
ENGINES = {"reference": reference.judge, "great_expectations": suite.judge}


def by_day(examples: Iterable[Example]) -> list[list[Question]]:
    """Put the points of all examples of a criterion on a day, of one kind of batch, together."""
    days: dict[object, dict[str, Question]] = defaultdict(dict)
    for example in examples:
        asked = example.question()
        day = (example.day, *sorted(example.context.items()))
        known = days[day].setdefault(asked.criterion.id, replace(asked, points=()))
        assert known.criterion == asked.criterion
        days[day][asked.criterion.id] = replace(known, points=known.points + asked.points)
    return [list(questions.values()) for questions in days.values()]


@pytest.fixture(scope="module")
def answers() -> dict[str, Answers]:
    asked = by_day(EXAMPLES)
    return {
        name: {key: answer for day in asked for key, answer in judge(day).items()}
        for name, judge in ENGINES.items()
    }


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.criterion.id} {one.where}")
def test_the_example_holds(answers, engine, example):
    asked = example.question()
    own = {(one.criterion.id, point.id) for one in asked.by_kind() for point in one.points}
    (verdict,) = conclude([asked], {key: answers[engine][key] for key in own})
    assert verdict.outcome is example.outcome, verdict.message


def test_each_point_of_each_example_was_judged_by_both(answers):
    points = {
        (one.criterion.id, point.id)
        for example in EXAMPLES
        for one in example.question().by_kind()
        for point in one.points
    }
    assert points == set(answers["reference"]) == set(answers["great_expectations"])
    assert agree(answers["reference"], answers["great_expectations"]) == answers["reference"]
    # every written value is a point of its own; an agreement needs both records
    assert len(points) == sum(
        len(one.written) for one in EXAMPLES if one.criterion.against is None or one.other
    )
