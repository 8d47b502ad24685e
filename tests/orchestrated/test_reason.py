"""Exactly one evaluation for each evidence, strategy and reason: which reason, and found again."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from contracts.criterion import Stage
from contracts.log_act import Request
from contracts.readiness import Readiness, Ready
from contracts.requested import reason_of
from tasks.ledger.ledger import Ledger
from tasks.reason import AGAIN, BY_ANOTHER, FIRST, automatic_reason

B, T = "CART-26-0001", datetime(2026, 3, 24, 6, tzinfo=UTC)
E1, E2, E3, S1, S2, C = (letter * 64 for letter in "abcdef")


@dataclass
class Judging:
    """A ledger in which evaluations are begun and ended as automatic runs do."""

    ledger: Ledger

    def reason(self, evidence, strategy=S1, stage=Stage.INITIAL):
        return automatic_reason(self.ledger, B, stage, evidence, strategy)

    def begin(self, evidence, strategy=S1, reason=None, by="batchproof"):
        reason = reason or self.reason(evidence, strategy)
        return self.ledger.begin_evaluation(B, "initial", evidence, strategy, reason, C, T, by)

    def finish(self, evidence, strategy=S1, reason=None, by="batchproof"):
        begun = self.begin(evidence, strategy, reason, by)
        ready = Readiness(Stage.INITIAL, Ready.READY, ())
        return self.ledger.finish_evaluation(begun, ready, (), "0" * 64, T).number


@pytest.fixture
def judging(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        yield Judging(ledger)


def test_the_first_of_a_stage_and_those_after_it(judging):
    assert judging.reason(E1) == FIRST
    assert judging.finish(E1) == 1
    assert judging.reason(E2) == AGAIN
    assert judging.reason(E1, S2) == BY_ANOTHER
    assert judging.reason(E1, stage=Stage.FINAL) == FIRST


def test_the_same_evidence_is_found_again(judging):
    assert [judging.finish(E1), judging.finish(E1), judging.finish(E2), judging.finish(E2)] == [
        1, 1, 2, 2,
    ]  # fmt: skip


def test_evidence_that_comes_back_is_judged_again_and_is_the_newest(judging):
    assert [judging.finish(one) for one in (E1, E2, E1, E1, E2)] == [1, 2, 3, 3, 4]
    reasons = [one.reason for one in judging.ledger.evaluations(B)]
    assert reasons[2:] == ["evidence of evaluation 1 again", "evidence of evaluation 2 again"]


def test_what_was_begun_and_never_ended_keeps_its_reason(judging):
    judging.finish(E1)
    begun = judging.begin(E2)
    assert judging.reason(E2) == begun.reason == AGAIN
    assert judging.finish(E2) == begun.number


def test_what_was_given_up_is_tried_again_under_the_same_reason(judging):
    judging.ledger.abort_evaluation(judging.begin(E1), "the judges differ", T)
    assert judging.reason(E1) == FIRST
    assert judging.finish(E1) == 2


def test_a_persons_evaluation_of_the_same_is_found_again_by_an_automatic_run(judging):
    judging.finish(E1)
    assert judging.finish(E2, reason="new result: it arrived today", by="r.viewer") == 2
    assert judging.finish(E2) == 2


def test_an_evaluation_that_looks_back_is_passed_over(judging):
    judging.finish(E1)
    judging.finish(E2)
    asked = Request(T, B, "r.v", "R", "initial", "other", "what if", (), S2, "")
    judging.ledger.record_act(asked)
    assert judging.finish(E2, S2, reason_of(asked), "r.v") == 3
    assert judging.finish(E2) == 2
    assert judging.reason(E3) == AGAIN
