"""How officers find an owner and what they see of her: by role and area, masked, every look noted in the audit.

A number in full needs a reason, counts towards a daily limit (the dated rule ``unmask.daily``), and at the limit
whoever leads the desk is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.chat.flow import Person, Refused
from bot.chat.reading import Invalid, plain
from bot.chat.reading.identifiers import masked
from bot.chat.reading.phone import phone_masked
from bot.chat.text import t
from bot.domain import access, audit, changes, consents, dated, name_words, officers, owners
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.owners import Business
from bot.domain.tables import audit as rows
from bot.domain.tables import businesses, inbox, outbox, people, tickets
from bot.domain.tables import owners as registered

MOST = 8
"""Owners shown of those that were found."""
Number = Literal["phone", "nik", "nib"]
"""What is masked until a reason is given."""
_TICKET = re.compile(r"(?:tiket|ticket|no|nomor|#)\W*(\d{1,9})|#(\d{1,9})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody in a list: her name, empty where she isn't registered."""

    person: int
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What an officer sees of a person: numbers masked, of her businesses those in his area.

    `withdrawn`: she has taken back her leave to be noted; then only what is needed to answer her is here. `name` is
    empty for somebody who isn't registered, `asked` what she wrote to officers and waits for an answer.
    """

    person: int
    name: str
    phone: str
    nik: str
    businesses: tuple[Business, ...]
    ticket: int | None
    asked: str
    numbers: tuple[Number, ...]
    withdrawn: bool = False


def search(db: Db, officer: Officer, said: str) -> tuple[list[Found], bool, int]:
    """Owners of an officer's area by words of their names, a phone, NIB, NIK, or a ticket ("tiket 12"); whether there
    are more than `MOST`; and how many aren't shown as they have taken back their leave. Each that is told is noted."""
    hers = sorted(_matching(db, said))
    listed = [person for person in hers if _may_see(db, officer, person)]
    hidden = [person for person in hers if person not in listed and without_leave(db, officer, person)]
    shown = [Found(person, _name(db, person)) for person in listed[:MOST]]
    for person in (*(one.person for one in shown), *hidden[:MOST]):
        audit.note(db, officer.person, "listed", person, "owner")
    return shown, len(listed) > MOST, len(hidden[:MOST])


def _matching(db: Db, said: str) -> Collection[int]:
    """The people meant, wherever they are."""
    if match := _TICKET.fullmatch(said.strip()):
        number = int(match[1] or match[2])
        return set(db.execute(select(tickets.c.person_id).where(tickets.c.id == number)).scalars())
    digits = re.sub(r"[\s.\-]", "", said)
    if re.fullmatch(r"\+?\d{6,16}", digits):
        found = set(db.execute(select(registered.c.person_id).where(_by_number(db, digits))).scalars())
        nib = select(businesses.c.owner_id).where(businesses.c.nib_index == db.keys.index("nib", digits))
        return found | set(db.execute(nib).scalars())
    return name_words.found(db, said)


def _by_number(db: Db, digits: str) -> ColumnElement[bool]:
    phone = plain.phone(digits)
    by_phone = registered.c.phone_index == db.keys.index("phone", "" if isinstance(phone, Invalid) else phone)
    return or_(by_phone, registered.c.nik_index == db.keys.index("nik", digits))


def _may_see(db: Db, officer: Officer, person: int) -> bool:
    """Whether an officer may see somebody: one of her businesses, or her open question, is in his area; not while she
    waits for her erasure. Once she has taken back her leave to be noted, only what she asked for counts: her open
    question, and a correction that he may decide."""
    if _frozen(db, person):
        return False
    if _near(db, officer, person) and (not consents.withdrawn(db, person) or changes.waits(db, officer, person)):
        return True
    return any(access.may(db, officer, "ticket.see", village) for village in _asked_in(db, person))


def without_leave(db: Db, officer: Officer, person: int) -> bool:
    """Whether an officer could see somebody of his area if she hadn't taken back her leave to be noted."""
    return not _frozen(db, person) and consents.withdrawn(db, person) and _near(db, officer, person)


def _frozen(db: Db, person: int) -> bool:
    """Whether somebody waits for her erasure, or is gone."""
    row = db.execute(select(people.c.frozen_at).where(people.c.id == person)).first()
    return row is None or row[0] is not None


def _near(db: Db, officer: Officer, person: int) -> bool:
    villages = db.execute(select(businesses.c.village).where(businesses.c.owner_id == person)).scalars().all()
    return any(access.may(db, officer, "owner.see", village) for village in villages)


def _asked_in(db: Db, person: int) -> list[str | None]:
    asked = select(tickets.c.village).where(tickets.c.person_id == person, tickets.c.closed_at.is_(None))
    return list(db.execute(asked).scalars())


