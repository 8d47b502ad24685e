"""The scenarios of judging.feature, run through the shipped strategy and both judges."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from contracts import reference
from contracts.conclude import agree, conclude
from contracts.criterion import Criterion, Stage
from contracts.evidence import Place, digest_of
from contracts.observation import (
    Awaited,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
)
from contracts.question import Evidence, questions
from contracts.readiness import decide
from contracts.sources.results import read_number
from contracts.subject import Observed
from contracts.verdict import Verdict
from expectations import suite
from expectations.strategy import folder_for, load

scenarios("judging.feature")

STRATEGY = load(folder_for("car-t-autologous"))


@dataclass
class Review:
    """One batch, one criterion, and what the sources say about it."""

    day: date = date.min
    criterion: Criterion | None = None
    observed: list[Observation] = field(default_factory=list)

    def says(self, told: Observed, written: str, **changes) -> None:
        number = f"result {len(self.observed) + 1}"
        place = Place(digest_of(written.encode()), 0, len(written.encode()), number)
        self.observed.append(
            replace(
                Observation(
                    batch="CART-26-0009",
                    source=told.source,
                    subject=Subject("sample", "DP-0009"),
                    step=told.step,
                    characteristic=told.characteristic,
                    as_written=written,
                    value=read_number(written) or Text(written),
                    unit=self.criterion.unit,
                    occurred_at=None,
                    recorded_at=None,
                    captured_at=datetime(2026, 3, 24, 6, tzinfo=UTC),
                    zone="UTC",
                    recorded_by="P-041",
                    instrument="",
                    status=Status.FINAL,
                    provenance=Provenance.MANUAL_VERIFIED,
                    origin=Origin((place,)),
                    source_key=number,
                ),
                **changes,
            )
        )

    @cached_property
    def verdict(self) -> Verdict:
        asked = questions([self.criterion], Evidence(tuple(self.observed), {}))
        (verdict,) = conclude(asked, agree(reference.judge(asked), suite.judge(asked)))
        return verdict


@pytest.fixture
def review(request) -> Review:
    (requirement,) = request.node.iter_markers("requirement")
    assert requirement.args[0].startswith("URS-"), "a scenario names the one requirement it shows"
    return Review()


@given(
    parsers.parse("a batch whose manufacture started on {day:Date}", {"Date": date.fromisoformat})
)
def _(review, day):
    review.day = day


@given(parsers.parse('"{name}" requires "{limit}"'))
def _(review, name, limit):
    (review.criterion,) = [one for one in STRATEGY.in_force(review.day) if one.id == name]
    assert review.criterion.limit_in_words() == limit


@when("the laboratory reports nothing")
def _(review):
    assert review.criterion.subject.source == "lims"


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)"'))
def _(review, written):
    review.says(review.criterion.subject, written)


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)" in "(?P<unit>[^"]*)"'))
def _(review, written, unit):
    review.says(review.criterion.subject, written, unit=unit)


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)" and invalidates it'))
def _(review, written):
    review.says(review.criterion.subject, written, status=Status.INVALIDATED, reason="retracted")


@when(parsers.parse('the laboratory retests it and reports "{written}"'))
def _(review, written):
    original = review.observed[-1].source_key
    review.says(review.criterion.subject, written, retest_of=original)


@when(parsers.parse('the laboratory announces a result that is "{state}"'))
def _(review, state):
    review.says(review.criterion.subject, state, value=Awaited(state), status=Status.PRELIMINARY)


@when("the batch record says")
def _(review, datatable):
    for day, written in datatable[1:]:
        told = review.criterion.subject
        assert told.source == "batch_record"
        review.says(replace(told, step=f"{told.step}/sampling/day_{day}"), written)


@when(parsers.parse('the batch record names "{identity}"'))
def _(review, identity):
    review.says(review.criterion.subject, identity)


@when(parsers.parse('the drug product sample in the laboratory names "{identity}"'))
def _(review, identity):
    assert review.criterion.against.step == "release_testing"
    review.says(review.criterion.against, identity)


@then(parsers.re(r"the criterion is (?P<outcome>met|not met|missing|pending|not evaluable)"))
def _(review, outcome):
    assert review.verdict.outcome.value.replace("_", " ") == outcome, review.verdict.message


@then(parsers.parse('the reviewer reads "{words}"'))
def _(review, words):
    assert words in review.verdict.message


@then(parsers.re(r"the batch is (?P<state>incomplete|not ready) for its (?P<stage>\w+) stage"))
def _(review, state, stage):
    readiness = decide(Stage(stage), [review.criterion], [review.verdict], ())
    assert readiness.state.value.replace("_", " ") == state
    assert review.verdict.message in readiness.reasons


@then("sterility does not hold up the initial stage")
def _(review):
    readiness = decide(Stage.INITIAL, [review.criterion], [review.verdict], ())
    assert review.verdict.message not in readiness.reasons
