"""One criterion as it holds after every layer, and where each part of it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from expectations.marked import Marked, Problem, Spot
from expectations.transcribe import Entry

PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Origin:
    """A part of a strategy's file, and the layer that the file belongs to."""

    file: Marked
    spot: Spot
    layer: str = PLATFORM
    """`platform`, `product car-t-autologous`, `site demo-plant`."""
    why: str = ""
    """The reason that an overlay gives; none is asked of the platform."""

    def problem(self, spot: Spot, words: str) -> Problem:
        """Return a problem with a part within this part."""
        return self.file.problem((*self.spot, *spot), words)

    def line(self, spot: Spot = ()) -> int:
        """Return the line of a part within this part."""
        return self.file.line((*self.spot, *spot))

    def place(self, spot: Spot = ()) -> str:
        """Return file and line of a part within this part: `overlays/demo.yaml:7`."""
        return f"{self.file.file}:{self.line(spot)}"


@dataclass(frozen=True, slots=True)
class Placed:
    """The entry of one criterion. Each of its top-level keys may come from another layer's file."""

    entry: Entry
    group: str
    home: Origin
    """Where the criterion as a whole was written."""
    parts: Mapping[str, Origin] = field(default_factory=dict)
    """By top-level key: the overlay's entry that the key was replaced by."""

    @property
    def id(self) -> str:
        """The criterion's id; what stands in its place if the file has none."""
        return str(self.entry.get("id"))

    @property
    def topmost(self) -> str:
        """The last layer that says anything of the criterion."""
        return [self.home, *self.parts.values()][-1].layer

    def origin(self, key: str) -> Origin:
        """Return where a top-level key was written."""
        return self.parts.get(key, self.home)

    def problem(self, spot: Spot, words: str) -> Problem:
        """Return a problem with a part of the entry, in the file in which that part stands."""
        return self._of(spot).problem(spot, words)

    def place(self, spot: Spot) -> str:
        """Return file and line of a part of the entry."""
        return self._of(spot).place(spot)

    def _of(self, spot: Spot) -> Origin:
        return self.origin(str(spot[0])) if spot else self.home

    def replaced(self, own: Entry, origin: Origin) -> "Placed":
        """Return the criterion with the keys of an override in the place of its own."""
        parts = {**self.parts, **dict.fromkeys(own, origin)}
        return replace(self, entry={**self.entry, **own}, parts=parts)
