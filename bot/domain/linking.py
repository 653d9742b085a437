"""One person on several chats: joined by a code that is shown on one and typed on the other, parted again at will.

Two chats are two people until then; neither a name nor a number joins them. What joins them moves everything of one
person to the other in one transaction: no turn of either is under way meanwhile (the store does turns one after the
other, or as if they were), and rows that still wait for a turn find their new person (`inbox.moved`). Which rows are a
person's is read from the tables' foreign keys, so a new table is not forgotten. What was sealed with the one key is
sealed anew with the other; the key that nobody has any more is destroyed as after an erasure.

The notes stay with the chat that has had them (`links.home_id`). Parted from whichever side, it is the chats that were
joined to it that leave: a code may have been given away.

Two who are both registered aren't joined here: whose answers count is for people to decide, and for an officer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, UniqueConstraint, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from bot.chat.flow import Person
from bot.chat.messages import Message
from bot.chat.talk import Talks
from bot.chat.text import Words, t
from bot.domain import audit, dated, erasure, outbox, people, talks
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.people import Contact
from bot.domain.tables import (
    Lane,
    Outgoing,
    Working,
    consents,
    contacts,
    erasing,
    inbox,
    jobs,
    links,
    media,
    metadata,
    officers,
    owners,
    tickets,
)
from bot.domain.tables import outbox as outgoing
from bot.domain.tables import people as table
from bot.domain.tables import talks as talks_table
from bot.files import EXPORT

DIGITS = 8
"""Of a code."""
REGISTERING = "register"
"""The flow that one who is registered already doesn't go on with."""
ALREADY = t("You are registered already, so there is nothing to fill in again.")
Outcome = Literal["joined", "registered", "unknown", "both", "later"]
"""What a typed code came to. ``registered``: joined, and she is registered. ``unknown``: wrong, too old, used, or tried
too often, which nobody is told apart. ``both``: both are registered, or one is an officer or about to be erased.
``later``: a job is at work just now."""


@dataclass(frozen=True, slots=True)
class Became:
    """What a turn has done to whose chat it is (`Db.became`): whom its answer goes to, and the talks that `contact`'s
    person had elsewhere, to be gone on with; None where the chat was parted from her."""

    contact: Contact
    talks: Talks | None


# Codes


def show(db: Db, person: Person, day: date) -> tuple[str, int]:
    """A new code to type on another chat, and for how many minutes it is good; an earlier one isn't any more."""
    minutes = int(dated.rule(db, "link", day).value["minutes"])
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    row = {
        "person_id": person.id,
        "code_index": db.keys.index("link", code),
        "expires_at": db.now + timedelta(minutes=minutes),
    }
    db.execute(db.insert_new(links), {**row, "tries": 0})
    db.execute(update(links).where(links.c.person_id == person.id).values(row))
    return code, minutes


def use(db: Db, person: Person, code: str, day: date) -> Outcome:
    """Join this chat to the one that was shown the code. A wrong code counts: after some, none is looked at for a while
    (the dated rule ``link``)."""
    rule = dated.rule(db, "link", day).value
    if not _may_try(db, person.id, int(rule["tries"]), timedelta(hours=int(rule["hours"]))):
        return "unknown"
    shown = select(links.c.person_id).where(
        links.c.code_index == db.keys.index("link", code), links.c.expires_at > db.now, links.c.person_id != person.id
    )
    if (other := db.execute(shown).scalar()) is None:
        _note_try(db, person.id)
        return "unknown"
    # In the order of their ids, so that two who type each other's codes don't wait for each other.
    both = select(table).where(table.c.id.in_((person.id, other))).order_by(table.c.id).with_for_update()
    two = {row.id: row for row in db.execute(both)}
    if outcome := _refused(db, two):
        return outcome
    spent = {"code_index": None, "expires_at": None}
    db.execute(update(links).where(links.c.person_id.in_(two)).values(spent))
    kept, gone = _kept_first(db, person.id, other)
    here = contact(db, person)
    told = [each for each in of(db, other) if each.id != here.id]
    theirs = talks.load(db, other)[0]
    registered = db.execute(select(owners.c.person_id).where(owners.c.person_id == kept)).first() is not None
    _join(db, kept, gone)
    db.became = Became(replace(here, person=kept), theirs)
    words = t(
        "This chat is now joined with your chat on {platform}.\nIf that wasn't you, type *lepaskan*.",
        platform=platform(db, here),
    )
    said = Message((words, ALREADY) if registered and _let_go(theirs) else (words,))
    for each in told:
        outbox.put(db, replace(each, person=kept), said, f"linked:{gone}:{each.id}", Lane.ALERT)
    return "registered" if registered else "joined"


