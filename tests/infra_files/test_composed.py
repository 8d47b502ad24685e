"""The compose file, run: two PostgreSQL, server, deployments and worker by its own commands."""

import os

import pytest

from infra.bench.composed_burst import burst, faults, prepared, serve
from infra.composed import composed


@pytest.mark.skipif(os.geteuid() != 0, reason="a network of its own needs root")
def test_a_plant_by_the_compose_file_prepares_each_batch_once(tmp_path):
    with composed(tmp_path / "plant", tmp_path / "site") as plant:
        serve(plant)
        batches = burst(plant, tmp_path / "site", events=3, twice=1)
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


def tables(plant, name):
    """The tables of a database, as its own user sees them."""
    shown = 'PGPASSWORD="$(cat $POSTGRES_PASSWORD_FILE)" psql -U $POSTGRES_USER -d $POSTGRES_DB'
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    done = plant.run(name, ["sh", "-c", f'{shown} -Atc "{asked}"'])
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
