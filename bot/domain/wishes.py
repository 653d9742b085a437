"""Wishes: what people asked for that isn't there yet, so that the office knows what to build or offer next."""

from __future__ import annotations

from bot.chat.flow import Person
from bot.domain.db import Db
from bot.domain.tables import wishes


def keep(db: Db, person: Person, topic: str) -> bool:
    """Note a wish, once a person and topic; False when it was noted before."""
    row = {"person_id": person.id, "topic": topic, "at": db.now}
    return db.execute(db.insert_new(wishes), row).rowcount == 1