def _let_go(theirs: Talks) -> bool:
    """Drop a registration that was begun; whether there was one."""
    begun = [talk for talk in (theirs.open, theirs.parked) if talk]
    left = [talk for talk in begun if talk.flow != REGISTERING]
    theirs.open, theirs.parked, *_ = (*left, None, None)
    return left != begun


def _may_try(db: Db, person: int, most: int, pause: timedelta) -> bool:
    row = db.execute(select(links.c.tries, links.c.tried_at).where(links.c.person_id == person)).first()
    if row is None or row.tried_at is None:
        return True
    if db.now - row.tried_at >= pause:
        db.execute(update(links).where(links.c.person_id == person).values(tries=0, tried_at=None))
        return True
    return row.tries < most


def _note_try(db: Db, person: int) -> None:
    db.execute(db.insert_new(links), {"person_id": person, "tries": 0})
    since = func.coalesce(links.c.tried_at, db.now)
    db.execute(update(links).where(links.c.person_id == person).values(tries=links.c.tries + 1, tried_at=since))


def _refused(db: Db, two: dict[int, Any]) -> Outcome | None:
    if len(two) < 2 or any(row.frozen_at or row.desk != "owners" for row in two.values()):
        return "both"
    registered = db.execute(select(func.count()).where(owners.c.person_id.in_(two))).scalar_one()
    employed = db.execute(select(officers.c.person_id).where(officers.c.person_id.in_(two))).first()
    held = select(media.c.id).where(media.c.person_id.in_(two), media.c.kind != EXPORT)
    if registered > 1 or employed or (not registered and db.execute(held.limit(1)).first()):
        return "both"
    working = select(jobs.c.id).where(jobs.c.person_id.in_(two), jobs.c.state == Working.RUNNING)
    return "later" if db.execute(working).first() else None


def _kept_first(db: Db, typist: int, shown: int) -> tuple[int, int]:
    """Who stays: the one who is registered, else the one who was shown the code; and who doesn't."""
    registered = db.execute(select(owners.c.person_id).where(owners.c.person_id.in_((typist, shown)))).scalar()
    kept = registered or shown
    return kept, shown if kept == typist else typist


# Joining


def _join(db: Db, kept: int, gone: int) -> None:
    """Everything of `gone` is of `kept` from now on; of `gone` nothing stays but its key, until that is destroyed."""
    gone_key = db.key_of(gone)
    exports = list(db.execute(select(media.c.name).where(media.c.person_id == gone)).scalars())
    db.execute(delete(media).where(media.c.person_id == gone))  # files of DATA SAYA: they can be asked for again
    db.execute(delete(talks_table).where(talks_table.c.person_id == gone))  # they were read before
    _join_links(db, kept, gone)
    _join_tickets(db, kept, gone)
    _join_consents(db, kept, gone)
    for each in metadata.sorted_tables:
        if each is not table:
            _seal_anew(db, each, kept, gone)
    for each, column in moved():
        _hand_over(db, each, column, kept, gone)
    db.execute(update(inbox).where(inbox.c.person_id == kept).values(slot=people.slot(kept)))
    out = select(table.c.opted_out_at).where(table.c.id == gone).scalar_subquery()
    here = update(table).where(table.c.id == kept)
    db.execute(here.values(opted_out_at=func.coalesce(table.c.opted_out_at, out)))
    db.execute(delete(table).where(table.c.id == gone))
    db.upsert(erasing, ("key_id",), {"key_id": gone_key, "files": exports, "at": db.now})
    audit.note(db, kept, "linked", kept, f"people:{gone}")
    audit.note(db, kept, "linked", gone, f"people:{kept}")
    db.keys.names.pop(gone, None)
    db.forget()


