"""The one spelling of a log entry: canonical JSON, and of a seal the envelope as it was signed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from contracts import members
from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError, UnreadableError
from contracts.log_act import NOUNS, act_builder
from contracts.log_entry import Entry, Filed, GivenUp, Intent, KeyChange, Result
from contracts.log_seal import Sealed, is_envelope, sealed
from contracts.restore import restored
from contracts.times import in_utc, read_time
from contracts.tlog_tiles import LARGEST_ENTRY


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as it stands in the log."""

    index: int
    """From 0, over every batch."""
    text: bytes
    """The leaf of the log's tree."""

    @property
    def entry(self) -> Entry:
        """What the text says.

        Raises:
            IntegrityError: it says no entry.
        """
        return entry_from(self.text)


def text_of(entry: Entry) -> bytes:
    """Return the entry's bytes.

    Raises:
        IntegrityError: larger than an entry can be, or text that is not Unicode.
    """
    data = entry.envelope if isinstance(entry, Sealed) else canonical(entry.record())
    if len(data) > LARGEST_ENTRY:
        raise IntegrityError(
            f"a log entry of {len(data)} bytes", expected=f"at most {LARGEST_ENTRY} bytes"
        )
    return data


def entry_from(data: bytes) -> Entry:
    """Return the entry that bytes say.

    Raises:
        IntegrityError: they say none, or in another spelling.
    """
    record = parse_strict(data)
    if is_envelope(record):
        return sealed(data)
    kind = record.get("kind") if isinstance(record, Mapping) else None
    build = _BUILDERS.get(kind) if isinstance(kind, str) else None
    if build is None:
        raise IntegrityError(
            f"a log entry of the kind {str(kind)[:40]}",
            expected=f"{', '.join(_BUILDERS)}, or the envelope of a seal",
        )
    entry = restored("log entry", build, record)
    if text_of(entry) != data:
        raise IntegrityError(
            f"an entry of the kind {entry.kind} with other members", expected="its own only"
        )
    return entry


def _at(record: members.Record) -> datetime:
    try:
        return in_utc(read_time(members.text(record, "at")))
    except UnreadableError as error:
        raise IntegrityError(error.found, expected=error.expected) from error


def _filed(record: members.Record) -> Filed:
    return Filed(
        at=_at(record),
        batch=members.text(record, "batch"),
        collection=members.digest(record, "collection"),
        captures=members.integer(record, "captures"),
        root=members.digest(record, "root"),
    )


def _intent(record: members.Record) -> Intent:
    return Intent(
        at=_at(record),
        batch=members.text(record, "batch"),
        by=members.text(record, "by"),
        collection=members.digest(record, "collection"),
        evaluation=members.integer(record, "evaluation"),
        evidence=members.digest(record, "evidence"),
        reason=members.text(record, "reason"),
        stage=members.text(record, "stage"),
        strategy=members.digest(record, "strategy"),
    )


def _result(record: members.Record) -> Result | GivenUp:
    at, batch = _at(record), members.text(record, "batch")
    number = members.integer(record, "evaluation")
    if "aborted" in record:
        return GivenUp(at, batch, number, members.text(record, "aborted"))
    readiness = members.text(record, "readiness")
    return Result(at, batch, number, readiness, members.digest(record, "record"))


def _key_change(record: members.Record) -> KeyChange:
    key = cast(Mapping[str, Json], members.mapping(record["key"]))  # it came from JSON
    return KeyChange(_at(record), members.text(record, "by"), members.text(record, "change"), key)


_BUILDERS: dict[str, Callable[[members.Record], Entry]] = {
    "capture": _filed,
    "intent": _intent,
    "result": _result,
    "key": _key_change,
    **{noun.kind: act_builder(noun) for noun in NOUNS},
}
