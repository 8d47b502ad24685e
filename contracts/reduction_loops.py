"""What each function of a series computes, in plain loops over readings, to be read by a person.

The readings are those that speak, in the order of time; readings of one time keep the order in
which the server handed them over. A reading holds until the next one, the last one until the step
ends: of several readings of one time only the last holds, the others hold no time at all. With a
`hold` no reading speaks for longer than that, and what is left until the next one is unknown; so is
the time before the first reading, but for the `hold` just before it, which that reading answers
for. Without a `hold` the time before the first reading is nobody's.

| function | number |
|---|---|
| max, min | the highest, the lowest reading |
| mean | the readings weighted by the time they hold; none if any time is unknown |
| mean_kinetic_temperature | as `contracts.kinetic` says; none if any time is unknown |
| time_outside | the time held by readings outside the range, and all unknown time |
| longest_outside | the longest of these stretches; a reading inside that holds no time ends none |
| longest_gap | the longest time without a reading, before the first and after the last included |
| readings_outside | how many readings lie outside the range |
| count_true, count_readings | how many readings are not zero; how many there are |
| ramp_rate | from the first reading at or beyond `start` to the first one later than it that is at
or beyond `end`: the change per minute, with its sign; none if there is no such pair |
| fastest_change | the largest change per minute, without its sign, from one time to the next; of
several readings of one time the last one counts; none if there is only one time |

A number outside is one beyond `low` or `high`; the limit itself is inside.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeAlias

from contracts.kinetic import mean_kinetic_temperature
from contracts.reduction_result import MINUTE, NAMED, NOTHING, Found, hold_of, quotient
from contracts.subject import Reduction


@dataclass(frozen=True, slots=True)
class Spoken:
    """One tag's readings that speak, in the order of time, and the time of the step."""

    unit: str
    start: int
    """Nanoseconds since 1970-01-01 UTC, as all times here."""
    end: int
    times: Sequence[int]
    values: Sequence[float]


def found_in(subject: Reduction, one: Spoken) -> Found:
    """Return the number of a reduction that `check` let through, of at least one reading."""
    return _FUNCTIONS[subject.function](subject, one)


def _once(*positions: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(positions))


def _reading(one: Spoken, at: int) -> Found:
    return Found(Decimal(repr(one.values[at])), (at,))


def _max(_: Reduction, one: Spoken) -> Found:
    return _reading(one, one.values.index(max(one.values)))


def _min(_: Reduction, one: Spoken) -> Found:
    return _reading(one, one.values.index(min(one.values)))


def _count_readings(_: Reduction, one: Spoken) -> Found:
    return _count(range(len(one.values)), one)


def _count_true(_: Reduction, one: Spoken) -> Found:
    return _count([at for at, value in enumerate(one.values) if value != 0], one)


def _count(counted: Sequence[int], one: Spoken) -> Found:
    """Count readings; the first and the last of them decide, or of all if there is none."""
    ends = counted or range(len(one.times))
    return Found(Decimal(len(counted)), _once(ends[0], ends[-1]))


def _outside(subject: Reduction, one: Spoken) -> list[bool]:
    bottom = -math.inf if subject.low is None else _inside(subject.low, math.inf)
    top = math.inf if subject.high is None else _inside(subject.high, -math.inf)
    return [not bottom <= value <= top for value in one.values]


def _inside(limit: Decimal, inward: float) -> float:
    """Return the outermost double whose shortest text does not lie beyond the limit."""
    nearest = float(limit)
    text = Decimal(repr(nearest))
    beyond = text < limit if inward > 0 else text > limit
    return math.nextafter(nearest, inward) if beyond else nearest


_Piece: TypeAlias = tuple[int, int, int, bool]
"""A piece of the step's time: whose it is, from when, to when, and whether it is outside."""


def _pieces(subject: Reduction, one: Spoken, outside: Sequence[bool]) -> Iterator[_Piece]:
    """Yield the step's time in pieces, without those that are inside or unknown for no time."""
    hold = hold_of(subject)
    if hold is not None:
        spoken_for = max(one.start, one.times[0] - hold)
        if one.start < spoken_for:
            yield 0, one.start, spoken_for, True
        if spoken_for < one.times[0]:
            yield 0, spoken_for, one.times[0], outside[0]
    for at, (time, until, out) in enumerate(zip(one.times, _until(one), outside, strict=True)):
        known = until if hold is None or until - time <= hold else time + hold
        if out or time < known:
            yield at, time, known, out
        if known < until:
            yield at, known, until, True


