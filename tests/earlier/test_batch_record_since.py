"""What a batch record said earlier and says now: corrected by its own rules, rewritten, or gone."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from contracts.again import READERS
from contracts.earlier import compared
from contracts.evidence import Capture, digest_of
from infra.plant.batches import SEED, STORIES
from infra.plant.record import batch_record
from tasks import reading

CORRECTED = STORIES[0]
"""Its volume of the apheresis product was written as 122 and corrected to 212."""
AT = datetime(2026, 3, 24, 6, tzinfo=UTC)


def observed(body):
    contract = reading.contract_of("batch_record")
    digest = digest_of(body)
    asked = "GET /batches/CART-26-0001/record"
    capture = Capture(
        digest, len(body), "batch_record", "b2mml-http", asked, "application/xml", (), "c@1", AT
    )
    read = READERS["batch_record"]
    return read([(capture, body)], contract, "CART-26-0001", "Europe/Amsterdam").observations


def record(**members):
    return batch_record(replace(CORRECTED, **members), SEED)


@pytest.fixture(scope="module")
def uncorrected():
    """The record as it was before anybody noticed the transposed digits."""
    return record(entries=(("APH_VOL", "122"),), changes=(), remarks=())


@pytest.fixture(scope="module")
def corrected():
    return record(remarks=())


def told(then, now):
    return [(one.how.value, one.message) for one in compared(observed(then), observed(now), ())]


def test_an_entry_that_was_corrected_by_the_record_s_own_rules_is_told(uncorrected, corrected):
    ((how, message),) = told(uncorrected, corrected)
    assert how == "changed with a trace"
    assert "was 122 mL when it was captured" in message
    assert "now says 212 mL, changed by P-" in message
    assert "(Digits transposed on entry; the printout of balance BAL-07 was compared)" in message


def test_an_entry_that_was_rewritten_is_not_told_by_the_record(uncorrected):
    rewritten = record(entries=(("APH_VOL", "212"),), changes=(), remarks=())
    ((how, message),) = told(uncorrected, rewritten)
    assert how == "changed without a trace"
    assert "the batch record now says 212 mL, and no entry of its audit trail" in message


def test_a_correction_of_another_value_explains_nothing(corrected):
    """The record says 122 was corrected; captured was 222."""
    other = record(entries=(("APH_VOL", "222"),), changes=(), remarks=())
    ((how, _),) = told(other, corrected)
    assert how == "changed without a trace"


def test_an_entry_that_is_gone_has_vanished(uncorrected):
    event = re.compile(rb"<Event>(?:(?!</Event>).)*APH_VOL.*?</Event>\s*", re.DOTALL)
    without, count = event.subn(b"", uncorrected)
    assert count == 1
    ((how, message),) = told(uncorrected, without)
    assert how == "vanished"
    assert "It is gone from the batch record" in message


def test_what_stays_and_what_comes_is_nothing_earlier(uncorrected, corrected):
    assert told(corrected, corrected) == []
    assert told(uncorrected, record(entries=(("APH_VOL", "122"),), changes=())) == []
