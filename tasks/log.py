"""The evaluation log as the desk uses it: signed, witnessed, proved to others, written out.

What the log says is entered by the ledger, with the row it is about. Here its state is shown to
others, and never two different states of one size.
"""

from dataclasses import dataclass
from datetime import datetime

from contracts.log_text import Logged
from contracts.tlog_checkpoint import checkpoint_of
from contracts.tlog_note import Note
from contracts.tlog_proof import LogProof
from tasks.ask_witness import WitnessDoor, cosigned
from tasks.ledger.ledger import Ledger
from tasks.notes import NoteSigner, signed, verified


@dataclass(frozen=True, slots=True)
class LoggedSeal:
    """What the log has to say about one sealed package; everything under one checkpoint."""

    envelope: bytes
    """The seal on record (`seal.json`): of two with the same root, the first."""
    proof: bytes
    """`seal.tlog-proof`."""
    history: bytes
    """`history.json`."""


class EvaluationLog:
    """A ledger's log with the key that signs it and the witness that must have seen it."""

    def __init__(
        self, ledger: Ledger, signer: NoteSigner, witness: WitnessDoor | None = None
    ) -> None:
        self._ledger = ledger
        self._signer = signer
        self._witness = witness

    def checkpoint(self) -> Note:
        """Return the state of the whole log now: signed, and cosigned if there is a witness.

        Raises:
            IntegrityError: the log is not what was signed or witnessed before.
            UnavailableError, UnreadableError: the configured witness did not sign.
        """
        book = self._ledger.log
        state = book.remember(self._signer.name)
        remembered = book.add_signatures(state, signed(state.body(), self._signer))
        witness = self._witness
        if witness is None or verified(remembered.note(), witness.key) is not None:
            return remembered.note()
        old = book.last_size_signed_by(state.origin, witness.key.name)
        line = cosigned(witness, remembered.note(), old, book.consistency)
        return book.add_signatures(state, line).note()

    def proof(self, index: int, note: Note) -> bytes:
        """Return the `tlog-proof@v1` of an entry under a checkpoint of this log.

        Raises:
            NotFoundError: the log has no such entry.
        """
        size = checkpoint_of(note.text).size
        return str(LogProof(index, self._ledger.log.inclusion(index, size), note)).encode()

    def seal(self, batch: str, number: int, envelope: bytes, at: datetime) -> LoggedSeal:
        """Enter a seal, or find it again, and return it with its proof and the batch's history.

        Raises:
            IntegrityError: no seal of this evaluation, or the log is not what it was.
            NotFoundError: the evaluation was never begun here.
            UnavailableError, UnreadableError: the configured witness did not sign; the entry
                stays, and sealing again finds it.
        """
        logged: Logged = self._ledger.record_seal(batch, number, envelope, at)
        note = self.checkpoint()
        size = checkpoint_of(note.text).size
        return LoggedSeal(
            envelope=logged.text,
            proof=self.proof(logged.index, note),
            history=self._ledger.log.history(batch, note, size),
        )
