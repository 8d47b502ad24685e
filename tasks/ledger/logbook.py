"""The evaluation log to read: its entries, the tree over them, and the checkpoints signed."""

from sqlmodel import select

from contracts.canonical import Json, canonical
from contracts.evidence import Digest
from contracts.log_entry import Intent
from contracts.log_text import Logged
from contracts.tlog_checkpoint import Checkpoint
from contracts.tlog_note import Note, Signature
from tasks.ledger import log_checkpoints, log_entries
from tasks.ledger.database import Database
from tasks.ledger.log_checkpoints import Remembered
from tasks.ledger.log_entries import TURN
from tasks.ledger.log_tree import LogTree
from tasks.ledger.tables import LogEntryRow, LogNodeRow


class LogBook:
    """The log of a ledger. It grows with what the ledger records; nothing is entered from here.

    All calls may raise UnavailableError, StorageError and IntegrityError, as the ledger's do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.where = database.where

    def size(self) -> int:
        """Return how many entries the log has."""
        with self._database.reading() as session:
            return log_entries.size(session)

    def entries(self) -> tuple[Logged, ...]:
        """Return every entry, in the log's order."""
        with self._database.reading() as session:
            return tuple(log_entries.every(session))

    def of_batch(self, batch: str) -> tuple[Logged, ...]:
        """Return every entry about one batch, in the log's order: its audit trail."""
        with self._database.reading() as session:
            return log_entries.of_batch(session, batch, log_entries.size(session))

    def by_batch(self) -> dict[str, tuple[Logged, ...]]:
        """Return the entries about each batch, in the log's order; in one question."""
        found: dict[str, list[Logged]] = {}
        with self._database.reading() as session:
            for batch, one in log_entries.with_batch(session):
                found.setdefault(batch, []).append(one)
        return {batch: tuple(own) for batch, own in found.items()}

    def of_kinds(self, *kinds: str) -> tuple[Logged, ...]:
        """Return the entries of some kinds over every batch, in the log's order."""
        with self._database.reading() as session:
            return log_entries.of_kinds(session, kinds)

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the path from an entry to the head over the first `size` entries.

        Raises:
            NotFoundError: the log has no such entry.
        """
        with self._database.reading() as session:
            log_entries.one(session, size - 1 if 0 <= index < size else -1)
            return LogTree(session).inclusion(index, size)

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that the log of `size` entries only adds to that of `old`.

        Raises:
            NotFoundError: the log has not so many entries.
        """
        with self._database.reading() as session:
            log_entries.one(session, size - 1)
            return LogTree(session).consistency(old, size)

    def history(self, batch: str, note: Note, size: int) -> bytes:
        """Return `history.json`: each entry of a batch below a checkpoint, with its path to it.

        `note` is the checkpoint over the first `size` entries. "evaluations" counts the intents.
        """
        with self._database.reading() as session:
            tree, found = LogTree(session), log_entries.of_batch(session, batch, size)
            entries: list[Json] = [
                {
                    "entry": one.text.decode(),
                    "index": one.index,
                    "proof": [node.hex() for node in tree.inclusion(one.index, size)],
                }
                for one in found
            ]
        evaluations = sum(isinstance(one.entry, Intent) for one in found)
        return canonical(
            {
                "batch": batch,
                "checkpoint": str(note),
                "entries": entries,
                "evaluations": evaluations,
            }
        )

    def remember(self, origin: str) -> Checkpoint:
        """Return the log's state now, which is remembered before anybody signs it.

        Raises:
            IntegrityError: another head was remembered for this size.
        """
        with self._database.writing(TURN) as session:
            return log_checkpoints.remember(session, origin)

    def add_signatures(self, checkpoint: Checkpoint, *signatures: Signature) -> Remembered:
        """Keep signatures under a remembered checkpoint, and return it with all it has.

        Raises:
            NotFoundError: it was never remembered.
        """
        with self._database.writing(TURN) as session:
            return log_checkpoints.add_signatures(session, checkpoint, signatures)

    def checkpoints(self) -> tuple[Remembered, ...]:
        """Return every remembered checkpoint, the smallest log first."""
        with self._database.reading() as session:
            return log_checkpoints.every(session)

    def last_checkpoint(self) -> Remembered | None:
        """Return the signed checkpoint of the largest log, or None."""
        with self._database.reading() as session:
            return log_checkpoints.last(session)

    def last_size_signed_by(self, origin: str, name: str) -> int:
        """Return the size of the largest checkpoint that a key of this name signed, 0 if none."""
        with self._database.reading() as session:
            return log_checkpoints.last_size_signed_by(session, origin, name)

    def kept_hashes(self) -> dict[tuple[int, int], Digest]:
        """Return what the database keeps of the tree, by level and position, to be checked."""
        with self._database.reading() as session:
            leaves = session.exec(select(LogEntryRow.position, LogEntryRow.leaf))
            kept = {(0, position): leaf for position, leaf in leaves}
            nodes = session.exec(select(LogNodeRow.level, LogNodeRow.position, LogNodeRow.node))
            return kept | {(level, position): node for level, position, node in nodes}
