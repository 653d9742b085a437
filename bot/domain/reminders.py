"""Reminders: something that will happen to a person at a time. A row and an index, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select

from bot.domain import inbox
from bot.domain.db import Db, upsert
from bot.domain.keys import NoKey
from bot.domain.prepared import Prepared
from bot.domain.tables import Lane, reminders


def put(db: Db, person: int, kind: str, key: str, due: datetime, data: Mapping[str, Any]) -> None:
    """Let the happening `kind` come to a person at `due`; the same kind and key is moved, not doubled.

    `data` holds ids only: it isn't sealed.
    """
    _PUT.later(db, person_id=person, kind=kind, key=key, due_at=due, data=dict(data))


_KEY = ("person_id", "kind", "key")
_PUT = Prepared(lambda dialect: upsert(reminders, _KEY, ("due_at", "data"), dialect), *_KEY, "due_at", "data")
_DROP = Prepared(
    delete(reminders).where(
        reminders.c.person_id == bindparam("person"),
        reminders.c.kind == bindparam("what"),
        reminders.c.key == bindparam("which"),
    )
)


def drop(db: Db, person: int, kind: str, key: str) -> None:
    """It is no longer wanted."""
    _DROP.later(db, person=person, what=kind, which=key)


def drop_all(db: Db, person: int) -> None:
    """She wants none of them."""
    db.execute(delete(reminders).where(reminders.c.person_id == person))


def planned(db: Db, person: int) -> bool:
    """Whether there is any for a person."""
    return db.execute(select(reminders.c.id).where(reminders.c.person_id == person).limit(1)).first() is not None


_DUE = select(reminders).where(reminders.c.due_at <= bindparam("now")).order_by(reminders.c.due_at).limit(500)


def fire(db: Db) -> list[inbox.Letter]:
    """Make at most 500 due reminders inbox rows, in the transaction that takes them away: each fires once."""
    due = db.execute(_DUE, {"now": db.now}).all()
    letters: list[inbox.Letter] = []
    for row in due:
        key = f"due:{row.id}:{int(row.due_at.timestamp())}"
        with suppress(NoKey):  # she was erased: there is nobody to remind, and the others must not wait for her
            if letter := inbox.add_happening(db, row.person_id, key, row.kind, row.data, Lane.REMINDER):
                letters.append(letter)
    if due:
        db.execute(delete(reminders).where(reminders.c.id.in_([row.id for row in due])))
    return letters


def polite(at: datetime, zone: ZoneInfo) -> datetime:
    """The same instant, or the next morning at eight if it falls between 20.00 and 07.00 of the office's clock."""
    local = at.astimezone(zone)
    if 7 <= local.hour < 20:
        return at
    morning = local.date() + timedelta(days=1 if local.hour >= 20 else 0)
    return datetime.combine(morning, time(8), zone)
