"""Fetching whole batches from the running demo plant, one of them sound and three with faults."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.errors import UnavailableError, UnreadableError
from tasks.site import Site, load_site
from tasks.sources import batch_record, equipment, lims
from tasks.sources.equipment import TagWindow
from tasks.sources.fetched import Fetched
from tasks.store import Store

ROOT = Path(__file__).parents[2]
FAULTS = (
    "mes-500-twice:CART-26-0001",
    "lims-500-twice:CART-26-0001",
    "mes-redirect:CART-26-0002",
    "lims-missing-page:CART-26-0002",
    "mes-cut-midway:CART-26-0003",
    "opcua-node-gone:CART-26-0004",
)
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("plant")
    faults = [word for fault in FAULTS for word in ("--fault", fault)]
    command = [sys.executable, "-m", "infra.plant", "--directory", str(folder), *faults]
    plant = subprocess.Popen(
        [*command, "--parent", str(os.getpid())], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert plant.stdout is not None
    for line in plant.stdout:
        if line.startswith("batches:"):
            break
    yield load_site(folder / "site.yaml")
    plant.terminate()
    plant.wait(10)
    plant.stdout.close()


def readings(page: Fetched) -> int:
    """Return how many readings a page holds, by the layout of OPC UA Part 6."""
    _, _, length = struct.unpack_from("<iIi", page.body)
    # after the continuation point: NodeId (4 bytes), encoding mask (1), length (4), then the count
    return int(struct.unpack_from("<i", page.body, 12 + max(length, 0) + 9)[0])


def windows(bioreactor: str) -> list[TagWindow]:
    tags = ("TEMP", "PH", "DO", "AGIT", "CO2", "DOOR", "ALARM")
    return [TagWindow(f"ns=2;s={bioreactor}.{tag}", START, END) for tag in tags]


def test_one_whole_batch_comes_from_three_systems_and_is_kept(site: Site, tmp_path: Path):
    record = batch_record.fetch(site.sources["batch_record"], "CART-26-0001")
    laboratory = lims.fetch(site.sources["lims"], "CART-26-0001")
    history = equipment.fetch(site.sources["equipment"], windows("BR-101"))
    assert record[0].body.startswith(b"<?xml")
    assert b"CART-26-0001" in record[0].body
    asked = [one.request.partition("?")[0].rpartition("/")[2] for one in laboratory]
    # three samples (apheresis, in-process, drug product), each with analyses and audit trail; the
    # drug product's, whose sterility was read twice, takes two pages
    assert asked[:2] == ["batch", "analysisrequest"]
    assert (asked.count("analysis"), asked.count("auditlog")) == (3, 4)
    assert sum(readings(page) for page in history) >= 200_000
    store = Store(tmp_path)
    everything = (*record, *laboratory, *history)
    for one in everything:
        assert store.get(store.put(one.body)) == one.body
        assert "127.0.0.1" not in one.request
        assert one.address.startswith(("http://127.0.0.1:", "opc.tcp://127.0.0.1:"))
    again = (
        *batch_record.fetch(site.sources["batch_record"], "CART-26-0001"),
        *lims.fetch(site.sources["lims"], "CART-26-0001"),
        *equipment.fetch(site.sources["equipment"], windows("BR-101")),
    )
    assert again == everything


def test_a_redirected_record_is_refused(site: Site):
    with pytest.raises(UnreadableError, match=r"redirect elsewhere \(mes\.elsewhere\.example\)"):
        batch_record.fetch(site.sources["batch_record"], "CART-26-0002")


def test_a_missing_page_is_noticed(site: Site):
    with pytest.raises(UnreadableError, match="have not come"):
        lims.fetch(site.sources["lims"], "CART-26-0002")


def test_a_record_that_is_always_cut_is_unavailable(site: Site):
    with pytest.raises(UnavailableError, match=r"4 attempts .* cut in the middle"):
        batch_record.fetch(site.sources["batch_record"], "CART-26-0003")


def test_a_node_that_is_gone_is_named(site: Site):
    with pytest.raises(UnreadableError, match=r"BadNodeIdUnknown.*BR-104\.PH") as caught:
        equipment.fetch(site.sources["equipment"], windows("BR-104"))
    assert "BR-104.PH" in caught.value.fetched[-1].request


def test_an_unknown_batch_is_known_by_neither(site: Site):
    with pytest.raises(UnreadableError, match="knows nothing there"):
        batch_record.fetch(site.sources["batch_record"], "CART-26-0099")
    with pytest.raises(UnreadableError, match="no batch CART-26-0099"):
        lims.fetch(site.sources["lims"], "CART-26-0099")
