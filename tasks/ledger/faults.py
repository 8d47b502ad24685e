"""What a database complains about, in words: what happened, and whose move it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from contracts.errors import BatchproofError, IntegrityError, StorageError, UnavailableError

_ASK_AGAIN = "run the task again; if that does not help, the administrator looks at the database"
_MAKE_ROOM = "the administrator makes room or restores access; then run again, nothing is lost"
_LOOK = "QA and the administrator find out what happened to the database; nothing was changed"

_Said = tuple[type[BatchproofError], str, str, str]
_BUSY: Final[_Said] = (UnavailableError, "a ledger that others keep busy", "a turn", _ASK_AGAIN)
_SILENT: Final[_Said] = (
    UnavailableError,
    "no answer from the ledger's database",
    "a database that is running, reachable, and lets us in",
    "the administrator checks the ledger's address, user and password; then run again",
)
_FULL: Final[_Said] = (StorageError, "the disk of the ledger is full", "room", _MAKE_ROOM)
_READ_ONLY: Final[_Said] = (
    StorageError,
    "a ledger that may not be written",
    "the right to write",
    _MAKE_ROOM,
)
_FAULTY: Final[_Said] = (
    StorageError,
    "a ledger whose disk reports a fault or is full",
    "a disk that keeps what it is given",
    _MAKE_ROOM,
)
_NO_LEDGER: Final[_Said] = (StorageError, "a file that is no ledger or damaged", "a ledger", _LOOK)
_REFUSED: Final[_Said] = (
    IntegrityError,
    "an entry that the ledger refuses",
    "a new entry that contradicts none on record",
    _LOOK,
)
_UNKNOWN: Final[_Said] = (
    StorageError,
    "a fault of the ledger's database",
    "an entry kept",
    _ASK_AGAIN,
)

_BY_SQLITE_CODE: Final[dict[int, _Said]] = {
    sqlite3.SQLITE_AUTH: _REFUSED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_CONSTRAINT: _REFUSED,
    sqlite3.SQLITE_CORRUPT: _NO_LEDGER,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FAULTY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_NOTADB: _NO_LEDGER,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
}
_BY_SQLSTATE: Final[dict[str, _Said]] = {
    "08": _SILENT,  # connection exception
    "23": _REFUSED,  # integrity constraint violation
    "25006": _READ_ONLY,  # read-only transaction
    "28": _SILENT,  # invalid authorization
    "2B": _REFUSED,  # other objects depend on what should be dropped
    "3D": _SILENT,  # the database does not exist
    "40": _BUSY,  # serialization failure, deadlock
    "42501": _READ_ONLY,  # insufficient privilege
    "53100": _FULL,  # disk full
    "53": _BUSY,  # too many connections, out of memory
    "55P03": _BUSY,  # lock not available
    "57": _SILENT,  # shut down, starting up
    "58": _FAULTY,  # input/output error
    "P0001": _REFUSED,  # raised by our own triggers
}
_PRIMARY_CODE = 0xFF


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn what the database raises into this product's errors, naming the place.

    Raises:
        UnavailableError: no answer, or no turn; asking again may help.
        StorageError: full, read-only, damaged.
        IntegrityError: the database refuses an entry, such as a change of an existing one.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise _spoken(error, where) from error
    except UnicodeEncodeError as error:
        raise _made((IntegrityError, "half a character", "Unicode text", _LOOK), where) from error


def _spoken(error: SQLAlchemyError, where: str) -> BatchproofError:
    if isinstance(error, StatementError) and isinstance(error.orig, BatchproofError):
        return error.orig
    if isinstance(error, PoolTimeoutError):
        return _made(_BUSY, where)
    if not isinstance(error, DBAPIError):
        return _made(_UNKNOWN, where)
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & _PRIMARY_CODE
        return _made(_BY_SQLITE_CODE.get(code, _UNKNOWN), where)
    return _made(_by_sqlstate(error), where)


def _by_sqlstate(error: DBAPIError) -> _Said:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # the server had no chance to say anything
        return _SILENT if type(error.orig).__name__ == "OperationalError" else _UNKNOWN
    for prefix in (state, state[:2]):
        if prefix in _BY_SQLSTATE:
            return _BY_SQLSTATE[prefix]
    return _SILENT if error.connection_invalidated else _UNKNOWN


def _made(said: _Said, where: str) -> BatchproofError:
    kind, found, expected, move = said
    return kind(found, expected=expected, where=where, move=move)
