"""What the owners' rights rest on: consents, corrections, files, the audit and its seals."""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    event,
    text,
)

from bot.domain.tables.kinds import Id, Sealed, Utc, id_column, metadata, person_column

consents = Table(
    "consents",
    metadata,
    id_column(),
    person_column(nullable=False, index=True),
    Column("purpose", String(20), nullable=False),  # one purpose a row; rows are only ever added
    Column("given", Boolean(name="given"), nullable=False),
    Column("version", String(20), nullable=False),  # of the text she saw
    Column("contact_id", Id, ForeignKey("contacts.id"), nullable=False),  # where she said so: the channel
    Column("message", String(120)),  # `inbox.key` of what she said; None in rows from before it was kept
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

changes = Table(  # corrections that need an officer's look
    "changes",
    metadata,
    id_column(),
    person_column(nullable=False),
    Column("business_id", Id, ForeignKey("businesses.id", ondelete="CASCADE")),
    Column("fact", String(20), nullable=False),
    Column("value", Sealed, nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("decided_at", Utc),
    Column("decided_by", Id, ForeignKey("officers.person_id")),
    Column("accepted", Boolean(name="accepted")),
    Column("reason", Sealed),  # why it was refused, in the officer's words
    CheckConstraint("(decided_at is null) = (accepted is null)", name="decided"),
    Index("ix_changes_person", "person_id"),
    Index(
        "uq_changes_open",  # one open correction of a fact
        "person_id",
        "fact",
        "business_id",
        unique=True,
        sqlite_where=text("decided_at is null"),
        postgresql_where=text("decided_at is null"),
    ),
    sqlite_autoincrement=True,
)

media = Table(  # files a person sent, sealed on the disk under a name made of their content
    "media",
    metadata,
    id_column(),
    person_column(nullable=False),
    Column("name", String(64), nullable=False),  # of the file: keyed HMAC of what is in it, hexadecimal
    Column("kind", String(20), nullable=False),  # what it is for, e.g. "evidence"
    Column("mime", String(40), nullable=False),
    Column("size", Integer, nullable=False),  # bytes, before sealing
    Column("at", Utc, nullable=False),
    UniqueConstraint("person_id", "name"),
    sqlite_autoincrement=True,
)

audit = Table(  # who did or looked at what; only ever added, ids only
    "audit",
    metadata,
    id_column(),
    Column("at", Utc, nullable=False),
    Column("actor_id", Id),  # a person (an officer, or she herself); None: the house or its operator
    Column("action", String(40), nullable=False),
    Column("person_id", Id),  # whom it is about; no reference, so that the trace outlives her
    Column("object", String(60), nullable=False),  # "table:id", or empty
    Column("detail", Sealed),  # a reason in words, sealed with the key of the person it is about
    Index("ix_audit_actor", "actor_id", "at"),
    Index("ix_audit_person", "person_id", "id"),
    sqlite_autoincrement=True,
)

audit_seals = Table(  # each closes the audit rows after the one before it
    "audit_seals",
    metadata,
    id_column(),
    Column("last_id", Id, nullable=False, unique=True),  # of the last audit row it covers
    Column("count", Integer, nullable=False),  # of rows it covers
    Column("marks", LargeBinary, nullable=False),  # of each row it covers: id and keyed HMAC, 16 bytes
    Column("digest", LargeBinary(32), nullable=False),  # keyed HMAC over the seal before and this one
    Column("at", Utc, nullable=False),
    sqlite_autoincrement=True,
)

tallies = Table(  # numbers that stay when the person they came from is erased
    "tallies",
    metadata,
    Column("kind", String(48), primary_key=True),  # also "wish." and a topic of `wishes`
    Column("month", Date, primary_key=True),  # its first day
    Column("village", String(16), primary_key=True),  # Kemendagri code, "" where there was none
    Column("sector", String(20), primary_key=True),  # "" where there was none
    Column("count", Integer, nullable=False),
)

erasing = Table(  # somebody whose rows are gone, or an old day, until key and files are gone too
    "erasing",
    metadata,
    Column("key_id", String(32), primary_key=True),
    Column("files", JSON, nullable=False),  # their names in the folder of media
    Column("at", Utc, nullable=False),
)


def _only_added(table: Table, what: str) -> None:
    """The database itself refuses to change or delete rows of `table`."""
    name, says = f"{table.name}_no_{what.lower()}", "only ever added to"
    sqlite = f"CREATE TRIGGER {name} BEFORE {what} ON {table.name} BEGIN SELECT RAISE(ABORT, '{says}'); END"
    function = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{says}'; END $$"
    trigger = f"CREATE TRIGGER {name} BEFORE {what} ON {table.name} FOR EACH ROW EXECUTE FUNCTION {name}()"
    event.listen(table, "after_create", DDL(sqlite).execute_if(dialect="sqlite"))
    event.listen(table, "after_create", DDL(function).execute_if(dialect="postgresql"))
    event.listen(table, "after_create", DDL(trigger).execute_if(dialect="postgresql"))


for _table in (audit, audit_seals):
    _only_added(_table, "UPDATE")
    _only_added(_table, "DELETE")
_only_added(consents, "UPDATE")  # they go only with the person
