"""What a source answered, byte for byte, and the errors that keep what had come before them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from contracts.errors import SourceError, UnavailableError, UnreadableError


@dataclass(frozen=True, slots=True)
class Fetched:
    """One complete answer of a source, unaltered."""

    body: bytes
    request: str
    """What was asked, in one line, without host, port or secrets."""
    media_type: str
    headers: tuple[tuple[str, str], ...]
    """Response headers that say something about the content, lower-case names, sorted."""
    address: str
    """The address really asked, for the ledger and not for the package."""


class _FetchError(SourceError):
    """A fault of a source, with everything that the source had answered until then."""

    fetched: tuple[Fetched, ...] = ()

    def at(self, where: str) -> Self:
        """Return the same error with the wider place put before the place it already names."""
        error = super().at(where)
        error.fetched = self.fetched
        return error

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling between processes with every part."""
        return (*super().__reduce__(), {"fetched": self.fetched})


class FetchUnavailableError(_FetchError, UnavailableError):
    """The source did not answer in time, after as many attempts as the site file allows."""


class FetchUnreadableError(_FetchError, UnreadableError):
    """The source answered something its contract does not allow."""


@contextmanager
def keeping(received: Sequence[Fetched]) -> Iterator[None]:
    """Let every fault of the source carry what has been received when it is raised."""
    try:
        yield
    except SourceError as error:
        kind = (
            FetchUnavailableError if isinstance(error, UnavailableError) else FetchUnreadableError
        )
        kept = kind(error.found, expected=error.expected, where=error.where, move=error.move)
        kept.fetched = tuple(received)
        raise kept from error