def moved() -> Iterator[tuple[Table, ColumnElement[int]]]:
    """Every column that names a person, of every table: what a person who is joined to another has to leave behind."""
    for each in metadata.sorted_tables:
        for key in sorted(each.foreign_keys, key=lambda key: key.parent.name):
            if key.column.table is table:
                yield each, key.parent


def _seal_anew(db: Db, each: Table, kept: int, gone: int) -> None:
    """What is sealed with the key of `gone` in a table."""
    sealed = [c for c in each.c if isinstance(c.type, LargeBinary) and c.type.length is None]
    if not sealed or (whose := erasure.of(each, gone)) is None:
        return
    key = list(each.primary_key.columns)
    for row in db.execute(select(*key, *sealed).where(whose)).mappings().all():
        values = {c.name: again for c in sealed if row[c] and (again := _again(db, c, row[c], kept, gone))}
        if values:
            db.execute(update(each).where(*(c == row[c] for c in key)).values(values))


def _again(db: Db, column: Column[Any], sealed: bytes, kept: int, gone: int) -> bytes | None:
    """The same with the other key; None where it is sealed with neither (somebody else's words beside hers)."""
    name = f"{column.table.name}.{column.name}"
    try:
        return db.seal(kept, name, db.open(gone, name, sealed))
    except NoKey:
        return None


def _hand_over(db: Db, each: Table, column: ColumnElement[int], kept: int, gone: int) -> None:
    """Rows of one are the other's; of two that can't stand side by side hers stays who is kept."""
    if not _unique(each, column):
        db.execute(update(each).where(column == gone).values({column.name: kept}))
        return
    key = list(each.primary_key.columns)
    for row in db.execute(select(*key).where(column == gone)).mappings().all():
        this = [c == row[c] for c in key]
        try:
            with db.connection.begin_nested():
                db.execute(update(each).where(*this).values({column.name: kept}))
        except IntegrityError:
            db.execute(delete(each).where(*this))


def _unique(each: Table, column: ColumnElement[int]) -> bool:
    uniques = [list(c.columns) for c in each.constraints if isinstance(c, UniqueConstraint)]
    uniques += [list(index.columns) for index in each.indexes if index.unique]
    return any(column.name in {c.name for c in found} for found in [list(each.primary_key.columns), *uniques])


def _join_links(db: Db, kept: int, gone: int) -> None:
    """Where she wants news, hers before the other one's; of wrong codes the greater count."""
    db.execute(db.insert_new(links), {"person_id": kept, "tries": 0})
    both = {row.person_id: row for row in db.execute(select(links).where(links.c.person_id.in_((kept, gone))))}
    here, there = both[kept], both.get(gone, both[kept])
    most = max(here, there, key=lambda row: row.tries)
    values = {
        "contact_id": here.contact_id or there.contact_id,
        "home_id": here.home_id or of(db, kept)[0].id,
        "tries": most.tries,
        "tried_at": most.tried_at,
    }
    db.execute(update(links).where(links.c.person_id == kept).values(values))
    db.execute(delete(links).where(links.c.person_id == gone))


def _join_tickets(db: Db, kept: int, gone: int) -> None:
    """A person has one open question: what the other one asks is written under it."""
    opened = select(tickets).where(tickets.c.person_id.in_((kept, gone)), tickets.c.closed_at.is_(None))
    both = {row.person_id: row for row in db.execute(opened)}
    if len(both) < 2:
        return
    said = [db.open(row.person_id, "tickets.words", row.words) for row in both.values() if row.words]
    words = db.seal(kept, "tickets.words", "\n".join(said)) if said else None
    db.execute(update(tickets).where(tickets.c.id == both[kept].id).values(words=words))
    db.execute(update(tickets).where(tickets.c.id == both[gone].id).values(closed_at=db.now))


def _join_consents(db: Db, kept: int, gone: int) -> None:
    """What both have decided, in the order of time: the last word counts. Rows of consents are never changed."""
    both = select(consents).where(consents.c.person_id.in_((kept, gone))).order_by(consents.c.at, consents.c.id)
    rows = [dict(row) for row in db.execute(both).mappings()]
    if not any(row["person_id"] == gone for row in rows):
        return
    db.execute(delete(consents).where(consents.c.person_id.in_((kept, gone))))
    for row in rows:
        db.insert(consents, {name: value for name, value in row.items() if name != "id"} | {"person_id": kept})


