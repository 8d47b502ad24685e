"""States of the evaluation log that were signed: of one size one head, with every signature."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from contracts.canonical import canonical
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import digest_of
from contracts.tlog_checkpoint import Checkpoint
from contracts.tlog_note import Note, Signature, parse_signatures
from tasks.ledger import log_entries
from tasks.ledger.log_tree import LogTree
from tasks.ledger.tables import LogCheckpointRow, LogSignatureRow


@dataclass(frozen=True, slots=True)
class Remembered:
    """A checkpoint that this log may have shown to others, and who signed it."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    def note(self) -> Note:
        """Return it as a signed note."""
        return Note(self.checkpoint.body(), self.signatures)


def remember(session: Session, origin: str) -> Checkpoint:
    """Return the log's state now, remembered before anybody signs it.

    Raises:
        IntegrityError: another head was remembered for this size: the log is not what it was.
    """
    size = log_entries.size(session)
    state = Checkpoint(origin, size, LogTree(session).head(size))
    for row in session.exec(select(LogCheckpointRow).where(LogCheckpointRow.size == size)):
        if row.root != state.root.hex():
            raise IntegrityError(
                f"the head {state.root.hex()} over {size} entries of the evaluation log",
                expected=f"the head that was signed for them, {row.root}",
                where="the ledger",
                move="stop: somebody changed the log. QA and the administrator find out who",
            )
        if row.origin == origin:
            return state
    session.add(LogCheckpointRow(origin=origin, size=size, root=state.root.hex()))
    session.flush()
    return state


def add_signatures(
    session: Session, checkpoint: Checkpoint, signatures: tuple[Signature, ...]
) -> Remembered:
    """Keep signatures under a remembered checkpoint, each once, and return it with all of them.

    Raises:
        NotFoundError: it was never remembered.
    """
    row = _row(session, checkpoint.origin, checkpoint.size)
    if row is None or row.id is None or row.root != checkpoint.root.hex():
        raise NotFoundError(
            f"a checkpoint of {checkpoint.size} entries that was never remembered",
            expected="one of this log",
        )
    for one in signatures:
        identity = digest_of(canonical([checkpoint.origin, checkpoint.size, one.line()]))
        known = select(LogSignatureRow.id).where(LogSignatureRow.identity == identity)
        if session.exec(known).first() is None:
            line = LogSignatureRow(
                identity=identity, checkpoint_id=row.id, name=one.name, line=one.line()
            )
            session.add(line)
            session.flush()
    return _remembered(session, row)


def every(session: Session) -> tuple[Remembered, ...]:
    """Return every remembered checkpoint, the smallest log first."""
    rows = session.exec(
        select(LogCheckpointRow).order_by(col(LogCheckpointRow.size), col(LogCheckpointRow.id))
    ).all()
    return tuple(_remembered(session, row) for row in rows)


def last(session: Session) -> Remembered | None:
    """Return the signed checkpoint of the largest log, or None."""
    row = session.exec(
        select(LogCheckpointRow)
        .join(LogSignatureRow)
        .order_by(col(LogCheckpointRow.size).desc(), col(LogCheckpointRow.id).desc())
        .limit(1)
    ).first()
    return None if row is None else _remembered(session, row)


def last_size_signed_by(session: Session, origin: str, name: str) -> int:
    """Return the size of the largest checkpoint that a key of this name signed, 0 if none."""
    found = session.exec(
        select(func.max(LogCheckpointRow.size))
        .join(LogSignatureRow)
        .where(LogCheckpointRow.origin == origin, LogSignatureRow.name == name)
    ).one()
    return found or 0


def _row(session: Session, origin: str, size: int) -> LogCheckpointRow | None:
    return session.exec(
        select(LogCheckpointRow).where(
            LogCheckpointRow.origin == origin, LogCheckpointRow.size == size
        )
    ).one_or_none()


def _remembered(session: Session, row: LogCheckpointRow) -> Remembered:
    lines = session.exec(
        select(LogSignatureRow.line)
        .where(LogSignatureRow.checkpoint_id == row.id)
        .order_by(col(LogSignatureRow.id))
    ).all()
    signatures = parse_signatures("".join(lines)) if lines else ()
    return Remembered(Checkpoint(row.origin, row.size, bytes.fromhex(row.root)), signatures)
