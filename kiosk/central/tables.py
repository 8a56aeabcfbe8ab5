"""The tables of the central store, the same on SQLite and PostgreSQL. ``migrations`` makes them.

What comes in lies twice: as the parts that were signed, compressed, for whoever wants to check or to decide
between two versions; and as rows with their tallies, made at intake, so that no page ever counts rows.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import JSON

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "uq": "%(table_name)s_one_%(column_0_N_name)s",
        "ck": "%(table_name)s_%(constraint_name)s",
        "fk": "%(table_name)s_%(column_0_name)s_of_%(referred_table_name)s",
        "pk": "%(table_name)s_pkey",
    }
)

_Json = JSON().with_variant(JSONB(), "postgresql")
_Number = BigInteger().with_variant(Integer(), "sqlite")
_Stamp = String(20)
"""ISO 8601, UTC, whole seconds, by the central store's own clock."""


def _among(name: str, *words: str) -> CheckConstraint:
    return CheckConstraint(f"{name} IN ({', '.join(repr(word) for word in words)})", name=f"{name}_known")


# ── Who may send ─────────────────────────────────────────────────────────────────────────────────────

site = Table(
    "site",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("name", Text, nullable=False),
    Column("enrolled_at", _Stamp, nullable=False),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("code_digest", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("site", ForeignKey("site.id")),
    Column("made_at", _Stamp, nullable=False),
    Column("expires_at", _Stamp, nullable=False),
    Column("used_at", _Stamp),
)

site_key = Table(
    "site_key",
    metadata,
    Column("public", String(64), primary_key=True),
    Column("site", ForeignKey("site.id"), nullable=False, index=True),
    Column("enrolled_at", _Stamp, nullable=False),
    Column("revoked_at", _Stamp),
    Column("revoked_why", Text),
)

conversation = Table(
    "conversation",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("counter", BigInteger, nullable=False),
    Column("begun_at", _Stamp, nullable=False, index=True),
)

# ── Who may read ─────────────────────────────────────────────────────────────────────────────────────

account = Table(
    "account",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("password", Text, nullable=False),
    Column("made_at", _Stamp, nullable=False),
    Column("closed_at", _Stamp),
    _among("role", "reader", "editor", "administrator"),
)

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started_at", _Stamp, nullable=False),
    Column("expires_at", _Stamp, nullable=False),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("name_digest", String(64), nullable=False, index=True),
    Column("at", _Stamp, nullable=False, index=True),
)

# ── What came in ─────────────────────────────────────────────────────────────────────────────────────

bundle = Table(
    "bundle",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("meeting", String(200), nullable=False, index=True),
    Column("dialogue", String(200), nullable=False),
    Column("site", ForeignKey("site.id"), nullable=False, index=True),
    Column("content", String(64), nullable=False),
    Column("records", Integer, nullable=False),
    Column("manifest", LargeBinary, nullable=False),
    Column("signature", String(128), nullable=False),
    Column("way", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text),
    Column("arrived_at", _Stamp, nullable=False),
    _among("way", "http", "file"),
    _among("state", "receiving", "accepted", "conflict", "set_aside", "refused"),
    Index(None, "dialogue", "state"),
)

