"""Make one evaluation of a batch: read, log the intent, judge, keep the record, log the result."""

from dataclasses import dataclass
from typing import Final

from contracts.criterion import Stage
from contracts.errors import BatchproofError
from contracts.evidence import Digest
from contracts.steps import day_of
from tasks import environment
from tasks.approved import Approved, strategy_of
from tasks.desk import Desk
from tasks.evidence import ReadEvidence, read_evidence, shelf_of
from tasks.judge import judge
from tasks.ledger.records import Evaluation
from tasks.reason import automatic_reason
from tasks.sealing import show_intent
from tasks.worksheet import Sitting, keep, worksheet

SERVICE: Final = "batchproof"
"""Who judges where no person asked."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation on the record, and where its files are kept."""

    batch: str
    number: int
    record: Digest


@dataclass(frozen=True, slots=True)
class Why:
    """Why a collection is judged, by whose wish, and by which strategy."""

    reason: str = ""
    """Empty: the automatic one, see `tasks.reason`."""
    by: str = SERVICE
    strategy: Approved | None = None
    """None: the one in force."""


def evaluate_collection(
    desk: Desk, batch: str, digest: Digest, stage: Stage, reason: str | Why = ""
) -> Evaluated:
    """Judge a collection; the intent is on record before the result is known.

    An evaluation of the same evidence and strategy, for the same stage and reason, is found again
    and not made twice. Without a reason it is asked for within the batch's turn.

    Raises:
        StrategyError, JudgementError, IntegrityError, StorageError: nothing was concluded; the
            intent stays on record with the reason it was given up for.
    """
    why = Why(reason) if isinstance(reason, str) else reason
    collection = desk.collection(digest)
    evidence = read_evidence(shelf_of(desk), collection)
    for one in evidence.quarantines:
        if one not in collection.quarantines:
            desk.ledger.record_quarantine(batch, one, desk.now())
    approved = why.strategy or strategy_of(desk, batch)
    named = (batch, stage, evidence.fingerprint, approved.strategy.digest)
    inputs = (*named, why.reason or automatic_reason(desk.ledger, *named))
    done = desk.ledger.find_evaluation(*inputs)
    if done is not None:
        return Evaluated(batch, done.number, done.record)
    started = desk.ledger.begin_evaluation(
        *inputs, collection=digest, started_at=desk.now(), by=why.by
    )
    return judge_begun(desk, started, evidence, approved)


def judge_begun(
    desk: Desk, started: Evaluation, evidence: ReadEvidence, approved: Approved
) -> Evaluated:
    """Judge what was begun, keep its record and enter its result, or why it was given up.

    Raises:
        As `evaluate_collection`.
    """
    batch, stage, shelf = started.batch, started.stage, shelf_of(desk)
    try:
        show_intent(desk)
        dated_by = approved.strategy.dated_by
        day = day_of(dated_by, evidence.observations, desk.now().date())
        judged = judge(batch, stage, approved, (day, desk.site.context(batch)), evidence)
        at = desk.now()
        sitting = Sitting(started.number, at, shelf.zones, environment.facts())
        collection = desk.collection(started.collection)
        files = worksheet(judged, evidence, collection, sitting, shelf.captured)
        record = keep(desk.records, files)
    except BatchproofError as error:
        desk.ledger.abort_evaluation(started, error.in_words(), desk.now())
        raise
    done = desk.ledger.finish_evaluation(started, judged.readiness, judged.exceptions, record, at)
    return Evaluated(batch, done.number, done.record)
