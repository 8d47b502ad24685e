"""What an evaluation was made with: the code, its locked libraries, the strategy and contracts.

These are the declared facts and part of a package's root. Which versions were really installed
stands beside them in the package and is not: another build of a library must give the same root.
"""

from dataclasses import dataclass

from contracts.canonical import Json
from contracts.evidence import Digest
from contracts.members import Record, digest, text

KINDS = ("code", "contract", "lock", "strategy", "suite")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that took part in an evaluation, by its digest."""

    kind: str
    """`code`, `contract`, `lock`, `strategy` or `suite`."""
    name: str
    sha256: Digest
    version: str = ""

    def record(self) -> dict[str, Json]:
        """Return the fact as a canonical record."""
        return {
            "kind": self.kind,
            "name": self.name,
            "sha256": self.sha256,
            "version": self.version,
        }


def fact(record: Record) -> Fact:
    """Return the fact that a record says; ValueError if it is of an unknown kind."""
    kind = text(record, "kind")
    if kind not in KINDS:
        raise ValueError(kind)
    return Fact(kind, text(record, "name"), digest(record, "sha256"), text(record, "version"))
