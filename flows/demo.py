"""The whole road, once: serve the demo plant and prepare each of its batches."""

from collections.abc import Callable
from pathlib import Path

from flows.demo_witness import running_witness
from flows.local import quick_flows
from flows.office import open_office
from flows.plant import running_plant
from tasks.approving import approved_facts
from tasks.outsiders import trusted_outside
from tasks.package import Package
from tasks.site import load_site

SHOWN = ("car-t-autologous", "aav-hek293")
"""Products whose batches the demo prepares: those that have a control strategy."""


def run_demo(work: Path, trust: Path, told: Callable[[Package], None]) -> None:
    """Prepare the demo plant's batches for their initial stage, telling of each as it is done.

    The plant and Prefect's server start at the same time. The evaluation log's witness runs beside
    them, in a folder of its own; whom to trust is written to the file `trust`.
    """
    with running_plant(work / "plant") as plant, quick_flows():
        from flows.prepare_review import Due, prepare_review

        site = plant.site_file()
        with open_office(str(site)) as desk:
            log = desk.keys.log().verifier_key
        with running_witness(work / "witness", log) as witness:
            site.write_text(site.read_text() + witness.section())
            plant_site = load_site(site)
            for batch in plant_site.batches:
                if plant_site.product_of(batch) in SHOWN:
                    (package,) = prepare_review(batch, Due.INITIAL, site=str(site))
                    told(package)
        write_trust(site, trust)


def write_trust(site: Path, file: Path) -> None:
    """Write a site's trust file: keys, the authority's root, the witness's key, what is approved.

    Approved are the control strategies and source contracts of this installation.
    """
    with open_office(str(site)) as desk:
        outside = trusted_outside(desk.site.timestamps, desk.site.witness)
        approved = approved_facts(desk.site, strategies=desk.strategies)
        file.write_bytes(desk.keys.trust(*outside, approved).encode())
