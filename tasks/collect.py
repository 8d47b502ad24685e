"""Ask one of a site's systems for one batch, and keep every byte it hands over."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from contracts.collection import Collection
from contracts.errors import SourceError, StorageError, UnavailableError
from contracts.evidence import Capture, Digest
from contracts.reading import Quarantine
from tasks import reading
from tasks.desk import Desk
from tasks.earlier import with_earlier
from tasks.site_source import SiteSource
from tasks.sources import batch_record, equipment, lims
from tasks.sources.equipment import TagWindow
from tasks.sources.fetched import Fetched

Outcome: TypeAlias = tuple[Capture, ...] | SourceError
"""What a source handed over, or how it failed."""


def collect_source(
    desk: Desk, batch: str, source: str, windows: Sequence[TagWindow] = ()
) -> tuple[Capture, ...]:
    """Ask one source for the batch and return what was captured, in the order it came.

    Raises:
        UnavailableError: it did not answer, however often the fetcher asked.
        UnreadableError: it answered something else.
            Either carries in `captures` what did come until then: kept like everything else.
    """
    asked = desk.site.sources[source]
    fetch: Mapping[str, Callable[[], Sequence[Fetched]]] = {
        "batch_record": lambda: batch_record.fetch(asked, batch),
        "lims": lambda: lims.fetch(asked, batch),
        "equipment": lambda: equipment.fetch(asked, windows),
    }
    try:
        return _keep(desk, batch, asked, fetch[source]())
    except SourceError as error:
        error.captures = _keep(desk, batch, asked, error.fetched)
        raise


def _keep(
    desk: Desk, batch: str, asked: SiteSource, fetched: Sequence[Fetched]
) -> tuple[Capture, ...]:
    """Store the bytes and enter each capture in the ledger, before anybody reads them."""
    at = desk.now()
    return tuple(_keep_one(desk, batch, asked, one, at) for one in fetched)


def _keep_one(desk: Desk, batch: str, asked: SiteSource, fetched: Fetched, at: datetime) -> Capture:
    capture = Capture(
        digest=_stored(desk, fetched.body),
        size=len(fetched.body),
        source=asked.name,
        system=asked.kind,
        request=fetched.request,
        media_type=fetched.media_type,
        headers=fetched.headers,
        contract=reading.contract_of(asked.name).name,
        captured_at=at,
    )
    return desk.ledger.record_capture(batch, capture, fetched.address)


def _stored(desk: Desk, data: bytes) -> Digest:
    """Keep the bytes. Our own store's silence is never taken for the silence of a source.

    Raises:
        StorageError: as `Storage.put`, or the store did not answer.
    """
    try:
        return desk.store.put(data)
    except UnavailableError as error:
        raise StorageError(
            error.found, expected=error.expected, where=error.where, move=error.move
        ) from error


def file_collection(
    desk: Desk,
    batch: str,
    outcomes: Mapping[str, Outcome],
    carried: Sequence[Quarantine] = (),
) -> Digest:
    """Keep what a round of collecting brought, enter it in the log, and return its digest.

    A source that failed goes into quarantine, with its words; what it handed over stays in. So does
    what the collections before it held and it does not say any more. `carried` are quarantines of
    an earlier round whose sources were not asked again.
    """
    captures: list[Capture] = []
    aside: list[Quarantine] = list(carried)
    for source, outcome in outcomes.items():
        if isinstance(outcome, SourceError):
            captures += outcome.captures
            one = set_aside(source, outcome)
            desk.ledger.record_quarantine(batch, one, desk.now())
            aside.append(one)
        else:
            captures += outcome
    whole = with_earlier(desk, Collection(batch, tuple(captures), tuple(aside)))
    digest = desk.records.put(whole.to_bytes())
    desk.ledger.record_collection(batch, digest, whole.captures, desk.now())
    return digest


def set_aside(source: str, fault: SourceError) -> Quarantine:
    """Return the quarantine of a source that failed, with its words."""
    return Quarantine(source, fault.found, fault.expected, fault.where, fault.move)
