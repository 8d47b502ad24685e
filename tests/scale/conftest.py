"""A real object store (SeaweedFS), a PostgreSQL, and a site with many small batches."""

import shutil
import tempfile
from pathlib import Path

import pytest
from scale.small_history import SITE, STRATEGY, origin_of

from infra.object_server import running_object_server


@pytest.fixture(scope="session")
def object_server():
    """An object store of our own; if it cannot start, the tests fail and are not skipped."""
    folder = tempfile.mkdtemp(prefix="s3")
    with running_object_server(Path(folder)) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bucket(object_server, monkeypatch):
    """The environment in which Batchproof uses the object store's bucket."""
    for name, value in object_server.environment.items():
        monkeypatch.setenv(name, value)
    return object_server


@pytest.fixture(scope="session")
def origin(two_packages):
    """The desk at which two demo batches were collected."""
    desk = origin_of(two_packages["CART-26-0001"])
    yield desk
    desk.ledger.close()


@pytest.fixture
def site(bucket, new_database, tmp_path, monkeypatch):
    """The site file of a plant with its ledger on PostgreSQL and its evidence in the bucket."""
    file = tmp_path / "site.yaml"
    file.write_text(SITE)
    monkeypatch.setenv("BATCHPROOF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BATCHPROOF_LEDGER_URL", new_database())
    monkeypatch.setenv("BATCHPROOF_STORE", f"{bucket.address}/{tmp_path.name}")
    monkeypatch.setenv("BATCHPROOF_STRATEGIES", str(STRATEGY))
    return str(file)
