"""The shape of the ledger's tables: brought to the newest by migrations that ship with us."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from contracts.errors import StorageError
from tasks.ledger.shape import VERSION_TABLE


def bring_up_to_date(connection: Connection, where: str) -> None:
    """Run what migrations are missing, inside the caller's transaction.

    Raises:
        StorageError: a newer version of this program made it.
    """
    _refuse_newer(connection, where)
    config = _config()
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    command.upgrade(config, "head")  # nothing, where another process was faster


def _refuse_newer(connection: Connection, where: str) -> None:
    scripts = ScriptDirectory.from_config(_config())
    found = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE}
    ).get_current_heads()
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = sorted(set(found) - known)
    if unknown:
        raise StorageError(
            f"a ledger made by a newer version of Batchproof (its shape is {unknown[0]})",
            expected=f"the shape {' or '.join(scripts.get_heads())} or an older one",
            where=where,
            move="the administrator installs the newer version; the ledger was not touched",
        )


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
