"""Which entries are all of a batch's audit trail: what the log's key signs when it is written out.

An inclusion proof shows that an entry is in the log; that none was left out, it cannot show. So the
log says under its key which of its first N entries are of the batch (a C2SP signed note), and who
has a written-out trail can name an entry that was taken out of it.
"""

from dataclasses import dataclass
from typing import Final

from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.tlog_checkpoint import number_of
from contracts.tlog_note import encoded, hash_of

FORMAT: Final = "batchproof-trail/1"
"""The first line of what is signed: no log has it as its origin, so it is never a checkpoint."""
_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class Extent:
    """All entries of one batch in the log as it stood at a size."""

    origin: str
    """The log's."""
    batch: str
    size: int
    """Entries that the whole log had."""
    indices: tuple[int, ...]
    root: Digest
    """RFC 6962 root over these entries, in their order."""

    def body(self) -> str:
        """Return the text that is signed."""
        indices = " ".join(map(str, self.indices))
        root = encoded(bytes.fromhex(self.root))
        lines = (FORMAT, self.origin, self.batch, str(self.size), indices, root)
        return "".join(f"{line}\n" for line in lines)


def extent_of(body: str) -> Extent:
    """Return the extent that a note's text says.

    Raises:
        IntegrityError: it says none.
    """
    lines = body.split("\n")
    if len(lines) != _LINES + 1 or lines.pop() or lines[0] != FORMAT:
        raise IntegrityError("a note that tells no batch's entries", expected=FORMAT)
    _, origin, batch, size, indices, root = lines
    found = tuple(number_of(one) for one in indices.split(" ") if one)
    return Extent(origin, batch, number_of(size), found, hash_of(root).hex())
