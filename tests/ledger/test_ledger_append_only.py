"""Nobody changes the record by mistake: the database itself refuses, whoever asks."""
# ruff: noqa: S608 (every name in this SQL is our own)

import pytest
from ledger.ledger_nouns import BATCH, COLLECTION, INPUTS, LATER
from sqlalchemy import text

from contracts.errors import IntegrityError
from tasks.ledger.ledger import Ledger
from tasks.ledger.tables import Row

TABLES = sorted(Row.metadata.tables)
on_postgresql = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
each_table = pytest.mark.parametrize("table", TABLES)


def columns(table: str) -> list[str]:
    return [column.name for column in Row.metadata.tables[table].columns]


@pytest.fixture
def unchanged(full, raw):
    """The rows of every table, which must be the same and not none when the test is done."""
    before = {table: raw(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}
    assert all(before.values())
    yield
    assert {table: raw(f"SELECT * FROM {table} ORDER BY id") for table in TABLES} == before


@each_table
@pytest.mark.usefixtures("unchanged")
def test_update_and_delete_are_refused(raw, table):
    column = columns(table)[1]
    for sql in (
        f"UPDATE {table} SET {column} = {column}",
        f"UPDATE {table} SET id = id + 100",
        f"DELETE FROM {table}",
        f"DELETE FROM {table} WHERE id = 1",
    ):
        with pytest.raises(raw.refusal, match="the ledger is append-only"):
            raw(sql)


@each_table
@pytest.mark.usefixtures("unchanged")
def test_replacing_a_row_by_inserting_is_refused(raw, table):
    rest = ", ".join(columns(table)[1:])  # all but the id
    same = f"INTO {table} SELECT * FROM {table}"
    unnumbered = f"INTO {table} ({rest}) SELECT {rest} FROM {table}"
    upsert = f"INSERT {same} WHERE true ON CONFLICT (id) DO UPDATE SET id = {table}.id + 100"
    statements = [f"INSERT {same}", upsert]
    if raw.is_sqlite:
        statements.append(f"INSERT OR REPLACE {same}")
        if table not in {"quarantine", "credential", "attempt"}:  # the same may happen twice
            statements.append(f"INSERT OR REPLACE {unnumbered}")
    for sql in statements:
        with pytest.raises(raw.refusal, match=r"append-only|duplicate key"):
            raw(sql)


@on_postgresql
@each_table
@pytest.mark.usefixtures("unchanged")
def test_postgresql_refuses_to_truncate_drop_or_disarm(raw, table):
    trigger = f"{table}_refuses"
    column = columns(table)[-1]
    for sql in (
        f"TRUNCATE {table} CASCADE",
        f"DROP TABLE {table} CASCADE",
        f"ALTER TABLE {table} DROP COLUMN {column}",
        f"DROP TRIGGER {trigger} ON {table}",
        "DROP FUNCTION ledger_refuses CASCADE",
        f"SET session_replication_role = replica; DELETE FROM {table}",
    ):
        with pytest.raises(raw.refusal, match="the ledger is append-only"):
            raw(sql)


@each_table
@pytest.mark.usefixtures("unchanged")
def test_our_own_connections_cannot_drop_or_change(full, table):
    for sql in (f"DROP TABLE {table}", f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 100"):
        with (
            pytest.raises(IntegrityError, match="the ledger refuses"),
            full._database.writing(BATCH) as session,  # noqa: SLF001 (the API has no way to say SQL)
        ):
            session.connection().execute(text(sql))


def test_sqlite_connections_of_ours_cannot_disarm_or_alter(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        for sql in ("DROP TRIGGER capture_refuses_delete", "ALTER TABLE capture DROP COLUMN size"):
            with (
                pytest.raises(IntegrityError, match="the ledger refuses"),
                ledger._database.writing(BATCH) as session,  # noqa: SLF001 (no way to say SQL)
            ):
                session.connection().execute(text(sql))


@on_postgresql
@pytest.mark.usefixtures("full")
def test_a_role_that_may_only_insert_and_read_can_do_the_work(raw):
    """What a plant does that does not want the ledger's user to own its tables."""
    raw("DROP ROLE IF EXISTS clerk")
    raw("CREATE ROLE clerk LOGIN")
    raw("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO clerk")
    raw("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO clerk")
    try:
        with Ledger.open(raw.url.replace("//postgres:@", "//clerk:@")) as ledger:
            begun = ledger.begin_evaluation(*INPUTS[:4], "late result", COLLECTION, LATER)
            assert begun.number == 2
    finally:
        raw("DROP OWNED BY clerk")
        raw("DROP ROLE clerk")


@each_table
def test_no_column_sets_a_disposition(table):
    forbidden = {"disposition", "released", "release", "approved", "approval", "usage_decision"}

    assert not forbidden & set(columns(table))
