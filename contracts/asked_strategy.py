"""Answers by which control strategy a batch is judged, and which named person approved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from contracts.asked import Answer
from contracts.canonical import Json
from contracts.changes import minute
from contracts.evidence import Digest
from contracts.log_act import Approval
from contracts.log_text import Logged
from contracts.members import Record, text, texts
from contracts.opened import Opened
from contracts.times import written
from contracts.trust import Trust


@dataclass(frozen=True, slots=True)
class StrategyTold:
    """The control strategy that an evaluation was made by."""

    title: str
    version: str
    digest: Digest
    layers: tuple[str, ...]
    in_force_on: date
    """The day whose limits hold for the batch."""
    criteria: int

    item: Final[str] = ""

    @property
    def words(self) -> str:
        """The line in words."""
        layers = f", of the layers {'; '.join(self.layers)}" if self.layers else ""
        return (
            f"{self.title}, version {self.version}, {self.criteria} criteria as in force on "
            f"{self.in_force_on.isoformat()}{layers}; SHA-256 {self.digest}"
        )

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "criteria": self.criteria,
            "digest": self.digest,
            "in_force_on": self.in_force_on.isoformat(),
            "kind": "strategy",
            "layers": list(self.layers),
            "title": self.title,
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class ApprovedBy:
    """Who approved the strategy, by a log or by a trust file; or that nobody is on record."""

    by: str
    """User id; empty where a file says it, or nobody did."""
    name: str
    at: str
    words: str
    entry: int | None = None

    item: Final[str] = ""

    def record(self) -> dict[str, Json]:
        """Return the line as a record."""
        return {
            "at": self.at,
            "by": self.by,
            "entry": self.entry,
            "kind": "approval",
            "name": self.name,
        }


def strategy_told(package: Opened, strategy: Record) -> StrategyTold:
    """Return the strategy of a package; `strategy` is its file `strategy/strategy.json`.

    Raises:
        KeyError, TypeError: the file has other members than the format says.
    """
    return StrategyTold(
        title=text(strategy, "title"),
        version=text(strategy, "version"),
        digest=package.strategy,
        layers=texts(strategy["layers"]),
        in_force_on=package.day,
        criteria=package.in_force,
    )


def approvals(
    digest: Digest, entries: Sequence[Logged], trust: Trust | None = None
) -> tuple[ApprovedBy, ...]:
    """Return who approved a strategy: named persons first, else the trust file, else nobody."""
    found = [_approved(one.index, one.entry, digest) for one in entries]
    named = [one for one in found if one is not None]
    if named:
        return tuple(named)
    listed = [] if trust is None else [one for one in trust.approved if one.kind == "strategy"]
    if any(one.sha256 == digest for one in listed):
        words = "on the trust file's list of approved strategies, which names no person"
        return (ApprovedBy("", "", "", words),)
    if listed:
        words = "nobody on record; it is not on the trust file's list of approved strategies"
        return (ApprovedBy("", "", "", words),)
    return (ApprovedBy("", "", "", "nobody on record"),)


def _approved(index: int, entry: object, digest: Digest) -> ApprovedBy | None:
    if not isinstance(entry, Approval) or entry.strategy != digest:
        return None
    words = (
        f"approved by {entry.name} ({entry.by}) at {minute(entry.at)}: {entry.reason} "
        f"(entry {index} of the log)"
    )
    return ApprovedBy(entry.by, entry.name, written(entry.at), words, index)


def answer_strategy(
    package: Opened,
    strategy: Record,
    entries: Sequence[Logged] | None,
    trust: Trust | None = None,
) -> Answer:
    """Return the answer; `entries` are the approvals of the log, None where no log is at hand."""
    told = strategy_told(package, strategy)
    by = approvals(package.strategy, entries or (), trust)
    notes = []
    if entries is None:
        notes.append("approvals by named persons are in the evaluation log (--site)")
    if trust is None:
        notes.append("no trust file was given, so its list of approved strategies was not asked")
    if package.doubts:
        notes.append(f"its files contradict their own examples: {'; '.join(package.doubts)}")
    summary = f"{told.title} {told.version}, {by[0].words}"
    return Answer("strategy", summary, (told, *by), tuple(notes))
