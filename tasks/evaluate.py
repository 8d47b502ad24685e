"""Make one evaluation of a batch: read, log the intent, judge, keep the record, log the result."""

from dataclasses import dataclass

from contracts.criterion import Stage
from contracts.errors import BatchproofError
from contracts.evidence import Digest
from contracts.steps import day_of
from tasks import environment
from tasks.approved import strategy_of
from tasks.desk import Desk
from tasks.evidence import read_evidence, shelf_of
from tasks.judge import judge
from tasks.sealing import show_intent
from tasks.worksheet import Sitting, keep, worksheet


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation on the record, and where its files are kept."""

    batch: str
    number: int
    record: Digest


def evaluate_collection(
    desk: Desk, batch: str, digest: Digest, stage: Stage, reason: str
) -> Evaluated:
    """Judge a collection; the intent is on record before the result is known.

    An evaluation of the same evidence and strategy, for the same stage and reason, is found again
    and not made twice.

    Raises:
        StrategyError, JudgementError, IntegrityError, StorageError: nothing was concluded; the
            intent stays on record with the reason it was given up for.
    """
    collection = desk.collection(digest)
    shelf = shelf_of(desk)
    evidence = read_evidence(shelf, collection)
    for one in evidence.quarantines:
        if one not in collection.quarantines:
            desk.ledger.record_quarantine(batch, one, desk.now())
    approved = strategy_of(desk, batch)
    strategy = approved.strategy.digest
    inputs = (batch, stage.value, evidence.fingerprint, strategy, reason)
    done = desk.ledger.find_evaluation(*inputs)
    if done is not None:
        return Evaluated(batch, done.number, done.record)
    started = desk.ledger.begin_evaluation(*inputs, collection=digest, started_at=desk.now())
    try:
        show_intent(desk)
        dated_by = approved.strategy.dated_by
        day = day_of(dated_by, evidence.observations, desk.now().date())
        judged = judge(batch, stage, approved, (day, desk.site.context(batch)), evidence)
        at = desk.now()
        sitting = Sitting(started.number, at, shelf.zones, environment.facts())
        files = worksheet(judged, evidence, collection, sitting, shelf.captured)
        record = keep(desk.records, files)
    except BatchproofError as error:
        desk.ledger.abort_evaluation(started, error.in_words(), desk.now())
        raise
    done = desk.ledger.finish_evaluation(started, judged.readiness, judged.exceptions, record, at)
    return Evaluated(batch, done.number, done.record)
