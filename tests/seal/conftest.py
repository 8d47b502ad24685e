"""A real time-stamp authority (OpenSSL behind HTTP), and keys in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sources_fetch.scripted_http import Scripted, serving

from contracts.trust import KeyChange
from infra.plant.authority import ROOT_FILE, Authority
from tasks.keys import Keys
from tasks.outsiders import TimestampAuthority

ORIGIN = "batchproof/test-plant"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    running = Authority(tmp_path_factory.mktemp("authority"))
    running.start()
    yield running
    running.stop()


def asked_at(authority: Authority, url: str = "") -> TimestampAuthority:
    """Return how an authority is asked, twice at most, at its own address or at another."""
    address = url or f"http://127.0.0.1:{authority.port}"
    return TimestampAuthority(address, authority.folder / ROOT_FILE, 10, 2, 0)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serving() as script:
        yield script


@pytest.fixture
def entered() -> list[KeyChange]:
    """What was entered in the log."""
    return []


@pytest.fixture
def keys(tmp_path: Path, entered: list[KeyChange]) -> Keys:
    return Keys(tmp_path / "keys", ORIGIN, entered=entered.append)
