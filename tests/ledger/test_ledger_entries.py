"""Captures, quarantines and packages on the record."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ledger.ledger_nouns import (
    AT,
    BATCH,
    BELOW,
    INPUTS,
    LATER,
    NOT_READY,
    QUARANTINE,
    RECORD,
    ROOT,
    capture_of,
)

from contracts.errors import IntegrityError, NotFoundError, UnreadableError
from contracts.evidence import digest_of
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Packaged, Quarantined

ADDRESS = "http://lims.example:8080"


def test_the_same_bytes_for_the_same_asking_are_the_first_capture(ledger, raw):
    first = ledger.record_capture(BATCH, capture_of(b"bytes"), ADDRESS)
    again = ledger.record_capture(BATCH, capture_of(b"bytes", at=LATER), "http://other:1")

    assert first == capture_of(b"bytes")
    assert again == first
    assert again.captured_at == AT
    assert ledger.captures(BATCH) == (first,)
    assert raw("SELECT address FROM capture") == [(ADDRESS,)]


@pytest.mark.parametrize(
    "other",
    [
        capture_of(b"other bytes", at=LATER),
        capture_of(b"bytes", request="GET /analysis?page=2", at=LATER),
        replace(capture_of(b"bytes", at=LATER), source="batch_record"),
    ],
    ids=["other bytes", "other request", "other source"],
)
def test_anything_else_is_a_new_capture_in_the_order_it_came(ledger, other):
    ledger.record_capture(BATCH, capture_of(b"bytes"), ADDRESS)

    assert ledger.record_capture(BATCH, other, ADDRESS) == other
    assert ledger.captures(BATCH) == (capture_of(b"bytes"), other)


def test_each_batch_has_its_own_captures(ledger):
    ledger.record_capture(BATCH, capture_of(b"bytes"), ADDRESS)
    ledger.record_capture("CART-26-0002", capture_of(b"bytes", at=LATER), ADDRESS)

    assert ledger.captures("CART-26-0002") == (capture_of(b"bytes", at=LATER),)
    assert ledger.captures("CART-26-0003") == ()


def test_a_long_request_is_kept_whole(ledger):
    # PostgreSQL indexes at most about 2,700 bytes of a key.
    capture = capture_of(b"bytes", request="POST " + "".join(map(str, range(5000))))

    assert ledger.record_capture(BATCH, capture, ADDRESS) == capture
    assert ledger.record_capture(BATCH, capture, ADDRESS) == capture
    assert ledger.captures(BATCH) == (capture,)


def test_what_was_captured_is_there_after_closing(url):
    with Ledger.open(url) as ledger:
        ledger.record_capture(BATCH, capture_of(b"bytes"), ADDRESS)
    with Ledger.open(url) as ledger:
        assert ledger.captures(BATCH) == (capture_of(b"bytes"),)


def test_a_password_in_an_address_is_not_kept(ledger, raw):
    ledger.record_capture(BATCH, capture_of(b"bytes"), "https://robot:s3cret@lims.example:443")

    assert raw("SELECT address FROM capture") == [("lims.example:443",)]


def test_times_are_kept_in_utc_to_the_microsecond(ledger, raw):
    summer = datetime(2026, 7, 1, 1, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    ledger.record_capture(BATCH, capture_of(b"bytes", at=summer), ADDRESS)

    # 01:00 at +02:00 is 23:00 the day before
    assert raw("SELECT captured_at FROM capture") == [("2026-06-30T23:00:00.000001Z",)]
    assert ledger.captures(BATCH)[0].captured_at == summer


def test_a_time_without_zone_is_refused(ledger):
    with pytest.raises(UnreadableError, match="without a zone"):
        ledger.record_quarantine(BATCH, QUARANTINE, AT.replace(tzinfo=None))
    assert ledger.quarantines(BATCH) == ()


def test_a_quarantine_is_entered_each_time_it_happens(ledger):
    other = replace(QUARANTINE, source="equipment")
    changed = replace(QUARANTINE, found="a page that repeats the first")
    for quarantine, at in [(QUARANTINE, AT), (other, AT), (QUARANTINE, LATER), (changed, LATER)]:
        ledger.record_quarantine(BATCH, quarantine, at)

    assert ledger.quarantines(BATCH) == (
        Quarantined(QUARANTINE, AT),
        Quarantined(other, AT),
        Quarantined(QUARANTINE, LATER),
        Quarantined(changed, LATER),
    )
    assert ledger.latest_quarantines(BATCH) == (
        Quarantined(other, AT),
        Quarantined(changed, LATER),
    )
    assert ledger.quarantines("CART-26-0002") == ()


def test_words_that_no_database_keeps_are_shown_as_signs(ledger):
    broken = replace(QUARANTINE, found="XML with \0 and \ud800 in it, and 🧬")
    ledger.record_quarantine(BATCH, broken, AT)

    (kept,) = ledger.quarantines(BATCH)
    assert kept.quarantine.found == "XML with ␀ and \N{REPLACEMENT CHARACTER} in it, and 🧬"


def test_a_package_is_entered_once_for_each_root_and_place(ledger, begun):
    finished = ledger.finish_evaluation(begun, NOT_READY, (BELOW,), RECORD, AT)
    first = ledger.record_package(finished, ROOT, "packages/1", AT)

    assert first == Packaged(BATCH, 1, ROOT, "packages/1", AT)
    assert ledger.record_package(finished, ROOT, "packages/1", LATER) == first
    elsewhere = ledger.record_package(finished, ROOT, "archive/1", LATER)
    other = ledger.record_package(finished, digest_of(b"other"), "archive/1", LATER)
    assert ledger.packages(BATCH) == (first, elsewhere, other)
    assert ledger.package_of(finished) == other


def test_a_package_belongs_to_its_own_evaluation(ledger, begun):
    first = ledger.finish_evaluation(begun, NOT_READY, (), RECORD, AT)
    second = ledger.begin_evaluation(*INPUTS[:4], "late result", ROOT, LATER)
    second = ledger.finish_evaluation(second, NOT_READY, (), RECORD, LATER)
    ledger.record_package(second, ROOT, "packages/2", LATER)

    assert ledger.package_of(first) is None
    assert ledger.package_of(second) == Packaged(BATCH, 2, ROOT, "packages/2", LATER)
    assert ledger.packages("CART-26-0002") == ()


def test_an_evaluation_without_a_result_has_no_package(ledger, begun):
    with pytest.raises(IntegrityError, match="without a result"):
        ledger.record_package(begun, ROOT, "packages/1", AT)
    given_up = ledger.abort_evaluation(begun, "the judges differ", AT)
    with pytest.raises(IntegrityError, match="without a result"):
        ledger.record_package(given_up, ROOT, "packages/1", AT)
    with pytest.raises(NotFoundError, match="no evaluation 7"):
        ledger.record_package(replace(begun, number=7), ROOT, "packages/1", AT)
    assert ledger.packages(BATCH) == ()


def test_every_batch_with_an_entry_is_known(ledger):
    assert ledger.batches() == ()
    ledger.record_capture("B-3", capture_of(b"bytes"), ADDRESS)
    ledger.record_quarantine("B-1", QUARANTINE, AT)
    ledger.begin_evaluation("B-2", *INPUTS[1:], ROOT, AT)
    ledger.record_quarantine("B-3", QUARANTINE, AT)

    assert ledger.batches() == ("B-1", "B-2", "B-3")
