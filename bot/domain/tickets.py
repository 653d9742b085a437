"""Tickets: a person's question that waits for an officer. One open at a time; the desk comes later."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from bot.chat.flow import Person
from bot.chat.text import t
from bot.domain import officers, places
from bot.domain.db import Db
from bot.domain.tables import businesses, owners, tickets

_OPEN = select(tickets.c.id).where(tickets.c.person_id == bindparam("person"), tickets.c.closed_at.is_(None))
LONGEST = 4000
"""Characters kept of what a person asks in one ticket."""
_WHERE = (
    select(businesses.c.village, owners.c.name)
    .join(owners, owners.c.person_id == businesses.c.owner_id)
    .where(businesses.c.owner_id == bindparam("person"))
    .order_by(businesses.c.id)
    .limit(1)
)


def open_of(db: Db, person: Person) -> int | None:
    """The number of a person's open ticket."""
    return db.execute(_OPEN, {"person": person.id}).scalar()


def add_words(db: Db, person: Person, words: str) -> None:
    """Add to what a person asks in her open ticket, if there is one. Officers are told, once in an hour."""
    if (number := open_of(db, person)) is None:
        return
    kept = db.execute(select(tickets.c.words, tickets.c.village).where(tickets.c.id == number)).one()
    before = db.open(person.id, "tickets.words", kept.words) if kept.words else ""
    whole = f"{before}\n{words}".strip()[:LONGEST]
    db.execute(update(tickets).where(tickets.c.id == number).values(words=db.seal(person.id, "tickets.words", whole)))
    told = t("Ticket {number}: more was written to it.", number=number)
    origin = f"ticket:{number}:{db.now:%Y-%m-%dT%H}"
    officers.alert(db, told, origin=origin, about=person.id, action="ticket.see", village=kept.village)


def open_ticket(db: Db, person: Person, about: str, words: str) -> tuple[int, bool]:
    """Ask an officer: the ticket's number, and whether it is new. Those who may read it are told of a new one.

    A person has one open ticket (a constraint); asking again while it is open changes nothing.
    """
    if (number := open_of(db, person)) is not None:
        return number, False
    owner = db.execute(_WHERE, {"person": person.id}).first()
    row = {
        "person_id": person.id,
        "about": about,
        "words": db.seal(person.id, "tickets.words", words) if words else None,
        "village": owner.village if owner else None,
        "opened_at": db.now,
    }
    number = db.insert(tickets, row)
    if owner:
        told = t(
            "Ticket {number}: an owner in {village} asks for an officer. To see it: /cari, then tiket {number}.",
            number=number,
            village=places.name(db, owner.village),
        )
    else:
        told = t(
            "Ticket {number}: somebody who isn't registered yet asks for an officer. "
            "To see it: /cari, then tiket {number}.",
            number=number,
        )
    village = owner.village if owner else None
    officers.alert(db, told, origin=f"ticket:{number}", about=person.id, action="ticket.see", village=village)
    return number, True
