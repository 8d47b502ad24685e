"""Checkpoints (C2SP tlog-checkpoint): how large a log is and what its tree's head is, to be signed.

A witness's cosignature over one (C2SP tlog-cosignature) says when it saw it as well.
"""

from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError
from contracts.tlog_note import COSIGNATURE, Note, Signature, VerifierKey, encoded, hash_of

_TIME_BYTES: Final = 8
_ED25519_BYTES: Final = 64
_LARGEST_TIME: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one log: its name, its entries counted, and the head over them."""

    origin: str
    size: int
    root: bytes
    """RFC 6962 head, 32 bytes."""
    extensions: tuple[str, ...] = ()
    """Further lines that another log may have; ours has none."""

    def body(self) -> str:
        """Return the text that is signed."""
        lines = (self.origin, str(self.size), encoded(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def checkpoint_of(body: str) -> Checkpoint:
    """Return the checkpoint that a note's text says.

    Raises:
        IntegrityError: it says none.
    """
    lines = body.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):  # noqa: PLR2004 (three lines and the end)
        raise IntegrityError(
            "a note that is no checkpoint", expected="the lines origin, size and head of the tree"
        )
    origin, size, root, *extensions = lines
    return Checkpoint(origin, number_of(size), hash_of(root), tuple(extensions))


def number_of(text: str) -> int:
    """Return a count or an index in its one spelling, as C2SP writes them.

    Raises:
        IntegrityError: another spelling, or beyond 63 bits.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or str(int(text)) != text:  # noqa: PLR2004 (digits of 2**63)
        raise IntegrityError(
            f"the number '{text[:40]}'", expected="digits without a leading zero, below 2**63"
        )
    return int(text)


def cosigned_message(body: str, timestamp: int) -> bytes:
    """Return what a witness signs (cosignature/v1): its time in seconds and the checkpoint's text.

    Raises:
        IntegrityError: no POSIX time.
    """
    if not 0 <= timestamp <= _LARGEST_TIME:
        raise IntegrityError(f"the time {timestamp}", expected="seconds since 1970, below 2**63")
    return f"cosignature/v1\ntime {timestamp}\n{body}".encode()


def cosignature(key: VerifierKey, timestamp: int, signed: bytes) -> Signature:
    """Return a witness's signature line: the time and the Ed25519 signature of that message."""
    return Signature(key.name, key.key_id, timestamp.to_bytes(_TIME_BYTES, "big") + signed)


def time_and_signature(line: Signature) -> tuple[int, bytes]:
    """Return the time in seconds and the 64 bytes of Ed25519 in a cosignature.

    Raises:
        IntegrityError: it has another length.
    """
    if len(line.signed) != _TIME_BYTES + _ED25519_BYTES:
        raise IntegrityError(
            f"a cosignature of {len(line.signed)} bytes",
            expected=f"{_TIME_BYTES + _ED25519_BYTES} bytes (time and Ed25519)",
            where=f"the signature of {line.name}",
        )
    return int.from_bytes(line.signed[:_TIME_BYTES], "big"), line.signed[_TIME_BYTES:]


def signed_message(note: Note, line: Signature, key: VerifierKey) -> tuple[bytes, bytes]:
    """Return the message and the Ed25519 signature that a key's line of a note stands for.

    Raises:
        IntegrityError: the line is no cosignature although the key is a witness's.
    """
    if key.kind != COSIGNATURE:
        return note.text.encode(), line.signed
    timestamp, signed = time_and_signature(line)
    return cosigned_message(note.text, timestamp), signed
