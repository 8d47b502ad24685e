"""The checks that draw a package's records again from its own captures and strategy."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from contracts import restore, restore_strategy
from contracts.again import Again, contract_in, pages_of
from contracts.answered import both_answered
from contracts.canonical import Json, canonical, parse_strict
from contracts.context import context_of
from contracts.derive import derive, series_steps, windows
from contracts.errors import UnreadableError
from contracts.evidence import digest_of
from contracts.exceptions import Aside, exceptions
from contracts.lineage import edges
from contracts.manifest import (
    CAPTURES,
    EVALUATION,
    INDEX,
    MANIFEST,
    READINESS,
    SOURCES,
    STRATEGY,
    VERDICTS,
    contract_path,
    manifest_from,
    table_lines,
    table_path,
)
from contracts.observation import Observation
from contracts.quote import quotes_value
from contracts.readiness import QualityException, decide
from contracts.reading import Reading
from contracts.reading_leaves import READINGS, readings_head
from contracts.reductions import expected_equipment, reduced
from contracts.steps import day_of
from contracts.verdict import Verdict
from contracts.words import WORDING

Recheck: TypeAlias = Callable[[Again], Iterator[tuple[str, str]]]
"""Yields (member, words) for everything that does not come out again."""


def _quoted(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    captured: dict[str, bytes] = {}
    for capture in package.captured:
        data = captured[capture.digest] = read(f"{CAPTURES}/{capture.digest}")
        if digest_of(data) != capture.digest or len(data) != capture.size:
            yield f"{CAPTURES}/{capture.digest}", "The capture is not what its name says."
    table = table_path("observations")
    for one in package.observations.values():
        outside = [
            place.pointer
            for place in one.origin.places
            if place.offset + place.length > len(captured.get(place.capture, b""))
        ]
        if outside:
            yield table, f"{one.id} quotes no captured bytes at {outside[0]}."
        elif not quotes_value(one, package.captures, captured):
            where = one.origin.places[0].pointer
            yield table, f"{one.id} says “{one.as_written}” and the bytes at {where} do not."


def _in_force(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    data = read(STRATEGY).removesuffix(b"\n")
    if digest_of(data) != package.strategy:
        yield STRATEGY, "The evaluation names another strategy."
        return
    strategy = restore.restored("strategy", restore_strategy.strategy, parse_strict(data))
    observations = package.evidence().observations
    day = day_of(strategy.dated_by, observations, package.day)
    if day != package.day:
        yield EVALUATION, f"Limits are taken from {package.day}; manufacture started on {day}."
    context = context_of(strategy.dimensions, observations, package.context)
    if context != package.context:
        yield EVALUATION, f"The batch is judged as {package.context}; its records say {context}."
    expected = [one.record() for one in strategy.in_force(package.day, package.context)]
    if expected != [one.record() for one in package.criteria]:
        yield table_path("criteria"), f"Not the criteria in force on {package.day}."
    counts = {len(expected), package.in_force, package.judged, len(package.verdicts)}
    if len(counts) != 1 or set(package.verdicts) != {one.id for one in package.criteria}:
        words = (
            f"{len(expected)} criteria are in force, {package.judged} were judged and "
            f"{len(package.verdicts)} verdicts are here."
        )
        yield table_path("verdicts"), words


def _verdicts(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    for verdict in again.concluded().verdicts:
        recorded = package.verdicts.get(verdict.criterion)
        if recorded is None:
            continue
        for name, value in verdict.record().items():
            worded = name in {"message", "limit"} and package.wording != WORDING
            if recorded.record()[name] != value and not worded:
                was = recorded.record()[name]
                words = (
                    f"{verdict.criterion}: {name} is recorded as {was!r}, comes out as {value!r}."
                )
                yield table_path("verdicts"), words
    shown = canonical([one.record() for one in package.verdicts.values()]) + b"\n"
    if read(VERDICTS) != shown:
        yield VERDICTS, "It shows other verdicts than the table."


def _readiness(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    verdicts = tuple(package.verdicts.values())
    decided = decide(package.stage, package.criteria, verdicts, package.exceptions)
    if decided.state.value != package.readiness:
        yield EVALUATION, f"It says {package.readiness}; what follows is {decided.state}."
    if read(READINESS) != canonical(decided.record()) + b"\n":
        yield READINESS, f"It does not say what follows: {decided.state}."


def _read_again(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    aside = {one.source for one in package.quarantines}
    said: list[Reading] = []
    for source in SOURCES:
        if source in aside:
            continue
        try:
            said.append(again.reading(source))
        except UnreadableError as error:
            words = f"{source} cannot be read and is not in quarantine. {error.in_words()}"
            yield table_path("quarantines"), words
    observations = {one.id: one for reading in said for one in reading.observations}
    tables: Mapping[str, Sequence[Mapping[str, Json]]] = {
        "observations": [one.record() for one in observations.values()],
        "series": [page.record() for reading in said for page in reading.pages],
        "unread": [one.record() for reading in said for one in reading.unread],
    }
    for name, records in tables.items():
        recorded = [parse_strict(line) for line in table_lines(read(table_path(name)))]
        if name == "observations":
            recorded = [one.record() for one in package.evidence().observations]
        yield from _differing(name, records, recorded)


def _differing(
    table: str, expected: Sequence[Json], recorded: Sequence[Json]
) -> Iterator[tuple[str, str]]:
    if len(expected) != len(recorded):
        words = f"{len(recorded)} records are here and {len(expected)} come out again."
        yield table_path(table), words
    for number, (again, here) in enumerate(zip(expected, recorded, strict=False), start=1):
        if again != here:
            yield table_path(table), f"Record {number} comes out again as another."
            return


def _calculated(again: Again) -> Iterator[tuple[str, str]]:
    read, package = again.read, again.package
    evidence = package.evidence()
    result = again.concluded()
    derived = derive(package.criteria, evidence.observations, _from_series(again))
    for one in result.calculated:
        derived[one.source_key] = (*derived.get(one.source_key, ()), one)
    for name in sorted(set(derived) | set(evidence.derived)):
        come, here = derived.get(name, ()), evidence.derived.get(name, ())
        if [one.record() for one in come] != [one.record() for one in here]:
            values = ", ".join(str(one.value) for one in come) or "nothing"
            words = f"The calculated value of {name} comes out as {values}."
            yield table_path("observations"), words
    verdicts = tuple(package.verdicts.values())
    observations = tuple(package.observations.values())
    lineage = list(edges(result.asked, verdicts, observations))
    yield from _differing(
        "lineage", lineage, [parse_strict(one) for one in table_lines(read(table_path("lineage")))]
    )
    unread = tuple(
        restore.restored("unread", restore.unread, parse_strict(line))
        for line in table_lines(read(table_path("unread")))
    )
    aside = Aside(package.quarantines, package.doubts, unread, again.otherwise())
    drawn = exceptions(package.stage, result, observations, aside)
    yield from _differing(
        "exceptions",
        _comparable(drawn, result.verdicts, package.wording),
        _comparable(package.exceptions, verdicts, package.wording),
    )


def _comparable(
    drawn: Sequence[QualityException], verdicts: Sequence[Verdict], wording: str
) -> list[Json]:
    """Return exceptions as records; of another wording without it, but for what counts.

    An exception that says no more than a verdict does not count by itself (`readiness.decide`).
    """
    if wording == WORDING:
        return [one.record() for one in drawn]
    told = {one.message for one in verdicts}
    return [{**one.record(), "message": one.message in told} for one in drawn]


def _from_series(again: Again) -> dict[str, Observation]:
    package = again.package
    if any(one.source == "equipment" for one in package.quarantines):
        return {}
    spans = windows(series_steps(package.criteria), package.evidence().observations)
    expected = expected_equipment(package.criteria, spans, contract_in(again.read, "equipment"))
    pages = again.reading("equipment").pages
    return reduced(package.criteria, pages, spans, expected)


def _answered(again: Again) -> Iterator[tuple[str, str]]:
    result = again.concluded()
    drawn = [one.record() for one in both_answered(result.asked, result.answers)]
    yield from _differing("answers", drawn, [one.record() for one in again.package.answers])


def _bound(again: Again) -> Iterator[tuple[str, str]]:
    """Yield each file that is not the one the environment names, and what it does not name."""
    read, package = again.read, again.package
    table = table_path("environment")
    named = {(one.kind, one.name): one.sha256 for one in package.environment}
    here = {("contract", f"{source}.json"): contract_path(source) for source in SOURCES}
    here |= {("suite", name): f"suites/{name}" for kind, name in named if kind == "suite"}
    for key, path in here.items():
        if named.get(key) != digest_of(read(path)):
            yield path, "It is not the file that the environment of the evaluation names."
    strategies = [one.sha256 for one in package.environment if one.kind == "strategy"]
    if strategies != [package.strategy]:
        yield table, "It names another strategy than the evaluation."
    if not {"code", "lock"} & {kind for kind, _ in named}:
        yield table, "It names neither the code nor the libraries of the evaluation."


def _rooted(again: Again) -> Iterator[tuple[str, str]]:
    manifest = manifest_from(again.read(MANIFEST))
    pages = pages_of(again)
    found = readings_head(manifest.seed, pages, again.captured)
    named = manifest.head(READINGS)
    if (found.count, found.head.hex()) != (named.count, named.root):
        words = f"{found.count} readings with tree head {found.head.hex()} come out again."
        yield MANIFEST, words
    if found.index != again.read(INDEX):
        yield INDEX, "It is not the index of the readings that come out again."


RECHECKS: tuple[tuple[int, Recheck], ...] = (
    (15, _quoted),
    (16, _in_force),
    (17, _verdicts),
    (18, _readiness),
    (19, _read_again),
    (20, _calculated),
    (21, _answered),
    (22, _bound),
    (23, _rooted),
)
