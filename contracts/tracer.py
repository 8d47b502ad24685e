"""Where a value comes from: every step from a verdict, observation or reading down to its bytes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from contracts.answered import Answered
from contracts.canonical import Json, parse_strict
from contracts.chunks import chunked_capture
from contracts.criterion import Criterion
from contracts.errors import IntegrityError, NotFoundError
from contracts.evidence import Capture, Digest, Place
from contracts.explain import Step, history, limits, links
from contracts.judged import judged
from contracts.manifest import CAPTURES
from contracts.observation import Observation, Status
from contracts.opened import Opened, Read, Span, member_of, opened
from contracts.proved import Proved
from contracts.quote import Quote, quote, quote_binary
from contracts.reading_at import moment_of, place_of, reading_in
from contracts.reading_index import ReadingIndex
from contracts.restore import restored
from contracts.sources.opcua_status import in_words
from contracts.words import source_in_words, step_in_words, with_unit
from contracts.worked import deciding, worked

_DIGEST: Final = re.compile(rb'"digest":"([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Trace:
    """An item, its steps from the item down to the asking, and the bytes it rests on."""

    item: str
    steps: tuple[Step, ...]
    quotes: tuple[Quote, ...]

    def record(self) -> dict[str, Json]:
        """Return the trace as a record."""
        return {
            "bytes": [one.record() for one in self.quotes],
            "item": self.item,
            "steps": [one.record() for one in self.steps],
        }


class Tracer:
    """A package that stays open, and traces one item after the other.

    What it tells lies on a path to the package's root: tables make their heads, readings make their
    blocks, captures are what their names say. Of all that only what an item needs is read.
    """

    def __init__(self, read: Read, span: Span) -> None:
        """Open a package; `read` gives a whole member, `span` a part of one.

        Raises:
            IntegrityError: its root does not follow from its manifest.
            NotFoundError: it has no manifest.
        """
        self.proved = Proved(read, span)

    @cached_property
    def package(self) -> Opened:
        """What the package says, of tables that were led to the root."""
        return opened(self.proved.read)

    @cached_property
    def readings(self) -> ReadingIndex:
        """The readings, found by their index."""
        return ReadingIndex(self.proved)

    def trace(self, item: str) -> Trace:
        """Return an item's lineage.

        An item is a criterion's id (its verdict), an observation's id, or `TAG@TIME` (the last
        reading of the tag not after that time).

        Raises:
            NotFoundError: the package has no such item.
            IntegrityError: a byte that it rests on does not lead to the root.
        """
        if "@" in item:
            return self._reading(item)
        package = self.package
        if item in package.verdicts:
            direct = [package.observations[name] for name in package.verdicts[item].observations]
            steps = [*self._verdict(item), *history(direct)]
            shown = self._with_inputs(one.id for one in direct)
        else:
            first = member_of(package.observations, item, "verdict or observation")
            steps, shown = [], self._with_inputs([first.id])
        for one in shown:
            steps += self._observation(one)
        places = dict.fromkeys(place for one in shown for place in one.origin.places)
        for digest in dict.fromkeys(place.capture for place in places):
            steps += _captured(member_of(package.captures, digest, "capture"))
        quotes = (self._quote(place, package.captures[place.capture]) for place in places)
        return Trace(item, (*steps, self._root()), tuple(quotes))

    def _verdict(self, item: str) -> Iterator[Step]:
        package = self.package
        verdict = package.verdicts[item]
        criterion = member_of(self._criteria, item, "criterion")
        yield Step("verdict", item, f"{verdict.outcome}: {verdict.message}")
        yield from limits(criterion)
        order = {name: place for place, name in enumerate(verdict.observations)}
        answers = sorted(
            self._answers.get(item, ()),
            key=lambda one: order.get(one.point.partition("~")[0], len(order)),
        )
        yield from judged(criterion, answers, package.observations)
        yield from links(item, self._criteria, package.verdicts)
        words = f"the strategy in force on {package.day.isoformat()}"
        yield Step("strategy", package.strategy, words)
        told = (
            f"asked and answered by both judges: {len(answers)}; their answers are in the table "
            "`answers`, and `verify` asks the reference judge again"
        )
        there = told if answers else "there was nothing to ask the judges"
        yield Step("judgement", f"{package.batch} evaluation {package.number}", there)

    @cached_property
    def _criteria(self) -> dict[str, Criterion]:
        return {one.id: one for one in self.package.criteria}

    @cached_property
    def _answers(self) -> dict[str, list[Answered]]:
        """The answers by criterion, those on its warning limits included."""
        names = {part.id: one.id for one in self.package.criteria for part in one.by_kind()}
        found: dict[str, list[Answered]] = {}
        for answer in self.package.answers:
            if answer.criterion not in names:
                raise IntegrityError(
                    f"an answer on {answer.criterion}", expected="a criterion of the package"
                )
            found.setdefault(names[answer.criterion], []).append(answer)
        return found

    @cached_property
    def _units(self) -> dict[str, str]:
        return {one.tag: one.unit for one in self.package.series}

    def _with_inputs(self, identifiers: Iterable[str]) -> tuple[Observation, ...]:
        """Return the observations, each followed by the ones it was calculated from."""
        known, found = self.package.observations, dict[str, Observation]()
        waiting = list(identifiers)[::-1]
        while waiting:
            one = member_of(known, waiting.pop(), "observation")
            if one.id not in found:
                found[one.id] = one
                inner = [name for name in one.origin.derived_from if name in known]
                waiting.extend(reversed(inner))
        return tuple(found.values())

    def _observation(self, one: Observation) -> Iterator[Step]:
        yield Step("observation", one.id, _told(one))
        yield from worked(one, self._criteria.get(one.source_key), self.package.observations)
        series = [name for name in one.origin.derived_from if name.startswith("series:")]
        for name in series:
            yield Step("series", name, "readings of the equipment, in tables/readings.parquet")
        if series:
            for step, _ in deciding(one, self._units, self.proved.captured):
                yield step

    def _reading(self, item: str) -> Trace:
        found = reading_in(self.readings, item)
        page, leaf, place = found.page, found.leaf, place_of(found)
        name = str(page.record["characteristic"]).replace("_", " ")
        value = with_unit(repr(leaf.value), str(page.record["unit"]))
        told = f"{name} was {value} at {moment_of(found)} ({in_words(leaf.status)})"
        row = (
            f"reading {found.row + 1} of its page of {page.count}, "
            f"{found.index + 1} of all {self.readings.count} of the package"
        )
        steps = (
            Step("reading", item, told),
            Step("series", f"series:{page.tag}", row),
            *_captured(self._capture(page.capture)),
            self._root(),
        )
        return Trace(item, steps, (quote_binary(place, leaf.quoted),))

    def _capture(self, digest: Digest) -> Capture:
        """Return a capture's record without reading any other record of the table."""
        if digest not in self._captures:
            raise NotFoundError(f"no capture called '{digest}'", expected="one of the package's")
        record = parse_strict(self._captures[digest])
        return restored("captures", chunked_capture, record).capture

    @cached_property
    def _captures(self) -> dict[str, bytes]:
        """The lines of the captures' table; of one with the same bytes the last is kept."""
        lines = self.proved.table("captures").lines
        named = [(_DIGEST.search(line), line) for line in lines]
        return {found[1].decode(): line for found, line in named if found is not None}

    def _root(self) -> Step:
        words = f"every record and byte told here leads to the root {self.proved.root}"
        return Step("root", self.proved.root, words)

    def _quote(self, place: Place, capture: Capture) -> Quote:
        return quote(place, capture, self.proved.captured(place.capture))


