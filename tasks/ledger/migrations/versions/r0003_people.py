"""People: their sealed secrets, each use of a code, token or grant, and every try."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from contracts.errors import StorageError
from tasks.ledger.migrations.refusals import Keys, refuse_changes
from tasks.ledger.migrations.versions import r0001_first_record as first
from tasks.ledger.migrations.versions import r0002_evaluation_log as before

revision = "r0003"
down_revision = "r0002"

KEYS: dict[str, Keys] = {
    "credential": [],
    "code_use": [("person", "step")],
    "token_use": [("token",)],
    "door_grant": [("token",)],
    "attempt": [],
}
"""The tables of people, each with the sets of columns that name a row besides its id."""


def upgrade() -> None:
    """Create the tables, then have the database refuse every change to what is in them."""
    columns: dict[str, list[sa.Column[Any]]] = {
        "credential": [_text("person"), _text("secret"), _moment("at"), _text("given_by")],
        "code_use": [
            _text("person"),
            sa.Column("step", sa.BigInteger(), nullable=False),
            _moment("at"),
        ],
        "token_use": [_digest("token"), _text("person"), _moment("at")],
        "door_grant": [_digest("token"), _text("person"), _digest("asked"), _moment("until")],
        "attempt": [_digest("who"), _text("person"), _moment("at"), _text("outcome")],
    }
    for table, keys in KEYS.items():
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            *columns[table],
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            *(sa.UniqueConstraint(*key, name=f"uq_{table}_{'_'.join(key)}") for key in keys),
            sqlite_autoincrement=True,
        )
    for table, column in (
        ("credential", "person"),
        ("attempt", "who"),
        ("attempt", "person"),
        ("log_entry", "kind"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    refuse_changes(op.get_bind(), KEYS, before=(*first.KEYS, *before.KEYS))


def downgrade() -> None:
    """Refuse: what is on record stays on record."""
    raise StorageError("an order to take the ledger back", expected="the way forward only")


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _digest(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(64), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(27), nullable=False)
