"""What the proof of one value carries of its package's seal: enough to build the seal again."""

from base64 import b64decode
from dataclasses import dataclass
from typing import cast

from contracts.canonical import Json, canonical, parse_strict
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.members import Record, items, mapping, text
from contracts.statement import enveloped, statement_record


@dataclass(frozen=True, slots=True)
class Seal:
    """What a proof carries of a package's seal: all that its root does not give again."""

    predicate: Record
    signatures: tuple[Record, ...]
    subject: str
    """`BATCH/stage/evaluation`, the name in the statement's subject."""

    def record(self) -> dict[str, Json]:
        """Return the seal's part as a canonical record."""
        return {
            "predicate": _json(self.predicate),
            "signatures": [_json(one) for one in self.signatures],
            "subject": self.subject,
        }

    def envelope(self, root: Digest) -> bytes:
        """Return the bytes of `seal/seal.json` that seals this root."""
        statement = statement_record(self.subject, root, _json(self.predicate))
        return enveloped(canonical(statement), [_json(one) for one in self.signatures])


def seal_from(envelope: bytes, root: Digest) -> Seal:
    """Return what a proof carries of a package's `seal/seal.json`.

    Raises:
        IntegrityError: it is in another spelling, of another kind, or about another root.
    """
    try:
        outer = mapping(parse_strict(envelope))
        statement = mapping(parse_strict(b64decode(text(outer, "payload"), validate=True)))
        (subject,) = map(mapping, items(statement["subject"]))
        signed = tuple(map(mapping, items(outer["signatures"])))
        seal = Seal(mapping(statement["predicate"]), signed, text(subject, "name"))
    except (KeyError, TypeError, ValueError) as error:
        raise _unlike("a seal that is no envelope of a statement") from error
    if seal.envelope(root) != envelope:
        raise _unlike("a seal that is about another root, or says more than a seal")
    return seal


def _unlike(found: str) -> IntegrityError:
    return IntegrityError(
        found,
        expected="the seal of this package's root",
        where="seal/seal.json",
        move="verify the package",
    )


def _json(record: Record) -> Json:
    """Return a record that `parse_strict` gave as the JSON that it is."""
    return cast("Json", record)


def seal_part(record: Record) -> Seal:
    """Return what a proof's record carries of a seal; KeyError or TypeError if it is none."""
    if set(record) != {"predicate", "signatures", "subject"}:
        raise KeyError("seal")
    signed = tuple(map(mapping, items(record["signatures"])))
    return Seal(mapping(record["predicate"]), signed, text(record, "subject"))