def _captured(capture: Capture) -> Iterator[Step]:
    yield Step(
        "capture",
        capture.digest,
        f"{capture.size} bytes of {capture.source} ({capture.system}), kept unaltered as "
        f"{CAPTURES}/{capture.digest} at {capture.captured_at.isoformat()}, "
        f"read by {capture.contract}",
    )
    yield Step("request", capture.digest, capture.request)


def _told(one: Observation) -> str:
    value = with_unit(str(one.value), one.unit)
    wrote = f", written “{one.as_written}”" if one.as_written else ""
    facts = [
        f"at {one.occurred_at.isoformat()}" if one.occurred_at else "",
        f"recorded {one.recorded_at.isoformat()}" if one.recorded_at else "",
        f"by {one.recorded_by}" if one.recorded_by else "",
        f"retest of {one.retest_of}" if one.retest_of else "",
        f"in place of {one.supersedes}" if one.supersedes else "",
        f"because “{one.reason}”" if one.reason else "",
    ]
    told = ", ".join(fact for fact in facts if fact)
    aside = ": set aside, not judged" if one.status is Status.INVALIDATED else ""
    return (
        f"the {source_in_words(one.source)} has {one.characteristic} at "
        f"{step_in_words(one.step)} as {value}{wrote}; {told} "
        f"({one.status}{aside}, {one.provenance})"
    )
