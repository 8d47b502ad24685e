"""How evaluations ended: a result with the exceptions it found, or the reason it was given up."""

import json
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from contracts.canonical import canonical
from contracts.criterion import Stage
from contracts.errors import NotFoundError
from contracts.readiness import QualityException, Readiness, Ready
from tasks.ledger.records import Aborted, Finished
from tasks.ledger.tables import EvaluationRow, ExceptionRow, ResultRow, keepable

_FINISHED, _ABORTED = "finished", "aborted"


def enter(session: Session, row: EvaluationRow, ending: Finished | Aborted) -> None:
    """Enter an ending with its exceptions; the transaction is the caller's."""
    session.add(_result_row(id_of(row), ending))
    if isinstance(ending, Finished):
        session.add_all(_exception_rows(id_of(row), ending.exceptions))
    session.flush()


def id_of(row: EvaluationRow) -> int:
    """Return the database's own name of an evaluation that was entered."""
    if row.id is None:
        raise NotFoundError("an evaluation that was not entered")
    return row.id


def ending_of(session: Session, row: EvaluationRow) -> Finished | Aborted | None:
    """Return how an evaluation ended, or None while it is open."""
    result = session.exec(select(ResultRow).where(ResultRow.evaluation_id == row.id)).one_or_none()
    if result is None:
        return None
    reasons = tuple(json.loads(result.reasons))
    if result.ending == _ABORTED:
        return Aborted(" ".join(reasons), result.at)
    exceptions = session.exec(
        select(ExceptionRow)
        .where(ExceptionRow.evaluation_id == row.id)
        .order_by(col(ExceptionRow.position))
    )
    readiness = Readiness(Stage(row.stage), Ready(result.readiness), reasons)
    return Finished(readiness, tuple(map(exception_of, exceptions)), result.record, result.at)


def say_the_same(one: Finished, other: Finished) -> bool:
    """Tell whether two results are equal as they are kept, but for their record and time."""
    return _said(one) == _said(other)


def _said(result: Finished) -> tuple[object, ...]:
    row = _result_row(0, result)
    said = (result.readiness.stage, row.readiness, row.reasons)
    return (*said, *(exception_of(one) for one in _exception_rows(0, result.exceptions)))


def _result_row(evaluation: int, ending: Finished | Aborted) -> ResultRow:
    if isinstance(ending, Aborted):
        return ResultRow(
            evaluation_id=evaluation,
            ending=_ABORTED,
            readiness="",
            reasons=canonical([keepable(ending.reason)]).decode(),
            record="",
            at=ending.at,
        )
    return ResultRow(
        evaluation_id=evaluation,
        ending=_FINISHED,
        readiness=ending.readiness.state.value,
        reasons=canonical([keepable(one) for one in ending.readiness.reasons]).decode(),
        record=ending.record,
        at=ending.judged_at,
    )


def _exception_rows(
    evaluation: int, exceptions: Sequence[QualityException]
) -> Iterable[ExceptionRow]:
    for position, exception in enumerate(exceptions):
        yield ExceptionRow(
            evaluation_id=evaluation,
            position=position,
            exception_id=exception.id,
            kind=exception.kind,
            blocking=exception.blocking,
            message=keepable(exception.message),
            criterion=exception.criterion,
            observations=canonical(exception.observations).decode(),
        )


def exception_of(row: ExceptionRow) -> QualityException:
    """Return the exception that a row keeps."""
    return QualityException(
        id=row.exception_id,
        kind=row.kind,
        blocking=row.blocking,
        message=row.message,
        criterion=row.criterion,
        observations=tuple(json.loads(row.observations)),
    )
