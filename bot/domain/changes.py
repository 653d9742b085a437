"""Corrections that an officer looks at first (UU 27/2022 Pasal 30): rows with a clock of their own, decided once.

Which facts need a look is the dated rule ``change.evidence``; how many hours there are, and after how many the officers
are reminded, is ``change.hours``. The clock counts hours, not office hours. Whoever asks is told the same whether or
not a number is somebody else's: that is for the officer to see (`Waiting.taken`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from bot.chat.buttons import Buttons
from bot.chat.flow import Person, Refused
from bot.chat.messages import Button, Message
from bot.chat.reading.identifiers import masked
from bot.chat.text import Moment, Words, caption, t
from bot.domain import access, audit, dated, officers, outbox, owners, people, places, reminders
from bot.domain.access import Action
from bot.domain.assess import known
from bot.domain.db import Db
from bot.domain.officers import Officer
from bot.domain.tables import Lane, businesses, changes
from bot.domain.tables import owners as owners_table
from bot.domain.tables import people as people_table

DECIDE: Action = "change.decide"
REMIND, OVERDUE = "change_waiting", "change_overdue"
"""The happenings of officers while a correction waits, and when its time is over."""
NUMBERS = ("nik", "nib")
"""Facts that belong to one person or business only."""
WHAT: dict[str, Words] = {
    "name": t("name"), "called": t("form of address"), "phone": t("phone"), "nik": t("NIK"), "village": t("kelurahan"),
    "business": t("business name"), "sector": t("sector"), "sales": t("monthly sales"), "capital": t("capital"),
    "workers": t("workers"), "age": t("business age"), "nib": t("NIB"),
}  # fmt: skip
"""What each fact is called."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A correction that waits: whose, of which fact, what it was and shall be. `taken`: it is noted for another one."""

    id: int
    person: int
    name: str
    village: str | None
    business: int | None
    fact: str
    before: str
    value: str
    due: datetime
    taken: bool

    @property
    def what(self) -> Words:
        return WHAT.get(self.fact, self.fact)

    def shown(self, value: str) -> str:
        """A value as it is shown: numbers masked."""
        return masked(value) if self.fact in NUMBERS else value


def needs_look(db: Db, fact: str, before: str | None, day: date) -> bool:
    """Whether an officer looks before this fact is changed. A NIB that is noted for the first time goes at once; a NIK
    never does: to learn from the answer whether it is known would be to learn who is registered."""
    return fact in dated.rule(db, "change.evidence", day).value and (fact == "nik" or bool(before))


# Asking


def ask(db: Db, person: Person, fact: str, value: str, day: date, business: int | None = None) -> datetime:
    """Have a correction looked at; until when it is decided. Asked again while it waits, the new value counts.

    `Refused` if she isn't an owner (any more).
    """
    if not owners.known(db, person):
        raise Refused(t("You aren't registered yet."))
    sealed = db.seal(person.id, "changes.value", value)
    kept = db.execute(_OPEN.where(changes.c.person_id == person.id, changes.c.fact == fact, _of(business))).first()
    if kept is not None:
        db.execute(update(changes).where(changes.c.id == kept.id).values(value=sealed))
        return kept.due_at
    hours = dated.rule(db, "change.hours", day).value
    due = db.now + timedelta(hours=hours["due"])
    row = {"person_id": person.id, "business_id": business, "fact": fact, "value": sealed}
    number = db.insert(changes, {**row, "asked_at": db.now, "due_at": due})
    _tell_officers(db, number, due, db.now + timedelta(hours=hours["remind"]))
    return due


def _of(business: int | None) -> ColumnElement[bool]:
    return changes.c.business_id.is_(None) if business is None else changes.c.business_id == business


def _tell_officers(db: Db, number: int, due: datetime, remind: datetime) -> None:
    """An alert to whom it concerns, a reminder to them, and the coordinators' when its time is over."""
    waiting = find(db, number)
    assert waiting is not None
    for officer in _serving(db, waiting.village):
        if contact := people.contact_of(db, officer.person):
            told = Message((described(db, waiting),), buttons(db, officer.person, waiting))
            outbox.put(db, contact, told, f"change:{number}", Lane.ALERT, expires=due, about=waiting.person)
        reminders.put(db, officer.person, REMIND, str(number), remind, {"change": number})
    for officer in _leading(db, waiting.village):
        reminders.put(db, officer.person, OVERDUE, str(number), due, {"change": number})