part = Table(
    "part",
    metadata,
    Column("bundle", ForeignKey("bundle.id", ondelete="CASCADE"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("meeting", String(200), nullable=False),
    Column("content", String(64), nullable=False),
    Column("written", Text, nullable=False),
    Column("signature", String(128), nullable=False),
    UniqueConstraint("meeting", "content"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("site", String(200), nullable=False),
    Column("bundle", String(64), nullable=False),
    Column("what", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary),
    Column("arrived_at", _Stamp, nullable=False),
    UniqueConstraint("site", "bundle", "what", "digest"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("meeting", String(200), nullable=False, index=True),
    Column("kept", ForeignKey("bundle.id"), nullable=False),
    Column("beside", ForeignKey("bundle.id"), nullable=False, unique=True),
    Column("opened_at", _Stamp, nullable=False),
    Column("settled_at", _Stamp),
    Column("settled_by", Text),
    Column("chosen", String(10)),
    Column("note", Text),
    _among("chosen", "kept", "beside"),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("meeting", String(200), primary_key=True),
    Column("dialogue", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("erased_by", Text, nullable=False),
    Column("erased_at", _Stamp, nullable=False),
    Column("place", _Json),
    Column("date", Text),
)

# ── What it says ─────────────────────────────────────────────────────────────────────────────────────

dialogue = Table(
    "dialogue",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("title", _Json, nullable=False),
)

meeting = Table(
    "meeting",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("dialogue", ForeignKey("dialogue.id"), nullable=False),
    Column("site", ForeignKey("site.id"), nullable=False),
    Column("bundle", ForeignKey("bundle.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("type", Text, nullable=False),
    Column("date", Text, nullable=False),
    Column("place", _Json, nullable=False),
    Column("title", _Json, nullable=False),
    Column("participants", Integer, nullable=False),
    Column("heads", Integer),
    Column("document", _Json, nullable=False),
    Column("received_at", _Stamp, nullable=False),
    Index(None, "dialogue", "date"),
)

round_ = Table(
    "round",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("meeting", ForeignKey("meeting.id", ondelete="CASCADE"), nullable=False),
    Column("uid", String(200), nullable=False),
    Column("number", Integer, nullable=False),
    Column("dialogue", String(200), nullable=False),
    Column("question", String(200), nullable=False),
    Column("question_version", Integer, nullable=False),
    Column("run", Integer, nullable=False),
    Column("last_run", Boolean, nullable=False),
    Column("item", String(200)),
    Column("status", String(10), nullable=False),
    Column("composition", Boolean, nullable=False),
    Column("connected", Integer, nullable=False),
    UniqueConstraint("meeting", "uid"),
    Index(None, "dialogue", "question"),
)


def _of_round() -> Column[int]:
    return Column("round", ForeignKey("round.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)


answer = Table(
    "answer",
    metadata,
    _of_round(),
    Column("respondent", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(10)),
    Column("answer", _Json, nullable=False),
    Column("composition", _Json, nullable=False),
)

text = Table(
    "text",
    metadata,
    _of_round(),
    Column("respondent", Integer, primary_key=True, autoincrement=False),
    Column("channel", String(10)),
    Column("text", Text, nullable=False),
    Column("composition", _Json, nullable=False),
)

released = Table(
    "released",
    metadata,
    _of_round(),
    Column("audience", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", _Json, nullable=False),
)

tally = Table(
    "tally",
    metadata,
    _of_round(),
    Column("channel", String(12), primary_key=True),
    Column("answered", Integer, nullable=False),
    Column("valid", Integer, nullable=False),
    Column("abstained", Integer, nullable=False),
    Column("dont_know", Integer, nullable=False),
)

tally_count = Table(
    "tally_count",
    metadata,
    _of_round(),
    Column("channel", String(12), primary_key=True),
    Column("option", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

# ── What pages show ──────────────────────────────────────────────────────────────────────────────────
# Made when a meeting comes in, by the rules of the disclosure gate, and never counted again for a page.

series = Table(
    "series",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("dialogue", ForeignKey("dialogue.id"), nullable=False),
    Column("question", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("form", String(16), nullable=False),
    Column("place", Integer, nullable=False),
    Column("composition", Boolean, nullable=False),
    Column("document", _Json, nullable=False),
    Column("languages", _Json, nullable=False),
    Column("age_base", String(20), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("shown", _Json),
    Column("hands", _Json),
    UniqueConstraint("dialogue", "question", "version", "form"),
)

block = Table(
    "block",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("series", ForeignKey("series.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("lane", String(200), nullable=False),
    Column("parts", _Json, nullable=False),
    Column("cells", _Json, nullable=False),
)

block_member = Table(
    "block_member",
    metadata,
    Column("meeting", String(200), primary_key=True),
    Column("block", ForeignKey("block.id", ondelete="CASCADE"), primary_key=True, index=True),
)

waiting = Table(
    "waiting",
    metadata,
    Column("series", ForeignKey("series.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("meeting", String(200), primary_key=True, index=True),
    Column("name", String(200), primary_key=True),
    Column("lane", String(200), nullable=False),
    Column("held", Boolean, nullable=False),
    Column("part", _Json, nullable=False),
    Column("cells", _Json, nullable=False),
)

outline = Table(
    "outline",
    metadata,
    Column("meeting", ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True),
    Column("dialogue", String(200), nullable=False, index=True),
    Column("date", Text, nullable=False),
    Column("participants", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("not_asked", _Json, nullable=False),
)

overview = Table(
    "overview",
    metadata,
    Column("dialogue", ForeignKey("dialogue.id", ondelete="CASCADE"), primary_key=True),
    Column("meetings", Integer, nullable=False),
    Column("participants", BigInteger, nullable=False),
    Column("answers", BigInteger, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
)

carried = Table(
    "carried",
    metadata,
    Column("meeting", ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True),
    Column("dialogue", String(200), nullable=False),
    Column("received_at", _Stamp, nullable=False),
    Column("population", _Json, nullable=False),
    Index(None, "dialogue", "received_at"),
)

population = Table(
    "population",
    metadata,
    Column("dialogue", ForeignKey("dialogue.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("table", Text, nullable=False),
    Column("brought_by", Text, nullable=False),
    Column("brought_at", _Stamp, nullable=False),
)
