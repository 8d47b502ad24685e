"""What a site's trust file approves: the strategies, contracts, code and libraries in use here.

Whoever hands out the trust file answers for what is in it: it should be made where the approved
installation and strategy are, and not by whoever evaluates the batches.
"""

from collections.abc import Iterator, Sequence
from importlib.resources.abc import Traversable
from typing import Final

from contracts.canonical import canonical
from contracts.environment import Fact
from contracts.errors import NotFoundError
from contracts.evidence import digest_of
from contracts.manifest import SOURCES
from expectations.strategy import products_of, shipped
from tasks import environment
from tasks.approved import strategy_for
from tasks.reading import contract_document
from tasks.site import Site

KINDS: Final = ("strategy", "contract", "code", "lock")
"""What may be approved; suites follow from strategy and code."""
USUAL: Final = ("strategy", "contract")


def approved_facts(
    site: Site, kinds: Sequence[str] = USUAL, strategies: Traversable | None = None
) -> tuple[Fact, ...]:
    """Return what this installation would evaluate the site's batches with, of these kinds.

    They are the facts of a package's `environment`. A product without a control strategy has no
    fact: nothing can be judged for it. `strategies` is a folder to judge by, instead of ours.

    Raises:
        NotFoundError: a kind that nobody knows.
        StrategyError: the files of a strategy are not what their schema says.
    """
    unknown = [one for one in kinds if one not in KINDS]
    if unknown:
        raise NotFoundError(
            f"nothing of the kind '{unknown[0][:40]}'", expected=f"some of {', '.join(KINDS)}"
        )
    found = (*_strategies(site, strategies), *_contracts(), *environment.facts())
    return tuple(one for kind in KINDS for one in found if one.kind == kind and kind in kinds)


def _strategies(site: Site, strategies: Traversable | None) -> Iterator[Fact]:
    folders = shipped() if strategies is None else (strategies,)
    known = {name for folder in folders for name in products_of(folder)}
    for product in site.products:
        if product in known:
            said = strategy_for(site.site, product, strategies).strategy
            yield Fact("strategy", said.product, said.digest, said.version)


def _contracts() -> Iterator[Fact]:
    """Yield the contracts as they are written into a package."""
    for source in SOURCES:
        line = canonical(dict(contract_document(source))) + b"\n"
        yield Fact("contract", f"{source}.json", digest_of(line))
