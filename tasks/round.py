"""One round of collecting: some sources are asked, of the others an earlier round is taken."""

from collections.abc import Callable, Collection, Mapping

from prefect import get_run_logger
from prefect.client.schemas.objects import State

from contracts import collection as filed
from contracts.errors import SourceError
from contracts.evidence import Capture, Digest
from contracts.manifest import SOURCES
from contracts.plain import plain
from contracts.words import source_in_words
from tasks.collect import Outcome, file_collection
from tasks.desk import Desk
from tasks.newest import newest_collection
from tasks.otherwise import silence_alone
from tasks.steps import collect, plan


def latest_round(desk: Desk, batch: str) -> Digest:
    """Collect a batch from every source; return the digest of the collection to judge.

    That is the one on record where a source does not answer and the others say nothing new: an
    outage is no evidence, and must not void what people signed. That it did not answer is entered
    in the ledger and told in the log; the watch asks again. What was never collected is filed with
    its quarantines, as in any other round.
    """
    outcomes = _asked(desk, batch, SOURCES, filed.Collection(batch, ()))
    known = newest_collection(desk, batch)
    silent = silence_alone(desk, known[1], outcomes) if known else ()
    if known is None or not silent:
        return file_collection(desk, batch, outcomes)
    for one in silent:
        desk.ledger.record_quarantine(batch, one, desk.now())
        get_run_logger().warning(
            "%s: the %s does not answer (%s), and nothing else is new: what is on record stands.",
            batch,
            source_in_words(one.source),
            plain(one.found),
        )
    return known[0]


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
    outcomes = _asked(desk, batch, asked, before)
    carried = [one for one in before.quarantines if one.source not in asked]
    return file_collection(desk, batch, outcomes, carried)


def _asked(
    desk: Desk, batch: str, asked: Collection[str], before: filed.Collection
) -> Mapping[str, Outcome]:
    def of(source: str, ask: Callable[[], State[tuple[Capture, ...]]]) -> Outcome:
        return came_of(ask()) if source in asked else before.of(source)

    record = of("batch_record", lambda: collect(desk, batch, "batch_record", return_state=True))
    return {
        "batch_record": record,
        "lims": of("lims", lambda: collect(desk, batch, "lims", return_state=True)),
        "equipment": of("equipment", lambda: _history(desk, batch, record)),
    }


def _history(desk: Desk, batch: str, record: Outcome) -> State[tuple[Capture, ...]]:
    windows = plan(desk, batch, () if isinstance(record, SourceError) else record)
    return collect(desk, batch, "equipment", windows, return_state=True)


def came_of(state: State[tuple[Capture, ...]]) -> Outcome:
    """Return what a source handed over, or how it failed. Any other failure stops the flow."""
    outcome = state.result(raise_on_failure=False)
    if isinstance(outcome, (tuple, SourceError)):
        return outcome
    raise outcome