def _serving(db: Db, village: str | None) -> list[Officer]:
    """The officers who may decide there; where there are none, those who lead the desk."""
    some = [officer for officer in officers.listed(db) if access.may(db, officer, DECIDE, village)]
    return some or _leading(db, None)


def _leading(db: Db, village: str | None) -> list[Officer]:
    """The coordinators of a place; where there are none, all of them."""
    lead = [officer for officer in officers.listed(db) if officer.role == "koordinator"]
    return [officer for officer in lead if access.may(db, officer, DECIDE, village)] or lead


def buttons(db: Db, officer: int, waiting: Waiting) -> tuple[Button, ...]:
    """To accept or to refuse a correction to this value, for one officer."""
    sign, about = Buttons(db.keys.buttons).start, {"change": str(waiting.id), "seen": mark(db, waiting)}
    return tuple(
        Button(words, sign(officer, "decide", about | {"decision": decision}))
        for words, decision in ((caption("Accept"), "yes"), (caption("Refuse"), "no"))
    )


def mark(db: Db, waiting: Waiting) -> str:
    """What tells the value that an officer has seen from another one that she asked for since."""
    return db.keys.index("change", f"{waiting.id}:{waiting.value}").hex()[:6]


def described(db: Db, waiting: Waiting) -> Words:
    """A correction in words, for officers: numbers masked."""
    where = places.name(db, waiting.village) if waiting.village else ""
    place = t("{name} ({village})", name=waiting.name, village=where) if where else waiting.name
    values = {
        "number": waiting.id, "who": place, "what": waiting.what, "due": Moment(waiting.due),
        "before": waiting.shown(waiting.before) or t("not noted yet"), "value": waiting.shown(waiting.value),
    }  # fmt: skip
    if waiting.taken:
        return t("Correction {number}, {who}\n{what}: {before} → {value}\n"
                 "⚠️ This number is noted for somebody else already. Please check in person.\n"
                 "To be decided by {due}.", **values)  # fmt: skip
    return t("Correction {number}, {who}\n{what}: {before} → {value}\nTo be decided by {due}.", **values)


# Looking

_VILLAGE = func.coalesce(
    select(businesses.c.village).where(businesses.c.id == changes.c.business_id).scalar_subquery(),
    select(businesses.c.village)
    .where(businesses.c.owner_id == changes.c.person_id)
    .order_by(businesses.c.id)
    .limit(1)
    .scalar_subquery(),
).label("village")
_OPEN = select(changes, _VILLAGE).where(changes.c.decided_at.is_(None)).order_by(changes.c.due_at, changes.c.id)


def find(db: Db, number: int) -> Waiting | None:
    """A correction that still waits."""
    row = db.execute(_OPEN.where(changes.c.id == number)).first()
    return _waiting(db, row) if row else None


def of(db: Db, person: Person) -> list[Waiting]:
    """What a person has asked to be corrected and waits, the oldest first."""
    return [_waiting(db, row) for row in db.execute(_OPEN.where(changes.c.person_id == person.id))]


def waits(db: Db, officer: Officer, person: int) -> bool:
    """Whether a correction of a person waits that this officer may decide."""
    found = db.execute(_OPEN.where(changes.c.person_id == person)).all()
    return any(access.may(db, officer, DECIDE, row.village) for row in found)


def for_officer(db: Db, officer: Officer, limit: int) -> tuple[list[Waiting], int]:
    """What an officer may decide now, the most urgent first, and how many there are in all. Looking is noted."""
    area = access.within(_VILLAGE, officer.area)
    frozen = select(people_table.c.id).where(people_table.c.frozen_at.is_not(None))
    where = and_(
        area if officer.area.count(".") > 1 else or_(area, _VILLAGE.is_(None)), changes.c.person_id.not_in(frozen)
    )
    if not access.may(db, officer, DECIDE, officer.area):
        return [], 0
    count = select(func.count()).select_from(_OPEN.where(where).subquery())
    found = [_waiting(db, row) for row in db.execute(_OPEN.where(where).limit(limit))]
    for waiting in found:
        audit.note(db, officer.person, "seen", waiting.person, f"changes:{waiting.id}")
    return found, db.execute(count).scalar_one()


