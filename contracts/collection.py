"""What one round of collecting brought, and what earlier rounds did that is no longer said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts import restore
from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Capture, Digest
from contracts.reading import Quarantine


@dataclass(frozen=True, slots=True)
class Collection:
    """The captures of one batch in the order they were taken, source by source.

    Earlier captures, which say something else than those of this round, come first.
    """

    batch: str
    captures: tuple[Capture, ...]
    quarantines: tuple[Quarantine, ...] = ()

    def of(self, source: str) -> tuple[Capture, ...]:
        """Return one source's captures of this round, in their order."""
        return tuple(one for one in self.captures if one.source == source and not one.earlier)

    def to_bytes(self) -> bytes:
        """Return the collection's canonical bytes."""
        captures: list[Json] = [one.record() for one in self.captures]
        quarantines: list[Json] = [one.record() for one in self.quarantines]
        return canonical({"batch": self.batch, "captures": captures, "quarantines": quarantines})


def before(captures: Sequence[Capture], source: str) -> tuple[tuple[Capture, ...], ...]:
    """Return what one source handed over in each earlier collection, the first one first."""
    groups: dict[Digest, list[Capture]] = {}
    for one in captures:
        if one.earlier and one.source == source:
            groups.setdefault(one.earlier, []).append(one)
    return tuple(tuple(group) for group in groups.values())


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
