"""A strategy owner approves a control strategy: the digest that batches are judged by."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from contracts.errors import NotFoundError, RefusedError
from contracts.log_act import Approval
from contracts.person import Act
from tasks.approved import strategy_for
from tasks.desk import Desk
from tasks.identity import Claim, identify, machine_clock

_LONGEST_REASON: Final = 1000


def approve_strategy(
    desk: Desk,
    claim: Claim,
    product: str,
    reason: str,
    clock: Callable[[], datetime] = machine_clock,
) -> Approval:
    """Enter in the log that the strategy in force for a product of the site is approved.

    Without a product the site's only one. What is wrong with the words is said before the code is
    used up.

    Raises:
        RefusedError: they may not, or gave no reason.
        NotFoundError: the site makes no such product.
        StrategyError: there is none, or its files are not what their schema says.
    """
    known = tuple(desk.site.products)
    chosen = product or (known[0] if len(known) == 1 else "")
    if chosen not in known:
        raise NotFoundError(
            f"no product '{product[:80]}' at {desk.site.site}",
            expected=f"one of {', '.join(known)}",
            move="name it with --product",
        )
    words = " ".join(reason.split())
    if not words or len(words) > _LONGEST_REASON:
        raise RefusedError(
            "an approval without a reason, or with a very long one",
            expected=f"why it is approved, at most {_LONGEST_REASON} signs",
        )
    strategy = strategy_for(desk.site.site, chosen, desk.strategies).strategy
    person = identify(desk, claim, Act.APPROVE_STRATEGY, clock=clock)
    entry = Approval(
        desk.now(),
        person.user,
        person.name,
        strategy.digest,
        strategy.title,
        strategy.version,
        words,
    )
    desk.ledger.record_act(entry)
    return entry
