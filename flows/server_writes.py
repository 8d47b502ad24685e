"""Prefect's database on SQLite, with writers that wait for each other instead of failing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.server.utilities.database import get_dialect
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class InTurn(AioSqliteConfiguration):
    """Begins every transaction that may write as a writer.

    Prefect begins most of them as readers (`BEGIN DEFERRED`). If somebody else writes between such
    a transaction's first read and its first write, SQLite refuses it at once
    (`SQLITE_BUSY_SNAPSHOT`, https://www.sqlite.org/isolation.html), the server answers 503, and
    whoever asked tries again after 2, 4, 8, 16 and 32 seconds. A writer from the start
    (`BEGIN IMMEDIATE`) waits its turn.
    """

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: ARG002, FBT001 (Prefect's signature)
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """Hold the right to write while the block runs; what else it opens begins as it would."""
        async with session.begin() as transaction:
            token = SQLITE_BEGIN_MODE.set("IMMEDIATE")
            try:
                await session.connection()
            finally:
                SQLITE_BEGIN_MODE.reset(token)
            yield transaction


def write_in_turn() -> None:
    """Have Prefect's server use it, if its database is SQLite. Called before the server is made."""
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if get_dialect(url).name == "sqlite":
        set_database_config(InTurn(connection_url=url))
