"""What a source said when the batch was collected before, and says no more, or says otherwise.

A new evaluation rests on the old evidence plus the new: a result may be late, corrected, retested
or set aside, and the source then says so itself. A result that is simply gone, or another one
without a trace of the change, was done away with (ALCOA+: complete, enduring; FDA, Data Integrity
and Compliance With Drug CGMP, 2018, question 2). Only text, value and unit are compared: who
recorded a result, and when, is not; that a result was set aside is judged by its reason and its
approver (`contracts/set_aside.py`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from contracts.canonical import Json, canonical
from contracts.changes import minute, observation_in_words, said
from contracts.collection import before
from contracts.earlier_readings import other_readings
from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.leaves import Captured
from contracts.observation import Awaited, Observation, Status, value_record
from contracts.reading import Reading
from contracts.sources.lims_trail import Traced, trail
from contracts.words import source_in_words

EQUIPMENT = "equipment"
ReadAgain: TypeAlias = Callable[[str, Sequence[tuple[Capture, bytes]]], Reading]
"""Reads captures of a source by its contract; UnreadableError if they break it."""
_SHORT = 12
_RESULT = "Result"


class How(StrEnum):
    """What became of something that a source said earlier."""

    VANISHED = "vanished"
    SILENT = "changed without a trace"
    TRACED = "changed with a trace"
    READINGS = "readings changed"
    UNREAD = "cannot be read"


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Something that a source said when it was asked earlier, and what it says of it now."""

    how: How
    source: str
    about: str
    """What it is about, in words that stay the same whenever it was captured."""
    message: str
    then: Observation | None = None
    now: Observation | None = None

    def record(self) -> dict[str, Json]:
        """Return what is the same whenever and in whichever bytes it was found."""
        return {
            "about": self.about,
            "how": self.how.value,
            "now": None if self.now is None else dict(self.now.content()),
            "source": self.source,
            "then": None if self.then is None else dict(self.then.content()),
        }


def otherwise(
    captures: Sequence[Capture],
    current: Mapping[str, Reading],
    read: ReadAgain,
    captured: Captured,
) -> tuple[Otherwise, ...]:
    """Return everything that a batch's earlier captures say and its present ones do not.

    `current` is what each source says now; a source that is not among them could not be read, and
    nothing can be said of it. `captures` are all of the batch, earlier and present.
    """
    found: dict[bytes, Otherwise] = {}
    for source, reading in current.items():
        if source == EQUIPMENT:
            told = _readings(captures, captured)
        else:
            told = _observations(source, captures, reading, (read, captured))
        for one in told:
            found.setdefault(canonical(one.record()), one)
    return tuple(found.values())


def _readings(captures: Sequence[Capture], captured: Captured) -> Iterator[Otherwise]:
    for tag, words in other_readings(captures, captured):
        yield Otherwise(How.READINGS, EQUIPMENT, tag, words)


def _observations(
    source: str,
    captures: Sequence[Capture],
    reading: Reading,
    doors: tuple[ReadAgain, Captured],
) -> Iterator[Otherwise]:
    read, captured = doors
    now = _with_bytes(
        (one for one in captures if not one.earlier and one.source == source), captured
    )
    traces = trail(now)
    for group in before(captures, source):
        then = _with_bytes(group, captured)
        try:
            earlier = read(source, then)
        except UnreadableError as error:
            yield _unread(source, group, error)
            continue
        new = frozenset(traces) - frozenset(trail(then))
        fresh = [one for one in traces if one in new]
        yield from compared(earlier.observations, reading.observations, fresh)


def _with_bytes(captures: Iterable[Capture], captured: Captured) -> list[tuple[Capture, bytes]]:
    return [(one, captured(one.digest)) for one in captures]


def _unread(source: str, group: Sequence[Capture], error: UnreadableError) -> Otherwise:
    at = minute(group[0].captured_at)
    words = (
        f"What the {source_in_words(source)} handed over at {at} cannot be read now, and is not "
        f"compared with what it says today: {error.in_words()}"
    )
    return Otherwise(How.UNREAD, source, f"{error.found} ({error.where})", words)


