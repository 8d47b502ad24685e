"""The ledger's tables: each row is written once, and the database itself refuses to change it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Dialect, MetaData, String, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from contracts.times import read_time, written

_TIME_LENGTH = 27  # of contracts.times.written, which is always of the same length
_DIGEST = String(64)
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A time in UTC as text of one length, the same on every database, sorted as it reads."""

    impl = String(_TIME_LENGTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the text to keep; a time without a zone is refused."""
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time that was kept."""
        return None if value is None else read_time(value)


class Words(TypeDecorator[str]):
    """A sentence for people. What no database keeps (NUL, half a character) is shown as a sign."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the sentence with signs in the place of what cannot be kept."""
        return None if value is None else keepable(value)


def keepable(sentence: str) -> str:
    """Return the sentence as the ledger keeps it: NUL as U+2400, a lone surrogate as U+FFFD."""
    visible = sentence.replace("\0", "\N{SYMBOL FOR NULL}")
    return visible.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Row(SQLModel):
    """What every table of the ledger shares: its own collection of tables, and their names."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)
    __table_args__: ClassVar[object] = {"sqlite_autoincrement": True}


class CaptureRow(Row, table=True):
    """Bytes that a source handed over for one asking, the first time it handed over these."""

    __tablename__ = "capture"
    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of the canonical (batch, source, request, digest)."""
    batch: str = Field(sa_type=Text, index=True)
    source: str = Field(sa_type=Text)
    system: str = Field(sa_type=Text)
    request: str = Field(sa_type=Text)
    digest: str = Field(sa_type=_DIGEST, index=True)
    size: int = Field(sa_type=BigInteger)
    media_type: str = Field(sa_type=Text)
    headers: str = Field(sa_type=Text)
    """Canonical JSON, pairs of name and value."""
    contract: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    captured_at: datetime = Field(sa_type=Moment)


class QuarantineRow(Row, table=True):
    """A source was set aside; one row each time that happened."""

    __tablename__ = "quarantine"
    id: int | None = Field(default=None, primary_key=True)
    batch: str = Field(sa_type=Text, index=True)
    source: str = Field(sa_type=Text)
    found: str = Field(sa_type=Words)
    expected: str = Field(sa_type=Words)
    place: str = Field(sa_type=Words)
    move: str = Field(sa_type=Words)
    at: datetime = Field(sa_type=Moment)


class EvaluationRow(Row, table=True):
    """The intent to judge a batch, written before any result is known."""

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("batch", "number"),
        UniqueConstraint("inputs", "attempt"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    batch: str = Field(sa_type=Text)
    number: int
    inputs: str = Field(sa_type=_DIGEST)
    """SHA-256 of the canonical (batch, stage, evidence, strategy, reason)."""
    attempt: int
    """1, and one more each time the attempt before it was given up."""
    stage: str = Field(sa_type=Text)
    evidence: str = Field(sa_type=_DIGEST)
    strategy: str = Field(sa_type=_DIGEST)
    reason: str = Field(sa_type=Text)
    collection: str = Field(sa_type=_DIGEST)
    started_at: datetime = Field(sa_type=Moment)


class ResultRow(Row, table=True):
    """How an evaluation ended: finished with a readiness, or given up with a reason; once."""

    __tablename__ = "evaluation_result"
    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluation.id", unique=True)
    ending: str = Field(sa_type=Text)
    """`finished` or `aborted`."""
    readiness: str = Field(sa_type=Text)
    """Empty when aborted."""
    reasons: str = Field(sa_type=Text)
    """Canonical JSON, a list of sentences: of the readiness, or why it was given up."""
    record: str = Field(sa_type=Text)
    """Digest of the evaluation's record in the store; empty when aborted."""
    at: datetime = Field(sa_type=Moment)


class ExceptionRow(Row, table=True):
    """A condition that an evaluation lays before a reviewer."""

    __tablename__ = "quality_exception"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "position"),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    evaluation_id: int = Field(foreign_key="evaluation.id")
    position: int
    exception_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    blocking: bool
    message: str = Field(sa_type=Words)
    criterion: str = Field(sa_type=Text)
    observations: str = Field(sa_type=Text)
    """Canonical JSON, a list of observation ids."""


class PackageRow(Row, table=True):
    """A package that was built from an evaluation, and where it was put."""

    __tablename__ = "package"
    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of the canonical (batch, number, root, location)."""
    evaluation_id: int = Field(foreign_key="evaluation.id", index=True)
    root: str = Field(sa_type=_DIGEST)
    location: str = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=Moment)


class LogEntryRow(Row, table=True):
    """One entry of the evaluation log, which counts from 0 without a gap over every batch."""

    __tablename__ = "log_entry"
    id: int | None = Field(default=None, primary_key=True)
    position: int = Field(unique=True)
    identity: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of what the entry may be made of only once; see tasks.ledger.log_entries."""
    batch: str = Field(sa_type=Text, index=True)
    """Empty for a key's entry."""
    kind: str = Field(sa_type=Text, index=True)
    at: datetime = Field(sa_type=Moment)
    """The entry's own time; of a seal, when it was entered."""
    entry: str = Field(sa_type=Text)
    """Canonical JSON; exactly the bytes of the leaf."""
    leaf: str = Field(sa_type=_DIGEST)
    """RFC 6962 leaf hash, hex."""


class LogNodeRow(Row, table=True):
    """The hash over one complete subtree of the log: 2**level entries."""

    __tablename__ = "log_node"
    __table_args__ = (UniqueConstraint("level", "position"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    level: int
    """1 and up; level 0 stands in the entries."""
    position: int
    """Counted from 0 within the level."""
    node: str = Field(sa_type=_DIGEST)


class LogCheckpointRow(Row, table=True):
    """A state of the log that was signed; of one size there is one head, for ever."""

    __tablename__ = "log_checkpoint"
    __table_args__ = (UniqueConstraint("origin", "size"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    origin: str = Field(sa_type=Text)
    size: int
    root: str = Field(sa_type=_DIGEST)


class LogSignatureRow(Row, table=True):
    """A signature under a checkpoint: the log's own or a witness's."""

    __tablename__ = "log_signature"
    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(sa_type=_DIGEST, unique=True)
    """SHA-256 of the canonical (origin, size, line)."""
    checkpoint_id: int = Field(foreign_key="log_checkpoint.id", index=True)
    name: str = Field(sa_type=Text)
    """The key's name, as the line says it."""
    line: str = Field(sa_type=Text)
