"""Why an automatic run judges: found from what is on record, never from what started it."""

from typing import Final

from contracts.criterion import Stage
from contracts.evidence import Digest
from contracts.requested import looking_back
from tasks.ledger.ledger import Ledger
from tasks.ledger.records import Aborted, Evaluation, Finished

FIRST: Final = "batch completed"
AGAIN: Final = "new evidence"
BY_ANOTHER: Final = "strategy changed"


def automatic_reason(
    ledger: Ledger, batch: str, stage: Stage, evidence: Digest, strategy: Digest
) -> str:
    """Return the reason under which an automatic run judges a batch; asked within its turn.

    Evidence that the batch's newest evaluation of the stage rests on already, by the same strategy,
    has its reason: that evaluation is found again, whoever asked for it. So has an evaluation of
    the same that was begun and never ended. Evidence that was judged before and comes back (a
    source answers again) is judged again under a reason of its own: the newest evaluation is always
    of the newest evidence. Evaluations that look back do not count.
    """
    aside = looking_back(one.entry for one in ledger.log.of_batch(batch))
    own = [
        one
        for one in ledger.evaluations(batch)
        if one.stage is stage and one.number not in aside and not isinstance(one.ending, Aborted)
    ]
    same = [one for one in own if (one.evidence, one.strategy) == (evidence, strategy)]
    finished = [one for one in own if isinstance(one.ending, Finished)]
    opened = [one for one in same if one.ending is None]
    if opened:
        return opened[-1].reason
    if not finished:
        return FIRST
    return _after(finished[-1], same, evidence)


def _after(newest: Evaluation, same: list[Evaluation], evidence: Digest) -> str:
    if newest in same:
        return newest.reason
    if same:
        return f"evidence of evaluation {same[-1].number} again"
    return AGAIN if newest.evidence != evidence else BY_ANOTHER