def compared(
    then: Sequence[Observation], now: Sequence[Observation], traces: Sequence[Traced]
) -> Iterator[Otherwise]:
    """Yield what one source said then and does not say now, or says otherwise.

    `traces` are the entries of its audit trail that were not there then. What was only announced is
    nothing that can vanish; what was preliminary may change, and may not vanish.
    """
    here: dict[bytes, list[Observation]] = defaultdict(list)
    for one in now:
        here[_identity(one)].append(one)
    rest: list[Observation] = []
    for one in then:
        same = [other for other in here[_identity(one)] if _says(other) == _says(one)]
        if same:
            here[_identity(one)].remove(same[0])
        elif not isinstance(one.value, Awaited):
            rest.append(one)
    for one in rest:
        left = here[_identity(one)]
        if not left:
            if not _superseded(one, now):
                yield _vanished(one)
        elif one.status is not Status.PRELIMINARY:
            yield _changed(one, left[0], (now, traces))


def _identity(one: Observation) -> bytes:
    subject = one.subject.record()
    return canonical([one.source, subject, one.step, one.characteristic, one.source_key])


def _says(one: Observation) -> bytes:
    return canonical([one.as_written, value_record(one.value), one.unit])


def _superseded(one: Observation, now: Iterable[Observation]) -> bool:
    return bool(one.source_key) and any(
        other.supersedes == one.source_key and other.characteristic == one.characteristic
        for other in now
    )


def _vanished(one: Observation) -> Otherwise:
    words = (
        f"{_was(one)}. It is gone from the {source_in_words(one.source)}, and nothing there "
        f"replaces it."
    )
    return Otherwise(How.VANISHED, one.source, observation_in_words(one), words, one)


def _changed(
    one: Observation, other: Observation, beside: tuple[Sequence[Observation], Sequence[Traced]]
) -> Otherwise:
    now, traces = beside
    why = _corrected(one, other, now) or _traced(one, other, traces)
    about, source = observation_in_words(one), source_in_words(one.source)
    comes = f"the {source} now says {said(other)}"
    if why:
        words = f"{_was(one)}; {comes}, changed by {why}."
        return Otherwise(How.TRACED, one.source, about, words, one, other)
    words = f"{_was(one)}; {comes}, and no entry of its audit trail tells of a change."
    return Otherwise(How.SILENT, one.source, about, words, one, other)


def _was(one: Observation) -> str:
    place = one.origin.places[0]
    what = observation_in_words(one)
    return (
        f"{what[0].upper()}{what[1:]} was {said(one)} when it was captured at "
        f"{minute(one.captured_at)} (capture {place.capture[:_SHORT]}, {place.pointer})"
    )


def _corrected(one: Observation, other: Observation, now: Sequence[Observation]) -> str:
    """Return who corrected it, when and why, by the source's own chain of replaced values."""
    by_key = {each.source_key: each for each in now if each.source_key}
    key, seen = other.supersedes, set[str]()
    while other.status is Status.CORRECTED and key in by_key and key not in seen:
        if _says(by_key[key]) == _says(one):
            at = dict(other.qualifiers).get("changed_at") or "an unknown time"
            why = other.reason.strip().rstrip(".") or "no reason given"
            return f"{other.recorded_by or 'somebody'} at {at} ({why})"
        seen.add(key)
        key = by_key[key].supersedes
    return ""


def _traced(one: Observation, other: Observation, traces: Sequence[Traced]) -> str:
    """Return who changed it, when and why, by the source's audit trail; empty if it does not tell.

    The entries must lead from what was written then to what is written now, step by step. Where the
    text is the same (its sign or its unit is another), any change of another field tells; so does
    any entry where the result was taken back and is awaited again.
    """
    own = [entry for entry in traces if entry.key and entry.key == one.source_key]
    if isinstance(other.value, Awaited):
        return own[-1].in_words() if own else ""
    if one.as_written == other.as_written:
        told = [entry for entry in own if any(name != _RESULT for name, _, _ in entry.diff)]
        return told[-1].in_words() if told else ""
    written, by = one.as_written, ""
    for entry in own:
        for name, was, comes in entry.diff:
            if name == _RESULT and was == written:
                written, by = comes, entry.in_words()
    return by if written == other.as_written else ""
