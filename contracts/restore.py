"""From canonical records back to the nouns they were written from; anything else is refused."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from contracts import members
from contracts.errors import IntegrityError
from contracts.evidence import Capture, Place
from contracts.members import Record
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
        digest=members.digest(record, "digest"),
        size=members.integer(record, "size"),
        source=members.text(record, "source"),
        system=members.text(record, "system"),
        request=members.text(record, "request"),
        media_type=members.text(record, "media_type"),
        headers=members.pairs(record["headers"]),
        contract=members.text(record, "contract"),
        captured_at=read_time(members.text(record, "captured_at")),
        earlier=members.digest(record, "earlier") if "earlier" in record else "",
    )


def observation(record: Record) -> Observation:
    """Return the observation that a record says; its id must be the one it derives."""
    subject, origin = members.mapping(record["subject"]), members.mapping(record["origin"])
    restored_one = Observation(
        batch=members.text(record, "batch"),
        source=members.text(record, "source"),
        subject=Subject(members.text(subject, "kind"), members.text(subject, "identifier")),
        step=members.text(record, "step"),
        characteristic=members.text(record, "characteristic"),
        as_written=members.text(record, "as_written"),
        value=_value(members.mapping(record["value"])),
        unit=members.text(record, "unit"),
        occurred_at=members.moment(record["occurred_at"]),
        recorded_at=members.moment(record["recorded_at"]),
        captured_at=read_time(members.text(record, "captured_at")),
        zone=members.text(record, "zone"),
        recorded_by=members.text(record, "recorded_by"),
        instrument=members.text(record, "instrument"),
        status=Status(members.text(record, "status")),
        provenance=Provenance(members.text(record, "provenance")),
        origin=Origin(
            places=tuple(_place(members.mapping(one)) for one in members.items(origin["places"])),
            derived_from=members.texts(origin["derived_from"]),
            recipe=members.text(origin, "recipe"),
        ),
        source_key=members.text(record, "source_key"),
        retest_of=members.text(record, "retest_of"),
        supersedes=members.text(record, "supersedes"),
        reason=members.text(record, "reason"),
        qualifiers=members.pairs(record["qualifiers"]),
    )
    if restored_one.record() != record:
        raise IntegrityError(
            f"the observation {record.get('id')} with other members or another id than it derives",
            expected=restored_one.id,
        )
    return restored_one


def verdict(record: Record) -> Verdict:
    """Return the verdict that a record says."""
    return Verdict(
        criterion=members.text(record, "criterion"),
        outcome=Outcome(members.text(record, "outcome")),
        as_written=members.text(record, "as_written"),
        value=members.text(record, "value"),
        unit=members.text(record, "unit"),
        limit=members.text(record, "limit"),
        message=members.text(record, "message"),
        observations=members.texts(record["observations"]),
    )


def quality_exception(record: Record) -> QualityException:
    """Return the exception that a record says."""
    blocking = record["blocking"]
    if not isinstance(blocking, bool):
        raise TypeError("blocking")
    return QualityException(
        id=members.text(record, "id"),
        kind=members.text(record, "kind"),
        blocking=blocking,
        message=members.text(record, "message"),
        criterion=members.text(record, "criterion"),
        observations=members.texts(record["observations"]),
    )


def quarantine(record: Record) -> Quarantine:
    """Return the quarantine that a record says."""
    return Quarantine(
        source=members.text(record, "source"),
        found=members.text(record, "found"),
        expected=members.text(record, "expected"),
        where=members.text(record, "where"),
        move=members.text(record, "move"),
    )


def unread(record: Record) -> Unread:
    """Return the unread part of a capture that a record says."""
    return Unread(_place(record), members.text(record, "reason"), members.text(record, "kind"))


def _value(record: Record) -> Value:
    match record["kind"]:
        case "number":
            return Number(
                Decimal(members.text(record, "number")), Bound(members.text(record, "bound"))
            )
        case "text":
            return Text(members.text(record, "text"))
        case "moment":
            return Moment(read_time(members.text(record, "text")))
        case "awaited":
            return Awaited(members.text(record, "text"))
        case other:
            raise ValueError(other)


def _place(record: Record) -> Place:
    return Place(
        members.digest(record, "capture"),
        members.integer(record, "offset"),
        members.integer(record, "length"),
        members.text(record, "pointer"),
    )
