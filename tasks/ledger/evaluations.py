"""Evaluations on the record: the intent before the result, each numbered, none ever changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import Digest, digest_of
from contracts.log_entry import GivenUp, Intent, Result
from tasks.ledger import log_entries, results
from tasks.ledger.records import Aborted, Evaluation, Finished
from tasks.ledger.tables import EvaluationRow, keepable

_LONGEST_REASON = 4000
"""Characters of a reason for giving up that the log repeats; the whole stands in its own row."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What makes two evaluations the same one."""

    batch: str
    stage: Stage
    evidence: Digest
    strategy: Digest
    reason: str

    @property
    def digest(self) -> Digest:
        """The name of exactly these inputs."""
        return digest_of(
            canonical([self.batch, self.stage.value, self.evidence, self.strategy, self.reason])
        )


def find(session: Session, inputs: Inputs) -> Evaluation | None:
    """Return the newest attempt at exactly these inputs, however it ended."""
    row = _newest(session, inputs)
    return None if row is None else _evaluation(session, row)


@dataclass(frozen=True, slots=True)
class Begun:
    """The circumstances of an evaluation that do not make it another one."""

    collection: Digest
    started_at: datetime
    by: str


def begin(session: Session, inputs: Inputs, begun: Begun) -> Evaluation:
    """Enter the intent, in the log too, or return the one on record if it was not given up."""
    newest = _newest(session, inputs)
    if newest is not None:
        on_record = _evaluation(session, newest)
        if not isinstance(on_record.ending, Aborted):
            return on_record
    last = session.exec(
        select(func.max(EvaluationRow.number)).where(EvaluationRow.batch == inputs.batch)
    ).one()
    row = EvaluationRow(
        batch=inputs.batch,
        number=(last or 0) + 1,
        inputs=inputs.digest,
        attempt=1 if newest is None else newest.attempt + 1,
        stage=inputs.stage.value,
        evidence=inputs.evidence,
        strategy=inputs.strategy,
        reason=inputs.reason,
        collection=begun.collection,
        started_at=begun.started_at,
    )
    session.add(row)
    session.flush()
    log_entries.append(session, _intent(row, begun.by))
    return _evaluation(session, row)


def end(session: Session, evaluation: Evaluation, ending: Finished | Aborted) -> Evaluation:
    """Enter how an evaluation ended, or return the same ending if it is on record already.

    Raises:
        NotFoundError: no such evaluation.
        IntegrityError: it ended otherwise, or the result is of another stage.
    """
    row = row_of(session, evaluation.batch, evaluation.number)
    on_record = _evaluation(session, row)
    if on_record.ending is not None:
        _refuse_another(on_record, on_record.ending, ending)
        return on_record
    if isinstance(ending, Finished) and ending.readiness.stage.value != row.stage:
        raise IntegrityError(
            f"a result for the stage {ending.readiness.stage.value}",
            expected=f"one for the stage {row.stage}",
            where=_name(on_record),
        )
    results.enter(session, row, ending)
    log_entries.append(session, _ending(evaluation, ending))
    return _evaluation(session, row)


def every(session: Session, batch: str) -> tuple[Evaluation, ...]:
    """Return every evaluation of a batch by number, with how each ended."""
    rows = session.exec(
        select(EvaluationRow)
        .where(EvaluationRow.batch == batch)
        .order_by(col(EvaluationRow.number))
    ).all()
    return tuple(_evaluation(session, row) for row in rows)


def one(session: Session, batch: str, number: int) -> Evaluation:
    """Return one evaluation.

    Raises:
        NotFoundError: no such evaluation.
    """
    return _evaluation(session, row_of(session, batch, number))


def row_of(session: Session, batch: str, number: int) -> EvaluationRow:
    """Return the row of one evaluation.

    Raises:
        NotFoundError: no such evaluation.
    """
    row = session.exec(
        select(EvaluationRow).where(EvaluationRow.batch == batch, EvaluationRow.number == number)
    ).one_or_none()
    if row is None:
        raise NotFoundError(
            f"no evaluation {number} of the batch {batch}", expected="one that was begun"
        )
    return row


def id_of(session: Session, batch: str, number: int) -> int:
    """Return the database's own name of one evaluation.

    Raises:
        NotFoundError: no such evaluation.
    """
    return results.id_of(row_of(session, batch, number))


def _intent(row: EvaluationRow, by: str) -> Intent:
    return Intent(
        at=row.started_at,
        batch=row.batch,
        by=by,
        collection=row.collection,
        evaluation=row.number,
        evidence=row.evidence,
        reason=row.reason,
        stage=row.stage,
        strategy=row.strategy,
    )


def _ending(evaluation: Evaluation, ending: Finished | Aborted) -> Result | GivenUp:
    batch, number = evaluation.batch, evaluation.number
    if isinstance(ending, Aborted):
        return GivenUp(ending.at, batch, number, keepable(ending.reason[:_LONGEST_REASON]))
    readiness = ending.readiness.state.value
    return Result(ending.judged_at, batch, number, readiness, ending.record)


def _newest(session: Session, inputs: Inputs) -> EvaluationRow | None:
    return session.exec(
        select(EvaluationRow)
        .where(EvaluationRow.inputs == inputs.digest)
        .order_by(col(EvaluationRow.attempt).desc())
        .limit(1)
    ).first()


def _evaluation(session: Session, row: EvaluationRow) -> Evaluation:
    return Evaluation(
        batch=row.batch,
        number=row.number,
        stage=Stage(row.stage),
        evidence=row.evidence,
        strategy=row.strategy,
        reason=row.reason,
        collection=row.collection,
        started_at=row.started_at,
        ending=results.ending_of(session, row),
    )


def _refuse_another(
    on_record: Evaluation, ended: Finished | Aborted, ending: Finished | Aborted
) -> None:
    """Let the same ending pass: what it says must be equal, its record and time need not be."""
    if isinstance(ended, Aborted) and isinstance(ending, Aborted):
        return
    if isinstance(ended, Finished) and isinstance(ending, Finished):
        if results.say_the_same(ended, ending):
            return
        found = "another result of the same evidence under the same strategy"
        expected = f"the result on record: {ended.readiness.state.value}"
    elif isinstance(ended, Aborted):
        found, expected = "a result of an evaluation that was given up", "a new evaluation"
    else:
        found, expected = "giving up an evaluation that has its result", "the result left as it is"
    raise IntegrityError(
        found, expected=expected, where=_name(on_record), move="QA looks; the record stays as it is"
    )


def _name(evaluation: Evaluation) -> str:
    return f"evaluation {evaluation.number} of {evaluation.batch}"
