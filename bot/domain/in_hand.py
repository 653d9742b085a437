"""Answers that are in the sender's hands from the commit of their turn on: their row is born leased.

That is so only where nothing of that chat is on its way or waits. Where works are done one after the other the row is
put with a look at that. Where others write meanwhile (PostgreSQL) a look would be in the way of every other turn: there
the sender tells, as far as it was told: of what turns have put, of what it has left waiting, of what it has in its
hands. What it wasn't told of goes behind answers anyway (an alert, a reminder). If something of that chat is on its way
nevertheless, taken in the same moment or by a commit that came through without a word, ``uq_outbox_leased`` has the
turn done again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, literal_column, select

from bot.chat.messages import Message
from bot.domain.db import Db, insert_new
from bot.domain.outbox import PUT_COLUMNS, Parcel, first_of, put, row_of
from bot.domain.people import Contact
from bot.domain.prepared import Prepared
from bot.domain.tables import Lane, Outgoing, outbox, people


def answer(
    db: Db,
    contact: Contact,
    message: Message,
    origin: str,
    expires: datetime,
    free: Callable[[int], bool],
    take: Callable[[Parcel], None],
) -> None:
    """Answer a contact, in the sender's hands if that can be: `take` is given the parcel, which is the sender's only
    once this work is committed. Otherwise as `outbox.put`. `free` is the sender's word that nothing of a chat is open.

    Where a commit comes through without an answer `take` isn't called: the sender finds what is in nobody's hands.
    """

    def kept(row: Any) -> None:
        if row is None:
            return  # said before
        if row.state == Outgoing.READY:
            db.put.add(contact.id)
            return
        parcel = Parcel(row.id, contact.id, contact.person, contact.address, row.language, Lane.REPLY, message, None, 1)
        take(parcel)

    row = row_of(db, contact, message, origin, Lane.REPLY, db.now, expires) | {"replaces": None}
    if db.sole:
        _LOOK_AND_PUT.told(db, kept, **row, chat=contact.id, reader=contact.person)
    elif contact.id not in db.put and free(contact.id):  # it goes behind what this turn has put before
        _PUT.told(db, kept, **row, state=Outgoing.LEASED, attempts=1, reader=contact.person)
    else:
        put(db, contact, message, origin, expires=expires)


_reads = select(people.c.language).where(people.c.id == bindparam("reader")).scalar_subquery().label("language")
_told = outbox.c.id, outbox.c.state, _reads


def _look_and_put(dialect: str) -> Any:
    """Leased where nothing of that chat is open, else ready. The states are literal, for the indexes of open rows."""
    other = outbox.alias("other")
    ready, leased = (literal_column(str(int(state)), Integer) for state in (Outgoing.READY, Outgoing.LEASED))
    waits, flies = (
        first_of(other.c.contact_id == bindparam("chat"), other.c.state == state) for state in (ready, leased)
    )
    free = and_(waits.is_(None), flies.is_(None))
    values = {"state": case((free, leased), else_=ready), "attempts": case((free, 1), else_=0)}
    return insert_new(outbox, dialect).values(values).returning(*_told)


_LOOK_AND_PUT = Prepared(_look_and_put, *(name for name in PUT_COLUMNS if name not in ("state", "attempts")))


def _put(dialect: str) -> Any:
    """Only what was said before is left as it is: a second one on its way in a chat makes the turn begin anew."""
    return insert_new(outbox, dialect, "person_id", "origin").returning(*_told)


_PUT = Prepared(_put, *PUT_COLUMNS)
