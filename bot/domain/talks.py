"""Talks at rest: one row a person, sealed."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from bot.chat.talk import Talks
from bot.domain.db import Db, upsert
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
_KEPT = ("flow", "waiting", "state", "touched_at")
_ADD = Prepared(lambda dialect: upsert(talks, ("person_id",), _KEPT, dialect), "person_id", *_KEPT)


def begin(db: Db, person: int) -> None:
    """The row of somebody new. Her first turn only changes it: turns that look for a row which isn't there, and make
    one, are in each other's way on PostgreSQL."""
    state = db.seal(person, "talks.state", Talks().to_json())
    _ADD.later(db, person_id=person, flow=None, waiting=None, state=state, touched_at=db.now)


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
        _SAVE.later(db, person=person, flow=flow, waiting=waiting, state=state, touched=db.now)
    elif kept != Talks():
        _ADD.later(db, person_id=person, flow=flow, waiting=waiting, state=state, touched_at=db.now)
