"""Two packages of one batch beside each other: what changed, what flipped, and why."""

from collections.abc import Iterator
from pathlib import Path

from contracts.because import Explained, Flip, outcome_in_words
from contracts.canonical import Json, parse_strict
from contracts.changes import minute
from contracts.differences import Differences, Side, differences, source_moves
from contracts.environment import Fact
from contracts.errors import IntegrityError, NotFoundError
from contracts.manifest import EVALUATION, MANIFEST, manifest_from
from contracts.opened import opened
from contracts.times import read_time
from contracts.words import source_in_words
from tasks.folder import reader_of

_SHOWN = 12
_LONGEST = 300


def between(then: Path, now: Path) -> Differences:
    """Return what differs between the packages in two folders.

    Raises:
        NotFoundError: a folder holds no package, or they are of two batches.
        IntegrityError: a package is not what the format says.
    """
    one, other = side_of(then), side_of(now)
    if one.package.batch != other.package.batch:
        raise NotFoundError(
            f"packages of two batches: {one.package.batch} and {other.package.batch}",
            expected="two packages of one batch",
            move="name two evaluations of the same batch",
        )
    return differences(one, other)


def side_of(folder: Path) -> Side:
    """Return the package in a folder as one of two that are compared.

    Raises:
        NotFoundError: there is no package in that folder.
        IntegrityError: it is not what the format says.
    """
    read = reader_of(folder)
    evaluation = parse_strict(read(EVALUATION).removesuffix(b"\n"))
    if not isinstance(evaluation, dict):
        raise IntegrityError("an evaluation that is no object", where=EVALUATION)
    return Side(opened(read), manifest_from(read(MANIFEST)).root, evaluation)


def answer_of(found: Differences, explained: Explained) -> dict[str, Json]:
    """Return the differences for a machine to read."""
    gone, new = found.exceptions
    return {
        "batch": found.now.package.batch,
        "captures": [one.record() for one in found.asked],
        "context": [
            {"dimension": name, "now": now, "then": then} for name, then, now in found.context
        ],
        "criteria": [one.record() for one in found.criteria],
        "environment": [
            {"now": now.record() if now else None, "then": then.record() if then else None}
            for then, now in found.facts
        ],
        "exceptions": {
            "gone": [one.record() for one in gone],
            "new": [one.record() for one in new],
        },
        "flipped": [one.record() for one in explained.flips()],
        "now": _side(found.now),
        "observations": [one.record() for one in found.observations],
        "readings": list(found.tags),
        "restated": list(explained.restated()),
        "same": found.same,
        "sources": [
            {"reason": reason, "source": name, "words": words}
            for name, words, reason in source_moves(found)
        ],
        "then": _side(found.then),
    }


def _side(side: Side) -> dict[str, Json]:
    package = side.package
    return {
        "evaluation": package.number,
        "in_force_on": package.day.isoformat(),
        "judged_at": side.evaluation["judged_at"],
        "readiness": package.readiness,
        "root": side.root,
        "stage": package.stage.value,
        "strategy": package.strategy,
        "strategy_version": side.evaluation["strategy_version"],
    }


def words_of(found: Differences, explained: Explained) -> Iterator[str]:
    """Yield the differences line by line, the verdicts first: that is what is asked at night."""
    then, now = found.then, found.now
    yield f"{now.package.batch}: {_named(then)}, and {_named(now)}."
    if found.same:
        yield f"Both say the same: root {now.root}."
        return
    was, comes = (one.package.readiness.replace("_", " ").upper() for one in (then, now))
    yield f"Readiness: {was} then, {comes} now."
    yield from _flips(explained.flips())
    restated = explained.restated()
    if restated:
        yield f"Same outcome on another value or limit: {', '.join(restated)}."
    yield from _exceptions(found)
    yield ""
    yield "What changed in what was judged:"
    changed = list(_inputs(found))
    yield from (f"  {one}" for one in changed)
    if not changed:
        yield "  nothing: the packages differ in number, time or environment alone"
    unchanged = ", ".join(_unchanged(found))
    if unchanged:
        yield f"Unchanged: {unchanged}."


def _named(side: Side) -> str:
    judged = minute(read_time(str(side.evaluation["judged_at"])))
    package = side.package
    return f"evaluation {package.number} for the {package.stage} stage of {judged}"


