"""Two writers of Prefect's database on SQLite: the second waits, and neither is refused."""

import asyncio
import os
import subprocess
import sys

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.exc import OperationalError

from flows.server_writes import InTurn


async def added(configuration, engine, both_have_read):
    """Read a number and write the next one, as Prefect's server does in one transaction."""
    session = await configuration.session(engine)
    async with session, configuration.begin_transaction(session):
        found = (await session.execute(sa.text("SELECT n FROM counted"))).scalar_one()
        await both_have_read()
        await session.execute(sa.text("UPDATE counted SET n = :n"), {"n": found + 1})


async def count_of_two(configuration):
    engine = await configuration.engine()
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("CREATE TABLE counted (n INTEGER)"))
            await connection.execute(sa.text("INSERT INTO counted VALUES (0)"))
        readers = []

        async def both_have_read():
            readers.append(1)
            for _ in range(20):  # at most a second: whoever waits its turn has not read yet
                if len(readers) < 2:
                    await asyncio.sleep(0.05)

        one, other = (added(configuration, engine, both_have_read) for _ in range(2))
        ended = await asyncio.gather(one, other, return_exceptions=True)
        async with engine.connect() as connection:
            count = (await connection.execute(sa.text("SELECT n FROM counted"))).scalar_one()
    finally:
        await engine.dispose()
    return count, [one for one in ended if one is not None]


@pytest.fixture
def url(tmp_path):
    return f"sqlite+aiosqlite:///{tmp_path / 'prefect.sqlite'}"


def test_the_second_writer_waits(url):
    assert asyncio.run(count_of_two(InTurn(connection_url=url))) == (2, [])


def test_prefects_own_way_refuses_one_of_them(url):
    """Why `InTurn` is there: once this fails, Prefect has mended it, and ours can go."""
    count, (refused,) = asyncio.run(count_of_two(AioSqliteConfiguration(connection_url=url)))
    assert count == 1
    assert isinstance(refused, OperationalError)
    assert "database is locked" in str(refused)


def test_the_server_that_up_starts_writes_in_turn(tmp_path, url):
    told = (
        "from pathlib import Path; from flows.server import application; application(Path());"
        "from prefect.server.database.dependencies import provide_database_interface as provided;"
        "print(type(provided().database_config).__name__)"
    )
    environment = os.environ | {
        "PREFECT_API_DATABASE_CONNECTION_URL": url,
        "PREFECT_HOME": str(tmp_path),
    }
    said = subprocess.run(
        [sys.executable, "-c", told], check=False, env=environment, capture_output=True
    )
    assert said.stdout.split() == [b"InTurn"], said.stderr[-2000:]
