"""The post's four stations, and the people and talks they are about."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.domain.tables.kinds import Id, Sealed, Utc, id_column, metadata, person_column

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("name", String(80), nullable=False, unique=True),  # "telegram:123456789"; "house" for our own happenings
)

people = Table(
    "people",
    metadata,
    id_column(),
    Column("key_id", String(32), nullable=False, unique=True),  # names the person's key in the key store
    Column("language", String(8), nullable=False),
    Column("desk", String(10), nullable=False),
    Column("met_at", Utc, nullable=False),
    Column("opted_out_at", Utc),
    Column("frozen_at", Utc),  # she asked to be erased: nothing is done with what is kept
    Column("erase_at", Utc, index=True),  # until then she can take it back
    sqlite_autoincrement=True,
)

contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("address", Sealed, nullable=False),  # on WhatsApp it may be her phone number
    Column("address_index", LargeBinary(32), nullable=False),  # what she is found by when she writes
    person_column(nullable=False, index=True),
    Column("reachable", Boolean(name="reachable"), nullable=False),
    Column("name", Sealed),  # what the platform calls the person
    UniqueConstraint("account_id", "address_index"),
)

talks = Table(
    "talks",
    metadata,
    person_column(primary_key=True),
    Column("flow", String(40)),
    Column("waiting", String(60)),
    Column("state", Sealed, nullable=False),
    Column("touched_at", Utc, nullable=False),
    postgresql_with={"fillfactor": 10},  # a row begins small and grows in its page, so no index has to be told of it
)

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("key", String(120), nullable=False),  # keyed HMAC of the platform's, unique in the account: dedupe
    person_column(),
    Column("contact_id", Id, ForeignKey("contacts.id")),
    Column("slot", SmallInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("payload", Sealed),  # the platform's JSON; emptied a day after the turn
    Column("said", Sealed),  # her words, for an officer to read what came before; kept as long as messages are
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("received_at", Utc, nullable=False),
    Column("said_at", Utc),  # by her, where the platform tells: it may be brought days later
    Column("done_at", Utc),
    Column("error", String(400)),
    UniqueConstraint("account_id", "key"),
    CheckConstraint("state between 0 and 4", name="state"),
    CheckConstraint("slot between 0 and 63", name="slot"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index("ix_inbox_waiting", "slot", "id", sqlite_where=text("state = 0"), postgresql_where=text("state = 0")),
    Index("ix_inbox_aside", "id", sqlite_where=text("state in (2, 3)"), postgresql_where=text("state in (2, 3)")),
    Index("ix_inbox_person", "person_id", "id"),
    Index("ix_inbox_done", "done_at"),
    Index(
        "ix_inbox_full",
        "done_at",
        sqlite_where=text("payload is not null"),
        postgresql_where=text("payload is not null"),
    ),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),
    person_column(nullable=False),
    Column("about_id", Id, ForeignKey("people.id")),  # somebody else whom it tells of: sealed with her key
    Column("lane", SmallInteger, nullable=False),
    Column("op", String(10), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("body_version", SmallInteger, nullable=False),
    Column("origin", String(60), nullable=False),  # what caused it: one effect, one row
    Column("ext_id", Sealed),  # the platform's id of what was sent; before that, of its bubbles so far
    Column("replaces", Id, ForeignKey("outbox.id", ondelete="SET NULL")),
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("put_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("done_at", Utc),
    Column("error", String(400)),
    UniqueConstraint("person_id", "origin"),
    CheckConstraint("state between 0 and 4", name="state"),
    CheckConstraint("lane between 0 and 3", name="lane"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index(
        "ix_outbox_ready",
        "account_id",
        "lane",
        "id",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    Index(
        "ix_outbox_open", "contact_id", "lane", "id", sqlite_where=text("state = 0"), postgresql_where=text("state = 0")
    ),
    Index(
        "uq_outbox_leased",  # one message of a chat in flight
        "contact_id",
        unique=True,
        sqlite_where=text("state = 1"),
        postgresql_where=text("state = 1"),
    ),
    Index("ix_outbox_dead", "id", sqlite_where=text("state = 3"), postgresql_where=text("state = 3")),
    Index("ix_outbox_done", "done_at"),
    Index(
        "ix_outbox_about",
        "about_id",
        sqlite_where=text("about_id is not null"),
        postgresql_where=text("about_id is not null"),
    ),
    Index(
        "ix_outbox_replaces",
        "replaces",
        sqlite_where=text("replaces is not null"),
        postgresql_where=text("replaces is not null"),
    ),  # without it every row that is purged costs a full scan
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    id_column(),
    person_column(),
    Column("work", String(120), nullable=False),  # "module:function"
    Column("args", Sealed, nullable=False),
    Column("then", String(40), nullable=False),  # the happening that gets its result; empty for none
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("done_at", Utc),
    Column("error", String(400)),
    CheckConstraint("state between 0 and 3", name="state"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index("ix_jobs_ready", "id", sqlite_where=text("state = 0"), postgresql_where=text("state = 0")),
    Index("ix_jobs_running", "id", sqlite_where=text("state = 1"), postgresql_where=text("state = 1")),
    sqlite_autoincrement=True,
)

reminders = Table(
    "reminders",
    metadata,
    id_column(),
    person_column(nullable=False),
    Column("kind", String(40), nullable=False),  # the happening it becomes
    Column("key", String(60), nullable=False),
    Column("data", JSON, nullable=False),  # ids only, nothing personal
    Column("due_at", Utc, nullable=False, index=True),
    UniqueConstraint("person_id", "kind", "key"),
    sqlite_autoincrement=True,
)

used_buttons = Table(
    "used_buttons",
    metadata,
    person_column(primary_key=True),
    Column("button", String(64), primary_key=True),
    Column("used_at", Utc, nullable=False),
)

commits = Table(
    "commits",
    metadata,
    Column("hand", SmallInteger, primary_key=True, autoincrement=False),  # which of a process's connections
    Column("mark", BigInteger, nullable=False),  # of its last transaction that was kept; on SQLite nobody has to ask
)
