"""The layers above a platform's criteria: what a product or a site overrides, adds, withdraws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from expectations.marked import Content, Marked, Problem, Spot
from expectations.placed import Origin, Placed
from expectations.transcribe import Entry

LAYERS = ("product", "site")
"""In the order in which they are laid over the platform."""
_PARTS = ("overrides", "adds", "withdraws")
_OF_ITSELF = ("criterion", "why")


@dataclass(frozen=True, slots=True)
class Overlay:
    """One file of `overlays/`, whose head has the right shape."""

    file: Marked
    layer: str
    name: str
    title: str
    version: str
    misshapen: frozenset[Spot]
    """The entries that have not the right shape; nothing is taken from them."""

    def in_words(self) -> str:
        """Return which layer it is: `site demo-plant 1.0.0`."""
        return f"{self.layer} {self.name} {self.version}".strip()

    def entries(self, part: str) -> Iterator[tuple[Origin, Entry]]:
        """Yield the entries of `overrides`, `adds` or `withdraws`, each with its place."""
        told: Content = None
        if isinstance(self.file.content, dict):
            told = self.file.content.get(part)
        for place, entry in enumerate(told if isinstance(told, list) else ()):
            spot: Spot = (part, place)
            if isinstance(entry, dict) and spot not in self.misshapen:
                why = str(entry.get("why", ""))
                yield Origin(self.file, spot, f"{self.layer} {self.name}", why), entry


@dataclass(slots=True)
class Layered:
    """Every criterion that holds once some overlays lie over the platform."""

    placed: list[Placed]
    withdrawn: dict[str, Origin] = field(default_factory=dict)
    """What was taken away, by id, and where."""
    replaced: list[tuple[Placed, Placed]] = field(default_factory=list)
    """Each criterion before and after an override, in the order in which they were laid."""
    problems: list[Problem] = field(default_factory=list)

    def at(self, name: str) -> int | None:
        """Return where the criterion of an id stands; None if it is not there."""
        return next((at for at, one in enumerate(self.placed) if one.id == name), None)


def layered(
    platform: Sequence[Placed], overlays: Sequence[Overlay], groups: Sequence[str]
) -> Layered:
    """Return a platform's criteria with overlays laid over them, one after the other.

    `groups` are the names of the platform's groups, in its order.
    """
    result = Layered(list(platform))
    for overlay in overlays:
        _override(overlay, result)
        _add(overlay, groups, result)
        _withdraw(overlay, result)
        told = [one for part in _PARTS for one in overlay.entries(part)]
        if not told and not overlay.misshapen:
            result.problems.append(overlay.file.problem((), "an overlay that changes nothing"))
    return result


def _override(overlay: Overlay, result: Layered) -> None:
    seen: dict[str, str] = {}
    for origin, entry in overlay.entries("overrides"):
        name = str(entry["criterion"])
        at = result.at(name)
        if at is None:
            result.problems.append(_nothing(origin, name, "an override of"))
            continue
        if name in seen:
            words = f"{name} is overridden in {seen[name]} already"
            result.problems.append(origin.problem(("criterion",), words))
            continue
        seen[name] = origin.place()
        before = result.placed[at]
        own = {key: value for key, value in entry.items() if key not in _OF_ITSELF}
        result.problems.extend(_in_vain(origin, before, own))
        result.placed[at] = before.replaced(own, origin)
        result.replaced.append((before, result.placed[at]))


def _in_vain(origin: Origin, before: Placed, own: Entry) -> Iterator[Problem]:
    if not own:
        yield origin.problem((), f"the override of {before.id} changes nothing")
    for key, value in own.items():
        if before.entry.get(key) == value:
            words = f"'{key}' of {before.id} is what it is in {before.place((key,))} already"
            yield origin.problem((key,), words)


def _add(overlay: Overlay, groups: Sequence[str], result: Layered) -> None:
    """Put each new criterion at the end of its group."""
    for origin, entry in overlay.entries("adds"):
        group = str(entry["group"])
        if group not in groups:
            words = f"the group {group}, which strategy.yaml does not name"
            result.problems.append(origin.problem(("group",), words))
            continue
        own = {key: value for key, value in entry.items() if key != "group"}
        before = groups[: groups.index(group) + 1]
        at = sum(one.group in before for one in result.placed)
        result.placed.insert(at, Placed(own, group, origin))


def _withdraw(overlay: Overlay, result: Layered) -> None:
    for origin, entry in overlay.entries("withdraws"):
        name = str(entry["criterion"])
        at = result.at(name)
        if at is None:
            result.problems.append(_nothing(origin, name, "a withdrawal of"))
            continue
        gone = result.placed.pop(at)
        if any(gone.origin(key).file is overlay.file for key in gone.entry):
            words = f"{name} is withdrawn here and changed or added in the same overlay"
            result.problems.append(origin.problem(("criterion",), words))
        result.withdrawn[name] = origin


def _nothing(origin: Origin, name: str, what: str) -> Problem:
    return origin.problem(("criterion",), f"{what} {name}, which is not there")
