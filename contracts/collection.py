"""What one round of collecting brought: the captures of each source, and the sources set aside."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts import restore
from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Capture
from contracts.reading import Quarantine


@dataclass(frozen=True, slots=True)
class Collection:
    """The captures of one batch in the order they were taken, source by source."""

    batch: str
    captures: tuple[Capture, ...]
    quarantines: tuple[Quarantine, ...] = ()

    def of(self, source: str) -> tuple[Capture, ...]:
        """Return one source's captures, in their order."""
        return tuple(one for one in self.captures if one.source == source)

    def to_bytes(self) -> bytes:
        """Return the collection's canonical bytes."""
        captures: list[Json] = [one.record() for one in self.captures]
        quarantines: list[Json] = [one.record() for one in self.quarantines]
        return canonical({"batch": self.batch, "captures": captures, "quarantines": quarantines})


def collection_from(data: bytes) -> Collection:
    """Return the collection that canonical bytes say.

    Raises:
        IntegrityError: the bytes say something else.
    """
    return restore.restored("collection", _collection, parse_strict(data))


def _collection(record: Mapping[str, object]) -> Collection:
    captures, quarantines = record["captures"], record["quarantines"]
    if not isinstance(captures, list) or not isinstance(quarantines, list):
        raise IntegrityError("a collection without captures", expected="lists")
    return Collection(
        batch=str(record["batch"]),
        captures=tuple(restore.restored("capture", restore.capture, one) for one in captures),
        quarantines=tuple(
            restore.restored("quarantine", restore.quarantine, one) for one in quarantines
        ),
    )
