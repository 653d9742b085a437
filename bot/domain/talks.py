"""Talks at rest: one row a person, sealed."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from bot.chat.talk import Talks
from bot.domain.db import Db
from bot.domain.tables import talks

_LOAD = select(talks.c.state).where(talks.c.person_id == bindparam("person"))
_SAVE = (
    update(talks)
    .where(talks.c.person_id == bindparam("person"))
    .values(
        flow=bindparam("flow"),
        waiting=bindparam("waiting"),
        state=bindparam("state"),
        touched_at=bindparam("touched"),
    )
)


def load(db: Db, person: int) -> tuple[Talks, bool]:
    """A person's talks, and whether they have a row yet."""
    row = db.execute(_LOAD, {"person": person}).first()
    if row is None:
        return Talks(), False
    return Talks.from_json(db.open(person, "talks.state", row.state)), True


def save(db: Db, person: int, kept: Talks, known: bool) -> None:
    """Keep a person's talks; `known` as `load` told."""
    state = db.seal(person, "talks.state", kept.to_json())
    flow, waiting = (kept.open.flow, kept.open.waiting) if kept.open else (None, None)
    if known:
        row = {"person": person, "flow": flow, "waiting": waiting, "state": state, "touched": db.now}
        db.execute(_SAVE, row)
    elif kept != Talks():
        row = {"person_id": person, "flow": flow, "waiting": waiting, "state": state, "touched_at": db.now}
        db.insert(talks, row)
