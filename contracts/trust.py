"""Which keys are trusted for what and when, and what a batch may be evaluated with."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from contracts.canonical import Json, canonical
from contracts.environment import Fact
from contracts.errors import IntegrityError
from contracts.times import in_utc, written

FORMAT: Final = "batchproof-trust/1"

_ED25519: Final = ("ed25519", "ed25519")
_RAW_KEY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Use(StrEnum):
    """What a key signs."""

    SEAL = "seal"
    LOG = "log"
    WITNESS = "witness"


class Change(StrEnum):
    """What happened to a key."""

    ADDED = "added"
    ROTATED = "rotated"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as securesystemslib and TUF write it."""

    keytype: str
    scheme: str
    public: str
    """Of Ed25519 the 32 bytes in hex; of every other key its PEM."""

    @property
    def keyid(self) -> str:
        """SHA-256 of the key in OLPC canonical JSON, as securesystemslib names a key."""
        keytype, scheme, public = map(_olpc, (self.keytype, self.scheme, self.public))
        text = f'{{"keytype":{keytype},"keyval":{{"public":{public}}},"scheme":{scheme}}}'
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def raw(self) -> bytes:
        """The 32 bytes of an Ed25519 key; ValueError of any other."""
        return bytes.fromhex(self.public)

    def record(self) -> dict[str, Json]:
        """Return the key as a canonical record."""
        return {
            "keytype": self.keytype,
            "keyval": {"public": self.public},
            "scheme": self.scheme,
        }

    def __post_init__(self) -> None:
        """Refuse an Ed25519 key that is none."""
        if "ed25519" in (self.keytype, self.scheme):
            known = (self.keytype, self.scheme) == _ED25519 and _RAW_KEY.fullmatch(self.public)
            if not known:
                raise IntegrityError(
                    f"the {self.keytype} key {self.public[:80]!r}",
                    expected="an Ed25519 key: 64 lower-case hex digits",
                )


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key, whose it is, what it may sign, and the time in which it may."""

    key: PublicKey
    name: str
    """Of a log or a witness its C2SP name; of a seal key whose key it is."""
    use: Use
    begins: datetime | None = None
    """The first moment it may sign; none if it always might."""
    until: datetime | None = None
    """The last moment it may sign: it was rotated or revoked then."""

    def __post_init__(self) -> None:
        """Refuse a name that C2SP does not know, and a time that ends before it begins."""
        if not self.name or "+" in self.name or any(sign.isspace() for sign in self.name):
            raise IntegrityError(
                f"the key name {self.name[:80]!r}", expected="a name without spaces and plus signs"
            )
        if self.use is not Use.SEAL and (self.key.keytype, self.key.scheme) != _ED25519:
            raise IntegrityError(
                f"a {self.key.scheme} key of a {self.use}", expected="an Ed25519 key"
            )
        begins, until = self.begins and in_utc(self.begins), self.until and in_utc(self.until)
        if begins and until and until < begins:
            raise IntegrityError(
                f"a key until {written(until)}", expected=f"not before {written(begins)}"
            )

    @property
    def keyid(self) -> str:
        """The key's id, which follows from the key."""
        return self.key.keyid

    def valid_at(self, moment: datetime) -> bool:
        """Tell whether what was signed at this moment is to be believed."""
        return (self.begins is None or self.begins <= moment) and (
            self.until is None or moment <= self.until
        )

    def record(self) -> dict[str, Json]:
        """Return the entry of a trust file as a canonical record."""
        return {
            "from": written(self.begins) if self.begins else None,
            "key": self.key.record(),
            "keyid": self.keyid,
            "name": self.name,
            "until": written(self.until) if self.until else None,
            "use": self.use.value,
        }


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A key was added, rotated or revoked: to be entered in the evaluation log."""

    at: datetime
    by: str
    change: Change
    key: TrustedKey
    """As it is after the change."""
    reason: str

    def key_record(self) -> dict[str, Json]:
        """Return what the log's entry says of the key: its entry of a trust file, and why."""
        return {**self.key.record(), "reason": self.reason}

    def record(self) -> dict[str, Json]:
        """Return the entry of the evaluation log as a canonical record."""
        return {
            "at": written(self.at),
            "by": self.by,
            "change": self.change.value,
            "key": self.key_record(),
            "kind": "key",
        }


@dataclass(frozen=True, slots=True)
class Trust:
    """The keys and time-stamp authorities that are believed, and what may be evaluated with."""

    keys: tuple[TrustedKey, ...]
    authorities: tuple[str, ...] = field(default=())
    """Root certificates of time-stamp authorities, each as PEM."""
    approved: tuple[Fact, ...] = field(default=())
    """The strategies, contracts, code and libraries that may be evaluated with.

    Of a kind that does not occur here nothing is said; of a kind that does, nothing else may be.
    """

    def __post_init__(self) -> None:
        """Refuse a key that is listed twice for one use, and a fact that is listed twice."""
        if len({(one.kind, one.name, one.sha256) for one in self.approved}) != len(self.approved):
            raise IntegrityError("something approved twice", expected="each once")
        listed: set[tuple[str, str]] = set()
        for one in self.keys:
            if (one.use, one.keyid) in listed:
                raise IntegrityError(f"the {one.use} key {one.keyid} twice", expected="each once")
            listed.add((one.use, one.keyid))

    def key(self, use: Use, keyid: str) -> TrustedKey | None:
        """Return the key of this id, if it is trusted for this use at any time."""
        fitting = (one for one in self.keys if (one.use, one.keyid) == (use, keyid))
        return next(fitting, None)

    def named(self, use: Use, name: str) -> tuple[TrustedKey, ...]:
        """Return every key of this use and name: those it was, and the one it is."""
        return tuple(one for one in self.keys if (one.use, one.name) == (use, name))

    def record(self) -> dict[str, Json]:
        """Return the trust file as a canonical record."""
        return {
            "approved": [one.record() for one in self.approved],
            "authorities": list(self.authorities),
            "format": FORMAT,
            "keys": [one.record() for one in self.keys],
        }

    def encode(self) -> bytes:
        """Return the trust file's bytes: canonical JSON and a newline."""
        return canonical(self.record()) + b"\n"


def _olpc(text: str) -> str:
    """Return a text in OLPC canonical JSON, which escapes quotes and backslashes alone."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
