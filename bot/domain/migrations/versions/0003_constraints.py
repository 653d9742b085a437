"""What the stations rely on is held by the tables too: one message of a chat in flight, states and lanes that exist."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHECKS = {
    "inbox": {"state": "state between 0 and 4", "slot": "slot between 0 and 63", "attempts": "attempts >= 0"},
    "outbox": {"state": "state between 0 and 4", "lane": "lane between 0 and 3", "attempts": "attempts >= 0"},
    "jobs": {"state": "state between 0 and 3", "attempts": "attempts >= 0"},
    "invites": {"used": "(used_by is null) = (used_at is null)"},
}


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_leased")
        batch_op.create_index(
            "uq_outbox_leased",
            ["contact_id"],
            unique=True,
            sqlite_where=sa.text("state = 1"),
            postgresql_where=sa.text("state = 1"),
        )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, checks in CHECKS.items():
        last = _last(table) if sqlite else None
        with op.batch_alter_table(table, schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
            for name, condition in checks.items():
                batch_op.create_check_constraint(batch_op.f(f"ck_{table}_{name}"), condition)
        if last is not None:  # the table was made anew; numbers of rows that are gone aren't given again
            op.get_bind().execute(
                sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = :table"), {"last": last, "table": table}
            )
            op.get_bind().execute(
                sa.text(
                    "INSERT INTO sqlite_sequence SELECT :table, :last"
                    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :table)"
                ),
                {"last": last, "table": table},
            )


def _last(table: str) -> int | None:
    """The last number that was given in a table."""
    return (
        op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table}).scalar()
    )
