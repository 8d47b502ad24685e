"""An act is entered unless one on record stands for it, as seen in the very same transaction."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from log.log_nouns import DECISION, LATER, envelope, judged

from contracts.errors import RefusedError
from contracts.log_act import Decision


@pytest.fixture
def sealed(ledger):
    judged(ledger)
    ledger.record_seal(DECISION.batch, 1, envelope(), LATER)
    return ledger


def known(trail):
    """The first decision on record, or None."""
    return next((one.index for one in trail if isinstance(one.entry, Decision)), None)


def test_what_stands_for_an_act_is_returned_and_nothing_entered(sealed):
    first = sealed.record_act(DECISION, known)
    assert sealed.record_act(DECISION, known) == first
    assert sealed.log.size() == first.index + 1


def test_the_same_words_are_entered_again_where_they_count_anew(sealed):
    first = sealed.record_act(DECISION, lambda _: None)
    again = sealed.record_act(DECISION, lambda _: None)
    assert (again.index, again.text) == (first.index + 1, first.text)
    assert sealed.record_act(DECISION).index > again.index  # without asking, by its words
    assert sealed.record_act(DECISION).index == sealed.log.size() - 1


def test_what_is_refused_enters_nothing(sealed):
    def refused(trail):
        raise RefusedError(f"{len(trail)} entries")

    with pytest.raises(RefusedError, match="4 entries"):
        sealed.record_act(DECISION, refused)
    assert sealed.log.size() == 4


def test_of_many_at_once_one_is_entered_and_the_rest_find_it(sealed):
    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: sealed.record_act(DECISION, known).index, range(16)))
    assert set(found) == {4}
    assert sealed.log.size() == 5
