"""The desk one batch is prepared at: the site, the store of bytes, the ledger, and the clock."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from contracts.collection import Collection, collection_from
from contracts.evidence import Digest
from contracts.log_entry import KeyChange as Logged
from contracts.trust import KeyChange
from tasks.key_places import KeyPlaces
from tasks.keys import Entered, Keys
from tasks.ledger.ledger import Ledger
from tasks.site import Site, load_site
from tasks.storage import open_storage


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a desk keeps what it keeps."""

    home: Path
    """Keys; captured bytes and records too, unless `store` says otherwise."""
    packages: Path
    strategies: Path | None = None
    """Strategy files to judge by, instead of the product's own."""
    store: str = ""
    """Where captured bytes and records are: a folder or `s3://bucket/prefix`; empty: in `home`."""
    pages: str = ""
    """Address below which the packages' pages are served; empty: they are not."""


class Desk:
    """Everything the tasks of one batch reach for. Not a value: it holds open things.

    A plain class on purpose: Prefect walks through dataclasses, lists and dictionaries that are
    handed to a task, and this is nothing to walk through.
    """

    def __init__(self, site: Site, ledger: Ledger, keys: Keys, folders: Folders) -> None:
        self.site = site
        self.ledger = ledger
        self.keys = keys
        self.home = folders.home
        self.packages = folders.packages
        self.pages = folders.pages.rstrip("/")
        self.strategies = folders.strategies
        self.store = open_storage(folders.store, folders.home, "captures")
        self.records = open_storage(folders.store, folders.home, "records")
        self.patience_seconds = 1800.0
        """How long to wait for the turn at a batch; see tasks.turn."""

    def now(self) -> datetime:
        """Return the time at the plant: the site's own clock, or this machine's, in UTC."""
        return self.site.time(datetime.now(UTC))

    def page_of(self, package: Path) -> str:
        """Return the address of a package's page in a browser; empty where none are served."""
        return f"{self.pages}/{quote(package.name)}/index.html" if self.pages else ""

    def collection(self, digest: Digest) -> Collection:
        """Return a collection by its digest."""
        return collection_from(self.records.get(digest))


def open_desk(
    site: Site | Path, ledger_url: str, folders: Folders, places: KeyPlaces, origin: str = ""
) -> Desk:
    """Open the desk of a site, or of its file.

    `origin` is the evaluation log's, `batchproof/<site>` if empty.

    Raises:
        SiteError: the site file is not one.
        StorageError, UnavailableError: store or ledger cannot be opened.
    """
    site = load_site(site) if isinstance(site, Path) else site
    ledger = Ledger.open(ledger_url)
    owner = origin or f"batchproof/{'-'.join(site.site.split())}"
    keys = Keys(folders.home / "keys", owner, places, entered_in(ledger, site))
    return Desk(site, ledger, keys, folders)


def entered_in(ledger: Ledger, site: Site | None = None) -> Entered:
    """Return what enters a change of a key in a ledger's evaluation log, at the plant's time."""

    def enter(change: KeyChange) -> None:
        at = site.time(change.at) if site else change.at
        ledger.record_key(Logged(at, change.by, change.change.value, change.key_record()))

    return enter
