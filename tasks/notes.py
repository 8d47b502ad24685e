"""Signatures of notes: made with a key that only signs, checked with the public key one trusts."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contracts.errors import IntegrityError
from contracts.tlog_checkpoint import signed_message, time_and_signature
from contracts.tlog_note import COSIGNATURE, Note, Signature, VerifierKey


class NoteSigner(Protocol):
    """A log's key that can sign a note; where it lies is nobody's business here."""

    @property
    def name(self) -> str:
        """The key's name, which is the log's origin."""

    @property
    def key_hash(self) -> bytes:
        """The 4 bytes that C2SP puts before a signature (`VerifierKey.key_id`)."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of Ed25519 (RFC 8032) over a message."""


def signed(text: str, signer: NoteSigner) -> Signature:
    """Return the signature line of a log's key under a note's text."""
    return Signature(signer.name, signer.key_hash, signer.sign(text.encode()))


def verified(note: Note, key: VerifierKey) -> Signature | None:
    """Return the key's own signature of a note, the last of several; None if it has none.

    Raises:
        IntegrityError: a line says it is of this key and is not (C2SP signed-note: refuse all).
    """
    lines = note.by(key)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    for line in lines:
        message, signature = signed_message(note, line, key)
        try:
            public.verify(signature, message)
        except InvalidSignature:
            raise IntegrityError(
                f"a signature of {key.name} that its key did not make",
                expected="the note as it was signed",
                where=f"the key {key}",
                move="nothing of this note is to be believed; ask its owner for it again",
            ) from None
    return lines[-1] if lines else None


def witnessed_at(note: Note, key: VerifierKey) -> int | None:
    """Return when a witness signed a checkpoint, in seconds since 1970; None if it did not.

    Raises:
        IntegrityError: a line says it is of this witness and is not, or the key is no witness's.
    """
    if key.kind != COSIGNATURE:
        raise IntegrityError(f"the key {key}", expected="a witness's key (type 4)")
    line = verified(note, key)
    return None if line is None else time_and_signature(line)[0]
