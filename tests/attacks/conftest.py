"""One real batch, prepared once for all attacks, at a site with everything that guards it."""

import fcntl
import os
import shutil
from contextlib import contextmanager

import pytest
from attacks.forger import Forger, of_folder
from attacks.site import prepare


@contextmanager
def one_at_a_time(path):
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the prepared site; made once for all workers, read only."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, done = shared / "attacked", shared / "attacked.done"
    with one_at_a_time(shared / "attacked.lock"):
        if not done.exists():
            prepare(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def genuine(site):
    """The package of the first, honest evaluation; read only."""
    return site / "honest" / "packages" / "AAV-26-0002-initial-evaluation-1"


@pytest.fixture(scope="session")
def better(site):
    """The insider's package of the same batch: captures changed, judged again, sealed again."""
    return site / "insider" / "packages" / "AAV-26-0002-initial-evaluation-1"


@pytest.fixture(scope="session")
def lenient(site):
    """The third evaluation in the site's own log, by an insider's relaxed strategy."""
    return site / "lenient" / "packages" / "AAV-26-0002-initial-evaluation-3"


@pytest.fixture(scope="session")
def files(genuine):
    return of_folder(genuine).files


@pytest.fixture(scope="session")
def fewer_files(site):
    return of_folder(site / "silent" / "packages" / "AAV-26-0002-initial-evaluation-1").files


@pytest.fixture
def forger(fewer_files):
    """Somebody with the package that has no readings: records are soon tried there."""
    return Forger(fewer_files)


@pytest.fixture
def forger_of_all(files):
    """Somebody with the whole package."""
    return Forger(files)


@pytest.fixture
def copy(genuine, tmp_path):
    """A copy of the package that a careless hand may change."""
    target = tmp_path / "package"
    shutil.copytree(genuine, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target
