"""A package on the table of whoever draws its records again: its captures, read as they were."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from contracts import reference
from contracts.alternatives import Concluded, concluded
from contracts.canonical import parse_strict
from contracts.earlier import Otherwise, otherwise
from contracts.errors import IntegrityError
from contracts.evidence import Capture, Digest
from contracts.manifest import CAPTURES, SOURCES, contract_path
from contracts.opened import Opened, Read
from contracts.reading import Reading
from contracts.series import SeriesPage
from contracts.sources import batch_record, equipment, lims
from contracts.sources.contract import SourceContract
from contracts.sources.odcs import source_contract

Captured: TypeAlias = Sequence[tuple[Capture, bytes]]
READERS = {"batch_record": batch_record.read, "lims": lims.read, "equipment": equipment.read}


class Again:
    """A package on the table of whoever draws its records again: each source is read once."""

    def __init__(self, read: Read, package: Opened) -> None:
        self.read = read
        self.package = package
        self._read_again: dict[str, Reading] = {}
        self._concluded: Concluded | None = None

    def reading(self, source: str) -> Reading:
        """Return what a source's captures say, read by the contract in the package.

        Raises:
            UnreadableError: they break the contract.
        """
        if source not in self._read_again:
            self._read_again[source] = reading_again(self.read, self.package, source)
        return self._read_again[source]

    def otherwise(self) -> tuple[Otherwise, ...]:
        """Return what the package's earlier captures say and its present ones do not.

        Raises:
            UnreadableError: the present ones break the contract.
        """
        aside = {one.source for one in self.package.quarantines}
        said = {source: self.reading(source) for source in SOURCES if source not in aside}
        return otherwise(self.package.captured, said, self._earlier, self.captured)

    def _earlier(self, source: str, captured: Captured) -> Reading:
        return _said(self.read, self.package, source, captured)

    def concluded(self) -> Concluded:
        """Return the reference judge's answers and what follows from them."""
        if self._concluded is None:
            package = self.package
            self._concluded = concluded(package.criteria, package.evidence(), reference.judge)
        return self._concluded

    def captured(self, digest: Digest) -> bytes:
        """Return a capture's bytes."""
        return self.read(f"{CAPTURES}/{digest}")


def reading_again(read: Read, package: Opened, source: str) -> Reading:
    """Read one source's captures again, by the contract in the package.

    Raises:
        UnreadableError: they break the contract.
    """
    captured = [(one, read(f"{CAPTURES}/{one.digest}")) for one in package.asked(source)]
    return _said(read, package, source, captured) if captured else Reading()


def _said(read: Read, package: Opened, source: str, captured: Captured) -> Reading:
    contract = contract_in(read, source)
    return READERS[source](captured, contract, package.batch, package.zones[source])


def contract_in(read: Read, source: str) -> SourceContract:
    """Return the contract of a source as the package holds it; IntegrityError if it holds none."""
    document = parse_strict(read(contract_path(source)).removesuffix(b"\n"))
    if not isinstance(document, Mapping):
        raise IntegrityError("a contract that is no object", where=contract_path(source))
    return source_contract(document)


def pages_of(again: Again) -> tuple[SeriesPage, ...]:
    """Return the readings that the package's captures say; none where the equipment is set aside.

    Raises:
        UnreadableError: the captures break the contract.
    """
    aside = any(one.source == "equipment" for one in again.package.quarantines)
    return () if aside else again.reading("equipment").pages
