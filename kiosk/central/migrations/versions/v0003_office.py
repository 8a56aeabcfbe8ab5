"""What offices needed next: attempts to log in, notes of erased meetings, populations that travel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
    )
    op.create_index(op.f("attempt_by_name_digest"), "attempt", ["name_digest"], unique=False)
    op.create_index(op.f("attempt_by_at"), "attempt", ["at"], unique=False)
    op.create_table(
        "carried",
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.String(length=20), nullable=False),
        sa.Column("population", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meeting.id"], name=op.f("carried_meeting_of_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting", name=op.f("carried_pkey")),
    )
    op.create_index(
        op.f("carried_by_dialogue_received_at"), "carried", ["dialogue", "received_at"], unique=False
    )
    op.execute("ALTER TABLE tombstone RENAME COLUMN reference TO why")
    op.add_column("tombstone", sa.Column("place", JSON, nullable=True))
    op.add_column("tombstone", sa.Column("date", sa.Text(), nullable=True))
