"""What the evidence said then: as it was known when an evaluation was made, or at a time."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from contracts.canonical import Json
from contracts.changes import minute, observation_in_words, said
from contracts.errors import NotFoundError, UnreadableError
from contracts.times import read_time, written
from contracts.words import source_in_words
from flows.office import open_office
from tasks.known import Known, Later, Said, known_at, known_for
from tasks.ledger.records import Aborted, Evaluation, Finished


def known(batch: str, site: str | None, number: int | None, at: str | None) -> Known:
    """Return what was known of a batch for an evaluation, or at a time.

    Raises:
        NotFoundError: both were named, the time has no zone, or nothing was known.
        SiteError: no site file was named, or it is not one.
    """
    if number is not None and at is not None:
        raise NotFoundError(
            "an evaluation and a time", expected="one of them", move="leave one of them out"
        )
    with open_office(site) as desk:
        return known_for(desk, batch, number) if at is None else known_at(desk, batch, _time(at))


def _time(text: str) -> datetime:
    try:
        return read_time(text)
    except UnreadableError as error:
        raise NotFoundError(
            error.found, expected=error.expected, move="write the time with its zone"
        ) from error


def answer_of(found: Known) -> dict[str, Json]:
    """Return what was known, for a machine to read."""
    evidence = found.evidence
    return {
        "at": written(found.at),
        "batch": found.batch,
        "captures": [one.record() for one in evidence.captures],
        "evaluation": None if found.evaluation is None else found.evaluation.number,
        "observations": [one.record() for one in found.said],
        "quarantines": [one.record() for one in evidence.quarantines],
        "read_then": evidence.read_then,
        "readings": [one.record() for one in evidence.readings],
        "recorded_and_not_known": [one.record() for one in found.unknown],
    }


def words_of(found: Known) -> Iterator[str]:
    """Yield what was known, line by line: what was superseded since comes first."""
    evidence = found.evidence
    yield f"{found.batch} as it was known at {minute(found.at)}, {_by(found.evaluation)}."
    how = "as it was read then" if evidence.read_then else "read now, by today's contracts"
    counted = Counter(one.observation.source for one in found.said)
    parts = [f"{count} of the {source_in_words(name)}" for name, count in counted.items()]
    yield (
        f"{len(evidence.captures)} captures, {how}: {len(found.said)} observations "
        f"({', '.join(parts) or 'none'}) and {sum(one.count for one in evidence.readings)} "
        f"readings of {len(evidence.readings)} tags."
    )
    yield from (f"Not read: {one.in_words()}." for one in evidence.quarantines)
    moved = [one for one in found.said if one.later]
    yield ""
    if moved:
        yield "Superseded since:"
        for one in moved:
            yield from _moved(one)
    else:
        yield "Nothing of it was superseded since."
    if found.unknown:
        yield "Recorded by the source before that time, and not known to us then:"
        yield from (f"  {_later(one)}" for one in found.unknown)
    yield f"{len(found.said) - len(moved)} observations stand as they were (--json lists all)."


def _by(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "with captures that no evaluation had yet"
    name = f"evaluation {evaluation.number} for the {evaluation.stage} stage"
    match evaluation.ending:
        case Finished(readiness=readiness):
            return f"{name}: {readiness.state.value.replace('_', ' ')}"
        case Aborted(reason=reason):
            return f"{name}, which was given up ({reason})"
        case _:
            return f"{name}, which is still open"


def _moved(one: Said) -> Iterator[str]:
    observation = one.observation
    recorded = _told(observation.recorded_at, "the source does not say when")
    yield (
        f"  {observation_in_words(observation)}: {said(observation)} "
        f"(recorded: {recorded}; known to us: {minute(observation.captured_at)})"
    )
    yield from (f"      {_later(later)}" for later in one.later)


def _later(one: Later) -> str:
    known_since = "" if one.change.now is None else minute(one.change.now.captured_at)
    since = f", known to us {known_since}" if known_since else ""
    return f"evaluation {one.evaluation}: {one.change.in_words()}{since}"


def _told(moment: datetime | None, otherwise: str) -> str:
    return otherwise if moment is None else minute(moment)
