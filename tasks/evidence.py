"""Read a batch's captures by their contracts; a source that breaks its contract is set aside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.collection import Collection
from contracts.earlier import Otherwise, ReadAgain, otherwise
from contracts.errors import UnreadableError
from contracts.evidence import Capture, Digest
from contracts.fingerprint import fingerprint
from contracts.leaves import Captured
from contracts.manifest import SOURCES
from contracts.observation import Observation
from contracts.reading import Quarantine, Reading, Unread
from contracts.series import SeriesPage
from contracts.sources.contract import SourceContract
from contracts.sources.odcs import source_contract
from tasks import reading
from tasks.desk import Desk
from tasks.reading import Document


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where captures are read from and by what: a store and our own contracts, or a package."""

    captured: Captured
    zones: Mapping[str, str]
    """The zone each source writes its times in."""
    contracts: Mapping[str, Document]

    def contract(self, source: str) -> SourceContract:
        """Return the contract of a source.

        Raises:
            ContractError: it lacks what its reader needs.
        """
        return source_contract(self.contracts[source])


def shelf_of(desk: Desk) -> Shelf:
    """Return the captures of a site's store, read by the contracts of this installation."""
    return Shelf(
        captured=desk.store.get,
        zones={name: source.time_zone for name, source in desk.site.sources.items()},
        contracts={source: reading.contract_document(source) for source in SOURCES},
    )


@dataclass(frozen=True, slots=True)
class ReadEvidence:
    """Everything the captures of one batch say, and the sources that could not be read."""

    observations: tuple[Observation, ...]
    pages: tuple[SeriesPage, ...]
    unread: tuple[Unread, ...]
    quarantines: tuple[Quarantine, ...]
    contracts: Mapping[str, Document]
    """By source: what the captures were read by."""
    otherwise: tuple[Otherwise, ...] = ()
    """What a source said when it was asked earlier, and does not say now or says otherwise."""

    @property
    def fingerprint(self) -> Digest:
        """The evidence's name: what was said, not in which bytes we found it."""
        aside = [one.source for one in self.quarantines]
        return fingerprint(self.observations, self.pages, aside, self.otherwise)


def read_evidence(shelf: Shelf, collection: Collection) -> ReadEvidence:
    """Read every source of a collection that is not already in quarantine."""
    aside = {one.source: one for one in collection.quarantines}
    said: dict[str, Reading] = {}
    for source in SOURCES:
        if source not in aside:
            got = read_source(shelf, collection, source)
            if isinstance(got, Quarantine):
                aside[source] = got
            else:
                said[source] = got
    readings = list(said.values())
    return ReadEvidence(
        observations=tuple(_all(one.observations for one in readings)),
        pages=tuple(page for one in readings for page in one.pages),
        unread=tuple(rest for one in readings for rest in one.unread),
        quarantines=tuple(aside[source] for source in SOURCES if source in aside),
        contracts=shelf.contracts,
        otherwise=otherwise(
            collection.captures, said, _reader(shelf, collection.batch), shelf.captured
        ),
    )


def _all(groups: Iterable[tuple[Observation, ...]]) -> Iterable[Observation]:
    """Yield every observation once: the same words at the same place are one observation."""
    seen: set[str] = set()
    for group in groups:
        for one in group:
            if one.id not in seen:
                seen.add(one.id)
                yield one


def _reader(shelf: Shelf, batch: str) -> ReadAgain:
    """Return what reads a source's captures about a batch by its contract."""

    def read(source: str, captured: Sequence[tuple[Capture, bytes]]) -> Reading:
        return reading.read(
            source, list(captured), batch, shelf.zones[source], shelf.contract(source)
        )

    return read


def read_source(shelf: Shelf, collection: Collection, source: str) -> Reading | Quarantine:
    """Read one source's captures, or say why a person must look."""
    captured = [(capture, shelf.captured(capture.digest)) for capture in collection.of(source)]
    if not captured:
        return Reading()
    try:
        return _reader(shelf, collection.batch)(source, captured)
    except UnreadableError as error:
        return Quarantine(source, error.found, error.expected, error.where, error.move)
