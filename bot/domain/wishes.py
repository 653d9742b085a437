"""Wishes: what people asked for that isn't there yet, so that the office knows what to build or offer next."""

from __future__ import annotations

from sqlalchemy import update

from bot.chat.flow import Person
from bot.domain.db import Db
from bot.domain.tables import tallies, wishes


def keep(db: Db, person: Person, topic: str) -> None:
    """Note a wish, once a person and topic; of one who hasn't agreed to be noted, only that there was one."""
    if person.agreed:
        db.execute(db.insert_new(wishes), {"person_id": person.id, "topic": topic, "at": db.now})
        return
    of = {"kind": f"wish.{topic}", "month": db.now.date().replace(day=1), "village": "", "sector": ""}
    db.execute(db.insert_new(tallies), {**of, "count": 0})
    same = (tallies.c[name] == value for name, value in of.items())
    db.execute(update(tallies).where(*same).values(count=tallies.c.count + 1))
