"""What a capture holds beyond what was read, gathered by kind so that a person can look it over."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.evidence import Place
from contracts.reading import Unread


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing the reader did not use."""

    kind: str
    """What sort of thing it is, the same for all that are listed as one."""
    place: Place
    why: str


def gathered(leftovers: Iterable[Leftover]) -> tuple[Unread, ...]:
    """Return one entry for each kind in each capture: the first place, and how many there are."""
    groups: dict[tuple[str, str], list[Leftover]] = {}
    for one in leftovers:
        groups.setdefault((one.place.capture, one.kind), []).append(one)
    return tuple(
        Unread(same[0].place, f"{same[0].why} ({_times(len(same))})") for same in groups.values()
    )


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times, first here"
