"""Every table there is. The post's four stations come first, then people, then the office's own nouns.

Times are UTC; states are small numbers named by the enums below, so that the whole system can be read with SQL.
Columns of type `Sealed` hold bytes that only `Keys` can open.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Received(IntEnum):
    """State of an inbox row."""

    WAITING = 0
    DONE = 1
    QUARANTINED = 2  # three tries failed; `pendamping quarantine`
    UNREADABLE = 3  # `heard` couldn't read it; replayed after a bug is mended
    DROPPED = 4  # taken out of quarantine by hand


class Outgoing(IntEnum):
    """State of an outbox row."""

    READY = 0
    LEASED = 1
    SENT = 2
    DEAD = 3  # can't be sent, or tried too often; `pendamping outbox`
    EXPIRED = 4  # too old to be of use


class Working(IntEnum):
    """State of a job."""

    READY = 0
    RUNNING = 1
    DONE = 2
    FAILED = 3


class Lane(IntEnum):
    """Who goes first at the sender."""

    REPLY = 0
    ALERT = 1
    REMINDER = 2
    BROADCAST = 3


class Utc(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, a plain UTC time in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


Sealed = LargeBinary
_Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", _Id, primary_key=True, autoincrement=True)


def _person(**kw: Any) -> Column[int]:
    return Column("person_id", _Id, ForeignKey("people.id"), **kw)


accounts = Table(
    "accounts",
    metadata,
    _id(),
    Column("name", String(80), nullable=False, unique=True),  # "telegram:123456789"; "house" for our own happenings
)

people = Table(
    "people",
    metadata,
    _id(),
    Column("key_id", String(32), nullable=False, unique=True),  # names the person's key in the key store
    Column("language", String(8), nullable=False),
    Column("desk", String(10), nullable=False),
    Column("met_at", Utc, nullable=False),
    Column("opted_out_at", Utc),
    sqlite_autoincrement=True,
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("address", String(64), nullable=False),
    _person(nullable=False, index=True),
    Column("reachable", Boolean(name="reachable"), nullable=False),
    Column("name", Sealed),  # what the platform calls the person
    UniqueConstraint("account_id", "address"),
)

talks = Table(
    "talks",
    metadata,
    _person(primary_key=True),
    Column("flow", String(40)),
    Column("waiting", String(60)),
    Column("state", Sealed, nullable=False),
    Column("touched_at", Utc, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    _id(),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("key", String(120), nullable=False),  # unique in the account: dedupe
    _person(),
    Column("contact_id", _Id, ForeignKey("contacts.id")),
    Column("slot", SmallInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("payload", Sealed),  # the platform's JSON; emptied a day after the turn
    Column("said", Sealed),  # her words, for an officer to read what came before; kept as long as messages are
    Column("state", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("received_at", Utc, nullable=False),
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
    _id(),
    Column("account_id", _Id, ForeignKey("accounts.id"), nullable=False),
    Column("contact_id", _Id, ForeignKey("contacts.id"), nullable=False),
    _person(nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("op", String(10), nullable=False),
    Column("body", Sealed, nullable=False),
    Column("body_version", SmallInteger, nullable=False),
    Column("origin", String(60), nullable=False),  # what caused it: one effect, one row
    Column("ext_id", String(200)),  # the platform's id of what was sent; before that, of its bubbles so far
    Column("replaces", _Id, ForeignKey("outbox.id", ondelete="SET NULL")),
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
    _id(),
    _person(),
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
    _id(),
    _person(nullable=False),
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
    _person(primary_key=True),
    Column("button", String(64), primary_key=True),
    Column("used_at", Utc, nullable=False),
)

owners = Table(
    "owners",
    metadata,
    _person(primary_key=True),
    Column("name", String(80), nullable=False),
    Column("called", String(8), nullable=False, server_default="nama"),  # bapak, ibu or nama: how we speak to her
    Column("phone", Sealed),
    Column("phone_index", LargeBinary(32), index=True),  # keyed HMAC: two people may share a phone
    Column("registered_at", Utc, nullable=False),
    Column("changed_at", Utc, nullable=False),
)

businesses = Table(
    "businesses",
    metadata,
    _id(),
    Column("owner_id", _Id, ForeignKey("owners.person_id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
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
    _person(primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("area", String(16), nullable=False),  # Kemendagri code whose subtree the officer serves
    Column("since", Utc, nullable=False),
    Column("revoked_at", Utc),
)

consents = Table(
    "consents",
    metadata,
    _id(),
    _person(nullable=False, index=True),
    Column("purpose", String(20), nullable=False),  # one purpose a row; rows are only ever added
    Column("given", Boolean(name="given"), nullable=False),
    Column("version", String(20), nullable=False),  # of the text she saw
    Column("contact_id", _Id, ForeignKey("contacts.id"), nullable=False),
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

tickets = Table(
    "tickets",
    metadata,
    _id(),
    _person(nullable=False),
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
    _id(),
    _person(nullable=False, index=True),
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
    _id(),
    Column("code_index", LargeBinary(32), nullable=False, unique=True),  # keyed HMAC; the code itself isn't kept
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),
    Column("area", String(16), nullable=False),
    Column("invited_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_by", _Id, ForeignKey("people.id")),
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
