"""A turn at something by its name, kept on a PostgreSQL server for as long as its holder lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tasks.ledger.database import Database, key_of

_NOT_IN_TIME: Final = "55P03"  # lock_not_available
_ALIVE: Final = {
    "tcp_keepalives_idle": 30,
    "tcp_keepalives_interval": 10,
    "tcp_keepalives_count": 3,
}
"""In seconds and times: a holder whose machine is gone is noticed within a minute, not in hours."""


class Turns:
    """Turns at batches, where the ledger is a server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def on_server(self) -> bool:
        """Whether the ledger is a server: a file keeps no turns."""
        return not self._database.is_file

    @contextmanager
    def hold(self, batch: str, seconds: float) -> Iterator[bool]:
        """Hold the turn at a batch until the block or our process ends.

        Gives False if others held it for so many seconds.

        Raises:
            UnavailableError: the database does not answer.
        """
        with self._database.connecting() as engine:
            holder = held(engine, f"the work at {batch}", seconds)
        try:
            yield holder is not None
        finally:
            if holder is not None:
                holder.close()


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
