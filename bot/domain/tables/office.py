"""The office's own nouns: owners and businesses, officers, tickets, dated rules, regions."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.domain.tables.kinds import Id, Sealed, Utc, id_column, metadata, person_column

owners = Table(
    "owners",
    metadata,
    person_column(primary_key=True),
    Column("name", Sealed, nullable=False),
    Column("called", String(8), nullable=False, server_default="nama"),  # bapak, ibu or nama: how we speak to her
    Column("phone", Sealed),
    Column("phone_index", LargeBinary(32), index=True),  # keyed HMAC: two people may share a phone
    Column("nik", Sealed),  # only where a service needs it
    Column("nik_index", LargeBinary(32), index=True),  # keyed HMAC
    Column("registered_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
)

name_words = Table(  # what an officer finds an owner by: the words of her name and of her businesses' names
    "name_words",
    metadata,
    person_column(primary_key=True),
    Column("word", LargeBinary(16), primary_key=True),  # keyed HMAC of the folded word
    Index("ix_name_words_word", "word"),
)

businesses = Table(
    "businesses",
    metadata,
    id_column(),
    Column("owner_id", Id, ForeignKey("owners.person_id"), nullable=False, index=True),
    Column("name", Sealed, nullable=False),
    Column("sector", String(20), nullable=False),
    Column("village", String(16), nullable=False, index=True),  # Kemendagri code
    Column("rt", String(4)),
    Column("rw", String(4)),
    Column("sales", String(12)),  # monthly band P2 of the instrument's profile; None before it was asked
    Column("capital", String(12)),  # band P3
    Column("workers", String(12)),  # band P4
    Column("age", String(12)),  # band P5: for how long it has been running
    Column("nib", Sealed),
    Column("nib_index", LargeBinary(32), index=True),  # keyed HMAC
    Column("registered_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

officers = Table(
    "officers",
    metadata,
    person_column(primary_key=True),
    Column("name", Sealed, nullable=False),
    Column("role", String(20), nullable=False),
    Column("area", String(16), nullable=False),  # Kemendagri code whose subtree the officer serves
    Column("since", Utc, nullable=False),
    Column("revoked_at", Utc),
)

tickets = Table(
    "tickets",
    metadata,
    id_column(),
    person_column(nullable=False),
    Column("about", String(40), nullable=False),  # what it is about, in a word of ours
    Column("words", Sealed),  # what she wrote
    Column("village", String(16)),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Index(
        "uq_tickets_open",  # one open question of a person
        "person_id",
        unique=True,
        sqlite_where=text("closed_at is null"),
        postgresql_where=text("closed_at is null"),
    ),
    sqlite_autoincrement=True,
)

wishes = Table(
    "wishes",
    metadata,
    id_column(),
    person_column(nullable=False, index=True),
    Column("topic", String(40), nullable=False),  # a label of the intents, e.g. "daftar_pelatihan"
    Column("at", Utc, nullable=False),
    UniqueConstraint("person_id", "topic"),
    sqlite_autoincrement=True,
)

rules = Table(
    "rules",
    metadata,
    Column("name", String(60), primary_key=True),  # e.g. "class.thresholds"
    Column("since", Date, primary_key=True),  # in force from this day of the office's calendar
    Column("value", JSON, nullable=False),
    Column("source", String(200), nullable=False),  # the law or letter it comes from
)

invites = Table(
    "invites",
    metadata,
    id_column(),
    Column("code_index", LargeBinary(32), nullable=False, unique=True),  # keyed HMAC; the code itself isn't kept
    Column("name", Sealed, nullable=False),  # with the code itself: of one who hasn't joined yet there is no key
    Column("role", String(20), nullable=False),
    Column("area", String(16), nullable=False),
    Column("invited_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_by", Id, ForeignKey("people.id")),
    Column("used_at", Utc),
    CheckConstraint("(used_by is null) = (used_at is null)", name="used"),
    sqlite_autoincrement=True,
)

regions = Table(
    "regions",
    metadata,
    Column("code", String(16), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("parent", String(16), index=True),
)
