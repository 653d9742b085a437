"""Talks at rest: one row a person, sealed."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.chat.talk import Talks
from bot.domain.db import Db
from bot.domain.prepared import Prepared
from bot.domain.tables import talks

_LOAD = Prepared(select(talks.c.state).where(talks.c.person_id == bindparam("person")))
_SAVE = Prepared(
    update(talks)
    .where(talks.c.person_id == bindparam("person"))
    .values(
        flow=bindparam("flow"),
        waiting=bindparam("waiting"),
        state=bindparam("state"),
        touched_at=bindparam("touched"),
    )
)
_ADD = Prepared(insert(talks), "person_id", "flow", "waiting", "state", "touched_at")


def load(db: Db, person: int) -> tuple[Talks, bool]:
    """A person's talks, and whether they have a row yet."""
    row = _LOAD.first(db, person=person)
    if row is None:
        return Talks(), False
    return opened(db, person, row.state), True


def opened(db: Db, person: int, state: bytes) -> Talks:
    """What a person's row keeps. Raises `NoKey`."""
    return Talks.from_json(db.open(person, "talks.state", state))


def save(db: Db, person: int, kept: Talks, known: bool) -> None:
    """Keep a person's talks; `known` as `load` told."""
    state = db.seal(person, "talks.state", kept.to_json())
    flow, waiting = (kept.open.flow, kept.open.waiting) if kept.open else (None, None)
    if known:
        _SAVE.changed(db, person=person, flow=flow, waiting=waiting, state=state, touched=db.now)
    elif kept != Talks():
        _ADD.changed(db, person_id=person, flow=flow, waiting=waiting, state=state, touched_at=db.now)
