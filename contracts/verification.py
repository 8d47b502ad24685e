"""Whether a package is whole, unchanged and says what follows from its own evidence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from contracts import reference, restore
from contracts.canonical import Json, canonical, parse_strict
from contracts.conclude import conclude
from contracts.criterion import Strategy
from contracts.errors import BatchproofError, IntegrityError
from contracts.evidence import digest_of
from contracts.manifest import (
    CAPTURES,
    EVALUATION,
    MANIFEST,
    READINESS,
    STRATEGY,
    TABLES,
    VERDICTS,
    Manifest,
    manifest_from,
    table_lines,
    table_path,
)
from contracts.merkle import root as tree_head
from contracts.opened import Opened, Read, opened
from contracts.question import questions
from contracts.quote import quotes_value
from contracts.readiness import decide


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be, and the numbered check that found it."""

    check: int
    member: str
    words: str

    def record(self) -> dict[str, Json]:
        """Return the finding as a record."""
        return {"check": self.check, "member": self.member, "words": self.words}


def verify(read: Read, listing: frozenset[str]) -> Iterator[Finding]:
    """Check a package by itself, offline. No finding means: nothing was lost, added or changed.

    1. the manifest is in its one spelling, and its root and checksum follow from what it says;
    2. every member that it names is there, with the size and SHA-256 that it names;
    3. nothing else is there;
    4. every logical table has the records and the tree head that the manifest names;
    5. every observation quotes bytes that lie in a capture of the package and hold its text;
    6. the strategy has the digest the evaluation names, the criteria are those in force on the
       evaluation's day, and criteria judged = criteria in force = verdicts;
    7. every verdict comes out again under the reference judge, word for word;
    8. the readiness comes out again from the verdicts and exceptions.

    It shows that a package is what its writer made. Who the writer was is the seal's question.
    """
    try:
        manifest = manifest_from(read(MANIFEST))
    except BatchproofError as error:
        yield Finding(1, MANIFEST, error.in_words())
        return
    broken = list(_members(read, manifest, listing))
    yield from broken
    if any(finding.check == _MEMBERS for finding in broken):
        return
    yield from _tables(read, manifest)
    try:
        package = opened(read)
    except BatchproofError as error:
        yield Finding(4, error.where, error.in_words())
        return
    for check in (_observations, _strategy, _verdicts, _readiness):
        yield from _refused_is_found(check, read, package)


_MEMBERS = 2


def _refused_is_found(
    check: Callable[[Read, Opened], Iterator[Finding]], read: Read, package: Opened
) -> Iterator[Finding]:
    """Turn a refusal inside a check into a finding: a check that breaks off has not passed."""
    try:
        yield from check(read, package)
    except BatchproofError as error:
        yield Finding(4, error.where, error.in_words())


def _members(read: Read, manifest: Manifest, listing: frozenset[str]) -> Iterator[Finding]:
    named = {member.path: member for member in manifest.members}
    if len(named) != len(manifest.members):
        yield Finding(1, MANIFEST, "The manifest names a member twice.")
    for path, member in named.items():
        if path not in listing:
            yield Finding(_MEMBERS, path, "The manifest names it and it is not there.")
            continue
        data = read(path)
        if len(data) != member.size or digest_of(data) != member.digest:
            yield Finding(
                _MEMBERS,
                path,
                f"It has {len(data)} bytes and SHA-256 {digest_of(data)}; the manifest names "
                f"{member.size} bytes and {member.digest}.",
            )
    for path in sorted(listing - set(named) - {MANIFEST}):
        yield Finding(3, path, "It is there and the manifest does not name it.")


