"""When everything happened: the steps of the batch, and entries, samples and exceptions on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contracts.times import read_time
from tasks.page import words
from tasks.page.facts import EDGES, Fact, Facts
from tasks.page.given import Record

Span = tuple[float, float]
"""From and to, in ms since 1970-01-01 UTC."""

ENTRY, SAMPLE, NOTED, BLOCKING = "mark-entry", "mark-sample", "mark-warn", "mark-bad"
_SHORTEST: Final = 3_600_000.0
"""Milliseconds that the timeline of a batch shows at least."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the process, with when it began and ended."""

    path: str
    began: Fact | None
    ended: Fact | None

    @property
    def depth(self) -> int:
        """How deep it lies: 0 a unit procedure, 1 an operation, 2 a phase (ISA-88)."""
        return self.path.count("/")

    @property
    def name(self) -> str:
        """The step's own name, without those it lies in."""
        return words.plain(self.path.rsplit("/", maxsplit=1)[-1])

    @property
    def edges(self) -> tuple[float, ...]:
        """When it began and ended, as far as the record says, in ms since 1970-01-01 UTC."""
        return tuple(_ms(_moment(one)) for one in (self.began, self.ended) if one is not None)

    @property
    def span(self) -> Span | None:
        """From when to when it lasted, where the record says both."""
        return (self.edges[0], self.edges[1]) if len(self.edges) == len(EDGES) else None

    @property
    def lasted(self) -> str:
        """How long it lasted, as people say it."""
        return words.lasted(self.span[1] - self.span[0]) if self.span else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One unit procedure on the timeline."""

    name: str
    span: Span
    parts: tuple[Span, ...]
    """Its operations."""
    marks: Mapping[str, tuple[float, ...]]
    """When something happened, by what: an entry, a sample, an exception."""
    step: Step | None
    """None for what is no step of the batch record, such as release testing."""
    exceptions: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole batch."""

    window: Span
    rows: tuple[Row, ...]
    steps: tuple[Step, ...]
    """All steps, in the order in which they began."""

    @property
    def said(self) -> str:
        """The timeline in one sentence, for who cannot see it."""
        start, end = (words.moment_of(one) for one in self.window)
        lasted = words.lasted(self.window[1] - self.window[0])
        steps = words.count(sum(row.step is not None for row in self.rows), "unit procedure")
        return f"{steps} from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, {lasted}."

    def day_of(self, fact: Fact) -> str:
        """Return on which day of the batch, the first being 1, something happened, if known."""
        at = fact.record["occurred_at"]
        if not at or not self.rows:
            return ""
        since = read_time(str(at)) - words.moment_of(self.window[0])
        return f"day {since // timedelta(days=1) + 1} of the batch" if since >= timedelta() else ""


def timeline(facts: Facts, exceptions: Sequence[Record]) -> Timeline:
    """Return the batch's timeline, as its record tells it."""
    steps = _steps(facts)
    marks = _marks(facts, exceptions)
    names = list(dict.fromkeys([*(one.path for one in steps if not one.depth), *marks]))
    rows = tuple(
        row for row in (_row(name, steps, marks, exceptions, facts) for name in names) if row
    )
    ends = [end for row in rows for end in row.span]
    first = min(ends, default=0.0)
    return Timeline((first, max([*ends, first + _SHORTEST])), rows, steps)


def _steps(facts: Facts) -> tuple[Step, ...]:
    edges: dict[str, dict[str, Fact]] = {}
    for one in facts:
        record = one.record
        timed = record["source"] == "batch_record" and record["value"]["kind"] == "moment"
        if timed and record["characteristic"] in EDGES:
            edges.setdefault(str(record["step"]), {})[str(record["characteristic"])] = one
    found = [Step(path, of.get("started_at"), of.get("ended_at")) for path, of in edges.items()]
    return tuple(sorted(found, key=_began))


def _began(step: Step) -> tuple[datetime, int]:
    edge = step.began or step.ended
    return (_moment(edge) if edge else words.moment_of(0)), step.depth


def _marks(facts: Facts, exceptions: Sequence[Record]) -> dict[str, dict[str, dict[float, None]]]:
    """Return by unit procedure what happened when, each moment once."""
    found: dict[str, dict[str, dict[float, None]]] = {}

    def mark(one: Fact, name: str) -> None:
        if one.record["occurred_at"]:
            at = _ms(read_time(str(one.record["occurred_at"])))
            found.setdefault(procedure(one), {}).setdefault(name, {})[at] = None

    for one in facts:
        record = one.record
        if record["subject"]["kind"] == "sample":
            mark(one, SAMPLE)
        elif record["subject"]["kind"] == "step" and not one.about_step:
            mark(one, ENTRY)
    for exception in exceptions:
        for one in facts.of(exception["observations"])[:1]:
            mark(one, BLOCKING if exception["blocking"] else NOTED)
    return found


def _row(
    name: str,
    steps: Sequence[Step],
    marks: Mapping[str, Mapping[str, Iterable[float]]],
    exceptions: Sequence[Record],
    facts: Facts,
) -> Row | None:
    own = next((one for one in steps if one.path == name), None)
    inner = [one for one in steps if one.path.startswith(f"{name}/")]
    happened = {kind: tuple(moments) for kind, moments in marks.get(name, {}).items()}
    ends = _ends(own, inner, happened)
    if not ends:
        return None
    return Row(
        name=words.title(words.plain(name) or "whole batch"),
        span=(min(ends), max(ends)),
        parts=tuple(one.span for one in inner if one.depth == 1 and one.span),
        marks=happened,
        step=own,
        exceptions=tuple(
            one
            for one in exceptions
            if any(procedure(fact) == name for fact in facts.of(one["observations"]))
        ),
    )


def _ends(
    own: Step | None, inner: Sequence[Step], happened: Mapping[str, Sequence[float]]
) -> Sequence[float]:
    """Return the moments between which a row lies: its step's own, or all that is known of it."""
    if own and own.span:
        return own.span
    edges = [edge for one in (*([own] if own else []), *inner) for edge in one.edges]
    return edges + [moment for moments in happened.values() for moment in moments]


def procedure(fact: Fact) -> str:
    """Return the unit procedure in which something was observed."""
    return str(fact.record["step"]).split("/", maxsplit=1)[0]


def _moment(fact: Fact) -> datetime:
    return read_time(str(fact.record["value"]["text"]))


def _ms(moment: datetime) -> float:
    return (moment - words.moment_of(0)) / timedelta(milliseconds=1)
