"""The numbers that the criteria ask of equipment readings, once more, as a package is checked.

Plain loops, to be read by a person and compared with the columns of `expectations.series`: which
readings speak says `contracts.reading_kinds`, what is made of them `contracts.reduction_loops`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.criterion import Criterion
from contracts.derive import Window
from contracts.errors import IntegrityError
from contracts.evidence import Place
from contracts.observation import Observation
from contracts.reading_kinds import Kind, kind, speaking
from contracts.reduction_loops import Spoken, found_in
from contracts.reduction_result import Found, check
from contracts.series import SeriesPage
from contracts.series_number import (
    NOTHING_EXPECTED,
    Counts,
    Expected,
    Told,
    calculated,
    moment_of,
    nanoseconds,
)
from contracts.sources.contract import SourceContract
from contracts.subject import Reduction


def expected_equipment(
    criteria: Sequence[Criterion], spans: Sequence[Window], contract: SourceContract
) -> Expected:
    """Return which equipment must have readings, by (step, characteristic), one entry a series.

    It is the equipment that the batch record names for the step and whose class has a tag for the
    characteristic: the contract's code `BR.TEMP` is the tag `TEMP` of every `BR-...`.
    """
    used = {window.step: window.equipment for window in spans}
    subjects = [one.subject for one in criteria if isinstance(one.subject, Reduction)]
    return {
        (one.step, one.characteristic): frozenset(
            name for name in used[one.step] if _has_tag(contract, name, one.characteristic)
        )
        for one in subjects
        if one.step in used
    }


def _has_tag(contract: SourceContract, equipment: str, characteristic: str) -> bool:
    codes = [term.code for term in contract.terms if term.name == characteristic]
    return any(equipment.startswith(f"{code.rpartition('.')[0]}-") for code in codes)


def reduced(
    criteria: Sequence[Criterion],
    pages: Sequence[SeriesPage],
    spans: Sequence[Window],
    expected: Expected = NOTHING_EXPECTED,
) -> dict[str, Observation]:
    """Return the calculated observation of every criterion on a series, by the criterion's id.

    A step that the batch record does not tell the time of, a series with a tag of which no reading
    speaks or that gives no number, and one of which expected equipment has no reading, give none.

    Raises:
        StrategyError: a criterion that nobody can carry out, or not in a unit of time.
        IntegrityError: the pages give one tag two meanings.
    """
    by_step = {window.step: window for window in spans}
    series: dict[tuple[str, str, str, str], list[_Series]] = {}
    found: dict[str, Observation] = {}
    for criterion in criteria:
        subject = criterion.subject
        if not isinstance(subject, Reduction) or subject.step not in by_step:
            continue
        check(subject)
        window, asked = by_step[subject.step], (subject.step, subject.characteristic)
        key = (*asked, subject.uncertain, subject.substituted)
        if key not in series:
            kinds = speaking(subject.uncertain, subject.substituted)
            series[key] = [_over(one, window, kinds) for one in _tags(pages, window, asked[1])]
        silent = [one for one in series[key] if not one.rows]
        unheard = expected.get(asked, frozenset()) - {one.first.equipment for one in series[key]}
        if series[key] and not silent and not unheard:
            told = [_told(one, found_in(subject, one.spoken)) for one in series[key]]
            number = calculated(criterion, window, told)
            if number is not None:
                found[criterion.id] = number
    return found


@dataclass(frozen=True, slots=True)
class _Series:
    """One tag's readings over a step that speak, in the order of time, and the counts of all."""

    pages: tuple[SeriesPage, ...]
    """All pages of the tag, none empty."""
    spoken: Spoken
    rows: list[int]
    """Which reading of all the tag's pages each of them is."""
    counts: Counts

    @property
    def first(self) -> SeriesPage:
        return self.pages[0]


def _tags(
    pages: Sequence[SeriesPage], window: Window, characteristic: str
) -> list[tuple[SeriesPage, ...]]:
    """Return the pages of each tag of the step's equipment with the characteristic, tags sorted."""
    by_tag: dict[str, list[SeriesPage]] = {}
    for page in pages:
        if len(page.times):
            by_tag.setdefault(page.tag, []).append(page)
    found = []
    for _, own in sorted(by_tag.items()):
        for name in ("equipment", "characteristic", "unit"):
            if len({getattr(page, name) for page in own}) > 1:
                words = f"two meanings of a tag: its {name}"
                raise IntegrityError(words, expected="one meaning a tag")
        if own[0].characteristic == characteristic and own[0].equipment in window.equipment:
            found.append(tuple(own))
    return found


def _over(pages: tuple[SeriesPage, ...], window: Window, speak: frozenset[Kind]) -> _Series:
    """Return what one tag said over the time of a step."""
    start, end = nanoseconds(window.started_at), nanoseconds(window.ended_at)
    heard: list[tuple[int, float, int]] = []
    number_of, known = dict.fromkeys(Kind, 0), {0: Kind.GOOD}
    without_number = row = 0
    for page in pages:
        columns = zip(page.times, page.values, page.statuses, strict=True)
        for at, (time, value, status) in enumerate(columns, row):
            if not start <= time <= end:
                continue
            said = known.get(status)
            if said is None:
                said = known[status] = kind(status)
            number_of[said] += 1
            if said in speak and math.isfinite(value):
                heard.append((time, value, at))
            elif said in speak:
                without_number += 1
        row += len(page.times)
    heard.sort(key=lambda one: one[0])
    times, values = [one[0] for one in heard], [one[1] for one in heard]
    return _Series(
        pages=pages,
        spoken=Spoken(pages[0].unit, start, end, times, values),
        rows=[one[2] for one in heard],
        counts=Counts(
            good=number_of[Kind.GOOD],
            substituted=number_of[Kind.SUBSTITUTED] + number_of[Kind.DOUBTFUL],
            uncertain=number_of[Kind.UNCERTAIN],
            bad=number_of[Kind.BAD],
            without_number=without_number,
        ),
    )


def _told(one: _Series, found: Found) -> Told:
    times = one.spoken.times
    return Told(
        tag=one.first.tag,
        equipment=one.first.equipment,
        unit=one.first.unit,
        counts=one.counts,
        number=found.number,
        deciding=tuple(_place(one.pages, one.rows[at]) for at in found.deciding),
        moment=moment_of(times[found.deciding[0] if found.deciding else 0]),
        stretches=tuple((times[first], times[last]) for first, last in found.stretches),
        in_all=found.in_all,
    )


def _place(pages: tuple[SeriesPage, ...], row: int) -> Place:
    """Return the bytes of one reading; the pointer counts the tag's readings in its capture."""
    position = 0
    while row >= len(pages[position].times):
        row -= len(pages[position].times)
        position += 1
    page = pages[position]
    before = sum(len(one.times) for one in pages[:position] if one.capture == page.capture)
    return Place(page.capture, page.offsets[row], page.lengths[row], f"{page.tag}[{before + row}]")
