"""A log entry as a person reads it: when, which batch, and what happened."""

from dataclasses import dataclass

from contracts.canonical import Json
from contracts.log_entry import Decision, Entry, Filed, GivenUp, Intent, KeyChange, Result
from contracts.log_seal import Sealed
from contracts.log_text import Logged
from contracts.times import written


@dataclass(frozen=True, slots=True)
class Told:
    """One entry in words."""

    index: int
    at: str
    """Empty for a seal, whose time is its timestamp's."""
    batch: str
    kind: str
    words: str

    def record(self) -> dict[str, Json]:
        """Return it as a record."""
        return {
            "at": self.at,
            "batch": self.batch,
            "index": self.index,
            "kind": self.kind,
            "words": self.words,
        }


def in_words(logged: Logged) -> Told:
    """Return an entry in words.

    Raises:
        IntegrityError: the log says something here that is no entry.
    """
    entry = logged.entry
    at = "" if isinstance(entry, Sealed) else written(entry.at)
    batch = "" if isinstance(entry, KeyChange) else entry.batch
    return Told(logged.index, at, batch, entry.kind, _words(entry))


def _words(entry: Entry) -> str:
    match entry:
        case Filed():
            return f"collection {entry.collection[:12]} filed, {entry.captures} captures"
        case Intent():
            return (
                f"evaluation {entry.evaluation} begun for the {entry.stage} stage by {entry.by}: "
                f"{entry.reason} (evidence {entry.evidence[:12]}, strategy {entry.strategy[:12]})"
            )
        case Result():
            return f"evaluation {entry.evaluation} ended: {entry.readiness}"
        case GivenUp():
            return f"evaluation {entry.evaluation} given up: {entry.aborted}"
        case _:
            return _other_words(entry)


def _other_words(entry: Decision | KeyChange | Sealed) -> str:
    match entry:
        case Decision():
            return (
                f"{entry.by} decided about {entry.exception} of evaluation {entry.evaluation}: "
                f"{entry.decision}. {entry.reason}"
            )
        case KeyChange():
            named = entry.key.get("name", entry.key.get("keyid", "without a name"))
            return f"key {named} {entry.change}, by {entry.by}"
        case Sealed():
            return f"evaluation {entry.evaluation} sealed, root {entry.root}"
