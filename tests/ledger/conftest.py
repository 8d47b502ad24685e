"""On a real SQLite file and on a real PostgreSQL server, a new database for every test."""

import pytest
from ledger.ledger_nouns import (
    AT,
    BATCH,
    BELOW,
    CHANGED,
    COLLECTION,
    ENROLLED,
    GRANT,
    INPUTS,
    LATER,
    NOT_READY,
    PERSON,
    QUARANTINE,
    RECORD,
    ROOT,
    Raw,
    capture_of,
)

from contracts.tlog_note import Signature
from tasks.ledger.ledger import Ledger
from tasks.ledger.people_book import Looked
from tasks.ledger.people_records import Outcome, Ruling, Try


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    """The address of a database in which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'ledger.sqlite'}"
    return request.getfixturevalue("new_database")()


@pytest.fixture
def raw(url) -> Raw:
    return Raw(url)


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def begun(ledger):
    return ledger.begin_evaluation(*INPUTS, COLLECTION, AT)


@pytest.fixture
def full(ledger, begun):
    """A ledger with at least one entry in every table."""
    ledger.record_capture(BATCH, capture_of(b"bytes"), "http://lims.example:8080")
    ledger.record_quarantine(BATCH, QUARANTINE, AT)
    finished = ledger.finish_evaluation(begun, NOT_READY, (BELOW, CHANGED), RECORD, LATER)
    ledger.record_package(finished, ROOT, "packages/1", LATER)
    state = ledger.log.remember("log.example")
    ledger.log.add_signatures(state, Signature("log.example", b"\0" * 4, b"\0" * 64))
    ledger.people.change(ENROLLED, "sealed", lambda _: None)
    granted = Ruling(Outcome.GRANTED, PERSON, step=1, token=ROOT, grant=GRANT)
    ledger.people.decide(Try("ada", ROOT, ROOT, AT), Looked(5, AT), lambda _: granted)
    return ledger
