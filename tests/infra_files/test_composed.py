"""The compose file, run: two PostgreSQL, server, deployments and worker by its own commands."""

import json
import os
import subprocess
import time
from contextlib import suppress

import pytest
from people.provider import NAME, US, Provider

from infra.bench.composed_burst import (
    ENDED,
    burst,
    ended,
    event,
    faults,
    faults_on_record,
    prepared,
    said,
    serve,
)
from infra.composed import SERVER, composed
from infra.plant.site import LATER_FILE
from tasks.identity import machine_clock

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a network of its own needs root")
WATCH = "Watch plant/watch-plant"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return tmp_path_factory.mktemp("composed") / "site"


@pytest.fixture(scope="module")
def provider():
    return Provider()


@pytest.fixture(scope="module")
def plant(site, provider):
    asserted = {"ISSUER": NAME, "AUDIENCE": US, "KEYS": "/site/jwks.json"}
    named = {f"BATCHPROOF_OIDC_{name}": value for name, value in asserted.items()}
    with composed(site.with_name("plant"), site, **named) as running:
        (site / "jwks.json").write_bytes(provider.jwks())
        serve(running)
        yield running


def test_a_plant_by_the_compose_file_prepares_each_batch_once(plant, site):
    batches = burst(plant, site, events=3, twice=1)
    assert len(prepared(plant)) == 4
    assert list(faults(plant, batches)) == []

    # the image's own file system is not written, the server writes no package either
    assert plant.run("worker", ["touch", "/x"]).returncode != 0
    assert plant.run("server", ["touch", "/data/x"]).returncode != 0
    assert plant.run("worker", ["touch", "/data/x"]).returncode == 0
    # what Prefect prunes and what is the record are two databases
    assert "flow_run" in tables(plant, "prefect-database")
    assert "evaluation" not in tables(plant, "prefect-database")
    assert "evaluation" in tables(plant, "ledger-database")
    assert "flow_run" not in tables(plant, "ledger-database")


def test_a_batch_that_ends_while_prefects_database_is_gone_is_prepared_once_it_is_back(plant, site):
    """Its event is lost, and a run that was under way may be: server, worker and watch go on."""
    under_way, unheard = completed(plant, site, 2)
    plant.post(f"{SERVER}/api/events", [event(under_way)])
    wait(lambda: [one for one in runs(plant, under_way) if one["state_type"] == "RUNNING"])
    plant.stop("prefect-database")
    with suppress(subprocess.CalledProcessError):  # it may be taken, and is never written
        plant.post(f"{SERVER}/api/events", [event(unheard)])
    plant.start("prefect-database")
    wait(lambda: plant.healthy("prefect-database"))
    wait(lambda: len(prepared(plant)))

    def on_record():
        assert ended(plant, WATCH)["state_type"] == "COMPLETED"
        over = [one["end_time"] for one in prepared(plant)]
        return all(over) and not list(faults_on_record(plant, [under_way, unheard]))

    wait(on_record)
    for name in ("server", "worker"):
        assert plant.running[name].poll() is None


def test_who_a_provider_vouches_for_decides_through_the_door(plant, site, provider):
    (batch,) = completed(plant, site, 1)
    plant.post(f"{SERVER}/api/events", [event(batch)])
    wait(lambda: [one["end_time"] for one in runs(plant, batch) if one["end_time"]])
    enrol = "user enrol r.viewer --name 'R. Viewer' --role reviewer --role admin --json"
    assert json.loads(said(plant, enrol))["user"] == "r.viewer"
    plant.start("door")
    wait(lambda: plant.healthy("door"))
    known = json.loads(plant.get("/api/deployments/name/Decide%20about%20an%20exception/decide"))
    form = {
        "batch": batch,
        "stage": "initial",
        "evaluation": 1,
        "exception": "X-001",
        "decision": "accept with justification",
        "reason": "It was looked into.",
        "user": "",
        "code": "",
    }
    door = f"http://127.0.0.1:4300/api/deployments/{known['id']}/create_flow_run"
    with pytest.raises(subprocess.CalledProcessError):
        plant.post(door, {"parameters": form}, "Authorization: Bearer of-nobody")
    token = provider.token("r.viewer", machine_clock())
    made = plant.post(door, {"parameters": form}, f"Authorization: Bearer {token}")
    path = f"/api/flow_runs/{made['id']}"
    ended_run = wait(
        lambda: run if (run := json.loads(plant.get(path)))["state_type"] in ENDED else None
    )
    assert ended_run["state_type"] == "COMPLETED", ended_run["state"]["message"]
    assert token not in json.dumps(ended_run)
    decided = json.loads(said(plant, f"review show {batch} --json || true"))
    assert "r.viewer" in json.dumps(decided)


def completed(plant, site, count):
    """Let so many batches complete, and nobody say so; return their numbers."""
    asked = {"what": "many", "count": count, "copy_of": "CART-26-0002"}
    return plant.post((site / LATER_FILE).read_text().strip(), asked)["batches"]


def runs(plant, batch):
    return [one for one in prepared(plant) if one["parameters"]["batch"] == batch]


def wait(look, seconds=300):
    """Ask until there is an answer; a server whose database is away refuses meanwhile."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(subprocess.CalledProcessError):
            if found := look():
                return found
        time.sleep(0.5)
    raise AssertionError(look)


def tables(plant, name):
    """The tables of a database, as its own user sees them."""
    shown = 'PGPASSWORD="$(cat $POSTGRES_PASSWORD_FILE)" psql -U $POSTGRES_USER -d $POSTGRES_DB'
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    done = plant.run(name, ["sh", "-c", f'{shown} -Atc "{asked}"'])
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
