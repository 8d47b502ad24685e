"""A new evaluation rests on the old evidence plus the new: what the second one says."""

from dataclasses import replace

import pytest
from earlier.rounds import NOT_ASKED, earlier, otherwise, told

from contracts.errors import UnavailableError
from tasks.collect import collect_source


def viability(evidence):
    return [
        one.as_written
        for one in evidence.observations
        if one.characteristic == "viability" and one.step == "release_testing"
    ]


def test_the_same_bytes_again_are_the_same_evaluation(rounds):
    one = rounds()
    collections = [one.collected(), one.collected()]
    assert collections[0] == collections[1]
    assert one.judged(collections[0]).number == one.judged(collections[1]).number == 1
    assert not earlier(one.desk.collection(collections[1]).captures)


@pytest.mark.parametrize("words", ["final", "growth"])
def test_a_late_result_is_no_exception_of_its_own(rounds, words):
    one = rounds()
    first = one.evidence()
    one.later(f"sterility-{words}")
    second = one.evidence()
    assert second.fingerprint != first.fingerprint
    assert otherwise(second) == []


def test_a_result_that_vanished_blocks_and_says_what_it_said(rounds):
    one = rounds("CART-26-0002")
    first = one.evidence()
    one.later("vanished")
    collection = one.collected()
    second = one.judged(collection)
    gone = set(viability(first)) - set(viability(one.evidence(collection)))
    assert gone == {"76.3"}
    ((kind, blocking, message),) = told(second)
    assert (kind, blocking) == ("result that vanished", True)
    assert message.startswith("Viability of DP-")
    assert "was 76.3 % when it was captured at 2026-03-24 06:00 UTC (capture " in message
    assert message.endswith("It is gone from the LIMS, and nothing there replaces it.")
    assert second.readiness == "not_ready"


def test_a_value_that_was_changed_without_a_trace_blocks(rounds):
    one = rounds()
    one.evidence()
    one.later("changed-without-trace", keyword="VIAB", result="99.1")
    second = one.judged()
    ((kind, blocking, message),) = told(second)
    assert (kind, blocking) == ("value changed without a trace", True)
    assert "now says 99.1 %, and no entry of its audit trail tells of a change" in message
    assert second.readiness == "not_ready"


def test_a_change_that_the_audit_trail_tells_of_is_told_and_does_not_block(rounds):
    one = rounds()
    one.evidence()
    one.later("changed-in-place", keyword="VIAB", result="99.1", reason="A typing error.")
    ((kind, blocking, message),) = told(one.judged())
    assert (kind, blocking) == ("value changed since it was captured", False)
    assert "now says 99.1 %, changed by P-053 at 2026-03-24T05:30:00+00:00 (A typing" in message


def test_a_failing_value_is_not_edited_away_with_a_trace_either(rounds):
    one = rounds()
    one.later("changed-in-place", keyword="VIAB", result="61.0")
    one.evidence()
    one.later("changed-in-place", keyword="VIAB", result="91.0", reason="It was better.")
    ((kind, blocking, message),) = told(one.judged())
    assert (kind, blocking) == ("failing result changed", True)
    assert message.endswith("What was written then fails ≥ 80.0 %.")


def test_two_changes_with_a_trace_are_one_way_from_the_first_value_to_the_last(rounds):
    one = rounds()
    one.evidence()
    one.later("changed-in-place", keyword="VIAB", result="91.0")
    one.later("changed-in-place", keyword="VIAB", result="92.0")
    assert [how for how, _ in otherwise(one.evidence())] == ["changed with a trace"]
    one.later("changed-without-trace", keyword="VIAB", result="93.0")
    one.later("changed-in-place", keyword="VIAB", result="94.0")
    hows = [how for how, _ in otherwise(one.evidence())]
    assert hows == ["changed without a trace", "changed without a trace"]


def test_a_correction_as_the_laboratory_makes_them_tells_itself(rounds):
    one = rounds()
    one.evidence()
    one.later("corrected-result", keyword="VIAB", result="88.8")
    second = one.evidence()
    assert otherwise(second) == []
    assert "88.8" in viability(second)


def test_what_was_retracted_may_not_be_rewritten(rounds):
    one = rounds()
    one.later("corrected-result", keyword="VIAB", result="88.8")
    one.evidence()
    one.later("changed-without-trace", keyword="VIAB", result="90.0")
    assert [how for how, _ in otherwise(one.evidence())] == ["changed without a trace"]


def test_collecting_again_and_again_washes_nothing_out(rounds):
    one = rounds("CART-26-0002")
    one.evidence()
    one.later("vanished")
    second, again = one.evidence(), one.evidence()
    assert second.fingerprint == again.fingerprint
    one.later("corrected-result", keyword="CARPOS", result="40.0")
    later, latest = one.evidence(), one.evidence()
    assert later.fingerprint == latest.fingerprint != second.fingerprint
    assert otherwise(later) == otherwise(second)
    assert len(otherwise(second)) == 1


def test_there_and_back_again_is_a_change(rounds):
    """The value of the first collection comes back: that of the second was done away with."""
    one = rounds()
    first = one.evidence()
    (was,) = viability(first)
    one.later("changed-without-trace", keyword="VIAB", result="99.1")
    one.evidence()
    one.later("changed-without-trace", keyword="VIAB", result=was)
    third = one.evidence()
    assert viability(third) == [was]
    ((how, message),) = otherwise(third)
    assert how == "changed without a trace"
    assert "was 99.1 %" in message


def test_a_silent_laboratory_says_nothing_and_forgets_nothing(rounds):
    one = rounds("CART-26-0002")
    one.evidence()
    silent = one.collected(lims=UnavailableError("no answer", where="lims"))
    assert otherwise(one.evidence(silent)) == []
    assert {each.source for each in earlier(one.desk.collection(silent).captures)} == {"lims"}
    one.later("vanished")
    assert [how for how, _ in otherwise(one.evidence())] == ["vanished"]


def test_what_cannot_be_read_now_is_told(rounds):
    """The laboratory's answers of then break the contract: they are kept, and nobody compares."""
    one = rounds()
    answers = collect_source(one.desk, one.batch, "lims")
    broken = [without_keywords(one, each) for each in answers]
    one.evidence(one.collected(lims=tuple(broken)))
    ((kind, blocking, message),) = told(one.judged())
    assert (kind, blocking) == ("earlier evidence that cannot be read", False)
    assert message.startswith("What the LIMS handed over at 2026-03-24 06:00 UTC cannot be read")


def without_keywords(one, capture):
    body = one.desk.store.get(capture.digest).replace(b'"Keyword"', b'"Kyword"')
    other = replace(capture, digest=one.desk.store.put(body), size=len(body))
    return one.desk.ledger.record_capture(one.batch, other, "127.0.0.1:1")


def test_the_same_words_in_other_bytes_are_nothing_earlier(rounds):
    """A real LIMS writes a running time into each answer."""
    one = rounds()
    first = one.evidence()
    again = [with_running_time(one, each) for each in collect_source(one.desk, one.batch, "lims")]
    collection = one.collected(batch_record=NOT_ASKED, lims=tuple(again))
    assert not earlier(one.desk.collection(collection).captures)
    assert one.evidence(collection).fingerprint == first.fingerprint


def with_running_time(one, capture):
    body = one.desk.store.get(capture.digest).replace(b'"_runtime": 0.01', b'"_runtime": 0.02')
    other = replace(capture, digest=one.desk.store.put(body), size=len(body))
    return one.desk.ledger.record_capture(one.batch, other, "127.0.0.1:1")
