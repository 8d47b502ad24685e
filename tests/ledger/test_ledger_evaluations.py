"""The intent is on record before the result; every evaluation is numbered and none is changed."""

from dataclasses import replace

import pytest
from ledger.ledger_nouns import (
    AT,
    BATCH,
    BELOW,
    CHANGED,
    COLLECTION,
    EVIDENCE,
    INPUTS,
    LATER,
    NOT_READY,
    READY,
    RECORD,
    STRATEGY,
)

from contracts.criterion import Stage
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from tasks.ledger.records import Aborted, Evaluation, Finished

OTHER = digest_of(b"other")


def test_an_intent_is_on_record_before_its_result(ledger):
    begun = ledger.begin_evaluation(*INPUTS, COLLECTION, AT)

    assert begun == Evaluation(
        BATCH, 1, Stage.INITIAL, EVIDENCE, STRATEGY, "batch completed", COLLECTION, AT, None
    )
    assert ledger.evaluations(BATCH) == (begun,)
    assert ledger.find_evaluation(*INPUTS) is None
    with pytest.raises(NotFoundError, match=f"no result yet.*evaluation 1 of {BATCH}"):
        _ = begun.record


def test_a_result_comes_back_as_it_was_entered(ledger, begun):
    finished = ledger.finish_evaluation(begun, NOT_READY, (BELOW, CHANGED), RECORD, LATER)

    assert finished == replace(begun, ending=Finished(NOT_READY, (BELOW, CHANGED), RECORD, LATER))
    assert finished.record == RECORD
    assert ledger.evaluation(BATCH, 1) == finished
    assert ledger.evaluations(BATCH) == (finished,)
    assert ledger.find_evaluation(*INPUTS) == finished


@pytest.mark.parametrize(
    "changed",
    [
        {1: "final"},
        {2: OTHER},
        {3: OTHER},
        {4: "late result"},
        {2: STRATEGY, 3: EVIDENCE},
    ],
    ids=["stage", "evidence", "strategy", "reason", "evidence and strategy swapped"],
)
def test_other_inputs_are_another_evaluation(ledger, begun, changed):
    ledger.finish_evaluation(begun, READY, (), RECORD, AT)
    inputs = [changed.get(index, value) for index, value in enumerate(INPUTS)]

    assert ledger.find_evaluation(*inputs) is None
    assert ledger.begin_evaluation(*inputs, COLLECTION, LATER).number == 2


def test_the_same_inputs_are_the_same_evaluation(ledger, begun):
    assert ledger.begin_evaluation(*INPUTS, OTHER, LATER) == begun
    finished = ledger.finish_evaluation(begun, READY, (), RECORD, AT)
    assert ledger.begin_evaluation(*INPUTS, OTHER, LATER) == finished
    assert len(ledger.evaluations(BATCH)) == 1


def test_each_batch_counts_its_own_evaluations(ledger, begun):
    other = ledger.begin_evaluation("CART-26-0002", *INPUTS[1:], COLLECTION, AT)

    assert (begun.number, other.number) == (1, 1)
    assert ledger.evaluations("CART-26-0002") == (other,)


def test_what_was_given_up_stays_visible_and_can_be_begun_again(ledger, begun):
    given_up = ledger.abort_evaluation(begun, "the two judges differ", LATER)
    again = ledger.begin_evaluation(*INPUTS, COLLECTION, LATER)
    finished = ledger.finish_evaluation(again, READY, (), RECORD, LATER)

    assert given_up == replace(begun, ending=Aborted("the two judges differ", LATER))
    assert again.number == 2
    assert ledger.evaluations(BATCH) == (given_up, finished)
    assert ledger.find_evaluation(*INPUTS) == finished
    with pytest.raises(NotFoundError, match="given up"):
        _ = given_up.record


def test_finishing_again_with_the_same_result_gives_the_first_back(ledger, begun):
    # A record names the time of judging, so that its digest may differ where the result does not.
    first = ledger.finish_evaluation(begun, NOT_READY, (BELOW, CHANGED), RECORD, AT)
    again = ledger.finish_evaluation(begun, NOT_READY, (BELOW, CHANGED), OTHER, LATER)

    assert again == first
    assert again.record == RECORD


def test_finishing_again_with_words_that_no_database_keeps_is_the_same_result(ledger, begun):
    odd = replace(BELOW, message="\0 and \ud800")
    reasons = replace(NOT_READY, reasons=("\ud800",))
    first = ledger.finish_evaluation(begun, reasons, (odd,), RECORD, AT)

    assert ledger.finish_evaluation(begun, reasons, (odd,), RECORD, AT) == first
    assert first.result.exceptions[0].message == "␀ and \N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("readiness", "exceptions"),
    [
        (READY, (BELOW,)),
        (replace(NOT_READY, reasons=("Other words.",)), (BELOW,)),
        (NOT_READY, ()),
        (NOT_READY, (replace(BELOW, message="76.4 %"),)),
        (NOT_READY, (BELOW, CHANGED)),
    ],
    ids=["readiness", "reasons", "no exceptions", "another exception", "one more exception"],
)
def test_another_result_of_the_same_evaluation_is_refused(ledger, begun, readiness, exceptions):
    first = ledger.finish_evaluation(begun, NOT_READY, (BELOW,), RECORD, AT)

    with pytest.raises(IntegrityError, match="another result of the same evidence"):
        ledger.finish_evaluation(begun, readiness, exceptions, RECORD, AT)
    assert ledger.evaluations(BATCH) == (first,)


def test_an_ending_stays_the_ending_it_was(ledger, begun):
    finished = ledger.finish_evaluation(begun, READY, (), RECORD, AT)
    with pytest.raises(IntegrityError, match="giving up an evaluation that has its result"):
        ledger.abort_evaluation(begun, "never mind", AT)
    other = ledger.begin_evaluation(*INPUTS[:4], "late result", COLLECTION, AT)
    given_up = ledger.abort_evaluation(other, "the disk is full", AT)
    with pytest.raises(IntegrityError, match="given up"):
        ledger.finish_evaluation(other, READY, (), RECORD, AT)

    assert ledger.abort_evaluation(other, "another reason", LATER) == given_up
    assert ledger.evaluations(BATCH) == (finished, given_up)


def test_a_result_of_another_stage_is_refused(ledger, begun):
    with pytest.raises(IntegrityError, match=r"for the stage final.*for the stage initial"):
        ledger.finish_evaluation(begun, replace(READY, stage=Stage.FINAL), (), RECORD, AT)
    assert ledger.evaluations(BATCH) == (begun,)


def test_an_evaluation_that_was_never_begun_is_not_found(ledger, begun):
    with pytest.raises(NotFoundError, match="no evaluation 2 of the batch"):
        ledger.evaluation(BATCH, 2)
    with pytest.raises(NotFoundError, match="no evaluation 2 of the batch"):
        ledger.finish_evaluation(replace(begun, number=2), READY, (), RECORD, AT)
    with pytest.raises(NotFoundError, match="no evaluation 1 of the batch CART-26-0002"):
        ledger.abort_evaluation(replace(begun, batch="CART-26-0002"), "why", AT)


def test_a_stage_that_is_none_is_refused(ledger):
    with pytest.raises(ValueError, match="certain"):
        ledger.begin_evaluation(BATCH, "certain", EVIDENCE, STRATEGY, "why", COLLECTION, AT)
