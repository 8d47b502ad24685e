"""Answers which evaluations of a batch there are and why each was made, from the evaluation log."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.asked import Answer
from contracts.canonical import Json
from contracts.changes import minute
from contracts.evidence import Digest
from contracts.log_act import Request
from contracts.log_entry import GivenUp, Intent, Result
from contracts.log_seal import Sealed
from contracts.log_text import Logged
from contracts.opened import Opened
from contracts.requested import looking_back
from contracts.times import read_time, written

_SERVICE: Final = "batchproof"
"""Who asks for an evaluation that nobody asked for: the program itself."""


@dataclass(slots=True)
class Evaluated:
    """One evaluation of a batch: when, by whom, why, on what, and how it ended."""

    number: int
    stage: str
    entry: int
    """Index of its intent in the log."""
    began: str
    by: str
    reason: str
    evidence: Digest
    strategy: Digest
    name: str = ""
    """The printed name of who asked for it, if a person did."""
    readiness: str = ""
    """How it ended; empty while it has no result."""
    given_up: str = ""
    root: Digest = ""
    """Root of the package that was sealed of it; empty if none was."""
    sealed: int | None = None
    """Index of the seal in the log."""
    other: tuple[str, ...] = ()
    """What is not the same as for the evaluation before: evidence, strategy, stage."""
    superseded: bool = False
    """Whether a later one of its stage has a result, and does not only look back."""
    this: bool = False
    """Whether it is the one that the package tells."""

    item: Final[str] = ""

    @property
    def words(self) -> str:
        """The line in words."""
        who = f"{self.name} ({self.by})" if self.name else self.by
        asked = "by the program" if self.by == _SERVICE else f"asked for by {who}"
        if self.given_up:
            ended = f"given up: {self.given_up}"
        else:
            ended = self.readiness.replace("_", " ") or "without a result so far"
        sealed = f", sealed with the root {self.root}" if self.root else ", not sealed"
        differs = f", with other {' and '.join(self.other)} than before" if self.other else ""
        here = " (this package)" if self.this else ""
        sealed += ", superseded since" if self.superseded else ""
        return (
            f"evaluation {self.number}{here}, {self.stage}, {minute(read_time(self.began))}, "
            f"{asked}: {self.reason or 'no reason given'}{differs}; {ended}{sealed} "
            f"(entry {self.entry} of the log)"
        )

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "at": self.began,
            "by": self.by,
            "changes": [f"other {one}" for one in self.other],
            "entry": self.entry,
            "evaluation": self.number,
            "evidence": self.evidence,
            "given_up": self.given_up,
            "name": self.name,
            "readiness": self.readiness,
            "reason": self.reason,
            "root": self.root,
            "seal_entry": self.sealed,
            "stage": self.stage,
            "strategy": self.strategy,
            "superseded": self.superseded,
            "this": self.this,
        }


def evaluations(batch: str, entries: Sequence[Logged], number: int = 0) -> tuple[Evaluated, ...]:
    """Return every evaluation of a batch that the entries tell; `number` is the package's own."""
    found: dict[int, Evaluated] = {}
    asked: Request | None = None
    said = [(one.index, one.entry) for one in entries]
    own = [(index, entry) for index, entry in said if entry.batch == batch]
    aside = looking_back(entry for _, entry in own)
    for index, entry in own:
        match entry:
            case Request():
                asked = entry
            case Intent():
                before = found[max(found)] if found else None
                found[entry.evaluation] = _begun(index, entry, asked, before)
                asked = None
            case Result() if entry.evaluation in found:
                _ended(found, entry, aside)
            case GivenUp() if entry.evaluation in found:
                found[entry.evaluation].given_up = entry.aborted
            case Sealed() if entry.evaluation in found:
                found[entry.evaluation].root = entry.root
                found[entry.evaluation].sealed = index
            case _:
                continue
    if number in found:
        found[number].this = True
    return tuple(found[one] for one in sorted(found))


def _ended(found: Mapping[int, Evaluated], entry: Result, aside: Container[int]) -> None:
    ended = found[entry.evaluation]
    ended.readiness = entry.readiness
    for one in found.values():
        if one.stage == ended.stage and one.number < ended.number and ended.number not in aside:
            one.superseded = True


def _begun(index: int, entry: Intent, asked: Request | None, before: Evaluated | None) -> Evaluated:
    own = asked if asked is not None and asked.by == entry.by else None
    differs = []
    if before is not None:
        pairs = {
            "evidence": (before.evidence, entry.evidence),
            "strategy": (before.strategy, entry.strategy),
            "stage": (before.stage, entry.stage),
        }
        differs = [name for name, (was, comes) in pairs.items() if was != comes]
    return Evaluated(
        number=entry.evaluation,
        stage=entry.stage,
        entry=index,
        began=written(entry.at),
        by=entry.by,
        reason=entry.reason,
        evidence=entry.evidence,
        strategy=entry.strategy,
        name=own.name if own else "",
        other=tuple(differs),
    )


def answer_evaluations(package: Opened, entries: Sequence[Logged], *, whole: bool) -> Answer:
    """Return the answer; `whole` says that the entries are the log's as it is now."""
    found = evaluations(package.batch, entries, package.number)
    count = "1 evaluation" if len(found) == 1 else f"{len(found)} evaluations"
    notes = [] if whole else [AT_SEAL]
    if not found:
        notes = [UNSEALED] if not whole else []
    return Answer("evaluations", f"{count} of {package.batch} on record", found, tuple(notes))


AT_SEAL: Final = (
    "as the package's own history tells it, which ends with its seal; what came later is in the "
    "evaluation log (--site)"
)
UNSEALED: Final = "the package has no history: it was not sealed, or not in an evaluation log"
