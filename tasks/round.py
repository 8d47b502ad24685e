"""One round of collecting: some sources are asked, of the others an earlier round is taken."""

from collections.abc import Callable, Collection, Mapping

from prefect.client.schemas.objects import State

from contracts import collection as filed
from contracts.errors import SourceError
from contracts.evidence import Capture, Digest
from contracts.manifest import SOURCES
from tasks.collect import file_collection
from tasks.desk import Desk
from tasks.steps import collect, plan


def collect_round(
    desk: Desk,
    batch: str,
    asked: Collection[str] = SOURCES,
    earlier: filed.Collection | None = None,
) -> Digest:
    """Collect a batch from the sources that are asked; of the others, take an earlier round's.

    A source that fails is set aside and named; what it did hand over is kept. Returns the digest of
    the collection: it stands for exactly these bytes.
    """
    before = filed.Collection(batch, ()) if earlier is None else earlier

    def of(source: str, ask: Callable[[], State[tuple[Capture, ...]]]) -> Outcome:
        return came_of(ask()) if source in asked else before.of(source)

    record = of("batch_record", lambda: collect(desk, batch, "batch_record", return_state=True))
    outcomes: Mapping[str, Outcome] = {
        "batch_record": record,
        "lims": of("lims", lambda: collect(desk, batch, "lims", return_state=True)),
        "equipment": of("equipment", lambda: _history(desk, batch, record)),
    }
    carried = [one for one in before.quarantines if one.source not in asked]
    return file_collection(desk, batch, outcomes, carried)


Outcome = tuple[Capture, ...] | SourceError
"""What a source handed over, or how it failed."""


def _history(desk: Desk, batch: str, record: Outcome) -> State[tuple[Capture, ...]]:
    windows = plan(desk, batch, () if isinstance(record, SourceError) else record)
    return collect(desk, batch, "equipment", windows, return_state=True)


def came_of(state: State[tuple[Capture, ...]]) -> Outcome:
    """Return what a source handed over, or how it failed. Any other failure stops the flow."""
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, (tuple, SourceError)):
        return outcome
    raise outcome
