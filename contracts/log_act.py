"""What people did, as entries of the evaluation log: which is the audit trail, and only grows."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypeAlias

from contracts import members
from contracts.canonical import Json
from contracts.errors import IntegrityError, UnreadableError
from contracts.evidence import Digest
from contracts.times import in_utc, read_time, written


@dataclass(frozen=True, slots=True)
class _Acted:
    """An entry whose record has one member for each field, and its kind.

    A field with a default came later: where it holds its default, the record has no such member, so
    entries from before keep their bytes.
    """

    kind: ClassVar[str]
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """By field: the only words it may hold."""

    at: datetime

    def __post_init__(self) -> None:
        """Refuse words that the entry does not know."""
        for name, allowed in self.choices.items():
            if getattr(self, name) not in allowed:
                raise IntegrityError(
                    f"the {name} '{str(getattr(self, name))[:40]}' in an entry of the kind "
                    f"{self.kind}",
                    expected=" or ".join(allowed),
                )

    def record(self) -> dict[str, Json]:
        """Return the entry as a canonical record."""
        held = ((one, getattr(self, one.name)) for one in dataclasses.fields(self))
        said = {one.name: _json(value) for one, value in held if value != one.default}
        return {"kind": self.kind, **said}


@dataclass(frozen=True, slots=True)
class UserChange(_Acted):
    """A person was enrolled, given other roles or a new secret, or withdrawn."""

    kind = "user"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "change": ("enrolled", "roles", "secret", "withdrawn")
    }
    batch: ClassVar[str] = ""

    by: str
    """User id of who did it; `administrator` for the first, on the machine itself."""
    change: str
    user: str
    name: str
    roles: tuple[str, ...]
    """The roles after the change, sorted."""


@dataclass(frozen=True, slots=True)
class Refusal(_Acted):
    """Somebody tried to act and was refused (21 CFR 11.300(d))."""

    kind = "refusal"

    batch: str
    """Empty where it was about no batch."""
    user: str
    """The user id if it is one on record; otherwise empty, for people mistype secrets too."""
    act: str
    why: str


@dataclass(frozen=True, slots=True)
class Approval(_Acted):
    """A strategy owner approved a control strategy."""

    kind = "approval"
    batch: ClassVar[str] = ""

    by: str
    name: str
    strategy: Digest
    title: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Request(_Acted):
    """A named person asked for a batch to be judged again, and why; no result is known yet."""

    kind = "request"

    batch: str
    by: str
    name: str
    stage: str
    reason_code: str
    reason: str
    collect: tuple[str, ...]
    """Which sources are asked again; none: the evidence on record."""
    strategy: str
    """Digest of the control strategy to judge by; empty: the one in force."""
    known_at: str
    """Judge what was known at this time; empty: all that is known."""
    packages: bool = True
    """Whether the evaluation is packaged and sealed, too."""


@dataclass(frozen=True, slots=True)
class Decision(_Acted):
    """A named person decided about one exception of one sealed evaluation."""

    kind = "decision"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "decision": ("accepted", "referred", "rejected")
    }

    batch: str
    by: str
    name: str
    evaluation: int
    root: Digest
    """Root of the package that was in front of them: another root, and the decision is void."""
    exception: str
    decision: str
    """accepted with justification, referred to a deviation, or rejected."""
    reason: str
    reference: str
    """The deviation it is referred to, as the quality system numbers it; else empty."""


@dataclass(frozen=True, slots=True)
class TrailReview(_Acted):
    """A named person reviewed the audit trail of a batch up to an entry (PI 041-1, 9.1)."""

    kind = "trail_review"

    batch: str
    by: str
    name: str
    evaluation: int
    root: Digest
    last: int
    """Index of the last entry of the batch that was in front of them."""
    trail: Digest
    """RFC 6962 root over the batch's entries up to it."""
    note: str


@dataclass(frozen=True, slots=True)
class Signature(_Acted):
    """A named person signed: name, time, meaning (21 CFR 11.50), and the root (11.70)."""

    kind = "signature"
    choices: ClassVar[Mapping[str, tuple[str, ...]]] = {"meaning": ("reviewed", "confirmed")}

    batch: str
    by: str
    name: str
    evaluation: int
    root: Digest
    """Another root, and the signature is void."""
    stage: str
    meaning: str
    """What was signed; never a release."""


@dataclass(frozen=True, slots=True)
class Notice(_Acted):
    """Something that people must hear of at once was found out, such as a late failure."""

    kind = "notice"

    batch: str
    evaluation: int
    what: str
    words: str


Act: TypeAlias = (
    UserChange | Refusal | Approval | Request | Decision | TrailReview | Signature | Notice
)
NOUNS: Final[tuple[type[Act], ...]] = (
    UserChange,
    Refusal,
    Approval,
    Request,
    Decision,
    TrailReview,
    Signature,
    Notice,
)


def act_builder(noun: type[Act]) -> Callable[[members.Record], Act]:
    """Return what builds the noun from its record, each member of its own kind."""

    def build(record: members.Record) -> Act:
        made: Callable[..., Act] = noun
        held = (
            one
            for one in dataclasses.fields(noun)
            if one.name in record or one.default is dataclasses.MISSING
        )
        return made(**{one.name: _member(record, one) for one in held})

    return build


def _member(record: members.Record, field: dataclasses.Field[Any]) -> object:
    if field.type is datetime:
        try:
            return in_utc(read_time(members.text(record, field.name)))
        except UnreadableError as error:
            raise IntegrityError(error.found, expected=error.expected) from error
    if field.type is int:
        return members.integer(record, field.name)
    if field.type is bool:
        return members.flag(record, field.name)
    if field.name in {"root", "trail"}:
        return members.digest(record, field.name)
    if field.type == tuple[str, ...]:
        return members.texts(record[field.name])
    return members.text(record, field.name)


def _json(value: object) -> Json:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, int) else str(value)
