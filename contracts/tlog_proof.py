"""The proof of one log entry in one file (C2SP tlog-proof): its index, its path, the checkpoint."""

from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError
from contracts.tlog_checkpoint import number_of
from contracts.tlog_note import Note, decoded, encoded, hash_lines, hash_of, parse_note

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = "index "
_EXTRA: Final = "extra "
_LONGEST_PATH: Final = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """Where an entry stands in a log, the path to the head, and the checkpoint with that head."""

    index: int
    path: tuple[bytes, ...]
    """From the leaf's sibling up (RFC 6962, 2.1.1), 32 bytes each."""
    note: Note
    """The checkpoint with every signature."""
    extra: bytes = b""
    """Opaque and not authenticated; ours has none."""

    def __str__(self) -> str:
        """Return the file's text."""
        extra = f"{_EXTRA}{encoded(self.extra)}\n" if self.extra else ""
        return f"{_HEADER}\n{extra}{_INDEX}{self.index}\n{hash_lines(self.path)}\n{self.note}"


def parse_proof(text: str) -> LogProof:
    """Return the proof that a file says; nothing is verified by that.

    Raises:
        IntegrityError: it is no `tlog-proof@v1`.
    """
    above, blank, note = text.partition("\n\n")
    header, *lines = above.split("\n")
    if header != _HEADER or not blank:
        raise IntegrityError(f"the first line '{header[:60]}'", expected=f"'{_HEADER}'")
    extra = b""
    if lines and lines[0].startswith(_EXTRA):
        extra = decoded(lines.pop(0).removeprefix(_EXTRA))
    if not lines or not lines[0].startswith(_INDEX):
        raise IntegrityError("a log proof without its index", expected="a line 'index N'")
    index = number_of(lines.pop(0).removeprefix(_INDEX))
    if len(lines) > _LONGEST_PATH:
        raise IntegrityError(f"a path of {len(lines)} hashes", expected=f"at most {_LONGEST_PATH}")
    return LogProof(index, tuple(map(hash_of, lines)), parse_note(note), extra)