def _flips(flips: tuple[Flip, ...]) -> Iterator[str]:
    """Yield the flipped verdicts; what flipped alike for the same reason stands together."""
    yield ""
    if not flips:
        yield "No verdict flipped."
    else:
        yield f"{len(flips)} verdict{'' if len(flips) == 1 else 's'} flipped:"
    alike: dict[tuple[object, ...], list[Flip]] = {}
    for one in flips:
        outcomes = (outcome_in_words(one.then), outcome_in_words(one.now))
        alike.setdefault((*outcomes, one.reasons), []).append(one)
    for (was, comes, _), those in alike.items():
        for one in those:
            yield f"  {one.criterion.id} {one.criterion.title}: {was} then, {comes} now"
            if one.now is not None and len(those) == 1:
                yield f"      now reads: {one.now.message}"
        yield from (f"      because {reason.words}" for reason in those[0].reasons)


def _exceptions(found: Differences) -> Iterator[str]:
    sides = zip(("no longer there", "new"), found.exceptions, (found.then, found.now), strict=True)
    for title, those, side in sides:
        told = {one.message for one in side.package.verdicts.values()}
        own = [one for one in those if one.message not in told]
        if own:
            yield f"Exceptions {title}:"
            yield from (_short_of(f"  {one.kind}: {one.message}") for one in own[:_SHOWN])


def _short_of(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _inputs(found: Differences) -> Iterator[str]:
    then, now = found.then, found.now
    if then.package.stage is not now.package.stage:
        yield f"stage: {then.package.stage} then, {now.package.stage} now"
    if then.package.day != now.package.day:
        yield f"limits taken from: {then.package.day} then, {now.package.day} now"
    for name, was, comes in found.context:
        told = f"{was or 'not on record'} then, {comes or 'not on record'} now"
        yield f"{name.replace('_', ' ')}: {told}"
    yield from (f"{words}: {reason}" for _, words, reason in source_moves(found))
    yield from _cut(
        [f"{source_in_words(one.one.source)}: {one.in_words()}" for one in found.observations]
    )
    if found.tags:
        yield f"equipment readings: {', '.join(found.tags)}"
    yield from _captures(found)
    if then.package.strategy != now.package.strategy:
        yield f"strategy: {then.strategy} then, {now.strategy} now"
        revised = [f"  {one.id}: {'; '.join(one.in_words())}" for one in found.criteria]
        yield from _cut(revised)
        if not revised:
            yield "  no criterion in force for this batch is another"
    yield from (_fact(was, comes) for was, comes in found.facts)


def _cut(lines: list[str]) -> list[str]:
    """Return lines for a person: no more than fit on a page."""
    rest = len(lines) - _SHOWN
    return lines[:_SHOWN] + ([f"... and {rest} more (--json lists them)"] if rest > 0 else [])


def _captures(found: Differences) -> Iterator[str]:
    for source in dict.fromkeys(one.source for one in found.asked):
        own = [one for one in found.asked if one.source == source]
        others = sum(1 for one in own if one.then and one.now)
        silent = sum(1 for one in own if one.says_the_same)
        new = sum(1 for one in own if not one.then)
        gone = sum(1 for one in own if not one.now)
        told = [f"{others} answered with other bytes"] if others else []
        told += [f"({silent} of them say the same)"] if silent else []
        told += [f"{new} asked only now"] if new else []
        told += [f"{gone} asked only then"] if gone else []
        yield f"captures of the {source_in_words(source)}: {' '.join(told)}"


def _fact(was: Fact | None, comes: Fact | None) -> str:
    one = comes or was
    name = f"{one.kind} {one.name}" if one else ""
    return f"{name}: {_short(was)} then, {_short(comes)} now"


def _short(one: Fact | None) -> str:
    return f"{one.version} {one.sha256[:12]}…".strip() if one else "none"


def _unchanged(found: Differences) -> Iterator[str]:
    if not found.observations:
        yield f"{len(found.now.package.evidence().observations)} observations"
    if not found.tags:
        yield "equipment readings"
    if not found.asked:
        yield f"{sum(not one.earlier for one in found.now.package.captured)} captures"
    if found.then.package.strategy == found.now.package.strategy:
        yield "strategy"
    if not found.context:
        yield "what is known of the batch"
    if not found.facts:
        yield "contracts, code and libraries"
