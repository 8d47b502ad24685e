"""What is known of a batch: its records go before the site file, and doubt is not knowledge."""

import pytest
from builders import observed

from contracts.context import context_of
from contracts.observation import Awaited, Status
from contracts.strategy import Dimension
from contracts.subject import Observed

COHORT = Dimension("cohort", ("adult", "child"), Observed("batch_record", "cohort", "order"))
MARKET = Dimension("market", ("EU", "US"))


def said(written, key="1", **changes):
    about = {"source": "batch_record", "characteristic": "cohort", "step": "order", "unit": "1"}
    return observed(written, source_key=key, **about | changes)


@pytest.mark.parametrize(
    ("observations", "given", "known"),
    [
        ([], {}, {}),
        ([], {"market": "EU"}, {"market": "EU"}),
        ([], {"market": "JP"}, {}),
        ([said("adult")], {"market": "US"}, {"cohort": "adult", "market": "US"}),
        ([said(" adult ")], {}, {"cohort": "adult"}),
        ([said("adult"), said("adult", "2")], {}, {"cohort": "adult"}),
        ([said("adult"), said("child", "2")], {}, {}),
        ([said("adult"), said("Adult", "2")], {}, {}),
        ([said("Adult")], {}, {}),
        ([said("elderly")], {}, {}),
        ([said("child", status=Status.INVALIDATED), said("adult", "2")], {}, {"cohort": "adult"}),
        ([said("adult", value=Awaited("adult"))], {}, {}),
        ([said("adult", step="harvest")], {}, {}),
        # the site file does not say what the records must
        ([], {"cohort": "adult"}, {}),
        ([said("child")], {"cohort": "adult"}, {"cohort": "child"}),
    ],
)
def test_what_is_known(observations, given, known):
    found = context_of((COHORT, MARKET), observations, given)
    assert found == known
    assert context_of((COHORT, MARKET), observations, found) == found
