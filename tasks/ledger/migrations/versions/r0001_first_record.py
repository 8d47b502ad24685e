"""The first shape of the ledger: captures, quarantines, evaluations, exceptions, packages."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from contracts.errors import StorageError
from tasks.ledger.migrations.refusals import Keys, refuse_changes

revision = "r0001"
down_revision = None

KEYS: dict[str, Keys] = {
    "capture": [("identity",)],
    "quarantine": [],
    "evaluation": [("batch", "number"), ("inputs", "attempt")],
    "evaluation_result": [("evaluation_id",)],
    "quality_exception": [("evaluation_id", "position")],
    "package": [("identity",)],
}
"""The first tables, each with the sets of columns that name a row besides its id."""


def upgrade() -> None:
    """Create the tables, then have the database refuse every change to what is in them."""
    columns: dict[str, Callable[[], list[sa.Column[Any]]]] = {
        "capture": _capture,
        "quarantine": _quarantine,
        "evaluation": _evaluation,
        "evaluation_result": _result,
        "quality_exception": _exception,
        "package": _package,
    }
    for table, keys in KEYS.items():
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            *columns[table](),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            *(sa.UniqueConstraint(*key, name=f"uq_{table}_{'_'.join(key)}") for key in keys),
            sqlite_autoincrement=True,
        )
    for table, column in (
        ("capture", "batch"),
        ("capture", "digest"),
        ("quarantine", "batch"),
        ("package", "evaluation_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    refuse_changes(op.get_bind(), KEYS)


def downgrade() -> None:
    """Refuse: what is on record stays on record."""
    raise StorageError("an order to take the ledger back", expected="the way forward only")


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _digest(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(64), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(27), nullable=False)


def _of_evaluation(table: str) -> sa.Column[Any]:
    refers = sa.ForeignKey("evaluation.id", name=f"fk_{table}_evaluation_id")
    return sa.Column("evaluation_id", sa.Integer(), refers, nullable=False)


def _capture() -> list[sa.Column[Any]]:
    return [
        _digest("identity"),
        *_texts("batch", "source", "system", "request"),
        _digest("digest"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *_texts("media_type", "headers", "contract", "address"),
        _moment("captured_at"),
    ]


def _quarantine() -> list[sa.Column[Any]]:
    return [*_texts("batch", "source", "found", "expected", "place", "move"), _moment("at")]


def _evaluation() -> list[sa.Column[Any]]:
    return [
        *_texts("batch"),
        _number("number"),
        _digest("inputs"),
        _number("attempt"),
        *_texts("stage"),
        _digest("evidence"),
        _digest("strategy"),
        *_texts("reason"),
        _digest("collection"),
        _moment("started_at"),
    ]


def _result() -> list[sa.Column[Any]]:
    return [
        _of_evaluation("evaluation_result"),
        *_texts("ending", "readiness", "reasons", "record"),
        _moment("at"),
    ]


def _exception() -> list[sa.Column[Any]]:
    return [
        _of_evaluation("quality_exception"),
        _number("position"),
        *_texts("exception_id", "kind"),
        sa.Column("blocking", sa.Boolean(), nullable=False),
        *_texts("message", "criterion", "observations"),
    ]


def _package() -> list[sa.Column[Any]]:
    return [
        _digest("identity"),
        _of_evaluation("package"),
        _digest("root"),
        *_texts("location"),
        _moment("recorded_at"),
    ]
