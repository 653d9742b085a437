"""WhatsApp: its addresses and its messages' ids may hold a phone number, so both are sealed.

What is there already is sealed at the next start, with the keys: bot.domain.unsealed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Batch mode makes a table anew on SQLite and leaves out what it can't read back: its checks.
OUTBOX_CHECKS = (
    sa.CheckConstraint("state between 0 and 4", name="ck_outbox_state"),
    sa.CheckConstraint("lane between 0 and 3", name="ck_outbox_lane"),
    sa.CheckConstraint("attempts >= 0", name="ck_outbox_attempts"),
)


def upgrade() -> None:
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.add_column(sa.Column("address_index", sa.LargeBinary(32), nullable=True))
    contacts = sa.table("contacts", sa.column("address_index"))
    plain = "CAST(address AS BLOB)" if op.get_bind().dialect.name == "sqlite" else "convert_to(address, 'UTF8')"
    op.execute(sa.update(contacts).values(address_index=sa.text(plain)))
    with op.batch_alter_table("contacts") as batch_op:
        batch_op.alter_column("address_index", existing_type=sa.LargeBinary(32), nullable=False)
        batch_op.alter_column(
            "address",
            existing_type=sa.String(64),
            type_=sa.LargeBinary(),
            existing_nullable=False,
            postgresql_using="convert_to(address, 'UTF8')",
        )
        batch_op.drop_constraint(op.f("uq_contacts_account_id"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_contacts_account_id"), ["account_id", "address_index"])

    run = op.get_bind().execute
    sqlite = op.get_bind().dialect.name == "sqlite"
    last = run(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")).scalar() if sqlite else None
    counted = {"sqlite_autoincrement": True}
    with op.batch_alter_table("outbox", table_args=OUTBOX_CHECKS, table_kwargs=counted) as batch_op:
        batch_op.alter_column(
            "ext_id",
            existing_type=sa.String(200),
            type_=sa.LargeBinary(),
            existing_nullable=True,
            postgresql_using="convert_to(ext_id, 'UTF8')",
        )
    if last is not None:  # the table was made anew; numbers of rows that are gone aren't given again
        run(sa.text("DELETE FROM sqlite_sequence WHERE name = 'outbox'"))
        run(sa.text("INSERT INTO sqlite_sequence VALUES ('outbox', :last)"), {"last": last})
    op.add_column("inbox", sa.Column("said_at", sa.DateTime(timezone=True), nullable=True))
    _told()
    _joined()


def _joined() -> None:
    """What joins the chats of one person."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "links",
        sa.Column("person_id", number, nullable=False),
        sa.Column("code_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_id", number, nullable=True),
        sa.Column("home_id", number, nullable=True),
        sa.CheckConstraint("(code_index is null) = (expires_at is null)", name=op.f("ck_links_code")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_links_contact_id_contacts")),
        sa.ForeignKeyConstraint(["home_id"], ["contacts.id"], name=op.f("fk_links_home_id_contacts")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_links_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_links")),
        sa.UniqueConstraint("code_index", name=op.f("uq_links_code_index")),
    )


def _told() -> None:
    """What the platform tells of our messages, and what its limits and prices are counted by."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "bubbles",
        sa.Column("outbox_id", number, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("fate", sa.SmallInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(name="counted"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fate between 1 and 4", name=op.f("ck_bubbles_fate")),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_bubbles_outbox_id_outbox"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("outbox_id", "place", name=op.f("pk_bubbles")),
    )
    op.create_table(
        "costs",
        sa.Column("account_id", number, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("tariff", sa.String(length=40), nullable=False),
        sa.Column("billable", sa.Boolean(name="billable"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_costs_account_id_accounts")),
        sa.PrimaryKeyConstraint(
            "account_id", "day", "flow", "lane", "category", "tariff", "billable", name=op.f("pk_costs")
        ),
    )
    op.create_table(
        "begun",
        sa.Column("contact_id", number, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_begun_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_begun")),
    )
    op.create_index(op.f("ix_begun_at"), "begun", ["at"], unique=False)
    op.create_table(
        "uploads",
        sa.Column("account_id", number, nullable=False),
        sa.Column("media_id", number, nullable=False),
        sa.Column("ext_id", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_uploads_account_id_accounts")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_uploads_media_id_media"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "media_id", name=op.f("pk_uploads")),
    )
    op.create_table(
        "standings",
        sa.Column("account_id", number, nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("wrong", sa.Boolean(name="wrong"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_standings_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "about", name=op.f("pk_standings")),
    )
