"""When a batch ends: ask the three systems for everything they have about it."""

from prefect import flow
from prefect.client.schemas.objects import State

from contracts.errors import SourceError
from contracts.evidence import Capture, Digest
from flows.office import BatchNumber, open_office
from tasks.collect import file_collection
from tasks.steps import collect, plan


@flow(name="Collect batch", flow_run_name="collect {batch}", persist_result=False)
def collect_batch(batch: BatchNumber, site: str | None = None) -> Digest:
    """Collect the batch record, the laboratory's results and the equipment's history of one batch.

    A source that fails is set aside and named; what it did hand over is kept. Returns the digest of
    the collection: it stands for exactly these bytes.
    """
    with open_office(site) as desk:
        record = came_of(collect(desk, batch, "batch_record", return_state=True))
        laboratory = came_of(collect(desk, batch, "lims", return_state=True))
        windows = plan(desk, batch, () if isinstance(record, SourceError) else record)
        history = came_of(collect(desk, batch, "equipment", windows, return_state=True))
        return file_collection(
            desk, batch, {"batch_record": record, "lims": laboratory, "equipment": history}
        )


def came_of(state: State[tuple[Capture, ...]]) -> tuple[Capture, ...] | SourceError:
    """Return what a source handed over, or how it failed. Any other failure stops the flow."""
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, (tuple, SourceError)):
        return outcome
    raise outcome
