"""A real object store (SeaweedFS, from its wheel), started once for whoever needs it."""

import shutil
import tempfile
from pathlib import Path

import pytest

from infra.object_server import running_object_server


@pytest.fixture(scope="session")
def object_server():
    """An object store of our own; if it cannot start, the tests fail and are not skipped."""
    folder = tempfile.mkdtemp(prefix="s3")  # short: a socket's path has 107 bytes at most
    with running_object_server(Path(folder)) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def bucket(object_server, monkeypatch):
    """The environment in which Batchproof uses the object store's bucket."""
    for name, value in object_server.environment.items():
        monkeypatch.setenv(name, value)
    return object_server
