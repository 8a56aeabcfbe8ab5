"""What pages show: blocks of answers that may be shown, and their sums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "overview",
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("participants", sa.BigInteger(), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue"], ["dialogue.id"], name=op.f("overview_dialogue_of_dialogue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dialogue", name=op.f("overview_pkey")),
    )
    op.create_table(
        "population",
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("table", sa.Text(), nullable=False),
        sa.Column("brought_by", sa.Text(), nullable=False),
        sa.Column("brought_at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue"], ["dialogue.id"], name=op.f("population_dialogue_of_dialogue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dialogue", name=op.f("population_pkey")),
    )
    op.create_table(
        "series",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("composition", sa.Boolean(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("age_base", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("shown", JSON, nullable=True),
        sa.Column("hands", JSON, nullable=True),
        sa.ForeignKeyConstraint(["dialogue"], ["dialogue.id"], name=op.f("series_dialogue_of_dialogue")),
        sa.PrimaryKeyConstraint("id", name=op.f("series_pkey")),
        sa.UniqueConstraint(
            "dialogue", "question", "version", "form", name=op.f("series_one_dialogue_question_version_form")
        ),
    )
    op.create_table(
        "block",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("series", NUMBER, nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("parts", JSON, nullable=False),
        sa.Column("cells", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["series"], ["series.id"], name=op.f("block_series_of_series"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("block_pkey")),
    )
    op.create_index(op.f("block_by_series"), "block", ["series"], unique=False)
    op.create_table(
        "waiting",
        sa.Column("series", NUMBER, autoincrement=False, nullable=False),
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lane", sa.String(length=200), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("part", JSON, nullable=False),
        sa.Column("cells", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["series"], ["series.id"], name=op.f("waiting_series_of_series"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series", "meeting", "name", name=op.f("waiting_pkey")),
    )
    op.create_index(op.f("waiting_by_meeting"), "waiting", ["meeting"], unique=False)
    op.create_table(
        "block_member",
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("block", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["block"], ["block.id"], name=op.f("block_member_block_of_block"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting", "block", name=op.f("block_member_pkey")),
    )
    op.create_index(op.f("block_member_by_block"), "block_member", ["block"], unique=False)
    op.create_table(
        "outline",
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("not_asked", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meeting.id"], name=op.f("outline_meeting_of_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting", name=op.f("outline_pkey")),
    )
    op.create_index(op.f("outline_by_dialogue"), "outline", ["dialogue"], unique=False)
    op.create_index(op.f("bundle_by_dialogue_state"), "bundle", ["dialogue", "state"], unique=False)
