"""What goes wrong with the database is said in words, without secrets, and loses nothing."""

import pickle
import sqlite3
import traceback
from contextlib import contextmanager

import psycopg
import pytest
from ledger.ledger_nouns import (
    AT,
    BATCH,
    BELOW,
    COLLECTION,
    INPUTS,
    NOT_READY,
    QUARANTINE,
    RECORD,
    Raw,
)
from sqlalchemy import Engine, event

from contracts.errors import IntegrityError, SiteError, StorageError, UnavailableError
from tasks.ledger import database
from tasks.ledger.ledger import Ledger

SECRET = "s3cr3t-Pa55"  # noqa: S105 (what must not be seen)
on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        (f"postgresql://qa:{SECRET}@127.0.0.1:1/ledger", UnavailableError, "127.0.0.1:1"),
        (f"postgresql://127.0.0.1:1/ledger?user=qa&password={SECRET}", UnavailableError, "ledger"),
        (f"postgres://qa:{SECRET}@127.0.0.1:1/ledger", UnavailableError, "no answer"),
        (f"mysql://qa:{SECRET}@db/ledger", SiteError, "'mysql'"),
        (f"qa:{SECRET}@db", SiteError, "no URL"),
        (f"postgresql://qa:{SECRET}@db:port/ledger", SiteError, "no URL"),
        ("", SiteError, "no URL"),
        ("sqlite://", SiteError, "in memory"),
        ("sqlite:///:memory:", SiteError, "in memory"),
        ("sqlite:///file:x?mode=memory&uri=true", SiteError, "in memory"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_secret(url, kind, words):
    with pytest.raises(kind) as caught:
        Ledger.open(url)
    said = caught.value.in_words()
    assert words in said
    assert caught.value.move
    everything = said + repr(caught.value) + "".join(traceback.format_exception(caught.value))
    assert SECRET not in everything
    assert pickle.loads(pickle.dumps(caught.value)).in_words() == said  # noqa: S301 (our own)


def test_an_open_ledger_shows_no_secret(new_database):
    url = new_database().replace("postgres:@", f"postgres:{SECRET}@")
    with Ledger.open(url) as ledger:
        assert SECRET not in repr(ledger) + str(ledger) + repr(vars(ledger))


@on_postgresql
def test_a_database_that_does_not_exist_is_unavailable(url):
    with pytest.raises(UnavailableError, match="the ledger nowhere"):
        Ledger.open(url.replace("/ledger_", "/nowhere?x=").split("?")[0] + "?" + url.split("?")[1])


@on_postgresql
def test_a_role_that_may_only_read_is_told_so(ledger, raw):
    raw("DROP ROLE IF EXISTS reader")
    raw("CREATE ROLE reader LOGIN")
    raw("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    try:
        with Ledger.open(raw.url.replace("//postgres:@", "//reader:@")) as reading:
            assert reading.evaluations(BATCH) == ()
            with pytest.raises(StorageError, match="may not be written"):
                reading.record_quarantine(BATCH, QUARANTINE, AT)
    finally:
        raw("DROP OWNED BY reader")
        raw("DROP ROLE reader")
    assert ledger.quarantines(BATCH) == ()


@on_postgresql
def test_a_connection_that_was_cut_is_made_again(full, raw):
    raw(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = 'batchproof ledger' AND datname = current_database()"
    )
    assert len(full.evaluations(BATCH)) == 1


@on_postgresql
def test_a_connection_cut_within_an_entry_leaves_nothing_of_it(begun, ledger, raw):
    def cut(_connection, _cursor, statement, *_rest):
        if "INTO quality_exception" in statement:
            raw(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'batchproof ledger' AND datname = current_database()"
            )

    with (
        listening("before_cursor_execute", cut),
        pytest.raises(UnavailableError, match="no answer"),
    ):
        ledger.finish_evaluation(begun, NOT_READY, (BELOW,), RECORD, AT)
    assert ledger.evaluations(BATCH) == (begun,)
    assert ledger.finish_evaluation(begun, NOT_READY, (BELOW,), RECORD, AT).record == RECORD


@contextmanager
def listening(name, listener):
    event.listen(Engine, name, listener)
    try:
        yield
    finally:
        event.remove(Engine, name, listener)


def test_a_full_disk_is_said_and_leaves_nothing_half(tmp_path):
    """SQLite's own limit of pages stands for the disk: the same SQLITE_FULL."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with Ledger.open(url) as ledger:
        begun = ledger.begin_evaluation(*INPUTS, COLLECTION, AT)
        ((pages,),) = Raw(url)("PRAGMA page_count")

    def limit(connection, _record):
        connection.execute(f"PRAGMA max_page_count = {pages}")

    many = tuple(BELOW for _ in range(1000))
    with (
        listening("connect", limit),
        Ledger.open(url) as small,
        pytest.raises(StorageError, match="disk of the ledger is full") as caught,
    ):
        small.finish_evaluation(begun, NOT_READY, many, RECORD, AT)
    assert "makes room" in caught.value.move
    with Ledger.open(url) as ledger:
        assert ledger.evaluations(BATCH) == (begun,)
        assert (
            ledger.finish_evaluation(begun, NOT_READY, many, RECORD, AT).result.exceptions == many
        )


@on_sqlite
def test_a_read_only_file_is_said(full, url):
    full.close()
    read_only = url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    with Ledger.open(read_only) as ledger:
        assert len(ledger.evaluations(BATCH)) == 1
        with pytest.raises(StorageError, match="may not be written"):
            ledger.record_quarantine(BATCH, QUARANTINE, AT)


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_file_that_is_no_ledger_is_said_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="no ledger or damaged"):
        Ledger.open(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="folder that cannot be made"):
        Ledger.open(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}")


def test_a_folder_in_the_place_of_the_ledger_is_said(tmp_path):
    with pytest.raises(StorageError, match="Next: the administrator"):
        Ledger.open(f"sqlite:///{tmp_path}")


def test_who_does_not_get_a_turn_is_told_to_ask_again(monkeypatch, ledger, url, raw):
    monkeypatch.setattr(database, "_PATIENCE_SECONDS", 0.2)
    if raw.is_sqlite:
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(url)
        other.execute("LOCK TABLE quarantine IN ACCESS EXCLUSIVE MODE")
    try:
        with (
            Ledger.open(url) as impatient,
            pytest.raises(UnavailableError, match="keep busy") as caught,
        ):
            impatient.record_quarantine(BATCH, QUARANTINE, AT)
    finally:
        other.close()
    assert caught.value.move.startswith("run the task again")
    assert ledger.quarantines(BATCH) == ()
    ledger.record_quarantine(BATCH, QUARANTINE, AT)
    assert len(ledger.quarantines(BATCH)) == 1


def test_half_a_character_in_a_name_is_refused(ledger):
    with pytest.raises(IntegrityError, match=r"half a character|lone surrogate"):
        ledger.record_quarantine("CART-\ud800", QUARANTINE, AT)
    assert ledger.batches() == ()
