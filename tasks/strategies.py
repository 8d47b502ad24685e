"""A control strategy that was judged by before, built again from the files that were kept of it."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from contracts.errors import NotFoundError, SiteError, StrategyError
from contracts.evidence import Digest
from tasks.approved import Approved, strategy_for
from tasks.desk import Desk
from tasks.ledger.records import Evaluation, Finished
from tasks.worksheet import kept

SHORTEST: Final = 12
"""Hex digits that name a strategy by the beginning of its digest."""
_NAME: Final = re.compile(rf"[0-9a-f]{{{SHORTEST},64}}", re.ASCII)
_FILES: Final = "strategy/files/"


def strategy_named(desk: Desk, batch: str, beginning: str) -> Approved:
    """Return the strategy with the digest that begins so, if this site judged the product by it.

    Raises:
        NotFoundError: that is no beginning of a digest, or of none, or of more than one.
        StrategyError: the kept files say another strategy under this version of the program.
    """
    if not _NAME.fullmatch(beginning):
        raise NotFoundError(
            f"the strategy '{beginning[:80]}'",
            expected=f"at least {SHORTEST} hex digits of a strategy's digest, in lower case",
            move="take it from `batchproof known`, the package's page, or the evaluation log",
        )
    product = desk.site.product_of(batch)
    found = {
        one.strategy: one
        for standing in desk.ledger.standings.of()
        for one in standing.evaluations
        if one.strategy.startswith(beginning)
        and isinstance(one.ending, Finished)
        and _product(desk, standing.batch) == product
    }
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found) or 'no'} strategies whose digest begins with {beginning}",
            expected=f"one by which a batch of {product} was judged at this site",
            move="name more digits, or one that the evaluation log has",
        )
    ((digest, evaluation),) = found.items()
    return _again(desk, digest, evaluation)


def _product(desk: Desk, batch: str) -> str:
    """Return the product of a batch on record; empty if the site file no longer knows it."""
    try:
        return desk.site.product_of(batch)
    except SiteError:
        return ""


def _again(desk: Desk, digest: Digest, evaluation: Evaluation) -> Approved:
    """Return the strategy that the kept files of an evaluation say."""
    files = {
        path.removeprefix(_FILES): data
        for path, data in kept(desk.records, evaluation.record).items()
        if path.startswith(_FILES)
    }
    with TemporaryDirectory() as folder:
        for name, data in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        product = desk.site.product_of(evaluation.batch)
        approved = strategy_for(desk.site.site, product, Path(folder))
    if approved.strategy.digest != digest:
        raise StrategyError(
            f"kept files that say the strategy {approved.strategy.digest} now",
            expected=digest,
            where=f"evaluation {evaluation.number} of {evaluation.batch}",
            move="judge by the version of the program that the evaluation was made with",
        )
    return approved
