"""The seal of a package as the log holds it: the signed envelope, and which root it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.statement import parse_envelope


@dataclass(frozen=True, slots=True)
class Sealed:
    """A DSSE envelope around an in-toto statement; its bytes are the entry's."""

    envelope: bytes
    batch: str
    stage: str
    evaluation: int
    root: Digest
    """Root of the package that was sealed."""
    manifest: Digest
    """SHA-256 of its manifest: the same root may be packaged again by another writer's bytes."""

    kind = "seal"


def is_envelope(record: Json) -> bool:
    """Tell whether a record is an envelope and no other entry."""
    return isinstance(record, Mapping) and "payloadType" in record


def sealed(envelope: bytes) -> Sealed:
    """Return the seal that an envelope says; its signatures are not verified by that.

    Raises:
        IntegrityError: it is no canonical DSSE envelope around one package's statement.
    """
    said = parse_envelope(envelope).statement()
    batch, _, rest = said.name.partition("/")
    stage, _, number = rest.partition("/")
    if not (batch and stage and number.isdecimal() and number.isascii()) or number[0] == "0":
        raise IntegrityError(
            f"a seal of '{said.name[:80]}'", expected="BATCH/stage/evaluation", where="the seal"
        )
    return Sealed(envelope, batch, stage, int(number), said.root, said.manifest)
