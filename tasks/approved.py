"""The control strategy that a batch is judged by: read once, as long as its files stay the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources.abc import Traversable

from contracts.canonical import canonical
from contracts.evidence import Digest, digest_of
from contracts.strategy import Strategy
from expectations.effective import effective
from expectations.folder import OVERLAYS
from expectations.strategy import files_of, folder_for
from tasks.desk import Desk

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Approved:
    """The strategy that is judged by, and where its files contradict their own examples."""

    strategy: Strategy
    doubts: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, hash=False)
    """The files it was read from, by name: those of the site's and product's layers only."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of strategy files, told from another by what stands in them."""

    content: Digest
    site: str
    product: str
    folder: Traversable = field(compare=False)


def strategy_of(desk: Desk, batch: str) -> Approved:
    """Return the control strategy of the product that a batch belongs to, as it holds at the site.

    Raises:
        SiteError: the batch belongs to no product of the site, or to more than one.
        StrategyError: there is none, or its files are not what their schema says.
    """
    return strategy_for(desk.site.site, desk.site.product_of(batch), desk.strategies)


def strategy_for(site: str, product: str, strategies: Traversable | None = None) -> Approved:
    """Return the control strategy of a product as it holds at a site.

    `strategies` is a folder to judge by, instead of the product's own.

    Raises:
        StrategyError: there is none, or its files are not what their schema says.
    """
    folder = strategies or folder_for(product)
    return _approved(_Folder(_content(folder), site, product, folder))


@lru_cache(_REMEMBERED)
def _approved(named: _Folder) -> Approved:
    found = effective(named.folder, site=named.site, product=named.product)
    doubts = tuple(str(one) for one in sorted(found.doubts))
    files = dict(files_of(named.folder, site=named.site, product=named.product))
    return Approved(found.strategy, doubts, files)


def _content(folder: Traversable) -> Digest:
    """Return one digest of every YAML file of a folder and its overlays."""
    places = (folder, folder / OVERLAYS)
    files = {
        f"{place.name}/{one.name}": digest_of(one.read_bytes())
        for place in places
        if place.is_dir()
        for one in place.iterdir()
        if one.is_file() and one.name.endswith(".yaml")
    }
    return digest_of(canonical(dict(sorted(files.items()))))
