"""The whole road, once: serve the demo plant and prepare each of its batches."""

from collections.abc import Callable
from pathlib import Path

from contracts.criterion import Stage
from flows.local import quick_flows
from flows.plant import running_plant
from tasks.package import Package
from tasks.site import load_site

SHOWN = ("car-t-autologous",)
"""Products whose batches the demo prepares: those that have a control strategy."""


def run_demo(work: Path, told: Callable[[Package], None]) -> None:
    """Prepare the demo plant's batches for their initial stage, telling of each as it is done.

    The plant and Prefect's server start at the same time.
    """
    with running_plant(work / "plant") as plant, quick_flows():
        from flows.prepare_review import prepare_review  # noqa: PLC0415 (seconds to import)

        site = plant.site_file()
        plant_site = load_site(site)
        for batch in plant_site.batches:
            if plant_site.product_of(batch) in SHOWN:
                told(prepare_review(batch, Stage.INITIAL, site=str(site)))
