"""Every example beside a rule, under both judges: what its author expects is what they answer."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from contracts import reference
from contracts.conclude import agree, conclude
from contracts.question import Answers, Question
from contracts.verdict import Outcome
from expectations import suite
from expectations.examples import Example
from expectations.strategy import cases, folder_for

EXAMPLES = {name: cases(folder_for(name)) for name in ("car-t-autologous", "aav-hek293")}
CRITERIA = [
    (product, name)
    for product, examples in EXAMPLES.items()
    for name in dict.fromkeys(one.criterion.id for one in examples)
]
JUDGED = (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_EVALUABLE)
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


@cache
def answers(product: str) -> dict[str, Answers]:
    asked = by_day(EXAMPLES[product])
    return {
        name: {key: answer for day in asked for key, answer in judge(day).items()}
        for name, judge in ENGINES.items()
    }


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("product", "name"), CRITERIA, ids="-".join)
def test_the_examples_of_a_criterion_hold(product, name, engine):
    said, expected = {}, {}
    for example in (one for one in EXAMPLES[product] if one.criterion.id == name):
        asked = example.question()
        own = {(one.criterion.id, point.id) for one in asked.by_kind() for point in one.points}
        (verdict,) = conclude([asked], {key: answers(product)[engine][key] for key in own})
        said[example.where], expected[example.where] = verdict.outcome, example.outcome
    assert said == expected


@pytest.mark.parametrize("product", EXAMPLES)
def test_each_point_of_each_example_was_judged_by_both(product):
    asked = [example.question() for example in EXAMPLES[product]]
    points = {
        (one.criterion.id, point.id)
        for question in asked
        for one in question.by_kind()
        for point in one.points
    }
    both = answers(product)
    assert points == set(both["reference"]) == set(both["great_expectations"])
    assert agree(both["reference"], both["great_expectations"]) == both["reference"]
    # only what is absent, awaited or of another kind of batch is not put to a judge
    for question, example in zip(asked, EXAMPLES[product], strict=True):
        written = example.outcome in JUDGED and not question.obstacle
        assert bool(question.points) is written, example.where
