"""Everything this product raises: found, expected, where, and whose move it is.

* BatchproofError
  x SourceError            the other system broke its promise
    - UnavailableError     ... it did not answer in time: the task retries
    - UnreadableError      ... it answered something else: quarantine, and a person looks
  x SiteError              the site file does not say what a site file must say
  x StrategyError          a strategy file is not what its schema says
  x JudgementError         a judge gave no answer, or the two judges differ: the run stops
  x IntegrityError         bytes are not what their digest says: the run stops
  x SealError              a key or a time-stamp authority did not do its part: nothing is sealed
  x RefusedError           a person may not do this, or did not prove who they are
  x StorageError           bytes could not be kept (disk full): nothing half-written stays
  x NotFoundError          what was asked for (a package, an item in it) is not there
"""

from typing import Any, Self


class BatchproofError(Exception):
    """An error in words: what was found, what was expected, where, and whose move it is."""

    def __init__(self, found: str, *, expected: str = "", where: str = "", move: str = "") -> None:
        self.found = found
        self.expected = expected
        self.where = where
        self.move = move
        super().__init__(self.in_words())

    def in_words(self) -> str:
        """Return the one paragraph a person reads, built from the parts that are known."""
        parts = [f"Found: {self.found}."]
        if self.expected:
            parts.append(f"Expected: {self.expected}.")
        if self.where:
            parts.append(f"Where: {self.where}.")
        if self.move:
            parts.append(f"Next: {self.move}.")
        return " ".join(parts)

    def at(self, where: str) -> Self:
        """Return the same error with the wider place put before the place it already names."""
        place = f"{where}, {self.where}" if self.where else where
        return type(self)(self.found, expected=self.expected, where=place, move=self.move)

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling between processes with every part."""
        return (_rebuild, (type(self), self.found, self.expected, self.where, self.move))


def _rebuild(
    kind: type[BatchproofError], found: str, expected: str, where: str, move: str
) -> BatchproofError:
    return kind(found, expected=expected, where=where, move=move)


class SourceError(BatchproofError):
    """The other system broke its promise. What it did hand over before that travels with it."""

    fetched: tuple[Any, ...] = ()
    """What was received until the fault, as the fetcher's own nouns."""
    captures: tuple[Any, ...] = ()
    """The same, once it was captured."""


class UnavailableError(SourceError):
    """The other system did not answer in time; asking again may help."""


class UnreadableError(SourceError):
    """The other system answered something its contract does not allow; a person must look."""


class SiteError(BatchproofError):
    """The site file does not say what a site file must say."""


class StrategyError(BatchproofError):
    """A strategy file is not what its schema says, or contradicts itself."""


class JudgementError(BatchproofError):
    """A judge gave no answer, or the two judges differ. Nothing is concluded."""


class IntegrityError(BatchproofError):
    """Bytes are not what their digest says. Nothing is concluded."""


class SealError(BatchproofError):
    """A key or a time-stamp authority did not do its part. Nothing is sealed."""


class RefusedError(BatchproofError):
    """A person may not do this, or did not prove who they are; the attempt is on record."""


class StorageError(BatchproofError):
    """Bytes could not be kept; nothing half-written stays."""


class NotFoundError(BatchproofError):
    """What was asked for is not there."""
