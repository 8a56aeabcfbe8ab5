"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=20), nullable=False),
        sa.Column("closed_at", sa.String(length=20), nullable=True),
        sa.CheckConstraint("role IN ('reader', 'editor', 'administrator')", name=op.f("account_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_pkey")),
        sa.UniqueConstraint("name", name=op.f("account_one_name")),
    )
    op.create_table(
        "conversation",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("conversation_pkey")),
    )
    op.create_index(op.f("conversation_by_begun_at"), "conversation", ["begun_at"], unique=False)
    op.create_table(
        "dialogue",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("dialogue_pkey")),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("bundle", sa.String(length=64), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("quarantine_pkey")),
        sa.UniqueConstraint(
            "site", "bundle", "what", "digest", name=op.f("quarantine_one_site_bundle_what_digest")
        ),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("receipt_pkey")),
        sa.UniqueConstraint("meeting", "content", name=op.f("receipt_one_meeting_content")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("site_pkey")),
    )
    op.create_table(
        "tombstone",
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("erased_by", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("meeting", name=op.f("tombstone_pkey")),
    )
    op.create_table(
        "bundle",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("arrived_at", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "state IN ('receiving', 'accepted', 'conflict', 'set_aside', 'refused')",
            name=op.f("bundle_state_known"),
        ),
        sa.CheckConstraint("way IN ('http', 'file')", name=op.f("bundle_way_known")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("bundle_site_of_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("bundle_pkey")),
    )
    op.create_index(op.f("bundle_by_meeting"), "bundle", ["meeting"], unique=False)
    op.create_index(op.f("bundle_by_site"), "bundle", ["site"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=True),
        sa.Column("made_at", sa.String(length=20), nullable=False),
        sa.Column("expires_at", sa.String(length=20), nullable=False),
        sa.Column("used_at", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("enrolment_site_of_site")),
        sa.PrimaryKeyConstraint("code_digest", name=op.f("enrolment_pkey")),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.String(length=20), nullable=False),
        sa.Column("expires_at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("session_account_of_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("session_pkey")),
    )
    op.create_index(op.f("session_by_account"), "session", ["account"], unique=False)
    op.create_table(
        "site_key",
        sa.Column("public", sa.String(length=64), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("enrolled_at", sa.String(length=20), nullable=False),
        sa.Column("revoked_at", sa.String(length=20), nullable=True),
        sa.Column("revoked_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("site_key_site_of_site")),
        sa.PrimaryKeyConstraint("public", name=op.f("site_key_pkey")),
    )
    op.create_index(op.f("site_key_by_site"), "site_key", ["site"], unique=False)
    op.create_table(
        "conflict",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("kept", sa.String(length=64), nullable=False),
        sa.Column("beside", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.String(length=20), nullable=False),
        sa.Column("settled_at", sa.String(length=20), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("chosen", sa.String(length=10), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("chosen IN ('kept', 'beside')", name=op.f("conflict_chosen_known")),
        sa.ForeignKeyConstraint(["beside"], ["bundle.id"], name=op.f("conflict_beside_of_bundle")),
        sa.ForeignKeyConstraint(["kept"], ["bundle.id"], name=op.f("conflict_kept_of_bundle")),
        sa.PrimaryKeyConstraint("id", name=op.f("conflict_pkey")),
        sa.UniqueConstraint("beside", name=op.f("conflict_one_beside")),
    )
    op.create_index(op.f("conflict_by_meeting"), "conflict", ["meeting"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("bundle", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("place", JSON, nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("document", JSON, nullable=False),
        sa.Column("received_at", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["bundle"], ["bundle.id"], name=op.f("meeting_bundle_of_bundle")),
        sa.ForeignKeyConstraint(["dialogue"], ["dialogue.id"], name=op.f("meeting_dialogue_of_dialogue")),
        sa.ForeignKeyConstraint(["site"], ["site.id"], name=op.f("meeting_site_of_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("meeting_pkey")),
    )
    op.create_index(op.f("meeting_by_dialogue_date"), "meeting", ["dialogue", "date"], unique=False)
    op.create_table(
        "part",
        sa.Column("bundle", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bundle"], ["bundle.id"], name=op.f("part_bundle_of_bundle"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bundle", "sha256", name=op.f("part_pkey")),
    )
    op.create_table(
        "round",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("meeting", sa.String(length=200), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dialogue", sa.String(length=200), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("question_version", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Boolean(), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("composition", sa.Boolean(), nullable=False),
        sa.Column("connected", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting"], ["meeting.id"], name=op.f("round_meeting_of_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("round_pkey")),
        sa.UniqueConstraint("meeting", "uid", name=op.f("round_one_meeting_uid")),
    )
    op.create_index(op.f("round_by_dialogue_question"), "round", ["dialogue", "question"], unique=False)
    op.create_table(
        "answer",
        sa.Column("round", NUMBER, autoincrement=False, nullable=False),
        sa.Column("respondent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("composition", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["round.id"], name=op.f("answer_round_of_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round", "respondent", name=op.f("answer_pkey")),
    )
    op.create_table(
        "released",
        sa.Column("round", NUMBER, autoincrement=False, nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["round.id"], name=op.f("released_round_of_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round", "audience", "number", name=op.f("released_pkey")),
    )
    op.create_table(
        "tally",
        sa.Column("round", NUMBER, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["round.id"], name=op.f("tally_round_of_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round", "channel", name=op.f("tally_pkey")),
    )
    op.create_table(
        "tally_count",
        sa.Column("round", NUMBER, autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("option", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["round.id"], name=op.f("tally_count_round_of_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round", "channel", "option", name=op.f("tally_count_pkey")),
    )
    op.create_table(
        "text",
        sa.Column("round", NUMBER, autoincrement=False, nullable=False),
        sa.Column("respondent", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("composition", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["round"], ["round.id"], name=op.f("text_round_of_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round", "respondent", name=op.f("text_pkey")),
    )
