"""Captures, quarantines and packages on the record: what each entry says, in the order it came."""

import json

from sqlmodel import Session, col, select, union

from contracts.canonical import canonical
from contracts.errors import IntegrityError
from contracts.evidence import Capture, digest_of
from contracts.log_seal import Sealed
from contracts.reading import Quarantine
from tasks.ledger import evaluations
from tasks.ledger.records import Finished, Packaged, Quarantined
from tasks.ledger.tables import CaptureRow, EvaluationRow, PackageRow, QuarantineRow


def batches(session: Session) -> tuple[str, ...]:
    """Return every batch that something is on record for, sorted by code point."""
    known = union(
        select(CaptureRow.batch), select(QuarantineRow.batch), select(EvaluationRow.batch)
    )
    return tuple(sorted(batch for (batch,) in session.connection().execute(known)))


def enter_capture(session: Session, batch: str, capture: Capture, address: str) -> Capture:
    """Enter a capture, or return the first one of the same bytes for the same asking."""
    identity = digest_of(canonical([batch, capture.source, capture.request, capture.digest]))
    row = session.exec(select(CaptureRow).where(CaptureRow.identity == identity)).one_or_none()
    if row is None:
        row = CaptureRow(
            identity=identity,
            batch=batch,
            source=capture.source,
            system=capture.system,
            request=capture.request,
            digest=capture.digest,
            size=capture.size,
            media_type=capture.media_type,
            headers=canonical(capture.headers).decode(),
            contract=capture.contract,
            address=address,
            captured_at=capture.captured_at,
        )
        session.add(row)
        session.flush()
        session.refresh(row)
    return _capture(row)


def captures(session: Session, batch: str) -> tuple[Capture, ...]:
    """Return every capture of the batch, in the order they were entered."""
    rows = session.exec(
        select(CaptureRow).where(CaptureRow.batch == batch).order_by(col(CaptureRow.id))
    )
    return tuple(_capture(row) for row in rows)


def enter_quarantine(session: Session, batch: str, entry: Quarantined) -> None:
    """Enter that a source was set aside."""
    session.add(
        QuarantineRow(
            batch=batch,
            source=entry.quarantine.source,
            found=entry.quarantine.found,
            expected=entry.quarantine.expected,
            place=entry.quarantine.where,
            move=entry.quarantine.move,
            at=entry.at,
        )
    )


def quarantines(session: Session, batch: str) -> tuple[Quarantined, ...]:
    """Return every quarantine of the batch, in the order they were entered."""
    rows = session.exec(
        select(QuarantineRow).where(QuarantineRow.batch == batch).order_by(col(QuarantineRow.id))
    )
    return tuple(
        Quarantined(Quarantine(row.source, row.found, row.expected, row.place, row.move), row.at)
        for row in rows
    )


def enter_package(session: Session, package: Packaged) -> Packaged:
    """Enter a package, or return the first entry of the same root at the same place.

    Raises:
        IntegrityError: the evaluation has no result.
        NotFoundError: it was never begun here.
    """
    _check_finished(session, package.batch, package.number, "a package")
    identity = digest_of(canonical([package.batch, package.number, package.root, package.location]))
    row = session.exec(select(PackageRow).where(PackageRow.identity == identity)).one_or_none()
    if row is None:
        row = PackageRow(
            identity=identity,
            evaluation_id=evaluations.id_of(session, package.batch, package.number),
            root=package.root,
            location=package.location,
            recorded_at=package.recorded_at,
        )
        session.add(row)
        session.flush()
    return Packaged(package.batch, package.number, row.root, row.location, row.recorded_at)


def check_sealable(session: Session, batch: str, number: int, seal: Sealed) -> None:
    """Refuse a seal that is not of this evaluation, or one of an evaluation without a result.

    Raises:
        IntegrityError, NotFoundError: as it says.
    """
    if (seal.batch, seal.evaluation) != (batch, number):
        raise IntegrityError(
            f"a seal of evaluation {seal.evaluation} of {seal.batch}",
            expected=f"one of evaluation {number} of {batch}",
        )
    _check_finished(session, batch, number, "a seal")


def _check_finished(session: Session, batch: str, number: int, what: str) -> None:
    if not isinstance(evaluations.one(session, batch, number).ending, Finished):
        raise IntegrityError(
            f"{what} of an evaluation without a result",
            expected="a finished evaluation",
            where=f"evaluation {number} of {batch}",
            move="judge the batch again",
        )


def packages(session: Session, batch: str) -> tuple[Packaged, ...]:
    """Return every package of the batch, in the order they were entered."""
    found = session.exec(
        select(PackageRow, EvaluationRow.number)
        .where(PackageRow.evaluation_id == EvaluationRow.id, EvaluationRow.batch == batch)
        .order_by(col(PackageRow.id))
    )
    return tuple(
        Packaged(batch, number, row.root, row.location, row.recorded_at) for row, number in found
    )


def _capture(row: CaptureRow) -> Capture:
    return Capture(
        digest=row.digest,
        size=row.size,
        source=row.source,
        system=row.system,
        request=row.request,
        media_type=row.media_type,
        headers=tuple((name, value) for name, value in json.loads(row.headers)),
        contract=row.contract,
        captured_at=row.captured_at,
    )