def _waiting(db: Db, row: Any) -> Waiting:
    person = Person(row.person_id, "")
    owner = owners.find(db, person)
    value = str(db.open(row.person_id, "changes.value", row.value))
    before = ""
    if owner and row.business_id is None:
        before = str(getattr(owner, row.fact) or "")
    elif owner:
        kept = next(b for b in owner.businesses if b.id == row.business_id)
        before = str(getattr(kept, "name" if row.fact == "business" else row.fact) or "")
    taken = row.fact in NUMBERS and _taken(db, row.person_id, row.fact, value)
    name = owner.name if owner else ""
    return Waiting(
        row.id, row.person_id, name, row.village, row.business_id, row.fact, before, value, row.due_at, taken
    )


def _taken(db: Db, person: int, fact: str, value: str) -> bool:
    """Whether a number is noted for somebody else."""
    table, whose = (owners_table, "person_id") if fact == "nik" else (businesses, "owner_id")
    same = select(table.c[whose]).where(table.c[f"{fact}_index"] == db.keys.index(fact, value))
    return db.execute(same.where(table.c[whose] != person).limit(1)).first() is not None


# Deciding

_BY = (
    select(changes.c.decided_by, changes.c.decided_at, changes.c.fact, _VILLAGE)
    .where(changes.c.id == bindparam("number"))
    .limit(1)
)


def decidable(db: Db, officer: Person, number: int) -> Waiting:
    """A correction that this officer may decide now. `Refused` where it isn't there, isn't his, or was decided."""
    row = db.execute(_BY, {"number": number}).first()
    if row is None or not access.may(db, officers.find(db, officer), DECIDE, row.village):
        raise Refused(t("There is no such correction in your area."))
    waiting = find(db, number)
    if waiting is None:
        raise Refused(_decided(db, row.decided_by, row.decided_at))
    frozen = select(people_table.c.frozen_at).where(people_table.c.id == waiting.person)
    if db.execute(frozen).scalar() is not None:
        raise Refused(t("She has asked to be erased; nothing is changed any more."))
    return waiting


def _decided(db: Db, by: int, at: datetime) -> Words:
    name = next((officer.name for officer in officers.listed(db) if officer.person == by), t("an officer"))
    return t("{name} has decided on this already, on {at}.", name=name, at=Moment(at))


def decide(db: Db, officer: Person, number: int, *, accepted: bool, reason: str = "") -> Waiting:
    """Accept or refuse a correction, once; she is told at once. `Refused` as `decidable`, or if another was faster."""
    waiting = decidable(db, officer, number)
    row = {
        "decided_at": db.now,
        "decided_by": officer.id,
        "accepted": accepted,
        "reason": db.seal(waiting.person, "changes.reason", reason) if reason else None,
    }
    open_ = update(changes).where(changes.c.id == number, changes.c.decided_at.is_(None))
    if not db.execute(open_.values(row)).rowcount:
        raise Refused(t("Somebody has decided on this already."))
    if accepted:
        person = Person(waiting.person, "")
        if waiting.business is None:
            owners.change(db, person, waiting.fact, waiting.value)
        else:
            owners.change_business(db, person, waiting.business, waiting.fact, waiting.value)
            known.renewed(db, person, waiting.business, waiting.fact, waiting.value)
    audit.note(
        db, officer.id, "change accepted" if accepted else "change refused", waiting.person, f"changes:{number}", reason
    )
    _forget_reminders(db, number, officers.listed(db))
    _tell_her(db, waiting, accepted, reason)
    return waiting


def _forget_reminders(db: Db, number: int, some: Iterable[Officer]) -> None:
    for officer in some:
        for kind in (REMIND, OVERDUE):
            reminders.drop(db, officer.person, kind, str(number))


def _tell_her(db: Db, waiting: Waiting, accepted: bool, reason: str) -> None:
    """Her answer goes out also when she wants no news: it is what she asked for."""
    contact = people.contact_of(db, waiting.person)
    if contact is None:
        return
    values = {"what": waiting.what, "value": waiting.shown(waiting.value), "reason": reason}
    if accepted:
        told = t("Your correction is noted.\n• {what}: {value}", **values)
    else:
        told = t("We couldn't change {what} yet.\nThe officer's note: {reason}\n"
                 "To try again type *ubah*, or ask an officer: type *petugas*.", **values)  # fmt: skip
    outbox.put(db, contact, Message((told,)), f"change:{waiting.id}", Lane.ALERT)
