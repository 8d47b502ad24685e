"""Packages of the demo plant's batches, made by the tasks themselves: no flow, no Prefect."""

import pytest

from contracts.criterion import Stage
from flows.office import open_office
from flows.plant import running_plant
from tasks.collect import collect_source, file_collection
from tasks.evaluate import evaluate_collection
from tasks.package import assemble_evaluation
from tasks.windows import equipment_windows


def packages_of(folder, batches):
    """Return the folder of each batch's package, side by side in `home` beside the `plant`."""
    (folder / "home").mkdir()
    with running_plant(folder / "plant") as plant, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BATCHPROOF_HOME", str(folder / "home"))
        with open_office(str(plant.site_file())) as desk:
            return {batch: _package(desk, batch) for batch in batches}


def _package(desk, batch):
    record = collect_source(desk, batch, "batch_record")
    windows = equipment_windows(desk, batch, record)
    brought = {
        "batch_record": record,
        "lims": collect_source(desk, batch, "lims"),
        "equipment": collect_source(desk, batch, "equipment", windows),
    }
    collection = file_collection(desk, batch, brought)
    done = evaluate_collection(desk, batch, collection, Stage.INITIAL, "batch completed")
    return assemble_evaluation(desk, batch, done.number).folder
