"""The tables are made by the migrations that ship with the program, and are what it expects."""
# ruff: noqa: S608 (every name in this SQL is our own)

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from ledger.ledger_nouns import BATCH, Raw
from sqlalchemy import create_engine

from contracts.errors import StorageError
from tasks import ledger as ledger_package
from tasks.ledger.ledger import Ledger
from tasks.ledger.shape import NEWEST, VERSION_TABLE
from tasks.ledger.tables import Row

MIGRATIONS = Path(ledger_package.__file__).parent / "migrations"


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


@pytest.mark.usefixtures("ledger")
def test_migrations_make_exactly_the_tables_of_the_program(url):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(
                connection,
                opts={"version_table": VERSION_TABLE, "compare_server_default": True},
            )
            assert compare_metadata(context, Row.metadata) == []
            assert context.get_current_heads() == tuple(scripts().get_heads())
    finally:
        engine.dispose()


def test_the_comparison_would_notice_a_difference(url, raw):
    Ledger.open(url).close()
    raw("ALTER TABLE capture ADD COLUMN extra TEXT")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            ((verb, *_, column),) = compare_metadata(context, Row.metadata)
    finally:
        engine.dispose()
    assert (verb, column.name) == ("remove_column", "extra")


def test_the_migrations_are_one_line():
    assert scripts().get_heads() == [NEWEST]
    assert scripts().get_bases() == ["r0001"]


def test_opening_again_changes_nothing(full, url):
    before = (full.captures(BATCH), full.evaluations(BATCH), full.packages(BATCH))
    with Ledger.open(url) as again:
        assert (again.captures(BATCH), again.evaluations(BATCH), again.packages(BATCH)) == before


def test_a_ledger_of_the_newest_shape_is_opened_without_alembic(full, url):
    full.close()
    told = run_python(f"from tasks.ledger.ledger import Ledger; Ledger.open({url!r}).close()")
    assert "sqlalchemy" in told
    assert "alembic" not in told


def run_python(words: str) -> set[str]:
    """Return the modules that a Python of its own loads for some words."""
    words += "; import json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", words], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


def test_another_programs_tables_are_left_alone(tmp_path, new_database):
    """Prefect, too, keeps an alembic_version; ours has another name."""
    (tmp_path / "ledger.sqlite").touch()
    for url in (f"sqlite:///{tmp_path / 'ledger.sqlite'}", new_database()):
        raw = Raw(url)
        raw("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        raw("INSERT INTO alembic_version VALUES ('another program')")
        with Ledger.open(url) as ledger:
            assert ledger.batches() == ()
        raw("UPDATE alembic_version SET version_num = 'and its next'")
        assert raw("SELECT version_num FROM alembic_version") == [("and its next",)]


def test_a_ledger_of_a_newer_version_is_left_alone(full, url, raw):
    full.close()
    raw(f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")

    with pytest.raises(StorageError, match=r"newer version of Batchproof.*r9999") as caught:
        Ledger.open(url)
    assert caught.value.move.startswith("the administrator installs the newer version")
    assert raw(f"SELECT version_num FROM {VERSION_TABLE}") == [("r9999",)]
    assert len(raw("SELECT id FROM evaluation")) == 1


def test_a_migration_that_fails_leaves_nothing(url, raw):
    if raw.is_sqlite:
        Path(raw.url.removeprefix("sqlite:///")).parent.mkdir()
    raw("CREATE TABLE package (mine TEXT)")  # stands in the way of the last table

    with pytest.raises(StorageError, match="fault of the ledger's database"):
        Ledger.open(url)
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if raw.is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    assert raw(catalogue) == [("package",)]


def test_sqlite_keeps_a_write_ahead_log_and_waits_for_the_disk(tmp_path):
    with (
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger,
        ledger._database.reading() as session,  # noqa: SLF001 (each connection has its own settings)
    ):
        run = session.connection().exec_driver_sql
        assert run("PRAGMA journal_mode").scalar() == "wal"
        assert run("PRAGMA synchronous").scalar() == 2  # FULL
        assert run("PRAGMA foreign_keys").scalar() == 1
        assert run("PRAGMA busy_timeout").scalar() == 30_000


def test_postgresql_waits_for_the_disk_whatever_its_default_is(new_database):
    url = new_database()
    raw = Raw(url)
    name = raw("SELECT current_database()")[0][0]
    raw(f"ALTER DATABASE {name} SET synchronous_commit = off")
    with (
        Ledger.open(url) as ledger,
        ledger._database.writing(BATCH) as session,  # noqa: SLF001 (the setting is the transaction's)
    ):
        run = session.connection().exec_driver_sql
        assert run("SHOW synchronous_commit").scalar() == "on"


def test_a_folder_with_a_percent_sign_and_spaces_is_a_folder(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / '100% of it' / 'ledger.sqlite'}") as ledger:
        assert ledger.batches() == ()
    assert sqlite3.connect(tmp_path / "100% of it" / "ledger.sqlite").close() is None
