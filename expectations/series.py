"""The one number that a criterion asks of an equipment's readings over a step, with its origin.

Only a reading whose status is Good (OPC UA severity bits 00) and whose value is a finite number
speaks. Uncertain and Bad readings are counted and told; the time they cover is a gap, as is the
time from the step's start to the first reading that speaks and from the last one to its end. For
`time_outside` a reading holds until the next one that speaks, the last one until the step ends.

The equipment is the one that the batch record names for the step. If several tags of it carry the
characteristic, the least favourable of all is taken; if one of them says nothing, or equipment that
is expected to have readings has none, there is no number.
"""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from contracts.criterion import Criterion
from contracts.derive import Window
from contracts.observation import Observation
from contracts.series_number import NOTHING_EXPECTED, Expected, Told, calculated
from contracts.subject import Reduction
from expectations.readings import Readings, TagOverStep, table_of
from expectations.reductions import Span, reduced

__all__ = ["reduce", "table_of"]


def reduce(
    criteria: Iterable[Criterion],
    table: pa.Table,
    windows: Sequence[Window],
    expected: Expected = NOTHING_EXPECTED,
) -> dict[str, Observation]:
    """Return the calculated observation of every criterion on a series, by the criterion's id.

    A step that the batch record does not tell the time of, a series with a tag of which no reading
    speaks, and one of which expected equipment has no reading over the step, give none: the
    criterion is then missing. Units and rounding are as `calculated` says.

    Raises:
        StrategyError: a criterion that is no reduction this knows, or not in a unit of time.
        IntegrityError: the table gives one tag two meanings.
    """
    readings = Readings(table)
    by_step = {window.step: window for window in windows}
    tags: dict[tuple[str, str], tuple[TagOverStep, ...]] = {}
    found: dict[str, Observation] = {}
    for criterion in criteria:
        subject = criterion.subject
        if not isinstance(subject, Reduction) or subject.step not in by_step:
            continue
        window, key = by_step[subject.step], (subject.step, subject.characteristic)
        if key not in tags:
            tags[key] = tuple(readings.over(window, subject.characteristic))
        speaking = [(one, one.span) for one in tags[key] if one.span]
        heard = {one.equipment for one, _ in speaking}
        if speaking and len(speaking) == len(tags[key]) and expected.get(key, heard) <= heard:
            told = [_told(subject, one, span, readings) for one, span in speaking]
            found[criterion.id] = calculated(criterion, window, told)
    return found


def _told(subject: Reduction, one: TagOverStep, span: Span, readings: Readings) -> Told:
    result = reduced(subject, span)
    rows = [int(one.rows[at]) for at in result.deciding]
    return Told(
        tag=one.tag,
        equipment=one.equipment,
        unit=one.unit,
        good=one.good,
        uncertain=one.uncertain,
        bad=one.bad,
        without_number=one.without_number,
        number=result.number,
        deciding=tuple(readings.place(one.tag, row) for row in rows),
        moment=readings.moment(rows[0]),
    )