def _tables(read: Read, manifest: Manifest) -> Iterator[Finding]:
    if tuple(name for name, _, _ in manifest.tables) != TABLES:
        yield Finding(4, MANIFEST, f"The manifest names other tables than {', '.join(TABLES)}.")
        return
    if manifest.evaluation != digest_of(read(EVALUATION)):
        yield Finding(4, EVALUATION, "The root binds another evaluation than the one here.")
    for name, count, head in manifest.tables:
        lines = table_lines(read(table_path(name)))
        if len(lines) != count or tree_head(lines) != head:
            yield Finding(
                4, table_path(name), f"{len(lines)} records with tree head {tree_head(lines)}."
            )


def _observations(read: Read, package: Opened) -> Iterator[Finding]:
    captured: dict[str, bytes] = {}
    for digest, capture in package.captures.items():
        data = captured[digest] = read(f"{CAPTURES}/{digest}")
        if digest_of(data) != digest or len(data) != capture.size:
            yield Finding(5, f"{CAPTURES}/{digest}", "The capture is not what its name says.")
    for one in package.observations.values():
        outside = [
            place.pointer
            for place in one.origin.places
            if place.offset + place.length > len(captured.get(place.capture, b""))
        ]
        if outside:
            words = f"{one.id} quotes no captured bytes at {outside[0]}."
            yield Finding(5, table_path("observations"), words)
        elif not quotes_value(one, package.captures, captured):
            where = one.origin.places[0].pointer
            yield Finding(
                5,
                table_path("observations"),
                f"{one.id} says “{one.as_written}” and the bytes at {where} do not.",
            )


def _strategy(read: Read, package: Opened) -> Iterator[Finding]:
    data = read(STRATEGY).removesuffix(b"\n")
    if digest_of(data) != package.strategy:
        yield Finding(6, STRATEGY, "The evaluation names another strategy.")
        return
    strategy = restore.restored("strategy", _strategy_from, parse_strict(data))
    expected = [one.record() for one in strategy.in_force(package.day)]
    if expected != [one.record() for one in package.criteria]:
        yield Finding(6, table_path("criteria"), f"Not the criteria in force on {package.day}.")
    counts = {len(expected), package.in_force, package.judged, len(package.verdicts)}
    if len(counts) != 1 or set(package.verdicts) != {one.id for one in package.criteria}:
        yield Finding(
            6,
            table_path("verdicts"),
            f"{len(expected)} criteria are in force, {package.judged} were judged and "
            f"{len(package.verdicts)} verdicts are here.",
        )


def _strategy_from(record: Mapping[str, object]) -> Strategy:
    criteria = record["criteria"]
    if not isinstance(criteria, list):
        raise IntegrityError("a strategy without criteria", where=STRATEGY)
    return Strategy(
        product=str(record["product"]),
        title=str(record["title"]),
        version=str(record["version"]),
        criteria=tuple(restore.restored("criterion", restore.criterion, one) for one in criteria),
    )


def _verdicts(read: Read, package: Opened) -> Iterator[Finding]:
    asked = questions(package.criteria, package.evidence())
    for verdict in conclude(asked, reference.judge(asked)):
        recorded = package.verdicts.get(verdict.criterion)
        if recorded is not None and recorded != verdict:
            yield Finding(
                7,
                table_path("verdicts"),
                f"{verdict.criterion} is recorded as {recorded.outcome} and comes out as "
                f"{verdict.outcome}: {verdict.message}",
            )
    shown = canonical([one.record() for one in package.verdicts.values()]) + b"\n"
    if read(VERDICTS) != shown:
        yield Finding(7, VERDICTS, "It shows other verdicts than the table.")


def _readiness(read: Read, package: Opened) -> Iterator[Finding]:
    verdicts = tuple(package.verdicts.values())
    decided = decide(package.stage, package.criteria, verdicts, package.exceptions)
    if decided.state.value != package.readiness:
        yield Finding(8, EVALUATION, f"It says {package.readiness}; decided: {decided.state}.")
    if read(READINESS) != canonical(decided.record()) + b"\n":
        yield Finding(8, READINESS, f"It does not say what follows: {decided.state}.")
