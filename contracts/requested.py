"""What a named person asked to be judged again: the reason of the evaluation that came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.errors import RefusedError
from contracts.log_act import Request
from contracts.log_entry import Entry, Intent
from contracts.said import said

SHORTEST: Final = 10
LONGEST: Final = 500
"""Characters of a reason in a person's own words."""
_BY: Final = "judged by the strategy "
_AT: Final = "as known at "


class ReasonCode(StrEnum):
    """Why a batch is judged again."""

    NEW_RESULT = "new result"
    CORRECTED_RESULT = "corrected result"
    SOURCE_REPAIRED = "source repaired"
    STRATEGY_CHANGED = "strategy changed"
    INVESTIGATION_OUTCOME = "investigation outcome"
    INSPECTION_QUESTION = "inspection question"
    OTHER = "other"


def reason_said(text: str) -> str:
    """Return a reason in a person's own words, without the spaces around it.

    Raises:
        RefusedError: it is too short or too long, holds a sign that nobody sees, or the words by
            which an evaluation says that it looks back.
    """
    found = said(text, "a reason", LONGEST)
    if len(found) < SHORTEST:
        raise RefusedError(
            f"a reason of {len(found)} characters",
            expected=f"{SHORTEST} to {LONGEST}, in your own words",
        )
    if may_look_back(found):
        raise RefusedError(
            f"a reason with '{_AT.strip()}' or '{_BY.strip()}'",
            expected="other words: by these an evaluation says that it looks back",
        )
    return found


def reason_of(request: Request) -> str:
    """Return the reason that the evaluation of a request stands under: its code and its words.

    Where it looks back, to an older strategy or to what was known at a time, the reason says so.
    """
    marks = [f"{_BY}{request.strategy}"] if request.strategy else []
    marks += [f"{_AT}{request.known_at}"] if request.known_at else []
    return f"{request.reason_code}: {request.reason}" + (f" ({', '.join(marks)})" if marks else "")


def may_look_back(reason: str) -> bool:
    """Tell whether a reason reads like one that looks back; only `looking_back` knows for sure."""
    return _BY in reason or _AT in reason


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request and the evaluation that comes of it have in common."""

    by: str
    stage: str
    reason: str


def _asked(request: Request) -> _Asked:
    return _Asked(request.by, request.stage, reason_of(request))


def _carried_out(intent: Intent) -> _Asked:
    return _Asked(intent.by, intent.stage, intent.reason)


def looking_back(entries: Iterable[Entry]) -> dict[int, Request]:
    """Return a batch's evaluations that answer "what would it have been", with their request.

    They were made by a named strategy or as known at a time: they are on record like any other, but
    they do not say how the batch stands now, and nothing about it became known by them.
    """
    asked: dict[_Asked, Request] = {}
    found: dict[int, Request] = {}
    for one in entries:
        if isinstance(one, Request) and (one.strategy or one.known_at):
            asked[_asked(one)] = one
        elif isinstance(one, Intent):
            request = asked.get(_carried_out(one))
            if request is not None:
                found[one.evaluation] = request
    return found


def without_package(entries: Iterable[Entry]) -> frozenset[int]:
    """Return a batch's evaluations that owe no package: nobody who asked for them wanted one."""
    wanted: dict[_Asked, bool] = {}
    made: dict[int, _Asked] = {}
    for one in entries:
        if isinstance(one, Request):
            wanted[_asked(one)] = wanted.get(_asked(one), False) or one.packages
        elif isinstance(one, Intent):
            made[one.evaluation] = _carried_out(one)
    return frozenset(number for number, asked in made.items() if not wanted.get(asked, True))


def unanswered(entries: Iterable[Entry]) -> tuple[Request, ...]:
    """Return what people asked of a batch and no evaluation was begun for, in the log's order.

    Whoever asks for the same stage after it, and gets an evaluation, settles it: the identity of
    the first was proved for that moment, so nobody carries it out for them. The same person, stage
    and words again find the same evaluation, and leave no other intent.
    """
    known = tuple(entries)
    answered = {_carried_out(one) for one in known if isinstance(one, Intent)}
    found: list[Request] = []
    for one in known:
        if not isinstance(one, Request):
            continue
        if _asked(one) in answered:
            found = [other for other in found if other.stage != one.stage]
        else:
            found.append(one)
    return tuple(found)
