from decimal import Decimal

import pytest
from builders import observed
from hypothesis import HealthCheck, Phase, given, settings
from judges.asking import numbers, observation, question, questionnaires

from contracts import reference
from contracts.observation import Bound, Number, Text
from contracts.question import Answer, Point
from contracts.rule import OneOf, Present, Range
from expectations.suite import judge


@given(questionnaires())
@settings(
    max_examples=10,
    deadline=None,
    phases=list(Phase)[:3],  # shrinking would run the suite for minutes
    suppress_health_check=list(HealthCheck),
)
def test_both_judges_answer_alike(asked):
    assert judge(asked) == reference.judge(asked)


MET, NOT_MET, OPEN = Answer.MET, Answer.NOT_MET, Answer.NOT_EVALUABLE
FIVE, TWO = Decimal("5.0"), Decimal("2.0")


def test_a_censored_number_is_decided_only_by_its_whole_stretch():
    # The third column is set theory: is every number of the stretch inside, none, or some?
    table = [
        (Range(high=FIVE), "<5.0", MET),
        (Range(high=FIVE, high_inclusive=False), "<5.0", MET),
        (Range(high=FIVE), "<5.1", OPEN),
        (Range(high=FIVE), ">5.0", NOT_MET),
        (Range(high=FIVE, high_inclusive=False), ">5.0", NOT_MET),
        (Range(high=FIVE), ">4.9", OPEN),
        (Range(low=TWO), "<2.0", NOT_MET),
        (Range(low=TWO, low_inclusive=False), "<2.0", NOT_MET),
        (Range(low=TWO), "<2.1", OPEN),
        (Range(low=TWO), ">2.0", MET),
        (Range(low=TWO, low_inclusive=False), ">2.0", MET),
        (Range(low=TWO), ">1.9", OPEN),
        (Range(low=TWO, high=FIVE), "<2.0", NOT_MET),
        (Range(low=TWO, high=FIVE), "<5.0", OPEN),
        (Range(low=TWO, high=FIVE), ">5.0", NOT_MET),
        (Range(low=TWO, high=FIVE), ">2.0", OPEN),
    ]
    asked = [
        question(
            rule, [Point(observation(Number(Decimal(said[1:]), Bound(said[0]))))], f"C-{row:02d}"
        )
        for row, (rule, said, _) in enumerate(table)
    ]
    answers = judge(asked)
    assert [answers[one.criterion.id, one.points[0].id] for one in asked] == [
        row[2] for row in table
    ]


@pytest.mark.parametrize(
    "judges", [judge, reference.judge], ids=["great_expectations", "reference"]
)
def test_the_boundary_on_both_sides(judges):
    asked = [
        question(Range(low=Decimal("80.0")), numbers("79.9", "80.0", "80.1"), "C-1"),
        question(
            Range(low=Decimal("80.0"), low_inclusive=False), numbers("79.9", "80.0", "80.1"), "C-2"
        ),
        question(Range(high=Decimal("0.3")), numbers("0.30000000000000001", "0.3"), "C-3"),
    ]
    answers = judges(asked)
    told = [[answers[one.criterion.id, point.id] for point in one.points] for one in asked]
    assert told == [[NOT_MET, MET, MET], [NOT_MET, NOT_MET, MET], [NOT_MET, MET]]


def test_words_that_a_table_tool_takes_for_nothing_are_words():
    asked = [
        question(
            OneOf(("nan", "")),
            [Point(observation(Text(word), key=word)) for word in ("nan", "", "NaN")],
        ),
        question(Present(), [Point(observed(word)) for word in ("None", "  ")], "C-2"),
    ]
    answers = judge(asked)
    told = [[answers[one.criterion.id, point.id] for point in one.points] for one in asked]
    assert told == [[MET, MET, NOT_MET], [MET, OPEN]]
