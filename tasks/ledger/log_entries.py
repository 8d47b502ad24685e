"""The evaluation log on the record: one order over every batch, entered with what it is about."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from contracts.canonical import Json, canonical
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import Digest, digest_of
from contracts.log_entry import Entry, Filed, GivenUp, Intent, Result
from contracts.log_seal import Sealed
from contracts.log_text import Logged, text_of
from contracts.merkle import leaf_hash
from tasks.ledger.database import take_turn
from tasks.ledger.log_tree import LogTree
from tasks.ledger.tables import LogEntryRow

TURN = "the evaluation log"
"""What writers of every batch wait for, after the turn at their batch: the log has one order."""


def append(
    session: Session, entry: Entry, at: datetime | None = None, *, again: bool = False
) -> Logged:
    """Enter the next entry in the caller's transaction, or return the one that stands for it.

    A collection is filed once, an evaluation has one intent and one result, a root is sealed once;
    a decision and a change of a key are entered once in the same words, unless the caller knows
    that it is said `again`. `at` is the time of an entry that says none itself.
    """
    text = text_of(entry)
    take_turn(session.connection(), TURN)
    identity = _identity(entry, text)
    if again:
        identity = digest_of(canonical([identity, size(session)]))
    known = session.exec(select(LogEntryRow).where(LogEntryRow.identity == identity)).one_or_none()
    if known is not None:
        return _logged(known)
    leaf = leaf_hash(text)
    row = LogEntryRow(
        position=size(session),
        identity=identity,
        batch=entry.batch,
        kind=entry.kind,
        at=_when(entry, at),
        entry=text.decode(),
        leaf=leaf.hex(),
    )
    LogTree(session).grow(row.position, leaf)
    session.add(row)
    session.flush()
    return _logged(row)


def size(session: Session) -> int:
    """Return how many entries the log has."""
    last = session.exec(
        select(LogEntryRow.position).order_by(col(LogEntryRow.position).desc()).limit(1)
    ).first()
    return 0 if last is None else last + 1


def every(session: Session) -> Iterator[Logged]:
    """Give every entry, in the log's order."""
    for row in session.exec(select(LogEntryRow).order_by(col(LogEntryRow.position))):
        yield _logged(row)


def with_batch(session: Session) -> Iterator[tuple[str, Logged]]:
    """Give every entry that is about a batch, with it, in the log's order."""
    wanted = (
        select(LogEntryRow.batch, LogEntryRow.position, LogEntryRow.entry)
        .where(LogEntryRow.batch != "")
        .order_by(col(LogEntryRow.position))
    )
    for batch, position, entry in session.exec(wanted):
        yield batch, Logged(position, entry.encode())


def of_batch(session: Session, batch: str, below: int) -> tuple[Logged, ...]:
    """Return the entries of one batch with an index below the one named."""
    rows = session.exec(
        select(LogEntryRow)
        .where(LogEntryRow.batch == batch, LogEntryRow.position < below)
        .order_by(col(LogEntryRow.position))
    )
    return tuple(map(_logged, rows))


def of_kinds(session: Session, kinds: Sequence[str]) -> tuple[Logged, ...]:
    """Return the entries of some kinds over every batch, in the log's order."""
    rows = session.exec(
        select(LogEntryRow)
        .where(col(LogEntryRow.kind).in_(kinds))
        .order_by(col(LogEntryRow.position))
    )
    return tuple(map(_logged, rows))


def one(session: Session, index: int) -> Logged:
    """Return one entry.

    Raises:
        NotFoundError: the log has none of this index.
    """
    row = session.exec(select(LogEntryRow).where(LogEntryRow.position == index)).one_or_none()
    if row is None:
        raise NotFoundError(f"no entry {index} in the evaluation log", expected="one it has")
    return _logged(row)


def _logged(row: LogEntryRow) -> Logged:
    return Logged(row.position, row.entry.encode())


def _when(entry: Entry, at: datetime | None) -> datetime:
    if not isinstance(entry, Sealed):
        return entry.at
    if at is None:
        raise IntegrityError("a seal entered without a time", expected="the time at the plant")
    return at


def _identity(entry: Entry, text: bytes) -> Digest:
    match entry:
        case Filed():
            return digest_of(canonical([entry.kind, entry.batch, entry.collection]))
        case Intent() | Result() | GivenUp():
            return digest_of(canonical([entry.kind, entry.batch, entry.evaluation]))
        case Sealed():
            named: list[Json] = [entry.kind, entry.batch, entry.evaluation]
            named += [entry.root, entry.manifest]
            return digest_of(canonical(named))
        case _:
            return digest_of(canonical([entry.kind, digest_of(text)]))
