"""Where every batch stands, read in three questions over all of them and not batch by batch."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from contracts.criterion import Stage
from contracts.readiness import QualityException, Readiness, Ready
from tasks.ledger import results
from tasks.ledger.database import Database
from tasks.ledger.records import Aborted, Evaluation, Finished, Packaged, Standing
from tasks.ledger.tables import EvaluationRow, ExceptionRow, PackageRow, ResultRow


class Standings:
    """Where the batches of a ledger stand, to read.

    All calls may raise UnavailableError, StorageError and IntegrityError, as the ledger's do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, batch: str = "") -> tuple[Standing, ...]:
        """Return where each batch that was ever judged stands, by batch; or the one named."""
        with self._database.reading() as session:
            return every(session, batch)


def every(session: Session, batch: str = "") -> tuple[Standing, ...]:
    """Return where each batch that was ever judged stands, by batch; or the one named."""
    wanted = select(EvaluationRow).order_by(col(EvaluationRow.batch), col(EvaluationRow.number))
    rows = session.exec(wanted.where(EvaluationRow.batch == batch) if batch else wanted).all()
    exceptions, endings = _exceptions(session, batch), _endings(session, batch)
    packages = _packages(session, batch)
    found: dict[str, list[Evaluation]] = defaultdict(list)
    for row in rows:
        name = results.id_of(row)
        ending = _ending(row, endings.get(name), exceptions.get(name, ()))
        found[row.batch].append(_evaluation(row, ending))
    return tuple(
        Standing(name, tuple(own), tuple(packages.get(name, ()))) for name, own in found.items()
    )


def _exceptions(session: Session, batch: str) -> Mapping[int, Sequence[QualityException]]:
    one = ExceptionRow
    named = (one.evaluation_id, one.exception_id, one.kind, one.blocking)
    wanted = select(*named, one.message, one.criterion, one.observations).order_by(  # type: ignore[call-overload]  # it knows four columns
        col(one.evaluation_id), col(one.position)
    )
    if batch:
        wanted = wanted.join(EvaluationRow, col(EvaluationRow.id) == one.evaluation_id).where(
            EvaluationRow.batch == batch
        )
    found: dict[int, list[QualityException]] = defaultdict(list)
    for evaluation, name, kind, blocking, message, criterion, about in session.exec(wanted):
        observations = tuple(json.loads(about))
        found[evaluation].append(
            QualityException(name, kind, blocking, message, criterion, observations)
        )
    return found


def _endings(session: Session, batch: str) -> Mapping[int, ResultRow]:
    wanted = select(ResultRow)
    if batch:
        wanted = wanted.join(EvaluationRow, col(EvaluationRow.id) == ResultRow.evaluation_id).where(
            EvaluationRow.batch == batch
        )
    return {row.evaluation_id: row for row in session.exec(wanted)}


def _packages(session: Session, batch: str) -> Mapping[str, Sequence[Packaged]]:
    wanted = (
        select(PackageRow, EvaluationRow)
        .join(EvaluationRow, col(EvaluationRow.id) == PackageRow.evaluation_id)
        .order_by(col(PackageRow.id))
    )
    found: dict[str, list[Packaged]] = defaultdict(list)
    for row, judged in session.exec(
        wanted.where(EvaluationRow.batch == batch) if batch else wanted
    ):
        found[judged.batch].append(
            Packaged(judged.batch, judged.number, row.root, row.location, row.recorded_at)
        )
    return found


def _ending(
    row: EvaluationRow, ended: ResultRow | None, exceptions: Sequence[QualityException]
) -> Finished | Aborted | None:
    if ended is None:
        return None
    reasons = tuple(json.loads(ended.reasons))
    if not ended.readiness:
        return Aborted(" ".join(reasons), ended.at)
    readiness = Readiness(Stage(row.stage), Ready(ended.readiness), reasons)
    return Finished(readiness, tuple(exceptions), ended.record, ended.at)


def _evaluation(row: EvaluationRow, ending: Finished | Aborted | None) -> Evaluation:
    return Evaluation(
        batch=row.batch,
        number=row.number,
        stage=Stage(row.stage),
        evidence=row.evidence,
        strategy=row.strategy,
        reason=row.reason,
        collection=row.collection,
        started_at=row.started_at,
        ending=ending,
    )
