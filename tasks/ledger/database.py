"""The ledger's connection: every entry in one transaction, on the disk before it counts as made."""

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlmodel import Session

from contracts.errors import SiteError, StorageError
from tasks.ledger import address
from tasks.ledger.faults import in_words
from tasks.ledger.shape import has_newest_shape

_PATIENCE_SECONDS = 30
_CONNECT_SECONDS = 10
_TURN_SECONDS = 0.02
_ROOM_SECONDS = 0.2
_FULL = ("too many clients already", "remaining connection slots are reserved")
"""What PostgreSQL says when it gives no more connections (its `max_connections`)."""
_MIGRATION_LOCK = "the shape of the ledger"
_FORBIDDEN = frozenset(
    {
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_TRIGGER,
    }
)


class Database:
    """An open database with the ledger's tables. Not a value: it holds connections."""

    def __init__(self, url: URL) -> None:
        self.where = address.in_words(url)
        self._engine = _engine(url, forbid=_FORBIDDEN)
        self._writer = self._engine.execution_options(writing=True)

    @classmethod
    def open(cls, location: str) -> Self:
        """Open the database, making or extending its tables first, one process at a time.

        Raises:
            SiteError: this is no address of a ledger.
            UnavailableError: the database does not answer.
            StorageError: it cannot be written, or a newer version made it.
        """
        url = address.read_address(location)
        if address.is_sqlite(url):
            address.make_folder(url)
        try:
            _prepare(url)
            return cls(url)
        except ImportError as error:
            raise SiteError(
                "PostgreSQL without its driver",
                expected="Batchproof installed with its extra 'postgresql'",
                where="the ledger's address",
                move="the administrator installs it",
            ) from error

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the ledger.

        Raises:
            UnavailableError, StorageError: the database does not answer, or is damaged.
        """
        with in_words(self.where), Session(self._engine) as session:
            yield session

    @property
    def is_file(self) -> bool:
        """Whether it is a file on this machine, and not a server."""
        return address.is_sqlite(self._engine.url)

    @contextmanager
    def connecting(self) -> Iterator[Engine]:
        """Give what makes a connection of its own.

        Raises:
            UnavailableError, StorageError: the database does not answer.
        """
        with in_words(self.where):
            yield self._engine

    @contextmanager
    def writing(self, batch: str) -> Iterator[Session]:
        """Give a session whose entries are all made or none, one writer of a batch at a time.

        Raises:
            UnavailableError, StorageError: the database does not answer, or cannot keep it.
            IntegrityError: the database refuses an entry.
        """
        with in_words(self.where), Session(self._writer) as session:
            take_turn(session.connection(), batch)
            yield session
            session.commit()


def _prepare(url: URL) -> None:
    engine = _engine(url, forbid=frozenset())
    where = address.in_words(url)
    try:
        with in_words(where):
            with engine.connect() as connection, connection.begin():
                if has_newest_shape(connection):
                    return
            from tasks.ledger.schema import bring_up_to_date  # noqa: PLC0415 (few need Alembic)

            with (
                engine.execution_options(writing=True).connect() as connection,
                connection.begin(),
            ):
                take_turn(connection, _MIGRATION_LOCK)
                bring_up_to_date(connection, where)
    finally:
        engine.dispose()


def key_of(name: str) -> int:
    """Return the number that a name is locked by: 64 bits of its SHA-256, signed."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def take_turn(connection: Connection, name: str) -> None:
    """Wait for our turn at what the name names, and keep it until the transaction ends.

    On SQLite it began with the transaction: there is one writer at a time.
    """
    if connection.dialect.name == "sqlite":
        return
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'"))
    connection.execute(text("SET LOCAL synchronous_commit = on"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key_of(name)})


def _engine(url: URL, *, forbid: frozenset[int]) -> Engine:
    if not address.is_sqlite(url):
        known = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
        server = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=_PATIENCE_SECONDS,
            connect_args={"application_name": "batchproof ledger"} | known,
        )
        event.listen(server, "do_connect", _connect)
        return server
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=_PATIENCE_SECONDS,
        connect_args={"timeout": _PATIENCE_SECONDS},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        _prepare_sqlite(connection, forbid)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect(dialect: Any, _record: object, place: Any, options: Any) -> Any:  # noqa: ANN401 (SQLAlchemy's signature)
    """Connect to a server; while others have every connection it gives, wait as for a turn."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return dialect.connect(*place, **options)
        except dialect.loaded_dbapi.OperationalError as error:
            full = any(words in str(error) for words in _FULL)
            if not full or time.monotonic() > until:
                raise
        time.sleep(_ROOM_SECONDS)


def _prepare_sqlite(connection: sqlite3.Connection, forbid: frozenset[int]) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA recursive_triggers = ON")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        _write_ahead(connection)
    if forbid:

        def judge(action: int, *_names: Any) -> int:  # noqa: ANN401 (sqlite3 hands names or None)
            return sqlite3.SQLITE_DENY if action in forbid else sqlite3.SQLITE_OK

        connection.set_authorizer(judge)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on; of several processes that open a new ledger, one does it.

    SQLite does not wait for its turn here by itself.
    """
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
            time.sleep(_TURN_SECONDS)
            continue
        if mode != "wal":
            raise StorageError(
                f"a file system on which SQLite keeps its log as '{mode}'",
                expected="a local disk, where it can write ahead",
                where="the ledger",
                move="the administrator puts the ledger on a local disk, or uses PostgreSQL",
            )
        return


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
