"""What a log asks of a witness (C2SP tlog-witness): the size it knows, why we only added, the rest.

A witness answers 200 with its cosignature, 409 with the size it knows, or why it does not sign.
"""

from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError
from contracts.tlog_checkpoint import number_of
from contracts.tlog_note import Note, hash_lines, hash_of, parse_note

SIZE_TYPE: Final = "text/x.tlog.size"
"""Media type of the answer 409."""

_OLD: Final = "old "
_LONGEST_PROOF: Final = 63


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """The request `add-checkpoint`."""

    old: int
    """Size of the checkpoint that the witness signed last; 0 if none."""
    proof: tuple[bytes, ...]
    """RFC 6962 consistency proof from that size to the checkpoint's."""
    note: Note
    """The checkpoint, signed by the log."""

    def __str__(self) -> str:
        """Return the request's body."""
        return f"{_OLD}{self.old}\n{hash_lines(self.proof)}\n{self.note}"


def parse_request(text: str) -> AddCheckpoint:
    """Return what a log asks for.

    Raises:
        IntegrityError: the body is not in the form of C2SP tlog-witness.
    """
    above, blank, note = text.partition("\n\n")
    first, *lines = above.split("\n")
    if not first.startswith(_OLD) or not blank:
        raise IntegrityError(f"the first line '{first[:60]}'", expected="'old N'")
    if len(lines) > _LONGEST_PROOF:
        raise IntegrityError(
            f"a consistency proof of {len(lines)} hashes", expected=f"at most {_LONGEST_PROOF}"
        )
    old = number_of(first.removeprefix(_OLD))
    return AddCheckpoint(old, tuple(map(hash_of, lines)), parse_note(note))
