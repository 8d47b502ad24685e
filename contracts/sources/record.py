"""One record on the wire, read field by field as its contract promises them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.errors import UnreadableError
from contracts.evidence import Place
from contracts.sources.contract import Field, WireRecord
from contracts.times import in_utc, read_time

MOVE = "the source's owner corrects the record or the interface; the capture is kept"


@dataclass(frozen=True, slots=True)
class Written:
    """A text as its source wrote it, and where."""

    text: str
    place: Place

    def time(self) -> datetime:
        """Return the time that the text says, with its zone.

        Raises:
            UnreadableError: not a time, a time without a zone, or one that no calendar has.
        """
        where = f"{self.place.pointer}, byte {self.place.offset}"
        try:
            found = read_time(self.text)
            in_utc(found)
        except OverflowError as error:
            found_words = f"the time '{self.text[:40]}'"
            expected = "a time that a calendar has in every zone"
            raise UnreadableError(found_words, expected=expected, where=where, move=MOVE) from error
        except UnreadableError as error:
            raise UnreadableError(
                error.found, expected=error.expected, where=where, move=error.move or MOVE
            ) from error
        return found


@dataclass(frozen=True, slots=True)
class Record:
    """A record on the wire: what the contract promises of it, and how its fields are found."""

    wire: WireRecord
    find: Callable[[Field], Written | None]
    where: str

    def get(self, name: str) -> Written | None:
        """Return a field as written, or None where the contract allows that it is absent.

        Raises:
            UnreadableError: it is required and absent, or is none of the texts it may be.
        """
        field = self.wire.field(name)
        found = self.find(field)
        if found is None:
            if field.required:
                raise self.breach(f"no {field.path}", f"{field.path}: {field.description}")
            return None
        if field.allowed and found.text not in field.allowed:
            expected = " or ".join(f"'{one}'" for one in field.allowed)
            raise self.breach(f"the {field.path} '{found.text[:80]}'", expected)
        return found

    def need(self, name: str) -> Written:
        """Return a field that the reader cannot do without.

        Raises:
            UnreadableError: it is absent, or is none of the texts it may be.
        """
        found = self.get(name)
        if found is None:
            field = self.wire.field(name)
            raise self.breach(f"no {field.path}", f"{field.path}: {field.description}")
        return found

    def text(self, name: str) -> str:
        """Return a field's text, empty when it is absent."""
        found = self.get(name)
        return "" if found is None else found.text

    def time(self, name: str) -> datetime | None:
        """Return a field's time with its zone, or None when it is absent.

        Raises:
            UnreadableError: not a time, or a time without a zone.
        """
        found = self.get(name)
        if found is None:
            return None
        return found.time()

    def breach(self, found: str, expected: str) -> UnreadableError:
        """Return the error that says how the record breaks its contract."""
        return UnreadableError(found, expected=expected, where=self.where, move=MOVE)
