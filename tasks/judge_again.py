"""Judge one batch of a history again, on the evidence on record, and say what that changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.canonical import parse_strict
from contracts.criterion import Stage
from contracts.errors import BatchproofError, IntegrityError
from contracts.evidence import Digest
from contracts.history import Rejudged, flips
from contracts.log_act import Request
from contracts.log_entry import Filed
from contracts.manifest import VERDICTS
from contracts.person import Person
from contracts.requested import ReasonCode, looking_back, reason_of
from tasks.approved import strategy_of
from tasks.change import Tell, change_since, notice
from tasks.desk import Desk
from tasks.evaluate import Why, evaluate_collection
from tasks.ledger.records import Evaluation, Finished
from tasks.package import assemble_evaluation
from tasks.reevaluate import evidence_of
from tasks.turn import turn_at


@dataclass(frozen=True, slots=True)
class Order:
    """A named person's wish to have a history judged again; the same for every batch of it."""

    at: datetime
    by: Person
    stage: Stage
    reason: str
    strategies: Mapping[str, Digest]
    """By product: the digest of the control strategy that every worker must find in force."""
    packages: bool = False
    """Whether each new evaluation is packaged and sealed too."""

    def request(self, batch: str) -> Request:
        """Return the log entry that stands before a batch's evaluation."""
        return Request(
            at=self.at,
            batch=batch,
            by=self.by.user,
            name=self.by.name,
            stage=self.stage.value,
            reason_code=ReasonCode.STRATEGY_CHANGED.value,
            reason=self.reason,
            collect=(),
            strategy="",
            known_at="",
            packages=self.packages,
        )


def collected_batches(desk: Desk) -> tuple[str, ...]:
    """Return every batch that has a collection on record, sorted."""
    filed = (one.entry for one in desk.ledger.log.of_kinds(Filed.kind))
    return tuple(sorted({one.batch for one in filed if isinstance(one, Filed)}))


def strategies_of(desk: Desk, batches: tuple[str, ...]) -> dict[str, Digest]:
    """Return the digest of the control strategy in force of every product among the batches.

    Raises:
        SiteError: a batch belongs to no product of the site.
        StrategyError: a product has no control strategy, or its files are none.
    """
    first = {desk.site.product_of(batch): batch for batch in reversed(batches)}
    return {product: strategy_of(desk, batch).strategy.digest for product, batch in first.items()}


def judge_again(desk: Desk, order: Order, batch: str, tell: Tell) -> Rejudged:
    """Judge one batch under a new number; what goes wrong is said of this batch alone.

    The same order again finds the same evaluation: nothing is judged twice. A batch that was ready
    and is not any more is a late failure like any other: people are told, and it is on record.
    """
    try:
        with turn_at(desk, batch):
            judged = _judged(desk, order, batch)
            change = change_since(desk, batch, judged.number) if judged.unready else None
            if change is not None:  # also when found again: a run may have ended before it told
                notice(desk, change, tell)
            if order.packages:
                assemble_evaluation(desk, batch, judged.number)
    except BatchproofError as error:
        return Rejudged(batch, fault=error.in_words())
    except Exception as error:  # noqa: BLE001 (one batch must not stop the others; it is named)
        return Rejudged(batch, fault=f"An error of ours: {type(error).__name__}: {error}")
    return judged


def _judged(desk: Desk, order: Order, batch: str) -> Rejudged:
    _check_strategy(desk, order, batch)
    then = _newest(desk, batch, order.stage)
    request = order.request(batch)
    desk.ledger.record_act(request)
    why = Why(reason_of(request), request.by)
    evidence = evidence_of(desk, batch, None)  # within the turn: it may have come since the order
    done = evaluate_collection(desk, batch, evidence, order.stage, why)
    now = desk.ledger.evaluation(batch, done.number).result.readiness.state.value
    if then is None or then.number == done.number:
        return Rejudged(batch, done.number, done.record, "", now)
    before, after = (outcomes(desk, one) for one in (then.record, done.record))
    was = then.result.readiness.state.value
    return Rejudged(batch, done.number, done.record, was, now, flips(before, after))


def _check_strategy(desk: Desk, order: Order, batch: str) -> None:
    """Refuse to judge by other strategy files than those that the order was given under."""
    product = desk.site.product_of(batch)
    found, expected = strategy_of(desk, batch).strategy.digest, order.strategies.get(product)
    if found != expected:
        raise IntegrityError(
            f"the control strategy {found} of {product}",
            expected=f"the one that the order was given under, {expected}",
            where="this worker's strategy files",
            move="the administrator gives every worker the same files; then order it again",
        )


def _newest(desk: Desk, batch: str, stage: Stage) -> Evaluation | None:
    """Return the evaluation that says how the batch stood; one that looks back does not."""
    aside = looking_back(one.entry for one in desk.ledger.log.of_batch(batch))
    finished = [
        one
        for one in desk.ledger.evaluations(batch)
        if one.stage is stage and one.number not in aside and isinstance(one.ending, Finished)
    ]
    return finished[-1] if finished else None


def outcomes(desk: Desk, record: Digest) -> dict[str, str]:
    """Return the outcome of every criterion of a kept evaluation; no other file of it is read.

    Raises:
        IntegrityError: what is kept is no evaluation.
    """
    files = parse_strict(desk.records.get(record))
    written = desk.records.get(str(_member(files, VERDICTS)))
    verdicts = parse_strict(written.removesuffix(b"\n"))
    if not isinstance(verdicts, list):
        raise IntegrityError("verdicts that are no list", expected="a list of verdicts")
    return {str(_member(one, "criterion")): str(_member(one, "outcome")) for one in verdicts}


def _member(record: object, name: str) -> object:
    if not isinstance(record, dict) or name not in record:
        raise IntegrityError(f"a record without '{name}'", expected="a kept evaluation's")
    return record[name]
