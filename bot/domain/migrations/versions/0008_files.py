"""What is done in a process of its own lies in `bot.files` now: jobs that wait are done there."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVED = {
    "bot.domain.assess.photos:cleaned": "bot.files.photo:cleaned",
    "bot.domain.assess.drawing:files": "bot.files.drawing:files",
    "bot.domain.export:files": "bot.files.mydata:files",
}


def upgrade() -> None:
    jobs = sa.table("jobs", sa.column("work", sa.String))
    for before, after in MOVED.items():
        op.execute(sa.update(jobs).where(jobs.c.work == before).values(work=after))