def _until(one: Spoken) -> list[int]:
    """Return until when each reading holds, if nothing else ends it."""
    return [*one.times[1:], one.end]


def _time_outside(subject: Reduction, one: Spoken) -> Found:
    """Add the stretches outside up, or take the longest; the readings of the longest decide."""
    stretches: list[list[tuple[int, int]]] = []
    before = False
    for owner, start, end, outside in _pieces(subject, one, _outside(subject, one)):
        if outside and before:
            stretches[-1][-1] = (owner, end)
        elif outside:
            stretches.append([(owner, start), (owner, end)])
        before = outside
    if not stretches:
        return Found(Decimal(0), (0,))
    held = [last[1] - first[1] for first, last in stretches]
    longest = max(held)
    first, last = stretches[held.index(longest)]
    number = sum(held) if subject.function == "time_outside" else longest
    return Found(Decimal(number), _once(first[0], last[0]))


def _longest_gap(_: Reduction, one: Spoken) -> Found:
    longest, found = -1, 0
    for at, (before, time) in enumerate(pairwise([one.start, *one.times, one.end])):
        if time - before > longest:
            longest, found = time - before, at
    around = (at for at in (found - 1, found) if 0 <= at < len(one.times))
    return Found(Decimal(longest), tuple(around))


def _readings_outside(subject: Reduction, one: Spoken) -> Found:
    """Count the readings outside; the first of them are named, and each stretch of them told."""
    beyond = [at for at, out in enumerate(_outside(subject, one)) if out]
    if not beyond:
        return Found(Decimal(0), _once(0, len(one.times) - 1))
    stretches: list[tuple[int, int]] = []
    for at in beyond:
        if stretches and stretches[-1][1] == at - 1:
            stretches[-1] = (stretches[-1][0], at)
        else:
            stretches.append((at, at))
    named = tuple(beyond[:NAMED])
    return Found(Decimal(len(beyond)), named, tuple(stretches[:NAMED]), len(stretches))


def _mean(subject: Reduction, one: Spoken) -> Found:
    held: dict[Decimal, int] = {}
    within = [False] * len(one.values)
    for owner, start, end, unknown in _pieces(subject, one, within):
        if unknown:
            return NOTHING
        value = Decimal(repr(one.values[owner]))
        held[value] = held.get(value, 0) + end - start
    ends = _once(0, len(one.times) - 1)
    if subject.function == "mean_kinetic_temperature":
        return Found(mean_kinetic_temperature(held, one.unit), ends)
    if not held:
        return NOTHING
    exact = sum((Fraction(value) * time for value, time in held.items()), Fraction(0))
    return Found(quotient(exact / sum(held.values())), ends)


def _ramp(subject: Reduction, one: Spoken) -> Found:
    start, end = subject.start or Decimal(0), subject.end or Decimal(0)
    first: int | None = None
    for at, value in enumerate(one.values):
        number = Decimal(repr(value))
        if first is None and _beyond(number, start, rising=start < end):
            first = at
            continue
        late = first is not None and one.times[at] > one.times[first]
        if first is not None and late and _beyond(number, end, rising=start < end):
            return Found(quotient(_change(one, first, at)), (first, at))
    return NOTHING


def _beyond(number: Decimal, value: Decimal, *, rising: bool) -> bool:
    return number >= value if rising else number <= value


def _change(one: Spoken, first: int, last: int) -> Fraction:
    """Return the change per minute from one reading to another, exactly."""
    before, after = (Fraction(repr(one.values[at])) for at in (first, last))
    return (after - before) * MINUTE / (one.times[last] - one.times[first])


def _fastest(_: Reduction, one: Spoken) -> Found:
    lasting = [at for at, (time, after) in enumerate(pairwise([*one.times, None])) if time != after]
    found, fastest = NOTHING, Fraction(-1)
    for first, last in pairwise(lasting):
        change = abs(_change(one, first, last))
        if change > fastest:
            fastest, found = change, Found(quotient(change), (first, last))
    return found


_FUNCTIONS: Final[Mapping[str, Callable[[Reduction, Spoken], Found]]] = {
    "max": _max,
    "min": _min,
    "mean": _mean,
    "mean_kinetic_temperature": _mean,
    "time_outside": _time_outside,
    "longest_outside": _time_outside,
    "longest_gap": _longest_gap,
    "readings_outside": _readings_outside,
    "count_true": _count_true,
    "count_readings": _count_readings,
    "ramp_rate": _ramp,
    "fastest_change": _fastest,
}
