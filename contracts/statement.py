"""What a seal says of a package, and the envelope in which that stands signed (in-toto, DSSE)."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:batchproof:seal:1"
LARGEST_ENVELOPE: Final = 65_536
"""In bytes. A seal has about 800; a reader need not hold more than this."""

_HEX: Final = frozenset("0123456789abcdef")
_DIGEST_LENGTH: Final = 64
_MOST_SIGNATURES: Final = 16


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed: this root and this manifest belong to the package of this name."""

    name: str
    """`BATCH/stage/evaluation`."""
    root: Digest
    """The package's root over all its records."""
    manifest: Digest
    """SHA-256 of the bytes of manifest.json."""
    demo: bool
    """The key was made by the program itself, for trying it out: nobody vouches for it."""

    def __post_init__(self) -> None:
        """Refuse a statement about nothing."""
        if not self.name:
            raise IntegrityError("a seal without a name", expected="BATCH/stage/evaluation")
        _digest(self.root, "subject")
        _digest(self.manifest, "predicate")

    def record(self) -> dict[str, Json]:
        """Return the in-toto Statement v1 as a canonical record."""
        demo: dict[str, Json] = {"demo": True} if self.demo else {}
        return statement_record(self.name, self.root, {**demo, "manifest": self.manifest})

    def payload(self) -> bytes:
        """Return the bytes that stand in the envelope."""
        return canonical(self.record())


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature of an envelope. The key's id is a hint only: DSSE does not sign it."""

    keyid: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """A DSSE envelope: a payload and at least one signature over its pre-authentication bytes."""

    payload: bytes
    signatures: tuple[Signed, ...]

    def __post_init__(self) -> None:
        """Refuse an envelope that nobody signed, or with one key twice."""
        if not self.signatures or len(self.signatures) > _MOST_SIGNATURES:
            raise IntegrityError(
                f"an envelope with {len(self.signatures)} signatures",
                expected=f"one signature at least, {_MOST_SIGNATURES} at most",
            )
        if len({one.keyid for one in self.signatures}) != len(self.signatures):
            raise IntegrityError("two signatures of one key", expected="one signature a key")

    def encode(self) -> bytes:
        """Return the envelope's one spelling: canonical JSON, no newline at its end."""
        signed = [{"keyid": one.keyid, "sig": _base64(one.signature)} for one in self.signatures]
        return enveloped(self.payload, signed)

    def signed_bytes(self) -> bytes:
        """Return the bytes that each signature is over."""
        return pae(PAYLOAD_TYPE, self.payload)

    def statement(self) -> Statement:
        """Return what the payload says.

        Raises:
            IntegrityError: it is no statement of ours, or in another spelling.
        """
        return parse_statement(self.payload)


def statement_record(name: str, root: Digest, predicate: Json) -> dict[str, Json]:
    """Return an in-toto Statement v1 about one package's root as a canonical record."""
    return {
        "_type": STATEMENT_TYPE,
        "predicate": predicate,
        "predicateType": PREDICATE_TYPE,
        "subject": [{"digest": {"sha256": root}, "name": name}],
    }


def enveloped(payload: bytes, signatures: Sequence[Json]) -> bytes:
    """Return the one spelling of a DSSE envelope (1.0.2) around a statement."""
    return canonical(
        {
            "payload": _base64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": signatures,
        }
    )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding (DSSE 1.0.2, protocol.md): what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope in these bytes, refusing every other spelling of it.

    Raises:
        IntegrityError: too long, not canonical JSON, other members, another payload type, no
            signature, or base64 in another spelling.
    """
    record = _members(_parsed(data), {"payload", "payloadType", "signatures"}, "the envelope")
    if record["payloadType"] != PAYLOAD_TYPE:
        raise _unlike(f"the payload type {str(record['payloadType'])[:80]!r}", PAYLOAD_TYPE)
    listed = record["signatures"]
    if not isinstance(listed, list):
        raise _unlike("signatures that are no list", "a list of signatures")
    signatures = tuple(_signed(_members(one, {"keyid", "sig"}, "a signature")) for one in listed)
    return Envelope(_bytes(record["payload"], "payload"), signatures)


def parse_statement(payload: bytes) -> Statement:
    """Return the statement in an envelope's payload.

    Raises:
        IntegrityError: not canonical JSON, or not an in-toto statement of a seal of ours.
    """
    members = {"_type", "predicate", "predicateType", "subject"}
    record = _members(_parsed(payload), members, "the statement")
    predicate, subjects = record["predicate"], record["subject"]
    if not isinstance(subjects, list) or len(subjects) != 1:
        raise _unlike("a statement about other than one subject", "one subject")
    subject = _members(subjects[0], {"digest", "name"}, "the subject")
    digest = _members(subject["digest"], {"sha256"}, "the subject's digest")
    demo = isinstance(predicate, Mapping) and "demo" in predicate
    known = {"manifest", "demo"} if demo else {"manifest"}
    claimed = _members(predicate, known, "the predicate")
    statement = Statement(
        name=_text(subject["name"], "name"),
        root=_text(digest["sha256"], "sha256"),
        manifest=_text(claimed["manifest"], "manifest"),
        demo=demo,
    )
    if statement.payload() != payload:  # the types it names, and "demo": true
        raise _unlike(
            "a statement of another kind", f"{STATEMENT_TYPE} with the predicate {PREDICATE_TYPE}"
        )
    return statement


def _parsed(data: bytes) -> Json:
    if len(data) > LARGEST_ENVELOPE:
        raise _unlike(f"{len(data)} bytes", f"at most {LARGEST_ENVELOPE} bytes")
    try:
        return parse_strict(data)
    except RecursionError as error:
        raise _unlike("JSON nested too deep", "an envelope") from error


def _members(value: Json, names: set[str], where: str) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or set(value) != names:
        found = ", ".join(sorted(value))[:200] if isinstance(value, Mapping) else "no object"
        raise IntegrityError(
            f"the members {found}", expected=f"{', '.join(sorted(names))} alone", where=where
        )
    return value


def _signed(record: Mapping[str, Json]) -> Signed:
    return Signed(_text(record["keyid"], "keyid"), _bytes(record["sig"], "sig"))


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise IntegrityError("no text", expected="a text", where=where)
    return value


def _bytes(value: Json, where: str) -> bytes:
    text = _text(value, where)
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or _base64(data) != text:
        raise IntegrityError("no base64", expected="base64 (RFC 4648, section 4)", where=where)
    return data


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _digest(value: str, where: str) -> None:
    if len(value) != _DIGEST_LENGTH or not set(value) <= _HEX:
        raise IntegrityError(
            f"the digest {value[:80]!r}", expected="64 lower-case hex digits", where=where
        )


def _unlike(found: str, expected: str) -> IntegrityError:
    return IntegrityError(found, expected=expected, where="the seal")
