"""What a capture holds beyond what was read, gathered by kind so that a person can look it over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.evidence import Place
from contracts.reading import FIELD, Unread


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing the reader did not use."""

    kind: str
    """What sort of thing it is, the same for all that are listed as one."""
    place: Place
    why: str
    told_as: str = FIELD
    """`Unread.kind`: what is more than a field is told one by one."""


def gathered(leftovers: Iterable[Leftover]) -> tuple[Unread, ...]:
    """Return one entry for each kind of field in each capture: the first place, and how many.

    A result, a sample or an entry that was not read is one entry each.
    """
    groups: dict[tuple[str, str, int], list[Leftover]] = {}
    for one in leftovers:
        own = -1 if one.told_as == FIELD else one.place.offset
        groups.setdefault((one.place.capture, one.kind, own), []).append(one)
    return tuple(_unread(same) for same in groups.values())


def _unread(same: Sequence[Leftover]) -> Unread:
    first = same[0]
    if first.told_as != FIELD:
        return Unread(first.place, first.why, first.told_as)
    return Unread(first.place, f"{first.why} ({_times(len(same))})")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times, first here"
