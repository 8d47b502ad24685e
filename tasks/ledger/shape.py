"""Which shape the ledger's tables have, told without what makes them."""

from typing import Final

from sqlalchemy import Connection, inspect, text

VERSION_TABLE: Final = "ledger_version"
NEWEST: Final = "r0003"
"""The newest migration; a test holds it beside the migrations that ship with us."""


def has_newest_shape(connection: Connection) -> bool:
    """Tell whether the tables are those of the newest migration: then nothing is to be done."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return False
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 (ours)
    return list(found.scalars()) == [NEWEST]
