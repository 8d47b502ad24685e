"""Packages of the demo plant's batches, made by the tasks themselves: no flow, no Prefect."""

from contracts.criterion import Stage
from flows.plant import running_plant
from tasks.collect import collect_source, file_collection
from tasks.desk import open_desk
from tasks.evaluate import evaluate_collection
from tasks.package import assemble_evaluation
from tasks.windows import equipment_windows


def packages_of(folder, batches):
    """Return the folder of each batch's package, all in `folder/packages`."""
    with running_plant(folder / "plant") as plant:
        desk = open_desk(
            plant.site_file(),
            folder / "home",
            f"sqlite:///{folder / 'home' / 'ledger.sqlite'}",
            packages=folder / "packages",
            strategies=None,
        )
        try:
            return {batch: _package(desk, batch) for batch in batches}
        finally:
            desk.ledger.close()


def _package(desk, batch):
    record = collect_source(desk, batch, "batch_record")
    brought = {
        "batch_record": record,
        "lims": collect_source(desk, batch, "lims"),
        "equipment": collect_source(
            desk, batch, "equipment", equipment_windows(desk, batch, record)
        ),
    }
    collection = file_collection(desk, batch, brought)
    done = evaluate_collection(desk, batch, collection, Stage.INITIAL, "batch completed")
    return assemble_evaluation(desk, batch, done.number).folder
