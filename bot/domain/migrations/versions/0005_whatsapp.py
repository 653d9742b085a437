"""WhatsApp: its user ids and its messages' ids are longer than Telegram's."""

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
        batch_op.alter_column("address", existing_type=sa.String(64), type_=sa.String(160), existing_nullable=False)

    run = op.get_bind().execute
    sqlite = op.get_bind().dialect.name == "sqlite"
    last = run(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")).scalar() if sqlite else None
    counted = {"sqlite_autoincrement": True}
    with op.batch_alter_table("outbox", table_args=OUTBOX_CHECKS, table_kwargs=counted) as batch_op:
        batch_op.alter_column("ext_id", existing_type=sa.String(200), type_=sa.String(1000), existing_nullable=True)
    if last is not None:  # the table was made anew; numbers of rows that are gone aren't given again
        run(sa.text("DELETE FROM sqlite_sequence WHERE name = 'outbox'"))
        run(sa.text("INSERT INTO sqlite_sequence VALUES ('outbox', :last)"), {"last": last})
