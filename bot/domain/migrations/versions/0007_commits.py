"""The marks by which PostgreSQL can be asked whether a commit was kept whose answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commits",
        sa.Column("hand", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hand", name=op.f("pk_commits")),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE talks SET (fillfactor = 10)")
