"""The desk one batch is prepared at: the site, the store of bytes, the ledger, and the clock."""

from datetime import UTC, datetime
from pathlib import Path

from contracts.collection import Collection, collection_from
from contracts.evidence import Digest
from tasks.ledger.ledger import Ledger
from tasks.site import Site, load_site
from tasks.store import Store


class Desk:
    """Everything the tasks of one batch reach for. Not a value: it holds open things.

    A plain class on purpose: Prefect walks through dataclasses, lists and dictionaries that are
    handed to a task, and this is nothing to walk through.
    """

    def __init__(
        self, site: Site, home: Path, ledger: Ledger, *, packages: Path, strategies: Path | None
    ) -> None:
        self.site = site
        self.home = home
        self.ledger = ledger
        self.packages = packages
        self.strategies = strategies
        self.store = Store(home / "captures")
        self.records = Store(home / "records")

    def now(self) -> datetime:
        """Return the time at the plant: the site's own clock, or this machine's, in UTC."""
        return self.site.clock or datetime.now(UTC)

    def collection(self, digest: Digest) -> Collection:
        """Return a collection by its digest."""
        return collection_from(self.records.get(digest))


def open_desk(
    site_file: Path, home: Path, ledger_url: str, *, packages: Path, strategies: Path | None
) -> Desk:
    """Open the desk of a site.

    Raises:
        SiteError: the site file is not one.
        StorageError, UnavailableError: store or ledger cannot be opened.
    """
    site = load_site(site_file)
    ledger = Ledger.open(ledger_url)
    return Desk(site, home, ledger, packages=packages, strategies=strategies)
