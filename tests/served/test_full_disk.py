"""The disk of a whole plant is full while a batch is prepared: with room again, it goes on."""

import subprocess
from contextlib import suppress

import httpx
import pytest
from served.served_up import event, up

from infra.bench.killing import faults

BATCH = "CART-26-0801"


@pytest.fixture
def disk(tmp_path):
    """A file system of its own, with room for a plant. Mounting needs root, as CI has."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mount = ["mount", "-t", "tmpfs", "-o", "size=400m", "tmpfs", str(place)]
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount a small file system")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def test_a_plant_whose_disk_was_full_prepares_each_batch_once(disk):
    """Ledger, packages, and Prefect's own database: nothing of it can be written for a while."""
    with up(disk) as (plant, process):
        later = (plant.site.parent / "later-address").read_text().strip()
        asked = {"batch": BATCH, "what": "new-batch", "copy_of": "CART-26-0002"}
        httpx.post(later, json=asked).raise_for_status()
        assert plant.curl(event(BATCH)) == 204
        plant.wait(lambda: [one for one in plant.runs(batch=BATCH) if one["start_time"]])
        fill(disk)
        plant.wait(lambda: refused(disk, plant))
        (disk / "ballast").unlink()

        def on_record():
            assert process.poll() is None, plant.last_words()
            with suppress(httpx.HTTPError):
                plant.ended(plant.start("Watch plant/watch-plant"))
            return not list(faults(plant.home, [BATCH]))

        plant.wait(on_record)
        run = plant.ended(plant.start("Nightly verification/nightly-verification"))
        assert run["state_type"] == "COMPLETED", run["state"]["message"]


def fill(disk):
    with (disk / "ballast").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 20)):
            pass
    with pytest.raises(OSError, match="No space left"):
        (disk / "one-more").write_bytes(bytes(1 << 16))


def refused(disk, plant):
    """Tell whether the run met the full disk: it ended, or something of the plant says so."""
    (run,) = plant.runs(batch=BATCH)
    logs = (one.read_text(errors="replace") for one in (plant.home / "up").glob("*.log"))
    return run["state_type"] not in {"RUNNING", "PENDING"} or any(
        "disk is full" in one or "No space" in one for one in logs
    )
