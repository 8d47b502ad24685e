"""What takes long to make is made by one worker of the tests and read by all of them."""

import fcntl
import json
import os
import tempfile


def made_once(tmp_path_factory, name, make):
    """Return what `make(folder)` says, as JSON; whoever comes first makes it, the rest wait."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    told = shared / f"{name}.json"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            folder = tempfile.mkdtemp(prefix=f"{name}-", dir=shared)
            told.write_text(json.dumps(make(folder)))
    return json.loads(told.read_text())
