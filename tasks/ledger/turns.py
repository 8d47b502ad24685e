"""A turn at something by its name, kept on a PostgreSQL server for as long as its holder lives."""

import hashlib
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

_NOT_IN_TIME: Final = "55P03"  # lock_not_available
_ALIVE: Final = {
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
"""In seconds and times: a holder whose machine is gone is noticed within a minute, not in hours."""


def key_of(name: str) -> int:
    """Return the number that a name is locked by: 64 bits of its SHA-256, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def held(engine: Engine, name: str, seconds: float) -> Connection | None:
    """Return a connection of its own that holds the turn until it is closed.

    None if others held it for so many seconds. The server frees the turn of a holder that died.
    """
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.detach()  # closing it ends its session, and the turn with it
        for setting, value in {
            "lock_timeout": f"{max(1, round(seconds * 1000))}ms",
            **_ALIVE,
        }.items():
            connection.execute(
                text("SELECT set_config(:setting, :value, false)"),
                {"setting": setting, "value": str(value)},
            )
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key_of(name)})
    except DBAPIError as error:
        connection.close()
        if getattr(error.orig, "sqlstate", None) == _NOT_IN_TIME:
            return None
        raise
    return connection
