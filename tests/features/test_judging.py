"""The scenarios of judging.feature, run through the shipped strategy and both judges."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

import pytest
from pytest_bdd import given, parsers, scenarios, then, when

from contracts import reference
from contracts.alternatives import Concluded, concluded
from contracts.conclude import agree
from contracts.context import context_of
from contracts.criterion import Criterion, Stage
from contracts.derive import derive
from contracts.evidence import Place, digest_of
from contracts.exceptions import Aside, exceptions
from contracts.observation import (
    Awaited,
    Moment,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
)
from contracts.question import Answers, Evidence, Question
from contracts.readiness import QualityException, Readiness, Ready, decide
from contracts.sources.results import read_number
from contracts.subject import Observed, Reportable
from contracts.times import read_time
from contracts.verdict import Outcome, Verdict
from expectations import suite
from expectations.strategy import folder_for, load

scenarios("judging.feature")

STRATEGY = load(folder_for("car-t-autologous"))


def judged(asked: Sequence[Question]) -> Answers:
    return agree(reference.judge(asked), suite.judge(asked))


@dataclass
class Review:
    """One batch, one criterion, and what the sources say about it."""

    day: date = date.min
    name: str = ""
    reported_as: Reportable | None = None
    observed: list[Observation] = field(default_factory=list)

    @property
    def context(self) -> dict[str, str]:
        return context_of(STRATEGY.dimensions, self.observed, {})

    def the(self, name: str) -> Criterion:
        in_force = STRATEGY.in_force(self.day, self.context)
        (found,) = [one for one in in_force if one.id == name]
        return found

    @property
    def criterion(self) -> Criterion:
        found = self.the(self.name)
        return replace(found, subject=self.reported_as) if self.reported_as else found

    @property
    def asked_of(self) -> Observed:
        return self.reported_as.observed if self.reported_as else self.criterion.subject

    def says(self, told: Observed, written: str, unit: str | None = None, **changes) -> None:
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
                    unit=self.criterion.unit if unit is None else unit,
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
    def concluded(self) -> Concluded:
        members = getattr(self.criterion.subject, "members", ())
        criteria = [self.criterion, *(self.the(name) for name in members)]
        observed = tuple(self.observed)
        evidence = Evidence(observed, derive(criteria, observed, {}), context=self.context)
        return concluded(criteria, evidence, judged)

    @property
    def verdict(self) -> Verdict:
        (found,) = [one for one in self.concluded.verdicts if one.criterion == self.name]
        return found

    @property
    def exceptions(self) -> tuple[QualityException, ...]:
        return exceptions(Stage.INITIAL, self.concluded, self.observed, Aside())

    def readiness(self, stage: str) -> Readiness:
        criteria = [one.criterion for one in self.concluded.asked]
        return decide(Stage(stage), criteria, self.concluded.verdicts, self.exceptions)


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
    review.name = name
    assert review.criterion.limit_in_words() == limit


@given(parsers.re(r'the treatment order names the cohort "(?P<cohort>.*)"'))
def _(review, cohort):
    (dimension,) = STRATEGY.dimensions
    if cohort:
        review.says(dimension.observed, cohort, "1")


@given(parsers.parse('the treatment order says that the patient weighs "{weight}"'))
def _(review, weight):
    review.says(Observed("batch_record", "body_weight", "apheresis_receipt"), weight, "kg")


@given(parsers.parse('the batch record says that the dose is "{volume}"'))
def _(review, volume):
    review.says(Observed("batch_record", "dose_volume", "formulation"), volume, "mL")


@given(parsers.parse("its method reports the mean of {number:d} determinations"))
def _(review, number):
    review.reported_as = Reportable(review.criterion.subject, "mean", number)


@when(parsers.parse('the laboratory reports a dose of "{dose}"'))
def _(review, dose):
    told = Observed("lims", "car_positive_viable_cells", "release_testing")
    review.says(told, dose, "10*6")


@when(parsers.parse('the laboratory reports an endotoxin of "{endotoxin}"'))
def _(review, endotoxin):
    review.says(Observed("lims", "endotoxin", "release_testing"), endotoxin, "{EU}/mL")


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)" for "(?P<name>[^"]*)"'))
def _(review, written, name):
    told = review.the(name)
    review.says(told.subject, written, told.unit)


@when(parsers.parse('the batch record says "{written}"'))
def _(review, written):
    assert review.asked_of.source == "batch_record"
    review.says(review.asked_of, written)


@when(parsers.parse('the activation started at "{time}"'))
def _(review, time):
    told = Observed("batch_record", "started_at", "activation")
    review.says(told, time, "1", value=Moment(read_time(time)))


@when("its lots expire at")
def _(review, datatable):
    for lot, expiry in datatable[1:]:
        value = Text(expiry) if expiry == "n/a" else Moment(read_time(expiry))
        told = Observed("batch_record", "material_expiry", "activation")
        review.says(told, expiry, "1", value=value, subject=Subject("material_lot", lot))


@when("the laboratory reports nothing")
def _(review):
    assert review.asked_of.source == "lims"


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)"'))
def _(review, written):
    review.says(review.asked_of, written)


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)" in "(?P<unit>[^"]*)"'))
def _(review, written, unit):
    review.says(review.asked_of, written, unit=unit)


@when(parsers.re(r'the laboratory reports "(?P<written>[^"]*)" and invalidates it'))
def _(review, written):
    review.says(review.asked_of, written, status=Status.INVALIDATED, reason="retracted")


@when(parsers.parse('the laboratory retests it and reports "{written}"'))
def _(review, written):
    original = review.observed[-1].source_key
    review.says(review.asked_of, written, retest_of=original)


@when(parsers.parse('the laboratory announces a result that is "{state}"'))
def _(review, state):
    review.says(review.asked_of, state, value=Awaited(state), status=Status.PRELIMINARY)


@when("the batch record says")
def _(review, datatable):
    for day, written in datatable[1:]:
        told = review.criterion.subject
        assert told.source == "batch_record"
        review.says(replace(told, step=f"{told.step}/sampling/day_{day}"), written)


@when(parsers.parse('the batch record names "{identity}"'))
def _(review, identity):
    review.says(review.asked_of, identity)


@when(parsers.parse('the drug product sample in the laboratory names "{identity}"'))
def _(review, identity):
    assert review.criterion.against.step == "release_testing"
    review.says(review.criterion.against, identity)


@then(
    parsers.re(
        r"the criterion is "
        r"(?P<outcome>met|not met|missing|pending|not evaluable|not applicable)"
    )
)
def _(review, outcome):
    assert review.verdict.outcome.value.replace("_", " ") == outcome, review.verdict.message


@then(parsers.parse('the reviewer reads "{words}"'))
def _(review, words):
    assert words in review.verdict.message


@then(parsers.parse('the reviewer is told "{kind}"'))
def _(review, kind):
    assert kind in {one.kind for one in review.exceptions}


@then(parsers.parse('the reviewer is not told "{kind}"'))
def _(review, kind):
    assert kind not in {one.kind for one in review.exceptions}


@then("nothing blocks")
def _(review):
    assert not any(one.blocking for one in review.exceptions)
    assert review.readiness("initial").state is Ready.READY


@then(
    parsers.re(r"the batch is (?P<state>ready|incomplete|not ready) for its (?P<stage>\w+) stage")
)
def _(review, state, stage):
    readiness = review.readiness(stage)
    assert readiness.state.value.replace("_", " ") == state
    if review.verdict.outcome is not Outcome.MET:
        assert review.verdict.message in readiness.reasons


@then("sterility does not hold up the initial stage")
def _(review):
    assert review.verdict.message not in review.readiness("initial").reasons
