"""Reads the site file: which plant this is, and where and how its three systems are asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contracts.errors import SiteError
from contracts.times import read_time
from tasks.outsiders import TimestampAuthority, Witness
from tasks.site_faults import breaches
from tasks.site_source import Blocks, SiteSource, no_blocks
from tasks.site_yaml import Document, Plain, read_yaml

_SHOWN = 100
_TOLD = ("market", "clinical_phase", "process_version")
_CLOCKS = ("clock", "clock_set_at")


@dataclass(frozen=True, slots=True)
class Site:
    """One plant: its name, its products, its three sources."""

    site: str
    products: Mapping[str, str] = field(hash=False)
    """By product: the pattern that the numbers of its batches fit, `*` for any characters."""
    sources: Mapping[str, SiteSource] = field(hash=False)
    """By name: `batch_record`, `lims`, `equipment`."""
    clock: datetime | None = None
    """The one moment it always is, or was when the clock was set; only in the demo plant."""
    clock_set_at: datetime | None = None
    """When, by this machine's clock, the site's own was set to `clock` and began to run."""
    batches: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What else a limit may depend on: `market`, `clinical_phase`, `process_version`."""
    timestamps: TimestampAuthority | None = None
    witness: Witness | None = None

    def time(self, now: datetime) -> datetime:
        """Return the time at the plant while this machine's clock says `now`, in UTC."""
        if self.clock is None:
            return now
        return self.clock if self.clock_set_at is None else self.clock + (now - self.clock_set_at)

    def product_of(self, batch: str) -> str:
        """Return the one product whose pattern a batch's number fits.

        Raises:
            SiteError: it fits no product, or more than one.
        """
        fitting = [name for name, pattern in self.products.items() if fnmatchcase(batch, pattern)]
        if len(fitting) == 1:
            return fitting[0]
        patterns = ", ".join(f"{pattern} ({name})" for name, pattern in self.products.items())
        found = f"fits {' and '.join(fitting)}" if fitting else "fits no product"
        raise SiteError(
            f"the batch {batch[:_SHOWN]} {found}",
            expected=f"a number that fits one of {patterns}",
            where="the site file's products",
            move="check the batch's number, or whoever keeps the site file corrects the patterns",
        )

    def context(self, batch: str) -> Mapping[str, str]:
        """Return what the site says of a batch: what a limit may depend on, as far as it is given.

        Keys: `product`, `site`, `market`, `clinical_phase`, `process_version`.

        Raises:
            SiteError: the batch belongs to no product, or to more than one.
        """
        return {"product": self.product_of(batch), "site": self.site, **self.told}


def load_site(path: Path, blocks: Blocks = no_blocks) -> Site:
    """Return the site that a site file describes; `blocks` opens Prefect's Secret blocks.

    Raises:
        SiteError: everything that is wrong with the file, in one error.
    """
    try:
        document = read_yaml(path.read_bytes())
    except OSError as error:
        raise SiteError(
            f"no readable file ({error.strerror})",
            expected="a site file in YAML",
            where=str(path),
            move="name the right file; `batchproof plant` prints one to start from",
        ) from error
    problems = list(document.problems)
    if document.content is not None:
        problems += [*breaches(document), *_products(document), *_clock(document)]
    if problems:
        raise _wrong(problems, path)
    site = _site(document.content, path.parent, blocks)
    problems += _unmet(site, document)
    if problems:
        raise _wrong(problems, path)
    return site


def _wrong(problems: list[str], path: Path) -> SiteError:
    return SiteError(
        "; ".join(problems),
        expected="a site file as its schema describes it",
        where=path.name,
        move="whoever keeps the site file corrects it",
    )


def _site(content: Plain, folder: Path, blocks: Blocks) -> Site:
    """Build the site from content that its schema allows."""
    stated: Any = content  # the schema has checked its shape
    sources = {
        name: _source(name, {**each, "blocks": blocks}, folder)
        for name, each in stated["sources"].items()
    }
    clocks = [read_time(stated[key]) if key in stated else None for key in _CLOCKS]
    batches = tuple(stated.get("batches", ()))
    products = stated["products"] if "products" in stated else {stated["product"]: "*"}
    told = {name: stated[name] for name in _TOLD if name in stated}
    return Site(
        site=stated["site"],
        products=products,
        sources=sources,
        clock=clocks[0],
        clock_set_at=clocks[1],
        batches=batches,
        told=told,
        timestamps=_timestamps(stated["timestamps"], folder) if "timestamps" in stated else None,
        witness=Witness(**stated["witness"]) if "witness" in stated else None,
    )


def _timestamps(stated: dict[str, Any], folder: Path) -> TimestampAuthority:
    return TimestampAuthority(**{**stated, "roots_file": folder / stated["roots_file"]})


def _source(name: str, stated: dict[str, Any], folder: Path) -> SiteSource:
    given = {key: value for key, value in stated.items() if key != "token_file"}
    token_file = folder / stated["token_file"] if "token_file" in stated else None
    return SiteSource(name=name, token_file=token_file, **given)


def _products(document: Document) -> Iterator[str]:
    """Yield that the file names its products in no way, or in two."""
    content = document.content
    if isinstance(content, dict) and ("product" in content) == ("products" in content):
        line = document.line(("products",))
        named = "has product and products, not one" if "product" in content else "lacks product"
        yield f"line {line}: the file {named}; several products stand in products, with patterns"


def _clock(document: Document) -> Iterator[str]:
    """Yield that the file says when the plant's clock was set, and not to which time."""
    content = document.content
    if isinstance(content, dict) and "clock_set_at" in content and "clock" not in content:
        line = document.line(("clock_set_at",))
        yield f"line {line}: the file has clock_set_at and lacks clock, the time it was set to"


def _unmet(site: Site, document: Document) -> Iterator[str]:
    """Yield what no schema can say: a batch of one product, a token where one belongs."""
    for number, batch in enumerate(site.batches):
        try:
            site.product_of(batch)
        except SiteError as error:
            yield f"line {document.line(('batches', number))}: {error.found}"
    for name, source in site.sources.items():
        line = document.line(("sources", name))
        yield from (f"line {line}: {fault}" for fault in source.faults())
    yield from _unknown_outsiders(site, document)


def _unknown_outsiders(site: Site, document: Document) -> Iterator[str]:
    """Yield that the authority's roots are not there, or that the witness's key is none."""
    try:
        if site.timestamps is not None:
            site.timestamps.roots()
    except SiteError as error:
        yield f"line {document.line(('timestamps',))}: timestamps: {error.found}"
    try:
        if site.witness is not None:
            _ = site.witness.verifier_key
    except SiteError as error:
        yield f"line {document.line(('witness',))}: witness.key: {error.found}"
