"""The evaluation log: its entries, the tree over them, and the checkpoints that were signed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from contracts.errors import StorageError
from tasks.ledger.migrations.refusals import Keys, refuse_changes
from tasks.ledger.migrations.versions import r0001_first_record as before

revision = "r0002"
down_revision = "r0001"

KEYS: dict[str, Keys] = {
    "log_entry": [("position",), ("identity",)],
    "log_node": [("level", "position")],
    "log_checkpoint": [("origin", "size")],
    "log_signature": [("identity",)],
}
"""The log's tables, each with the sets of columns that name a row besides its id."""


def upgrade() -> None:
    """Create the tables, then have the database refuse every change to what is in them."""
    columns = {
        "log_entry": _entry(),
        "log_node": [_number("level"), _number("position"), _digest("node")],
        "log_checkpoint": [_text("origin"), _number("size"), _digest("root")],
        "log_signature": _signature(),
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
    op.create_index("ix_log_entry_batch", "log_entry", ["batch"])
    op.create_index("ix_log_signature_checkpoint_id", "log_signature", ["checkpoint_id"])
    refuse_changes(op.get_bind(), KEYS, before=tuple(before.KEYS))


def downgrade() -> None:
    """Refuse: what is on record stays on record."""
    raise StorageError("an order to take the ledger back", expected="the way forward only")


def _entry() -> list[sa.Column[Any]]:
    return [
        _number("position"),
        _digest("identity"),
        _text("batch"),
        _text("kind"),
        sa.Column("at", sa.String(27), nullable=False),
        _text("entry"),
        _digest("leaf"),
    ]


def _signature() -> list[sa.Column[Any]]:
    refers = sa.ForeignKey("log_checkpoint.id", name="fk_log_signature_checkpoint_id")
    return [
        _digest("identity"),
        sa.Column("checkpoint_id", sa.Integer(), refers, nullable=False),
        _text("name"),
        _text("line"),
    ]


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _digest(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(64), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)
