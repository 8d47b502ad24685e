"""Where the ledger is: reads its URL strictly, and names it in words without any secret."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from contracts.errors import SiteError, StorageError

_EXPECTED = "sqlite:///FOLDER/ledger.sqlite or postgresql://USER@HOST/DATABASE"
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")
_SQLITE = ("sqlite", "sqlite+pysqlite")


def read_address(text: str) -> URL:
    """Return the ledger's URL, with the driver we use; the text itself is never repeated.

    Raises:
        SiteError: no URL, another kind of database, or SQLite in memory.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _no_address("text that is no URL") from None  # the cause may quote a password
    if url.drivername in _POSTGRESQL:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in _SQLITE:
        raise _no_address(f"a database of the kind '{url.drivername}'")
    if not url.database or ":memory:" in url.database or "memory" in url.query.values():
        raise _no_address("SQLite in memory, which remembers nothing")
    return url.set(drivername="sqlite+pysqlite")


def in_words(url: URL) -> str:
    """Return where the ledger is, without user, password or options."""
    if is_sqlite(url):
        return f"the ledger {url.database}"
    port = f":{url.port}" if url.port else ""
    return f"the ledger {url.database or ''} on {url.host or 'the local PostgreSQL'}{port}"


def is_sqlite(url: URL) -> bool:
    """Tell whether the ledger is a file."""
    return url.get_backend_name() == "sqlite"


def make_folder(url: URL) -> None:
    """Make the folder of a ledger that is a file.

    Raises:
        StorageError: the folder cannot be made.
    """
    if not url.database or url.database.startswith("file:"):
        return
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"a folder that cannot be made ({error.strerror})",
            expected="a folder for the ledger",
            where=in_words(url),
            move="the administrator makes the folder or names another",
        ) from error


def _no_address(found: str) -> SiteError:
    return SiteError(
        found,
        expected=_EXPECTED,
        where="the ledger's address",
        move="the administrator corrects the setting",
    )
