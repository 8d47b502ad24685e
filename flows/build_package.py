"""When a batch is judged: build the package that proves it, and lay it before QA."""

from prefect import flow

from flows.office import BatchNumber, open_office
from tasks.package import Package
from tasks.steps import assemble, present


@flow(
    name="Build package",
    flow_run_name="package {batch}, evaluation {evaluation}",
    persist_result=False,
)
def build_package(batch: BatchNumber, evaluation: int, site: str | None = None) -> Package:
    """Build the package of one evaluation and show its exceptions to QA."""
    with open_office(site) as desk:
        package = assemble(desk, batch, evaluation)
    present(batch, package)
    return package
