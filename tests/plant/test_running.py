"""The plant as a process: what it prints, how it stops, how fast it is."""

import asyncio
import json
import signal
import socket
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from asyncua import Client, ua
from plant.conftest import get

from contracts.errors import UnreadableError
from flows.plant import running_plant
from infra.plant.__main__ import main
from infra.plant.batches import CLOCK, SEED, STORIES
from infra.plant.history import encoded
from infra.plant.life import Life
from infra.plant.mes_server import mes
from infra.plant.sensors import plant_history
from tasks.site import load_site


def test_the_site_file_is_what_was_printed(plant):
    path = plant.directory / "site.yaml"
    assert path.read_text() == plant.printed
    assert plant.printed.startswith(f"# Site file of the demo plant: {path}\n# use it with: ")
    site = plant.site
    assert site["clock"] == "2026-03-24T06:00:00+00:00"
    assert site["batches"] == [story.batch for story in STORIES]
    assert site["products"] == {"car-t-autologous": "CART-*", "aav-hek293": "AAV-*"}
    read = load_site(path)
    assert [read.product_of(story.batch) for story in STORIES] == [
        story.product.code for story in STORIES
    ]
    kinds = {name: source["kind"] for name, source in site["sources"].items()}
    assert kinds == {"batch_record": "b2mml-http", "lims": "senaite", "equipment": "opcua-ha"}


def test_the_token_is_for_its_owner_only(plant, twin):
    mode = (plant.directory / plant.site["sources"]["lims"]["token_file"]).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert plant.token != twin.token


def test_it_stops_within_three_seconds_and_listens_no_more(launch):
    plant = launch("--fault", "opcua-node-gone:CART-26-0002")
    assert asyncio.run(history_statuses(plant, "BR-102.PH", "BR-101.PH")) == [
        ua.StatusCodes.BadNodeIdUnknown,
        ua.StatusCodes.Good,
    ]
    begun = time.monotonic()
    plant.process.send_signal(signal.SIGTERM)
    assert plant.process.wait(timeout=3) == 0
    assert time.monotonic() - begun < 3
    assert not [name for name in plant.site["sources"] if listens(plant, name)]


def test_it_stops_when_it_is_interrupted(launch):
    plant = launch("--fault", "opcua-down")
    plant.process.send_signal(signal.SIGINT)
    assert plant.process.wait(timeout=3) == 0


def test_it_stops_when_its_parent_is_gone(launch):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as parent:
        plant = launch("--fault", "opcua-down", "--parent", str(parent.pid))
        assert plant.process.poll() is None
        parent.communicate(b"\n")
    assert plant.process.wait(timeout=5) == 0


def test_it_generates_everything_in_less_than_three_seconds():
    begun = time.process_time()
    mes(Life())
    histories = [encoded(series) for series in plant_history(STORIES, SEED)]
    assert time.process_time() - begun < 3
    assert sum(history.times.size for history in histories) > 800_000


def test_a_plant_is_told_to_go_on_while_it_runs(tmp_path):
    with running_plant(tmp_path, ("--clock-runs", "--fault", "opcua-down")) as plant:
        site = load_site(plant.site_file())
        assert CLOCK < site.time(datetime.now(UTC)) < CLOCK + timedelta(minutes=5)
        assert plant.later("new-batch", batch="CART-26-0005") == ["CART-26-0005"]
        assert len(plant.later("many", count=3)) == 3
        with pytest.raises(UnreadableError, match="no analysis 'NONE'"):
            plant.later("vanished", batch="CART-26-0001", keyword="NONE")
        listed = json.loads(get(f"{site.sources['batch_record'].url}/batches")[1])
        assert [one["batch"] for one in listed][len(STORIES) :] == [
            f"CART-26-{number}" for number in ("0005", "1001", "1002", "1003")
        ]


def test_a_plant_goes_on_from_what_happened_before_it_was_started_again(tmp_path):
    def held(plant):
        site = load_site(plant.site_file())
        record = get(f"{site.sources['batch_record'].url}/batches/CART-26-0005/record")
        return json.loads(get(f"{site.sources['batch_record'].url}/batches")[1]), record, site

    asked = ("--remember", "--fault", "opcua-down")
    with running_plant(tmp_path, asked) as plant:
        plant.site_file()
        plant.later("new-batch", batch="CART-26-0005")
        with pytest.raises(UnreadableError, match="no analysis 'NONE'"):
            plant.later("vanished", batch="CART-26-0001", keyword="NONE")
        plant.later("sterility-final", batch="CART-26-0005")
        before = held(plant)
    with running_plant(tmp_path, asked) as plant:
        after = held(plant)
    assert (after[0], after[1]) == (before[0], before[1])
    moment = datetime.now(UTC)
    assert after[2].time(moment) == before[2].time(moment)


def test_the_faults_are_listed_one_a_line(capsys):
    assert main(["--list-faults"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 20


@pytest.mark.parametrize("name", ["mes-nothing", "lims-down:CART-26-0001", "lims-nan:CART-26-0009"])
def test_an_unknown_fault_is_wrong_usage(capsys, name):
    assert main(["--fault", name]) == 2
    assert name.split(":")[0] in capsys.readouterr().err


def test_a_plant_with_faults_starts_all_the_same(launch):
    names = ("lims-down", "opcua-down", "mes-malformed-xml:CART-26-0003")
    plant = launch(*(part for name in names for part in ("--fault", name)))
    listening = [name for name in plant.site["sources"] if listens(plant, name)]
    assert listening == ["batch_record"]
    assert b"</Evnt>" in plant.record("CART-26-0003")
    assert b"</Evnt>" not in plant.record("CART-26-0001")


def listens(plant, source):
    port = int(plant.url(source).split(":")[2].split("/")[0])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def history_statuses(plant, *tags):
    found = []
    async with Client(plant.url("equipment")) as client:
        for tag in tags:
            details = ua.ReadRawModifiedDetails(
                IsReadModified=False, StartTime=datetime(2026, 3, 1, tzinfo=UTC), NumValuesPerNode=1
            )
            result = await client.get_node(f"ns=2;s={tag}").history_read(details)
            found.append(result.StatusCode.value)
    return found
