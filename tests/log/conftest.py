"""On a real SQLite file and on a real PostgreSQL server, and with a real witness process."""

import subprocess
import sys
from pathlib import Path

import pytest
from ledger.ledger_nouns import Raw
from log.log_nouns import LogKey

from contracts.tlog_note import read_key
from tasks.ask_witness import WitnessDoor
from tasks.ledger.ledger import Ledger

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return request.getfixturevalue("new_database")()


@pytest.fixture
def raw(url) -> Raw:
    return Raw(url)


@pytest.fixture
def ledger(url):
    with Ledger.open(url) as opened:
        yield opened


@pytest.fixture
def on_file(tmp_path):
    """A ledger in a file, where the database does not matter."""
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as opened:
        yield opened


@pytest.fixture
def key() -> LogKey:
    return LogKey()


@pytest.fixture
def witness_command(tmp_path, key):
    keys = tmp_path / "logs.txt"
    keys.write_text(f"# the logs this witness knows\n{key.public}\n", encoding="utf-8")
    return [
        *(sys.executable, "-m", "flows.witness", "--keys", str(keys)),
        *("--state", str(tmp_path / "elsewhere" / "witness.json"), "--name", "witness.example/w1"),
    ]


@pytest.fixture
def start_witness(witness_command):
    """Start witnesses over the same state, one after the other."""
    running = []

    def start() -> tuple[WitnessDoor, subprocess.Popen]:
        process = subprocess.Popen(
            witness_command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        vkey, address = (process.stdout.readline().strip() for _ in range(2))
        return WitnessDoor(address, read_key(vkey)), process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def witness(start_witness):
    door, _ = start_witness()
    return door
