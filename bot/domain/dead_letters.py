"""What can't be sent: looked at by the operator, and sent once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from bot.domain.db import Db
from bot.domain.outbox import EXPIRY
from bot.domain.tables import Lane, Outgoing, outbox


def listed(db: Db) -> list[dict[str, Any]]:
    """The newest first, without what they say."""
    columns = (outbox.c.id, outbox.c.person_id, outbox.c.lane, outbox.c.attempts, outbox.c.put_at, outbox.c.error)
    found = db.execute(select(*columns).where(outbox.c.state == Outgoing.DEAD).order_by(outbox.c.id.desc()).limit(200))
    return [
        {
            "id": row.id,
            "person": row.person_id,
            "lane": Lane(row.lane).name.lower(),
            "attempts": row.attempts,
            "put": row.put_at.isoformat(),
            "error": row.error,
        }
        for row in found
    ]


def requeue(db: Db, rows: Sequence[int] | None) -> int:
    """Send these (all of them for None) once more, with new tries. How many there were."""
    dead = update(outbox).where(outbox.c.state == Outgoing.DEAD)
    if rows is not None:
        dead = dead.where(outbox.c.id.in_(rows))
    until = db.now + EXPIRY[Lane.ALERT]
    values = {"state": Outgoing.READY, "attempts": 0, "due_at": db.now, "expires_at": until, "error": None}
    return db.execute(dead.values(values)).rowcount
