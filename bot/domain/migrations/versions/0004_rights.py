"""The owners' rights: corrections, files, the audit and its seals, freezing before an erasure.

The audit is only ever added to, and a decision about consent is never changed: the database itself refuses.
"""

from collections.abc import Generator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ONLY_ADDED = (
    ("audit", "UPDATE"),
    ("audit", "DELETE"),
    ("audit_seals", "UPDATE"),
    ("audit_seals", "DELETE"),
    ("consents", "UPDATE"),  # they go only with the person
)


@contextmanager
def _made_anew(table: str, counted: bool = True) -> Generator[BatchOperations]:
    """SQLite makes a table anew; numbers of rows that are gone aren't given again (`counted`: AUTOINCREMENT)."""
    run, named = op.get_bind().execute, {"table": table}
    counted = counted and op.get_bind().dialect.name == "sqlite"
    last = run(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table"), named).scalar() if counted else None
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": counted}) as batch_op:
        yield batch_op
    if last is not None:
        run(sa.text("DELETE FROM sqlite_sequence WHERE name = :table"), named)
        run(sa.text("INSERT INTO sqlite_sequence VALUES (:table, :last)"), {**named, "last": last})


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("object", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_actor", ["actor_id", "at"], unique=False)
        batch_op.create_index("ix_audit_person", ["person_id", "id"], unique=False)

    op.create_table(
        "audit_seals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("last_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
        sa.UniqueConstraint("last_id", name=op.f("uq_audit_seals_last_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "name_words",
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_name_words_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "word", name=op.f("pk_name_words")),
    )
    with op.batch_alter_table("name_words", schema=None) as batch_op:
        batch_op.create_index("ix_name_words_word", ["word"], unique=False)

    op.create_table(
        "tallies",
        sa.Column("kind", sa.String(length=48), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("village", sa.String(length=16), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "month", "village", "sector", name=op.f("pk_tallies")),
    )
    op.create_table(
        "erasing",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_erasing")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_media_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_media_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("business_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fact", sa.String(length=20), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted", sa.Boolean(name="accepted"), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(decided_at is null) = (accepted is null)", name=op.f("ck_changes_decided")),
        sa.ForeignKeyConstraint(
            ["business_id"], ["businesses.id"], name=op.f("fk_changes_business_id_businesses"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["officers.person_id"], name=op.f("fk_changes_decided_by_officers")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_changes_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index("ix_changes_person", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_changes_open",
            ["person_id", "fact", "business_id"],
            unique=True,
            sqlite_where=sa.text("decided_at is null"),
            postgresql_where=sa.text("decided_at is null"),
        )

    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("message", sa.String(length=120), nullable=True))

    with _made_anew("outbox") as batch_op:
        batch_op.add_column(sa.Column("about_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_foreign_key(op.f("fk_outbox_about_id_people"), "people", ["about_id"], ["id"])
        batch_op.create_index(
            "ix_outbox_about",
            ["about_id"],
            unique=False,
            sqlite_where=sa.text("about_id is not null"),
            postgresql_where=sa.text("about_id is not null"),
        )

    with op.batch_alter_table("owners", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nik", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("nik_index", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index(batch_op.f("ix_owners_nik_index"), ["nik_index"], unique=False)

    # Names are sealed from here on. What is there is sealed at the next start, with the keys: bot.domain.unsealed.
    for table, counted in (("owners", False), ("businesses", True), ("officers", False), ("invites", True)):
        with _made_anew(table, counted) as batch_op:
            batch_op.alter_column(
                "name",
                existing_type=sa.String(length=80),
                type_=sa.LargeBinary(),
                existing_nullable=False,
                postgresql_using="convert_to(name, 'UTF8')",
            )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_people_erase_at"), ["erase_at"], unique=False)

    for table, event in ONLY_ADDED:
        name = f"{table}_no_{event.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, 'only ever added to'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'only ever added to'; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
