"""Alembic's door: takes the ledger's tables to the newest shape, in the transaction it is given."""

from alembic import context
from sqlalchemy import Connection

from tasks.ledger.tables import Row


def migrate(connection: Connection, version_table: str) -> None:
    """Run the migrations that this database has not seen, inside the caller's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        version_table=version_table,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"], context.config.attributes["version_table"])
