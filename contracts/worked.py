"""How a calculated value was worked out: which numbers, by what formula, and which decided it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from contracts.criterion import Criterion
from contracts.errors import UnreadableError
from contracts.evidence import Digest, Place
from contracts.explain import Step
from contracts.observation import Observation
from contracts.reading_kinds import SPEAKS
from contracts.series_number import moment_of
from contracts.sources.opcua_columns import Columns, columns
from contracts.sources.opcua_status import in_words
from contracts.subject import Difference, Operand, Quotient, Reduction, Reportable
from contracts.times import written
from contracts.words import cut, step_in_words, value_in_words, with_unit

_LONGEST_NUMBER: Final = 8
_BEFORE_A_NUMBER: Final = 2
"""Bytes of a DataValue before its number: its mask and the number's type (Part 6, 5.2.2.17)."""

Captured = Callable[[Digest], bytes]


def worked(
    one: Observation, criterion: Criterion | None, observations: Mapping[str, Observation]
) -> Iterator[Step]:
    """Yield how a calculated observation came about; nothing of one that a source recorded.

    `criterion` is the one that asked for the value.
    """
    if not one.origin.recipe:
        return
    yield Step("calculation", one.id, one.origin.recipe)
    inputs = [observations[name] for name in one.origin.derived_from if name in observations]
    match criterion.subject if criterion is not None else None:
        case Reduction() as subject:
            yield Step("reduction", one.id, _reduced(subject, one))
        case Quotient(operands=operands) as subject if _all_there(operands, inputs):
            yield _result(one, _quotient(subject, inputs))
        case Difference(operands=operands) as subject if _all_there(operands, inputs):
            yield _result(one, _difference(subject, inputs))
        case Reportable() as subject if inputs:
            numbers = ", ".join(value_in_words(result) for result in inputs)
            name = subject.formula.replace("_", " ")
            told = f"{name} of {len(inputs)} of {subject.replicates} replicates, {numbers}"
            yield _result(one, told, "reportable")
        case _:
            pass


def _all_there(operands: Sequence[Operand], inputs: Sequence[Observation]) -> bool:
    return len(inputs) == len([True for one in operands if one.observed is not None])


def _result(one: Observation, told: str, kind: str = "formula") -> Step:
    return Step(kind, one.id, f"{told} = {value_in_words(one)}", told, str(one.value))


def _quotient(subject: Quotient, inputs: Sequence[Observation]) -> str:
    left = iter(inputs)
    above = " × ".join(_operand(one, left) for one in subject.product)  # noqa: RUF001
    below = " × ".join(_operand(one, left) for one in subject.divided_by)  # noqa: RUF001
    factor = "" if subject.factor == 1 else f" × {subject.factor}"  # noqa: RUF001
    under = f" ÷ ({below})" if len(subject.divided_by) > 1 else f" ÷ {below}"
    return f"{above}{under if below else ''}{factor}"


def _difference(subject: Difference, inputs: Sequence[Observation]) -> str:
    left = iter(inputs)
    of, less = (_operand(one, left) for one in subject.operands)
    own = "" if subject.of_factor == 1 else f" × {subject.of_factor}"  # noqa: RUF001
    other = "" if subject.less_factor == 1 else f" × {subject.less_factor}"  # noqa: RUF001
    return f"{of}{own} less {less}{other}"


def _operand(one: Operand, left: Iterator[Observation]) -> str:
    if one.observed is None:
        return with_unit(str(one.constant), one.unit)
    found = next(left)
    return f"{one.in_words()} {value_in_words(found)}"


def _reduced(subject: Reduction, one: Observation) -> str:
    """Say the function, the time it runs over, the tags, and what every kind of reading is."""
    over = "; ".join(_window(name) for name in one.origin.derived_from)
    kinds = {"Uncertain": subject.uncertain, "substituted": subject.substituted}
    treated = ", ".join(
        f"{name} readings {'speak' if said == SPEAKS else 'are a gap'}"
        for name, said in kinds.items()
    )
    hold = (
        "a reading holds until the next one"
        if subject.hold is None
        else f"a reading holds for {subject.hold} min at most, what follows is unknown"
    )
    return (
        f"{subject.function} of {subject.characteristic.replace('_', ' ')} at "
        f"{step_in_words(subject.step)}, {over}; Good readings speak, {treated}, Bad ones are "
        f"a gap; {hold}; the result is {with_unit(cut(str(one.value)), one.unit)}"
    )


def _window(name: str) -> str:
    """Return `series:TAG[from,to]` in words."""
    tag, _, span = name.removeprefix("series:").partition("[")
    start, _, end = span.rstrip("]").partition(",")
    return f"{tag} from {start} to {end}" if end else tag


def deciding(
    one: Observation, units: Mapping[str, str], captured: Captured
) -> Iterator[tuple[Step, Place]]:
    """Yield each reading that decided a value of a series, read again from its capture's bytes.

    `units` are those of the series by tag.
    """
    for place in one.origin.places:
        found = _data_value(place, captured(place.capture))
        if found is not None:
            tag = place.pointer.partition("[")[0]
            value = with_unit(repr(found.values[0]), units.get(tag, ""))
            at = written(moment_of(found.times[0]))
            words = f"{place.pointer} was {value} at {at} ({in_words(found.statuses[0])})"
            yield Step("deciding", place.pointer, words), place


def _data_value(place: Place, data: bytes) -> Columns | None:
    """Return the one reading that a place is the number of; None if its bytes are none."""
    number = place.length <= _LONGEST_NUMBER
    start = place.offset - _BEFORE_A_NUMBER if number else place.offset
    try:
        found = columns(data, max(start, 0), 1)
    except UnreadableError:
        return None
    same = (found.offsets[0], found.lengths[0]) == (place.offset, place.length)
    return found if same else None
