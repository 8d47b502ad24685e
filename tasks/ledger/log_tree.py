"""The Merkle tree over the evaluation log (RFC 6962): kept as it grows, proofs from few look-ups.

Every complete subtree is kept by its level and position, so that a proof of a log of a million
entries reads some twenty hashes and not the log.
"""

from collections.abc import Iterator

from sqlmodel import Session, select

from contracts.errors import IntegrityError
from contracts.merkle import head, node_hash
from tasks.ledger.tables import LogEntryRow, LogNodeRow


class LogTree:
    """The tree as one session sees it. Sizes and indices are checked by whoever asks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, int], bytes] = {}

    def grow(self, index: int, leaf: bytes) -> None:
        """Enter the subtrees that the leaf of this index, the newest, makes complete."""
        node, level = leaf, 0
        while index & 1:
            node = node_hash(self._node(level, index - 1), node)
            index, level = index >> 1, level + 1
            self._session.add(LogNodeRow(level=level, position=index, node=node.hex()))

    def head(self, size: int) -> bytes:
        """Return the head over the first `size` entries."""
        return self.span(0, size) if size else head(())

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """Return the path from an entry to that head (RFC 9162, 2.1.3.1)."""
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self.span(middle, end))
                end = middle
            else:
                path.append(self.span(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        """Return the proof that the log of `size` only adds to that of `old` (2.1.4.1)."""
        return tuple(self._consistency(old, 0, size)) if 0 < old < size else ()

    def span(self, start: int, end: int) -> bytes:
        """Return the head over the entries from `start` to before `end`, as the tree splits them.

        Raises:
            IntegrityError: the database has not kept what it needs.
        """
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._node(level, start >> level)
        middle = start + _split(size)
        return node_hash(self.span(start, middle), self.span(middle, end))

    def _consistency(self, old: int, start: int, end: int) -> Iterator[bytes]:
        if old == end:
            if start:
                yield self.span(start, end)
            return
        middle = start + _split(end - start)
        if old <= middle:
            yield from self._consistency(old, start, middle)
            yield self.span(middle, end)
        else:
            yield from self._consistency(old, middle, end)
            yield self.span(start, middle)

    def _node(self, level: int, position: int) -> bytes:
        if (level, position) not in self._known:
            self._known[level, position] = self._kept(level, position)
        return self._known[level, position]

    def _kept(self, level: int, position: int) -> bytes:
        asked = (
            select(LogNodeRow.node).where(
                LogNodeRow.level == level, LogNodeRow.position == position
            )
            if level
            else select(LogEntryRow.leaf).where(LogEntryRow.position == position)
        )
        found = self._session.exec(asked).one_or_none()
        if found is None:
            raise IntegrityError(
                f"no hash at level {level}, position {position}, of the evaluation log",
                expected="every complete subtree of the log",
                where="the ledger",
                move="`batchproof log check` says what is missing; QA and the administrator look",
            )
        return bytes.fromhex(found)


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)
