"""A disk that fills up while a batch is prepared: words, nothing half done, and then it goes on."""

import subprocess
from pathlib import Path

import pytest
from orchestrated.worker import prepared

from contracts.errors import BatchproofError, StorageError, UnavailableError
from flows.office import open_office
from flows.verify import answer_of
from tasks.log_check import check_log

SMALL, LARGE = ("size=256k", "size=200m")


def mounted(*arguments):
    subprocess.run(["mount", "-t", "tmpfs", *arguments], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path):
    """A small file system of its own; `disk.grow()` makes room. Mounting needs root, as CI has."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mounted("-o", SMALL, "tmpfs", str(place))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a small file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def grown(disk):
    mounted("-o", f"remount,{LARGE}", "tmpfs", str(disk))


def whole(desk, batch):
    """There is one evaluation with one package, nothing half written, nothing odd in the log."""
    (one,) = desk.ledger.evaluations(batch)
    (package,) = {each.location for each in desk.ledger.packages(batch)}
    assert answer_of(Path(package))["ok"]
    assert [each.name for each in desk.packages.iterdir()] == [Path(package).name]
    assert not list(check_log(desk.ledger))
    return one


@pytest.mark.parametrize("full", ["packages", "home"])
def test_a_full_disk_is_told_in_words_and_the_next_run_completes(
    full, disk, home, plant, monkeypatch
):
    monkeypatch.setenv(f"BATCHPROOF_{full.upper()}", str(disk / "kept"))
    batch = plant.new_batch()
    with (
        pytest.raises((StorageError, UnavailableError)) as told,
        open_office(str(plant.site)) as desk,
    ):
        prepared(desk, batch)
    assert isinstance(told.value, BatchproofError)
    assert "room" in told.value.in_words() or "disk" in told.value.in_words()
    grown(disk)
    with open_office(str(plant.site)) as desk:
        prepared(desk, batch)
        whole(desk, batch)
