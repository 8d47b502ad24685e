"""What the evaluation log says: one entry for each thing that happened, in the order it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

from contracts.canonical import Json
from contracts.errors import IntegrityError
from contracts.evidence import Digest
from contracts.log_act import Act
from contracts.log_seal import Sealed
from contracts.times import written

KEY_CHANGES: Final = ("added", "rotated", "revoked")


@dataclass(frozen=True, slots=True)
class Filed:
    """A collection was filed, before any evaluation of it."""

    at: datetime
    batch: str
    collection: Digest
    captures: int
    root: Digest
    """RFC 6962 root over the canonical records of its captures, in their order."""

    kind = "capture"

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        return {
            "at": written(self.at),
            "batch": self.batch,
            "captures": self.captures,
            "collection": self.collection,
            "kind": self.kind,
            "root": self.root,
        }


@dataclass(frozen=True, slots=True)
class Intent:
    """Somebody is going to judge: what, by which strategy, who and why; no result is known yet."""

    at: datetime
    batch: str
    by: str
    collection: Digest
    evaluation: int
    evidence: Digest
    reason: str
    stage: str
    strategy: Digest

    kind = "intent"

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        return {
            "at": written(self.at),
            "batch": self.batch,
            "by": self.by,
            "collection": self.collection,
            "evaluation": self.evaluation,
            "evidence": self.evidence,
            "kind": self.kind,
            "reason": self.reason,
            "stage": self.stage,
            "strategy": self.strategy,
        }


@dataclass(frozen=True, slots=True)
class Result:
    """An evaluation ended with a readiness and a record."""

    at: datetime
    batch: str
    evaluation: int
    readiness: str
    record_digest: Digest

    kind = "result"

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        return {
            "at": written(self.at),
            "batch": self.batch,
            "evaluation": self.evaluation,
            "kind": self.kind,
            "readiness": self.readiness,
            "record": self.record_digest,
        }


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An evaluation ended without a result, and why."""

    at: datetime
    batch: str
    evaluation: int
    aborted: str

    kind = "result"

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        return {
            "aborted": self.aborted,
            "at": written(self.at),
            "batch": self.batch,
            "evaluation": self.evaluation,
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A signing key came, was replaced, or is no longer to be trusted."""

    at: datetime
    by: str
    change: str
    """added, rotated or revoked."""
    key: Mapping[str, Json]
    """The key's record as in a trust file: public parts only."""

    kind = "key"
    batch: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Refuse a change that is none."""
        if self.change not in KEY_CHANGES:
            raise IntegrityError(
                f"the key change '{self.change[:40]}'", expected=" or ".join(KEY_CHANGES)
            )

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        return {
            "at": written(self.at),
            "by": self.by,
            "change": self.change,
            "key": self.key,
            "kind": self.kind,
        }


Entry: TypeAlias = Filed | Intent | Result | GivenUp | KeyChange | Act | Sealed
