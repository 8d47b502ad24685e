"""A log entry as a person reads it: when, which batch, and what happened."""

from dataclasses import dataclass
from typing import Final

from contracts.canonical import Json
from contracts.log_act import (
    Act,
    Approval,
    Decision,
    Notice,
    Refusal,
    Request,
    Signature,
    TrailReview,
    UserChange,
)
from contracts.log_entry import Entry, Filed, GivenUp, Intent, KeyChange, Result
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
    return Told(logged.index, at, entry.batch, entry.kind, _words(entry))


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
            return _words_of_key_or_act(entry)


def _words_of_key_or_act(entry: KeyChange | Sealed | Act) -> str:
    match entry:
        case KeyChange():
            named = entry.key.get("name", entry.key.get("keyid", "without a name"))
            return f"key {named} {entry.change}, by {entry.by}"
        case Sealed():
            return f"evaluation {entry.evaluation} sealed, root {entry.root}"
        case _:
            return _words_of_act(entry)


def _words_of_act(entry: Act) -> str:
    match entry:
        case UserChange():
            roles = ", ".join(role.replace("_", " ") for role in entry.roles) or "none"
            changed = f"{_CHANGED[entry.change]} by {entry.by}"
            return f"user {entry.user} ({entry.name}) {changed}; roles: {roles}"
        case Refusal():
            return f"{entry.user or 'an unknown user'} was refused to {entry.act}: {entry.why}"
        case Approval():
            return (
                f"{entry.name} ({entry.by}) approved the strategy {entry.title} {entry.version} "
                f"({entry.strategy[:12]}): {entry.reason}"
            )
        case Request():
            return _words_of_request(entry)
        case Notice():
            return f"notice for evaluation {entry.evaluation}: {entry.words}"
        case _:
            return _words_of_review(entry)


def _words_of_request(entry: Request) -> str:
    anew = ", ".join(entry.collect) or "nothing"
    known = f", as known at {entry.known_at}" if entry.known_at else ""
    bare = "" if entry.packages else ", without a package"
    strategy = f"the strategy {entry.strategy[:12]}" if entry.strategy else "the strategy in force"
    return (
        f"{entry.name} ({entry.by}) asked for another evaluation for the {entry.stage} stage, "
        f"collecting {anew} again, by {strategy}{known}{bare}: {entry.reason_code}, {entry.reason}"
    )


def _words_of_review(entry: Decision | TrailReview | Signature) -> str:
    who = f"{entry.name} ({entry.by})"
    match entry:
        case Decision():
            to = f" to {entry.reference}" if entry.reference else ""
            return (
                f"{who} decided about {entry.exception} of evaluation {entry.evaluation}: "
                f"{entry.decision}{to}. {entry.reason}"
            )
        case TrailReview():
            return (
                f"{who} reviewed the audit trail up to entry {entry.last}, for evaluation "
                f"{entry.evaluation}. {entry.note}".rstrip()
            )
        case Signature():
            return (
                f"{who} signed evaluation {entry.evaluation} for its {entry.stage} stage as "
                f"{entry.meaning}, root {entry.root}"
            )


_CHANGED: Final = {
    "enrolled": "enrolled",
    "roles": "given other roles",
    "secret": "given a new secret",
    "withdrawn": "withdrawn",
}
