"""From canonical records back to the nouns they were written from; anything else is refused."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, TypeVar

from contracts.criterion import (
    CRITICALITIES,
    Agrees,
    AttributeClass,
    Boundary,
    Count,
    Criterion,
    Elapsed,
    Limit,
    Observed,
    OneOf,
    Present,
    Range,
    Reduction,
    Rule,
    Stage,
)
from contracts.criterion import Subject as CriterionSubject
from contracts.errors import IntegrityError
from contracts.evidence import Capture, Place
from contracts.observation import (
    Awaited,
    Bound,
    Moment,
    Number,
    Observation,
    Origin,
    Provenance,
    Status,
    Subject,
    Text,
    Value,
)
from contracts.readiness import QualityException
from contracts.reading import Quarantine, Unread
from contracts.times import read_time
from contracts.verdict import Outcome, Verdict

# A record is what json.loads gives; every member is checked by the noun it becomes.
Record: TypeAlias = Mapping[str, "object"]
T = TypeVar("T")


def restored(kind: str, build: Callable[[Record], T], record: object) -> T:
    """Return the noun that a record says.

    Raises:
        IntegrityError: the record lacks a member, has one of the wrong kind, or breaks the noun's
            own rules.
    """
    if not isinstance(record, Mapping):
        raise IntegrityError(f"a {kind} that is no object", expected="a JSON object")
    try:
        return build(record)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise IntegrityError(
            f"a {kind} that cannot be read ({type(error).__name__}: {error})",
            expected="the members of that record",
        ) from error


def capture(record: Record) -> Capture:
    """Return the capture that a record says."""
    return Capture(
        digest=_digest(record, "digest"),
        size=_integer(record, "size"),
        source=_text(record, "source"),
        system=_text(record, "system"),
        request=_text(record, "request"),
        media_type=_text(record, "media_type"),
        headers=_pairs(record["headers"]),
        contract=_text(record, "contract"),
        captured_at=read_time(_text(record, "captured_at")),
    )


def observation(record: Record) -> Observation:
    """Return the observation that a record says; its id must be the one it derives."""
    subject, origin = _object(record["subject"]), _object(record["origin"])
    restored_one = Observation(
        batch=_text(record, "batch"),
        source=_text(record, "source"),
        subject=Subject(_text(subject, "kind"), _text(subject, "identifier")),
        step=_text(record, "step"),
        characteristic=_text(record, "characteristic"),
        as_written=_text(record, "as_written"),
        value=_value(_object(record["value"])),
        unit=_text(record, "unit"),
        occurred_at=_moment(record["occurred_at"]),
        recorded_at=_moment(record["recorded_at"]),
        captured_at=read_time(_text(record, "captured_at")),
        zone=_text(record, "zone"),
        recorded_by=_text(record, "recorded_by"),
        instrument=_text(record, "instrument"),
        status=Status(_text(record, "status")),
        provenance=Provenance(_text(record, "provenance")),
        origin=Origin(
            places=tuple(_place(_object(one)) for one in _list(origin["places"])),
            derived_from=_texts(origin["derived_from"]),
            recipe=_text(origin, "recipe"),
        ),
        source_key=_text(record, "source_key"),
        retest_of=_text(record, "retest_of"),
        supersedes=_text(record, "supersedes"),
        reason=_text(record, "reason"),
        qualifiers=_pairs(record["qualifiers"]),
    )
    if restored_one.record() != record:
        raise IntegrityError(
            f"the observation {record.get('id')} with other members or another id than it derives",
            expected=restored_one.id,
        )
    return restored_one


def criterion(record: Record) -> Criterion:
    """Return the criterion that a record says."""
    against = record["against"]
    return Criterion(
        id=_text(record, "id"),
        title=_text(record, "title"),
        attribute_class=AttributeClass(_text(record, "class")),
        criticality=CRITICALITIES[CRITICALITIES.index(_text(record, "criticality"))],
        required_for=Stage(_text(record, "required_for")),
        subject=_subject(_object(record["subject"])),
        unit=_text(record, "unit"),
        limits=tuple(_limit(_object(one)) for one in _list(record["limits"])),
        owner=_text(record, "owner"),
        message=_text(record, "message"),
        against=None if against is None else _observed(_object(against)),
        links=_texts(record["links"]),
        method=_text(record, "method"),
        unit_procedure=_text(record, "unit_procedure"),
    )


def verdict(record: Record) -> Verdict:
    """Return the verdict that a record says."""
    return Verdict(
        criterion=_text(record, "criterion"),
        outcome=Outcome(_text(record, "outcome")),
        as_written=_text(record, "as_written"),
        value=_text(record, "value"),
        unit=_text(record, "unit"),
        limit=_text(record, "limit"),
        message=_text(record, "message"),
        observations=_texts(record["observations"]),
    )


def quality_exception(record: Record) -> QualityException:
    """Return the exception that a record says."""
    blocking = record["blocking"]
    if not isinstance(blocking, bool):
        raise TypeError("blocking")
    return QualityException(
        id=_text(record, "id"),
        kind=_text(record, "kind"),
        blocking=blocking,
        message=_text(record, "message"),
        criterion=_text(record, "criterion"),
        observations=_texts(record["observations"]),
    )


def quarantine(record: Record) -> Quarantine:
    """Return the quarantine that a record says."""
    return Quarantine(
        source=_text(record, "source"),
        found=_text(record, "found"),
        expected=_text(record, "expected"),
        where=_text(record, "where"),
        move=_text(record, "move"),
    )


def unread(record: Record) -> Unread:
    """Return the unread part of a capture that a record says."""
    return Unread(_place(record), _text(record, "reason"), _text(record, "kind"))


def _value(record: Record) -> Value:
    match record["kind"]:
        case "number":
            return Number(Decimal(_text(record, "number")), Bound(_text(record, "bound")))
        case "text":
            return Text(_text(record, "text"))
        case "moment":
            return Moment(read_time(_text(record, "text")))
        case "awaited":
            return Awaited(_text(record, "text"))
        case other:
            raise ValueError(other)


def _subject(record: Record) -> CriterionSubject:
    match record["kind"]:
        case "observed":
            return _observed(record)
        case "count":
            return Count(_observed(_object(record["observed"])))
        case "elapsed":
            start, end = _object(record["start"]), _object(record["end"])
            return Elapsed(
                Boundary(_text(start, "step"), _text(start, "edge")),
                Boundary(_text(end, "step"), _text(end, "edge")),
            )
        case "reduction":
            return Reduction(
                characteristic=_text(record, "characteristic"),
                step=_text(record, "step"),
                function=_text(record, "function"),
                low=_decimal(record["low"]),
                high=_decimal(record["high"]),
                start=_decimal(record["start"]),
                end=_decimal(record["end"]),
                uncertain=_text(record, "uncertain"),
                substituted=_text(record, "substituted"),
                hold=_decimal(record["hold"]),
            )
        case other:
            raise ValueError(other)


def _observed(record: Record) -> Observed:
    return Observed(_text(record, "source"), _text(record, "characteristic"), _text(record, "step"))


def _limit(record: Record) -> Limit:
    return Limit(
        effective=date.fromisoformat(_text(record, "effective")),
        rule=_rule(_object(record["rule"])),
        cites=_text(record, "cites"),
        kind=_text(record, "kind"),
    )


def _rule(record: Record) -> Rule:
    match record["rule"]:
        case "range":
            return Range(
                low=_decimal(record["low"]),
                high=_decimal(record["high"]),
                low_inclusive=record["low_inclusive"] is True,
                high_inclusive=record["high_inclusive"] is True,
            )
        case "one_of":
            return OneOf(_texts(record["values"]))
        case "present":
            return Present()
        case "agrees":
            return Agrees()
        case other:
            raise ValueError(other)


def _place(record: Record) -> Place:
    return Place(
        _digest(record, "capture"),
        _integer(record, "offset"),
        _integer(record, "length"),
        _text(record, "pointer"),
    )


def _object(value: object) -> Record:
    if not isinstance(value, Mapping):
        raise TypeError("object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("list")
    return value


def _text(record: Record, name: str) -> str:
    value = record[name]
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _digest(record: Record, name: str) -> str:
    value = _text(record, name)
    if re.fullmatch("[0-9a-f]{64}", value) is None:
        raise ValueError(name)
    return value


def _texts(value: object) -> tuple[str, ...]:
    found = _list(value)
    return tuple(_text({"text": one}, "text") for one in found)


def _integer(record: Record, name: str) -> int:
    value = record[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(name)
    return value


def _decimal(value: object) -> Decimal | None:
    if value is None:
        return None
    number = Decimal(_text({"number": value}, "number"))
    if not number.is_finite():
        raise ValueError(value)
    return number


def _moment(value: object) -> datetime | None:
    return None if value is None else read_time(_text({"time": value}, "time"))


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = (_texts(one) for one in _list(value))
    return tuple((name, text) for name, text in pairs)
