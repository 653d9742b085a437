"""Erasing a person: frozen at once, gone after some days, and nothing brings her back.

The way: `freeze` when she asks, `keep` when she takes it back in time. When it is due, a farewell goes out while there
is still an address (`say_farewell`); then her rows go in one transaction, which leaves a note of what is still to be
done (`erasing`); after its commit the files and the key are destroyed (`destroy`), and last the note (`over`). Killed
between any two of these, the next tick goes on. The key store's ledger knows every key that was destroyed: people of an
older copy whose key is in it are erased again before anything else is done (`again`).

What references a person goes with her, found by the foreign keys of the tables, so a new table is not forgotten.
Why so: docs/decisions/0012-erasing.md.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Table, and_, delete, func, or_, select, update

from bot.chat.messages import Message
from bot.chat.text import t
from bot.domain import audit, backup, lookup, media, officers, outbox, people
from bot.domain import inbox as received
from bot.domain.db import Db
from bot.domain.engine import is_sqlite, path_of
from bot.domain.keys import Keys, NoKey
from bot.domain.tables import (
    Lane,
    Outgoing,
    Received,
    businesses,
    contacts,
    erasing,
    inbox,
    invites,
    metadata,
    owners,
    tallies,
    tickets,
)
from bot.domain.tables import media as files
from bot.domain.tables import outbox as outgoing
from bot.domain.tables import people as table

FAREWELL = "farewell"
"""The origin of the last message to a person."""
PATIENCE = timedelta(minutes=5)
"""How long the erasure waits for the last message to be sent."""
_STARTED = (Lane.ALERT, Lane.REMINDER, Lane.BROADCAST)
_KECAMATAN = len("35.73.01")
_PIECE = 500


# She asks, or takes it back


def freeze(db: Db, person: int, until: datetime) -> None:
    """From now on nothing is done with what is kept of a person; at `until` it is erased. An officer is one no more."""
    asked = update(table).where(table.c.id == person, table.c.frozen_at.is_(None))
    if db.execute(asked.values(frozen_at=db.now, erase_at=until)).rowcount == 0:
        return
    open_ones = update(tickets).where(tickets.c.person_id == person, tickets.c.closed_at.is_(None))
    db.execute(open_ones.values(closed_at=db.now))
    officers.revoke(db, person)
    outbox.withhold(db, person, _STARTED)
    outbox.withhold_about(db, person)
    audit.note(db, person, "erasure.asked", person)


def keep(db: Db, person: int) -> bool:
    """She takes it back; what was closed by it is open again. False when it is too late."""
    frozen = select(table.c.frozen_at).where(table.c.id == person, table.c.erase_at > db.now)
    if (since := db.execute(frozen).scalar()) is None:
        return False
    db.execute(update(table).where(table.c.id == person).values(frozen_at=None, erase_at=None))
    closed = update(tickets).where(tickets.c.person_id == person, tickets.c.closed_at == since)
    opened = closed.values(closed_at=None).returning(tickets.c.id, tickets.c.village)
    for ticket in db.execute(opened).all():
        told = t("Ticket {number} is open again.", number=ticket.id)
        origin = f"ticket:{ticket.id}:again:{int(db.now.timestamp())}"
        officers.alert(db, told, origin=origin, about=person, action="ticket.see", village=ticket.village)
    audit.note(db, person, "erasure.taken_back", person)
    return True


# It is due


def say_farewell(db: Db) -> int:
    """Say the last words to everybody whose time has come, once. How many are due."""
    due = list(db.execute(select(table.c.id).where(table.c.erase_at <= db.now).limit(_PIECE)).scalars())
    for person in due:
        contact = people.contact_of(db, person)
        if contact and people.reachable(db, person):
            words = t("What we had noted about you is being erased now. Thank you for having been with us.\n"
                      "You are welcome to write to us again at any time.")  # fmt: skip
            last = Message((words,), no_keys=True)
            outbox.put(db, contact, last, FAREWELL, Lane.ALERT, expires=db.now + PATIENCE)
    return len(due)


def ready(db: Db) -> list[int]:
    """Whose last message is on its way no more, or was given time enough."""
    said = select(outgoing.c.person_id).where(
        outgoing.c.person_id == table.c.id,
        outgoing.c.origin == FAREWELL,
        outgoing.c.state.between(Outgoing.READY, Outgoing.LEASED),
        outgoing.c.put_at > db.now - PATIENCE,
    )
    due = select(table.c.id).where(table.c.erase_at <= db.now, ~said.exists()).limit(_PIECE)
    return list(db.execute(due).scalars())


def erase_due(db: Db, person: int, zone: ZoneInfo) -> bool:
    """Erase a person if her time has come. Whether it had."""
    if db.execute(select(table.c.id).where(table.c.id == person, table.c.erase_at <= db.now)).first() is None:
        return False
    erase(db, person, zone)
    return True


def erase(db: Db, person: int, zone: ZoneInfo) -> None:
    """Take away every row of a person, and note what is left to be done: her key and her files.

    The audit keeps its rows, which hold ids; numbers without her go into `tallies`. What she had sent keeps its key in
    the inbox, emptied, so that a platform that brings it again brings nothing new.
    """
    key = db.execute(select(table.c.key_id).where(table.c.id == person)).scalar_one()
    names = list(db.execute(select(files.c.name).where(files.c.person_id == person)).scalars())
    _count(db, person, zone)
    lookup.forget(db, person)
    _drop_unreadable(db, person)
    db.execute(delete(invites).where(invites.c.used_by == person))
    for each in reversed(metadata.sorted_tables):
        for column in unlinked(each):
            db.execute(update(each).where(column == person).values({column.name: None}))
        if each is inbox:
            _empty_inbox(db, person)
        elif each is not table and (whose := of(each, person)) is not None:
            db.execute(delete(each).where(whose))
    db.execute(delete(table).where(table.c.id == person))
    db.upsert(erasing, ("key_id",), {"key_id": key, "files": names, "at": db.now})
    audit.note(db, None, "erasure.done", person)
    db.forget()


def of(each: Table, person: int) -> ColumnElement[bool] | None:
    """The condition for the rows of a table that belong to a person; None where none can.

    A row belongs to her by a foreign key that leads to `people`, over other tables too. One whose name ends in ``_by``
    only says who did something (`unlinked`).
    """
    found: list[ColumnElement[bool]] = []
    for key in sorted(each.foreign_keys, key=lambda key: key.parent.name):
        parent = key.column.table
        if key.parent.name.endswith("_by") or parent is each:
            continue
        if parent is table:
            found.append(key.parent == person)
        elif (whose := of(parent, person)) is not None:
            found.append(key.parent.in_(select(key.column).where(whose)))
    return or_(*found) if found else None


@cache
def unlinked(each: Table) -> Sequence[Column[int]]:
    """The columns that say who did something to another's row: emptied, the row stays."""
    return [key.parent for key in each.foreign_keys if key.parent.name.endswith("_by") and each is not invites]


