"""The seal of a package as the log holds it: the signed envelope, and which root it speaks of."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from contracts import members
from contracts.canonical import Json, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.restore import restored

_PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A DSSE envelope around an in-toto statement; its bytes are the entry's."""

    envelope: bytes
    batch: str
    stage: str
    evaluation: int
    root: Digest
    """Root of the package that was sealed."""

    kind = "seal"


def is_envelope(record: Json) -> bool:
    """Tell whether a record is an envelope and no other entry."""
    return isinstance(record, Mapping) and "payloadType" in record


def sealed(envelope: bytes) -> Sealed:
    """Return the seal that an envelope says; its signatures are not verified by that.

    Raises:
        IntegrityError: it is no canonical DSSE envelope around one package's statement.
    """
    return restored("seal", lambda record: _sealed(envelope, record), parse_strict(envelope))


def _sealed(envelope: bytes, record: members.Record) -> Sealed:
    if set(record) != {"payload", "payloadType", "signatures"}:
        raise IntegrityError("a seal with other members", expected="a DSSE envelope")
    if record["payloadType"] != _PAYLOAD_TYPE or not members.items(record["signatures"]):
        raise IntegrityError("a seal of another type", expected=f"a signed {_PAYLOAD_TYPE}")
    statement = members.mapping(parse_strict(_payload(members.text(record, "payload"))))
    subjects = members.items(statement["subject"])
    if len(subjects) != 1:
        raise IntegrityError(f"a seal of {len(subjects)} packages", expected="of one")
    subject = members.mapping(subjects[0])
    batch, stage, number = members.text(subject, "name").split("/")
    if not number.isdigit() or str(int(number)) != number:
        raise IntegrityError(f"a seal of evaluation '{number[:20]}'", expected="a number")
    root = members.digest(members.mapping(subject["digest"]), "sha256")
    return Sealed(envelope, batch, stage, int(number), root)


def _payload(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise IntegrityError("a seal's payload that is no base64", expected="base64") from error
