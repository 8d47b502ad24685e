"""Makes the database itself refuse to change, remove or replace what is in a table.

Not even the newest program can then alter an entry by mistake. Whoever owns the database or its
file can still take these refusals away; that is what the seal of a package is for.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

Keys = Sequence[Sequence[str]]
"""The sets of columns that name a row, besides its id."""

_WORDS = "the ledger is append-only"


def refuse_changes(
    connection: Connection, tables: Mapping[str, Keys], before: Sequence[str] = ()
) -> None:
    """Create the refusals for these tables, which must exist and be empty of refusals.

    `before` are the tables that an earlier migration gave theirs.
    """
    if connection.dialect.name == "sqlite":
        for table, keys in tables.items():
            _on_sqlite(connection, table, keys)
    else:
        _on_postgresql(connection, tuple(tables), before)


def _on_sqlite(connection: Connection, table: str, keys: Keys) -> None:
    for verb in ("UPDATE", "DELETE"):
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
        )
    # INSERT OR REPLACE removes the old row without asking a DELETE trigger.
    known = " OR ".join(
        " AND ".join(f"{column} = NEW.{column}" for column in key) for key in [("id",), *keys]
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table} "  # noqa: S608 (our own names, no input)
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) "
        f"BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    )


def _on_postgresql(connection: Connection, tables: Sequence[str], before: Sequence[str]) -> None:
    if not before:
        connection.exec_driver_sql(
            "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$BEGIN RAISE EXCEPTION '{_WORDS}'; END$$"
        )
    for table in tables:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_refuses BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()"
        )
        # ALWAYS: also in a session that calls itself a replica.
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_refuses")
    if connection.exec_driver_sql(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).scalar():
        _refuse_drops(connection, (*before, *tables))


def _refuse_drops(connection: Connection, tables: Sequence[str]) -> None:
    """Refuse to drop a table, one of its columns or triggers; only a superuser may ask for that.

    Where the ledger's user is no superuser, let another role own the tables and grant this one
    INSERT and SELECT only. A later migration that drops something disables this refusal first.
    """
    schema = connection.exec_driver_sql("SELECT quote_literal(current_schema())").scalar_one()
    names = ", ".join(f"'{table}'" for table in tables)
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION ledger_refuses_drop() "  # noqa: S608 (our own names, no input)
        "RETURNS event_trigger LANGUAGE plpgsql AS $$DECLARE dropped record; BEGIN "
        "FOR dropped IN SELECT address_names AS name FROM pg_event_trigger_dropped_objects() "
        f"LOOP IF dropped.name[1] = {schema} AND dropped.name[2] IN ({names}) "
        f"THEN RAISE EXCEPTION '{_WORDS}'; END IF; END LOOP; END$$"
    )
    if not connection.exec_driver_sql(
        "SELECT count(*) FROM pg_event_trigger WHERE evtname = 'ledger_refuses_drop'"
    ).scalar():
        connection.exec_driver_sql(
            "CREATE EVENT TRIGGER ledger_refuses_drop ON sql_drop "
            "EXECUTE FUNCTION ledger_refuses_drop()"
        )
