"""Two evaluations of one batch beside each other: which inputs changed, and what came of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from contracts.canonical import Json
from contracts.changes import Changed, changes
from contracts.criterion import Criterion
from contracts.environment import Fact
from contracts.evidence import Capture, Digest
from contracts.opened import Opened, SeriesIndex
from contracts.readiness import QualityException
from contracts.revised import Revised
from contracts.words import source_in_words


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two evaluations: what its package says, its root, and its own record."""

    package: Opened
    root: Digest
    evaluation: Mapping[str, Json]
    """The record in `evaluation.json`."""

    @property
    def strategy(self) -> str:
        """The strategy's version, with the beginning of its digest."""
        return f"{self.evaluation['strategy_version']} ({self.package.strategy[:12]}…)"


@dataclass(frozen=True, slots=True)
class Asked:
    """One asking of a source that was answered with other bytes, or that only one side has."""

    source: str
    request: str
    then: Digest
    """Empty: it was not asked then."""
    now: Digest
    says_the_same: bool
    """The bytes differ, and nothing that was read from them does."""

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "now": self.now,
            "request": self.request,
            "says_the_same": self.says_the_same,
            "source": self.source,
            "then": self.then,
        }


@dataclass(frozen=True, slots=True)
class Differences:
    """Which inputs of two evaluations of a batch are not the same."""

    then: Side
    now: Side
    asked: tuple[Asked, ...]
    observations: tuple[Changed, ...]
    """What the sources recorded; what is calculated from it follows."""
    tags: tuple[str, ...]
    """Equipment tags whose readings are others."""
    criteria: tuple[Revised, ...]
    context: tuple[tuple[str, str, str], ...]
    """(dimension, then, now); empty where it is not known."""
    facts: tuple[tuple[Fact | None, Fact | None], ...]
    """Contracts, code and libraries that are others."""
    exceptions: tuple[tuple[QualityException, ...], tuple[QualityException, ...]]
    """Those that are gone, and those that are new."""

    @property
    def same(self) -> bool:
        """Whether the two packages say the same."""
        return self.then.root == self.now.root


def differences(then: Side, now: Side) -> Differences:
    """Return what is not the same in two evaluations of one batch."""
    was, comes = then.package, now.package
    changed = changes(was.evidence().observations, comes.evidence().observations)
    tags = tuple(_tags(was.series, comes.series))
    return Differences(
        then=then,
        now=now,
        asked=tuple(_asked(was.captured, comes.captured, changed)),
        observations=changed,
        tags=tags,
        criteria=tuple(_criteria(was.criteria, comes.criteria)),
        context=tuple(
            (name, was.context.get(name, ""), comes.context.get(name, ""))
            for name in sorted({*was.context, *comes.context})
            if was.context.get(name) != comes.context.get(name)
        ),
        facts=tuple(_facts(was.environment, comes.environment)),
        exceptions=(
            _others(was.exceptions, comes.exceptions),
            _others(comes.exceptions, was.exceptions),
        ),
    )


def _asked(
    then: Sequence[Capture], now: Sequence[Capture], changed: Sequence[Changed]
) -> Iterator[Asked]:
    was = {(one.source, one.request): one.digest for one in then if not one.earlier}
    comes = {(one.source, one.request): one.digest for one in now if not one.earlier}
    spoke = {
        place.capture
        for change in changed
        for one in (change.then, change.now)
        if one is not None
        for place in one.origin.places
    }
    for key in dict.fromkeys([*was, *comes]):
        before, after = was.get(key, ""), comes.get(key, "")
        if before != after:
            silent = bool(before and after) and not {before, after} & spoke
            yield Asked(*key, before, after, silent and key[0] != "equipment")


def _tags(then: Iterable[SeriesIndex], now: Iterable[SeriesIndex]) -> Iterator[str]:
    was, comes = _by_tag(then), _by_tag(now)
    for tag in sorted({*was, *comes}):
        if was.get(tag) != comes.get(tag):
            yield tag


def _by_tag(pages: Iterable[SeriesIndex]) -> dict[str, list[SeriesIndex]]:
    found: dict[str, list[SeriesIndex]] = {}
    for page in pages:
        found.setdefault(page.tag, []).append(page)
    return found


def _criteria(then: Iterable[Criterion], now: Iterable[Criterion]) -> Iterator[Revised]:
    was, comes = {one.id: one for one in then}, {one.id: one for one in now}
    for name in dict.fromkeys([*comes, *was]):
        if was.get(name) != comes.get(name):
            yield Revised(was.get(name), comes.get(name))


def _facts(then: Iterable[Fact], now: Iterable[Fact]) -> Iterator[tuple[Fact | None, Fact | None]]:
    was = {(one.kind, one.name): one for one in then if one.kind not in {"strategy", "suite"}}
    comes = {(one.kind, one.name): one for one in now if one.kind not in {"strategy", "suite"}}
    for key in sorted({*was, *comes}):
        if was.get(key) != comes.get(key):
            yield was.get(key), comes.get(key)


def _others(
    those: Sequence[QualityException], others: Sequence[QualityException]
) -> tuple[QualityException, ...]:
    told = {(one.kind, one.message) for one in others}
    return tuple(one for one in those if (one.kind, one.message) not in told)


def quarantined(side: Side) -> dict[str, str]:
    """Return why each source was in quarantine, by source."""
    return {one.source: one.in_words() for one in side.package.quarantines}


def source_moves(found: Differences) -> Iterator[tuple[str, str, str]]:
    """Yield each source in quarantine on one side only: its name, what changed, and the reason."""
    then, now = quarantined(found.then), quarantined(found.now)
    for source in sorted({*then, *now}):
        name = source_in_words(source)
        if source in then and source not in now:
            yield source, f"the {name} was in quarantine then and could be read now", then[source]
        elif source in now and source not in then:
            yield source, f"the {name} could be read then and is in quarantine now", now[source]
