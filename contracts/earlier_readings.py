"""Equipment history that was captured before and is served otherwise now.

Pages of the same request (tag, window, page) are compared by digest; of the first page of a tag
whose bytes differ the first reading that differs is named. A historian that adds readings
afterwards, or answers the same readings in other bytes, is told by this too: a person decides. A
window that was asked for then and is not asked for now is not compared.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from contracts.changes import minute
from contracts.errors import UnreadableError
from contracts.evidence import Capture
from contracts.leaves import Captured
from contracts.series_number import moment_of
from contracts.sources.opcua_columns import columns
from contracts.sources.opcua_response import history_result
from contracts.times import written

_SHORT = 12
_EQUIPMENT = "equipment"


def other_readings(captures: Sequence[Capture], captured: Captured) -> Iterator[tuple[str, str]]:
    """Yield each tag whose history is another than in an earlier capture, and how, in words."""
    asked = [one for one in captures if one.source == _EQUIPMENT]
    now = {one.request: one for one in asked if not one.earlier}
    told: set[str] = set()
    for one in asked:
        other = now.get(one.request)
        tag = _tag(one.request)
        if one.earlier and other is not None and other.digest != one.digest and tag not in told:
            told.add(tag)
            yield tag, _words(tag, one, captured, other)


def _tag(request: str) -> str:
    return request.partition(";s=")[2].partition(" ")[0] or request


def _words(tag: str, one: Capture, captured: Captured, other: Capture) -> str:
    first = _first(captured(one.digest), captured(other.digest))
    return (
        f"The history of {tag} was captured at {minute(one.captured_at)} (capture "
        f"{one.digest[:_SHORT]}, {one.request}) and is served otherwise now: {first}."
    )


def _first(was: bytes, comes: bytes) -> str:
    """Return the first reading that is another, in words."""
    try:
        pairs = zip_longest(_readings(was), _readings(comes))
        row, then, now = next(
            (row, one, other) for row, (one, other) in enumerate(pairs, start=1) if one != other
        )
    except UnreadableError as error:
        return f"one of the two answers cannot be read ({error.found})"
    except StopIteration:
        return "the readings are the same, the bytes around them are not"
    return f"reading {row} was {then or 'none'} and is {now or 'none'}"


def _readings(data: bytes) -> Iterator[str]:
    result = history_result(data)
    page = columns(data, result.values_at, result.count)
    for at, value, status in zip(page.times, page.values, page.statuses, strict=True):
        yield f"{value!r} at {written(moment_of(at))} (status {status:#010x})"