def after(db: Db, before: int, now: Talks) -> tuple[Contact, Talks, bool]:
    """At the end of a turn that has joined or parted chats: whom it answers, her talks, and whether they have a row.

    `now` are the talks of the person `before` whose turn it was. Joined, she goes on with the talk of this chat, else
    with the other chat's; a second one waits under it.
    """
    assert db.became is not None
    became: Became = db.became
    if became.talks is None:
        _, known = talks.load(db, before)
        if now.open:
            now.open.away = True  # its question is on no screen of hers, or has been for a while
        talks.save(db, before, now, known)
        return became.contact, Talks(), False
    _, known = talks.load(db, became.contact.person)
    if now.open is None and became.talks.open:
        became.talks.open.away = True  # its question is on the other screen
    found = [talk for talk in (now.open, became.talks.open, now.parked, became.talks.parked) if talk]
    joined = Talks(*found[:2], ended=now.ended, missed=now.missed, keys=now.keys)
    return became.contact, joined, known


# Parting


def parting(db: Db, person: Person) -> list[Contact]:
    """The chats that leave when she parts hers: this one, or all that were joined to it where it is the one that has
    had the notes. Empty when she has no other."""
    home = _home(db, person.id)
    if home != person.contact:
        return [] if home is None else [contact(db, person)]
    return [each for each in of(db, person.id) if each.id != home]


def part(db: Db, person: Person) -> None:
    """Make strangers of the chats that leave; what is noted stays with the one that has had it."""
    here, leaving = contact(db, person), parting(db, person)
    home = _home(db, person.id)
    kept = next(each for each in of(db, person.id) if each.id == home)
    for each in leaving:
        stranger = _cut_off(db, person, each, kept)
        told, other = (stranger, kept) if here == kept else (kept, each)
        if each == here:
            db.became = Became(stranger, None)
        words = t("Your chat on {platform} isn't joined with this one any more.", platform=platform(db, other))
        outbox.put(db, told, Message((words,)), f"unlinked:{each.id}", Lane.ALERT)


def _home(db: Db, person: int) -> int | None:
    return db.execute(select(links.c.home_id).where(links.c.person_id == person)).scalar()


def _cut_off(db: Db, person: Person, leaving: Contact, kept: Contact) -> Contact:
    """The stranger whose chat this is from now on."""
    nowhere = {
        "address": db.seal(person.id, "contacts.address", ""),
        "address_index": people.address_index(db.keys, leaving.account, f"gone:{leaving.id}"),
        "reachable": False,
    }
    db.execute(update(contacts).where(contacts.c.id == leaving.id).values(nowhere))
    db.execute(update(links).where(links.c.contact_id == leaving.id).values(contact_id=None))
    waiting = update(outgoing).where(outgoing.c.contact_id == leaving.id, outgoing.c.state == Outgoing.READY)
    db.execute(waiting.values(contact_id=kept.id, account_id=kept.account))
    audit.note(db, person.id, "unlinked", person.id, f"contacts:{leaving.id}")
    return people.add(db, leaving.account, leaving.address, person.desk, person.language)


# Several chats


def of(db: Db, person: int) -> list[Contact]:
    """The chats of a person, the oldest first, also those that she has blocked: they can be opened again."""
    hers = select(contacts).where(contacts.c.person_id == person).order_by(contacts.c.id)
    found = (
        Contact(row.id, person, row.account_id, db.open(person, "contacts.address", row.address))
        for row in db.execute(hers)
    )
    return [each for each in found if each.address]  # one that was parted has none


def contact(db: Db, person: Person) -> Contact:
    """The chat she speaks from now."""
    row = db.execute(select(contacts).where(contacts.c.id == person.contact)).one()
    return Contact(row.id, person.id, row.account_id, db.open(person.id, "contacts.address", row.address))


def platform(db: Db, contact: Contact) -> Words:
    """What people call the platform of a chat."""
    return people.platform(db, contact.account)


def prefer(db: Db, person: Person, contact: Contact) -> None:
    """What the office starts goes to this chat of hers from now on."""
    db.execute(db.insert_new(links), {"person_id": person.id, "tries": 0})
    db.execute(update(links).where(links.c.person_id == person.id).values(contact_id=contact.id))