def _name(db: Db, person: int) -> str:
    name = db.execute(select(registered.c.name).where(registered.c.person_id == person)).scalar()
    return db.open(person, "owners.name", name) if name else ""


def view(db: Db, officer: Officer, person: int) -> Seen | None:
    """What an officer sees of a person; None for whom he may not see, and for nobody, alike. It is noted."""
    if not _may_see(db, officer, person):
        return None
    owner = owners.find(db, Person(person, ""))
    near: tuple[Business, ...] = ()
    if owner:
        inside = _inside(db, officer, person)
        near = tuple(business for business in owner.businesses if business.id in inside)
    number, asked = _asked(db, officer, person)
    audit.note(db, officer.person, "seen", person, "owner" if owner else f"ticket:{number}")
    if owner is None or not near:
        return Seen(person, owner.name if owner else "", "", "", (), number, asked, ())
    if consents.withdrawn(db, person):
        phones: tuple[Number, ...] = ("phone",) if owner.phone else ()
        return Seen(person, owner.name, phone_masked(owner.phone), "", (), number, asked, phones, withdrawn=True)
    full: dict[Number, str] = {"phone": owner.phone, "nik": owner.nik, "nib": "".join(b.nib or "" for b in near)}
    numbers: tuple[Number, ...] = tuple(what for what, number in full.items() if number)
    phone, nik = phone_masked(owner.phone), masked(owner.nik)
    return Seen(person, owner.name, phone, nik, near, number, asked, numbers)


def _inside(db: Db, officer: Officer, person: int) -> set[int]:
    """Her businesses in an officer's area."""
    near = access.within(businesses.c.village, officer.area)
    return set(db.execute(select(businesses.c.id).where(businesses.c.owner_id == person, near)).scalars())


def _asked(db: Db, officer: Officer, person: int) -> tuple[int | None, str]:
    """Her open ticket and its words, if this officer may read it."""
    open_one = select(tickets.c.id, tickets.c.words, tickets.c.village)
    row = db.execute(open_one.where(tickets.c.person_id == person, tickets.c.closed_at.is_(None))).first()
    if row is None or not access.may(db, officer, "ticket.see", row.village):
        return None, ""
    return row.id, db.open(person, "tickets.words", row.words) if row.words else ""


def unmask(db: Db, officer: Officer, person: int, what: Number, reason: str, since: datetime) -> str:
    """A number in full, noted with its reason. `since` is when the officer's day began.

    `Refused` where he may not, where there is none, and when he has seen as many today as the rule allows.
    """
    inside = _inside(db, officer, person)
    villages = select(businesses.c.village).where(businesses.c.id.in_(inside))
    near = any(access.may(db, officer, "owner.unmask", v) for v in db.execute(villages).scalars().all())
    owner = owners.find(db, Person(person, "")) if near and _may_see(db, officer, person) else None
    if owner is None or (what != "phone" and consents.withdrawn(db, person)):
        raise Refused(t("Nobody was found."))
    limit = cast(int, dated.rule(db, "unmask.daily", since.date()).value)
    before = audit.count(db, officer.person, "unmasked", since)
    if before >= limit:
        raise Refused(
            t("Today {n} numbers were opened already, the limit of a day. Please ask the coordinator.", n=limit)
        )
    nibs = ", ".join(b.nib for b in owner.businesses if b.nib and b.id in inside)
    number = {"phone": re.sub(r"^\+62", "0", owner.phone), "nik": owner.nik, "nib": nibs}[what]
    if not number:
        raise Refused(t("Nobody was found."))
    audit.note(db, officer.person, "unmasked", person, f"owner:{what}", reason)
    if before + 1 == limit:
        told = t("{name} has opened {n} numbers of owners today, the limit of a day.", name=officer.name, n=limit)
        origin = f"unmasked:{officer.person}:{since.date()}"
        officers.alert(db, told, origin=origin, action="officer.see", village=officer.area)
    return number


def forget(db: Db, person: int) -> int:
    """Take away what was said to officers about a person, and what they typed to find her: it is sealed with their
    keys, not with hers. Found by the audit: the same officer at the same instant. How many messages."""
    about = (
        select(rows.c.actor_id, rows.c.at).where(rows.c.person_id == person, rows.c.actor_id.is_not(None)).distinct()
    )
    count = 0
    for look in db.execute(about).all():
        if look.actor_id != person:
            said = update(inbox).where(inbox.c.person_id == look.actor_id, inbox.c.done_at == look.at)
            db.execute(said.values(said=None, payload=None))
            told = delete(outbox).where(outbox.c.person_id == look.actor_id, outbox.c.put_at == look.at)
            count += db.execute(told).rowcount
    return count
