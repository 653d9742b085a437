"""The self-assessment: instruments, what owners answered and showed; and the answers to what owners ask."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.domain.tables.kinds import Id, Sealed, Utc, id_column, metadata, person_column


class Proof(IntEnum):
    """State of an evidence row."""

    CLAIMED = 0  # shown, and waiting for an officer
    CONFIRMED = 1
    REJECTED = 2
    AGAIN = 3  # an officer asked for another one
    WITHDRAWN = 4  # another answer was given since


instruments = Table(  # a version is never changed: assessments are bound to it
    "instruments",
    metadata,
    Column("code", String(20), primary_key=True),  # e.g. "naik-kelas"
    Column("version", String(20), primary_key=True),
    Column("since", Date, nullable=False),  # new assessments take it from this day of the office's calendar
    Column("document", JSON, nullable=False),  # as `bot.domain.assess.instrument.Instrument`
    Column("put_at", Utc, nullable=False),
    UniqueConstraint("code", "since"),
)

assessments = Table(
    "assessments",
    metadata,
    id_column(),
    person_column(nullable=False, index=True),
    Column("business_id", Id, ForeignKey("businesses.id", ondelete="CASCADE"), nullable=False),
    Column("instrument", String(20), nullable=False),
    Column("version", String(20), nullable=False),
    Column("kind", String(8), nullable=False),  # quick or full
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("claimed", Integer),  # 0 to 100, from the answers
    Column("claimed_band", String(20)),
    Column("verified", Integer),  # 0 to 100, moves as officers decide
    Column("verified_band", String(20)),
    Column("marks", JSON),  # scores by indicator and gates that hold back, of both
    ForeignKeyConstraint(["instrument", "version"], ["instruments.code", "instruments.version"]),
    CheckConstraint("(finished_at is null) = (claimed is null)", name="finished"),
    Index("ix_assessments_business", "business_id", "instrument", "finished_at"),
    Index("ix_assessments_ranked", "instrument", "verified"),
    Index(
        "uq_assessments_open",  # one open check of a business
        "business_id",
        "instrument",
        unique=True,
        sqlite_where=text("finished_at is null"),
        postgresql_where=text("finished_at is null"),
    ),
    sqlite_autoincrement=True,
)

answers = Table(
    "answers",
    metadata,
    Column("assessment_id", Id, ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True),
    Column("item", String(8), primary_key=True),  # of the instrument or its profile: "A1", "P1"
    Column("answer", String(20), nullable=False),  # code of the chosen option
    Column("at", Utc, nullable=False),
)

evidence = Table(  # what an owner showed for an answer; the newest row of an item counts
    "evidence",
    metadata,
    id_column(),
    Column("assessment_id", Id, ForeignKey("assessments.id", ondelete="CASCADE"), nullable=False),
    Column("item", String(8), nullable=False),
    Column("answer", String(20), nullable=False),  # that it was shown for
    Column("media_id", Id, ForeignKey("media.id", ondelete="SET NULL")),
    Column("words", Sealed),  # a number, a link or a line instead of a photo
    Column("state", Integer, nullable=False),  # Proof
    Column("at", Utc, nullable=False),
    Column("taken_by", Id, ForeignKey("officers.person_id")),  # the officer who looks at it now
    Column("taken_until", Utc),
    Column("decided_by", Id, ForeignKey("officers.person_id")),
    Column("decided_at", Utc),
    Column("reason", Sealed),  # why it was rejected or asked again, in the officer's words
    CheckConstraint("(state in (0, 4)) = (decided_at is null)", name="decided"),
    Index("ix_evidence_assessment", "assessment_id", "item", "id"),
    Index("ix_evidence_media", "media_id"),
    Index(
        "ix_evidence_waiting",
        "at",
        "id",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    Index(
        "uq_evidence_waiting",  # one thing waits to be looked at for an item
        "assessment_id",
        "item",
        unique=True,
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    sqlite_autoincrement=True,
)

faqs = Table(  # answers to what owners ask, each in force from a day
    "faqs",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("since", Date, primary_key=True),  # in force from this day of the office's calendar
    Column("topic", String(20), nullable=False),  # an intent's label, or a topic of ours
    Column("place", Integer, nullable=False),  # its order
    Column("title", String(20), nullable=False),  # on its button
    Column("question", String(120), nullable=False),
    Column("answer", String(1000), nullable=False),
    Column("words", String(300), nullable=False),  # that speak for it among those of its topic
    Column("sure", String(1), nullable=False),  # H, M or L: how sure it is; M and L need the office's approval
    Column("source", String(300), nullable=False),
    Column("approved_at", Utc),
    Column("approved_by", String(80)),  # as told by the operator
    CheckConstraint("(approved_at is null) = (approved_by is null)", name="approved"),
)
