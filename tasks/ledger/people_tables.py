"""The ledger's tables about people: secrets as sealed text, and what was used and tried when."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, String, Text, UniqueConstraint
from sqlmodel import Field

from tasks.ledger.tables import Moment, Row

_DIGEST = String(64)


class CredentialRow(Row, table=True):
    """A person's secret, sealed: the last one counts."""

    __tablename__ = "credential"
    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(sa_type=Text, index=True)
    secret: str = Field(sa_type=Text)
    """Sealed under the credential key, which is not in the database; never plain."""
    at: datetime = Field(sa_type=Moment)
    given_by: str = Field(sa_type=Text)


class CodeUseRow(Row, table=True):
    """A one-time code was used: of one step there is one use by a person, for ever."""

    __tablename__ = "code_use"
    __table_args__: ClassVar[object] = (
        UniqueConstraint("person", "step"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(sa_type=Text)
    step: int = Field(sa_type=BigInteger)
    """RFC 6238's T: 30 seconds counted from 1970."""
    at: datetime = Field(sa_type=Moment)


class TokenUseRow(Row, table=True):
    """An identity provider's token or a grant of the door was used; it is never used again."""

    __tablename__ = "token_use"
    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of the token's signed part, or of the grant."""
    person: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Moment)


class GrantRow(Row, table=True):
    """The door vouches for a person and one set of parameters, for a short time and one use."""

    __tablename__ = "door_grant"
    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of the grant; the grant itself is kept nowhere."""
    person: str = Field(sa_type=Text)
    asked: str = Field(sa_type=_DIGEST)
    """SHA-256 of the canonical parameters without user and code."""
    until: datetime = Field(sa_type=Moment)


class AttemptRow(Row, table=True):
    """Somebody said who they are, at this machine's own time, and what came of it."""

    __tablename__ = "attempt"
    id: int | None = Field(default=None, primary_key=True)
    who: str = Field(sa_type=_DIGEST, index=True)
    """HMAC-SHA256 of the id that was typed; people type secrets in its place too."""
    person: str = Field(sa_type=Text, index=True)
    """The id if it is one on record; else empty."""
    at: datetime = Field(sa_type=Moment)
    outcome: str = Field(sa_type=Text)
    """`granted`, `forbidden` (their roles do not allow it), `refused` or `blocked`."""
