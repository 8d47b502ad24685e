"""The numbers that the criteria ask of equipment readings, once more, as a package is checked.

Plain loops, to be read by a person and compared with the columns of `expectations.series`: only a
Good reading with a finite number speaks, in the order of time; a reading holds until the next one
that speaks, the last one until the step ends; everything else is a gap.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.criterion import Criterion
from contracts.derive import Window
from contracts.errors import IntegrityError, StrategyError
from contracts.evidence import Place
from contracts.observation import Observation
from contracts.series import SeriesPage
from contracts.series_number import (
    NOTHING_EXPECTED,
    Expected,
    Told,
    calculated,
    moment_of,
    nanoseconds,
)
from contracts.sources.contract import SourceContract
from contracts.subject import Reduction

_SEVERITY_SHIFT = 30
_GOOD, _UNCERTAIN = 0, 1


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
    speaks, and one of which expected equipment has no reading, give none.

    Raises:
        StrategyError: a criterion that is no reduction this knows, or not in a unit of time.
        IntegrityError: the pages give one tag two meanings.
    """
    by_step = {window.step: window for window in spans}
    series: dict[tuple[str, str], list[_Series]] = {}
    found: dict[str, Observation] = {}
    for criterion in criteria:
        subject = criterion.subject
        if not isinstance(subject, Reduction) or subject.step not in by_step:
            continue
        window, key = by_step[subject.step], (subject.step, subject.characteristic)
        if key not in series:
            series[key] = [_over(one, window) for one in _tags(pages, window, key[1])]
        silent = [one for one in series[key] if not one.times]
        unheard = expected.get(key, frozenset()) - {one.first.equipment for one in series[key]}
        if series[key] and not silent and not unheard:
            told = [_told(subject, one) for one in series[key]]
            found[criterion.id] = calculated(criterion, window, told)
    return found


@dataclass(frozen=True, slots=True)
class _Series:
    """One tag's readings over a step that speak, in the order of time, and the count of others."""

    pages: tuple[SeriesPage, ...]
    """All pages of the tag, none empty."""
    start: int
    end: int
    times: list[int]
    values: list[float]
    rows: list[int]
    """Which reading of all the tag's pages each of them is."""
    good: int
    uncertain: int
    bad: int

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


def _over(pages: tuple[SeriesPage, ...], window: Window) -> _Series:
    """Return what one tag said over the time of a step."""
    start, end = nanoseconds(window.started_at), nanoseconds(window.ended_at)
    speaking: list[tuple[int, float, int]] = []
    good = uncertain = bad = row = 0
    for page in pages:
        columns = zip(page.times, page.values, page.statuses, strict=True)
        for at, (time, value, status) in enumerate(columns, row):
            if not start <= time <= end:
                continue
            severity = status >> _SEVERITY_SHIFT
            if severity == _GOOD:
                good += 1
                if math.isfinite(value):
                    speaking.append((time, value, at))
            elif severity == _UNCERTAIN:
                uncertain += 1
            else:
                bad += 1
        row += len(page.times)
    speaking.sort(key=lambda one: one[0])
    times = [one[0] for one in speaking]
    values, rows = [one[1] for one in speaking], [one[2] for one in speaking]
    return _Series(pages, start, end, times, values, rows, good, uncertain, bad)


def _told(subject: Reduction, one: _Series) -> Told:
    number, deciding = _reduced(subject, one)
    return Told(
        tag=one.first.tag,
        equipment=one.first.equipment,
        unit=one.first.unit,
        good=one.good,
        uncertain=one.uncertain,
        bad=one.bad,
        without_number=one.good - len(one.times),
        number=number,
        deciding=tuple(_place(one.pages, one.rows[at]) for at in deciding),
        moment=moment_of(one.times[deciding[0]]),
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


def _reduced(subject: Reduction, one: _Series) -> tuple[Decimal, list[int]]:
    """Return a number, and the positions of the one or two readings that decided it."""
    match subject.function:
        case "max":
            return _reading(one, one.values.index(max(one.values)))
        case "min":
            return _reading(one, one.values.index(min(one.values)))
        case "time_outside":
            return _time_outside(one, subject.low, subject.high)
        case "longest_gap":
            return _longest_gap(one)
        case "count_true":
            return _count([at for at, value in enumerate(one.values) if value != 0], one)
        case "count_readings":
            return _count(list(range(len(one.values))), one)
        case other:
            raise StrategyError(f"the reduction “{other}”", expected="one that is known")


def _reading(one: _Series, at: int) -> tuple[Decimal, list[int]]:
    return Decimal(repr(one.values[at])), [at]


def _time_outside(
    one: _Series, low: Decimal | None, high: Decimal | None
) -> tuple[Decimal, list[int]]:
    """Add up how long readings outside the range held; the longest stretch of them decides."""
    bottom = -math.inf if low is None else _inside(low, math.inf)
    top = math.inf if high is None else _inside(high, -math.inf)
    total, longest, deciding = 0, -1, [0]
    first: int | None = None
    for at, value in enumerate([*one.values, None]):
        if value is not None and not bottom <= value <= top:
            first = at if first is None else first
        elif first is not None:
            until = one.end if value is None else one.times[at]
            held = until - one.times[first]
            total += held
            if held > longest:
                longest, deciding = held, list(dict.fromkeys((first, at - 1)))
            first = None
    return Decimal(total), deciding


def _inside(limit: Decimal, inward: float) -> float:
    """Return the outermost double whose shortest text does not lie beyond the limit."""
    nearest = float(limit)
    text = Decimal(repr(nearest))
    beyond = text < limit if inward > 0 else text > limit
    return math.nextafter(nearest, inward) if beyond else nearest


def _longest_gap(one: _Series) -> tuple[Decimal, list[int]]:
    """Find the longest time without a reading, before the first and after the last included."""
    longest, found = -1, 0
    before = one.start
    for at, time in enumerate([*one.times, one.end]):
        if time - before > longest:
            longest, found = time - before, at
        before = time
    return Decimal(longest), [at for at in (found - 1, found) if 0 <= at < len(one.times)]


def _count(counted: list[int], one: _Series) -> tuple[Decimal, list[int]]:
    """Count readings; the first and the last of them decide, or of all if there is none."""
    ends = (counted[0], counted[-1]) if counted else (0, len(one.times) - 1)
    return Decimal(len(counted)), list(dict.fromkeys(ends))