def _empty_inbox(db: Db, person: int) -> None:
    """The keys of updates stay for the platform's repetitions, as HMACs that name nobody; everything else goes."""
    hers = inbox.c.person_id == person
    db.execute(delete(inbox).where(hers, inbox.c.kind == "happening"))
    nobody = {"person_id": None, "contact_id": None, "payload": None, "said": None, "error": None, "kind": "erased"}
    done = {"state": Received.DROPPED, "slot": 0, "done_at": func.coalesce(inbox.c.done_at, db.now)}
    db.execute(update(inbox).where(hers).values(nobody | done))


def _drop_unreadable(db: Db, person: int) -> None:
    """Updates that couldn't be read and are nobody's: those that hold one of her addresses go too."""
    with suppress(NoKey):  # an address
        hers = _addresses(db, person)
        unread = select(inbox.c.id, inbox.c.received_at, inbox.c.payload).where(
            and_(inbox.c.state == Received.UNREADABLE, inbox.c.person_id.is_(None), inbox.c.payload.is_not(None))
        )
        for row in db.execute(unread).all():
            with suppress(NoKey):
                text = json.dumps(received.opened(db, None, row.received_at, row.payload))
                if any(json.dumps(address).strip('"') in text for address in hers):
                    db.execute(delete(inbox).where(inbox.c.id == row.id))


def _addresses(db: Db, person: int) -> list[str]:
    sealed = db.execute(select(contacts.c.address).where(contacts.c.person_id == person)).scalars()
    return [db.open(person, "contacts.address", address) for address in sealed]


def _count(db: Db, person: int, zone: ZoneInfo) -> None:
    """An owner stays in the office's numbers: when she registered, when she went, from which kecamatan and sector."""
    since = db.execute(select(owners.c.registered_at).where(owners.c.person_id == person)).scalar()
    if since is None:
        return
    first = select(businesses.c.village, businesses.c.sector).where(businesses.c.owner_id == person)
    row = db.execute(first.order_by(businesses.c.id).limit(1)).first()
    where = {"village": row.village[:_KECAMATAN] if row else "", "sector": row.sector if row else ""}
    for kind, at in (("owners.registered", since), ("owners.erased", db.now)):
        tally = {"kind": kind, "month": at.astimezone(zone).date().replace(day=1), **where}
        db.execute(db.insert_new(tallies), {**tally, "count": 0})
        same = and_(*(tallies.c[name] == value for name, value in tally.items()))
        db.execute(update(tallies).where(same).values(count=tallies.c.count + 1))


# Afterwards, outside any transaction


@dataclass(frozen=True, slots=True)
class Left:
    """What an erasure has left to be done: the name of a key, and of files in the folder of media."""

    key: str
    files: tuple[str, ...]


def left(db: Db) -> list[Left]:
    """Erasures that aren't over yet."""
    return [Left(row.key_id, tuple(row.files)) for row in db.execute(select(erasing).order_by(erasing.c.at))]


def destroy(keys: Keys, url: str, place: Path, copies: Path, each: Left, now: datetime) -> bool:
    """Destroy files and key, here and in the folder of the backups, and what the database's log still holds.

    Doing it again does no harm. False: somebody is reading; try again later. Raises `OSError`, `sqlite3.Error`.
    """
    media.remove(place, each.files)
    clean = keys.destroy(each.key, now)
    backup.renew_keys(keys.folder, copies)
    return _empty_log(url) and clean


def over(db: Db, each: Left) -> None:
    """Nothing is left of it."""
    db.execute(delete(erasing).where(erasing.c.key_id == each.key))


def again(db: Db, zone: ZoneInfo) -> int:
    """At start: erase people of an older copy whose key was destroyed since. How many."""
    gone = db.keys.erased()
    count = 0
    for i in range(0, len(gone), _PIECE):
        for person in db.execute(select(table.c.id).where(table.c.key_id.in_(gone[i : i + _PIECE]))).scalars().all():
            erase(db, person, zone)
            count += 1
    return count


def _empty_log(url: str) -> bool:
    """What was deleted still lies in the log (SQLite), or in dead rows (PostgreSQL). False: somebody is reading."""
    if not is_sqlite(url):
        from bot.domain import postgres

        postgres.vacuum(url, [each.name for each in metadata.sorted_tables if of(each, 0) is not None])
        return True
    with closing(sqlite3.connect(path_of(url), timeout=5)) as db:
        return db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
