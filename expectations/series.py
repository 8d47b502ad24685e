"""The one number that a criterion asks of an equipment's readings over a step, with its origin.

Which readings speak says `contracts.reading_kinds`, what is made of them
`contracts.reduction_loops`. The equipment is the one that the batch record names for the step. If
several tags of it carry the characteristic, the least favourable of all is taken; if one of them
says nothing, or equipment that is expected to have readings has none, there is no number.

The readings pass once, tag by tag: everything that is asked of a tag is answered while its columns
are at hand. Two tags are under way at a time; what is found does not depend on that.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeAlias

from contracts.criterion import Criterion
from contracts.derive import Window
from contracts.evidence import Place
from contracts.observation import Observation
from contracts.reading_kinds import speaking
from contracts.reduction_result import Found, check
from contracts.series_number import (
    NOTHING_EXPECTED,
    Expected,
    Told,
    calculated,
    moment_of,
    nanoseconds,
)
from contracts.subject import Reduction
from expectations.readings import Meaning, Source, table_of
from expectations.spoken import ColumnsTag, Engine, Heard, Tag

__all__ = ["Asked", "columns", "reduce", "reduce_by", "table_of"]

AT_A_TIME: Final = 2
"""How many tags are under way at a time."""

columns: Final[Engine] = ColumnsTag
"""The first way of calculating: numpy's columns."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion on a series, and when its step ran."""

    criterion: Criterion
    subject: Reduction
    window: Window

    def speaks_of(self, meaning: Meaning) -> bool:
        """Tell whether a tag is one of the step's equipment and carries the characteristic."""
        return (
            meaning.characteristic == self.subject.characteristic
            and meaning.equipment in self.window.equipment
        )


_Answers: TypeAlias = dict[int, Told | None]
"""What one tag says to each question, by the question's number; None if no reading speaks."""


def reduce(
    criteria: Iterable[Criterion],
    source: Source,
    windows: Sequence[Window],
    expected: Expected = NOTHING_EXPECTED,
    *,
    threads: int = AT_A_TIME,
) -> dict[str, Observation]:
    """Return the calculated observation of every criterion on a series, by the criterion's id.

    A step that the batch record does not tell the time of, a series with a tag of which no reading
    speaks or that gives no number, and one of which expected equipment has no reading over the
    step, give none: the criterion is then missing. Units and rounding are as `calculated` says.

    Raises:
        StrategyError: a criterion that nobody can carry out, or not in a unit of time.
        IntegrityError: the readings give one tag two meanings.
    """
    asked = questions_of(criteria, windows)
    (found,) = reduce_by((columns,), asked, source, expected, threads=threads)
    return found


def questions_of(criteria: Iterable[Criterion], windows: Sequence[Window]) -> list[Asked]:
    """Return the criteria on series whose step's time is known, in their order.

    Raises:
        StrategyError: a criterion that nobody can carry out.
    """
    by_step = {window.step: window for window in windows}
    asked = [
        Asked(one, one.subject, by_step[one.subject.step])
        for one in criteria
        if isinstance(one.subject, Reduction) and one.subject.step in by_step
    ]
    for one in asked:
        check(one.subject)
    return asked


def reduce_by(
    engines: Sequence[Engine],
    asked: Sequence[Asked],
    source: Source,
    expected: Expected = NOTHING_EXPECTED,
    *,
    threads: int = AT_A_TIME,
) -> list[dict[str, Observation]]:
    """Calculate everything that is asked in one pass over the readings, by each of the engines."""
    meanings = source.meanings() if asked else {}
    of_tag = {
        tag: [number for number, one in enumerate(asked) if one.speaks_of(meaning)]
        for tag, meaning in meanings.items()
    }
    tags = [tag for tag, numbers in of_tag.items() if numbers]

    def answer(tag: str) -> list[_Answers]:
        questions = {number: asked[number] for number in of_tag[tag]}
        return _answers(engines, questions, source, (tag, meanings[tag]))

    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(answer, tags))
    return [
        _numbers(asked, [one[engine] for one in answers], [meanings[tag] for tag in tags], expected)
        for engine in range(len(engines))
    ]


def _numbers(
    asked: Sequence[Asked],
    answers: Sequence[_Answers],
    meanings: Sequence[Meaning],
    expected: Expected,
) -> dict[str, Observation]:
    """Bring the tags' answers to each question together, tags in their order."""
    found: dict[str, Observation] = {}
    for number, one in enumerate(asked):
        said = [
            (meaning.equipment, answer[number])
            for meaning, answer in zip(meanings, answers, strict=True)
            if number in answer
        ]
        told = [what for _, what in said if what is not None]
        heard = frozenset(equipment for equipment, _ in said)
        key = (one.subject.step, one.subject.characteristic)
        if told and len(told) == len(said) and expected.get(key, heard) <= heard:
            observation = calculated(one.criterion, one.window, told)
            if observation is not None:
                found[one.criterion.id] = observation
    return found


def _answers(
    engines: Sequence[Engine],
    questions: dict[int, Asked],
    source: Source,
    named: tuple[str, Meaning],
) -> list[_Answers]:
    """Ask one tag everything that is asked of it, and quote the readings that decided."""
    tag, meaning = named
    read = source.columns(tag)
    found = [_found(engine(read, meaning.unit), questions) for engine in engines]
    rows = sorted(
        {
            heard.row(position)
            for one in found
            for heard, what in one.values()
            if what is not None
            for position in what.deciding
        }
    )
    places = dict(zip(rows, source.places(tag, rows), strict=True))
    return [
        {
            number: None if what is None else _told(named, heard, what, places)
            for number, (heard, what) in one.items()
        }
        for one in found
    ]


def _found(tag: Tag, questions: dict[int, Asked]) -> dict[int, tuple[Heard, Found | None]]:
    """Answer every question; what several ask of the same readings is looked up once."""
    spoken: dict[tuple[str, str, str], Heard] = {}
    found: dict[int, tuple[Heard, Found | None]] = {}
    for number, one in questions.items():
        subject = one.subject
        key = (subject.step, subject.uncertain, subject.substituted)
        if key not in spoken:
            start, end = nanoseconds(one.window.started_at), nanoseconds(one.window.ended_at)
            kinds = speaking(subject.uncertain, subject.substituted)
            spoken[key] = tag.over(start, end, kinds)
        heard = spoken[key]
        found[number] = heard, heard.found(subject) if len(heard) else None
    return found


def _told(named: tuple[str, Meaning], heard: Heard, found: Found, places: dict[int, Place]) -> Told:
    tag, meaning = named
    return Told(
        tag=tag,
        equipment=meaning.equipment,
        unit=meaning.unit,
        counts=heard.counts,
        number=found.number,
        deciding=tuple(places[heard.row(position)] for position in found.deciding),
        moment=moment_of(heard.time(found.deciding[0] if found.deciding else 0)),
        stretches=tuple((heard.time(one), heard.time(other)) for one, other in found.stretches),
        in_all=found.in_all,
    )
