"""Officers (petugas): invited once, known at once, revoked at once; and the alerts they get."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.chat.flow import Person, Refused
from bot.chat.messages import Button, Message
from bot.chat.text import Words, t
from bot.domain import access, audit, outbox, people
from bot.domain.access import Action
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import Lane, invites, officers

INVITE_HOURS = 24
LONGEST_NAME = 60
_INVALID = t("This invitation is no longer valid. Please ask the office for a new one.")


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer: `area` is the Kemendagri code whose subtree he serves."""

    person: int
    name: str
    role: str
    area: str
    since: datetime


def invite(db: Db, name: str, role: str, area: str) -> str:
    """A single-use code (128 bits), good for 24 hours; only its keyed hash is kept. `ValueError`: no name or role."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(f"an officer has a name of 1 to {LONGEST_NAME} characters")
    if role not in access.ROLES:
        raise ValueError(f"a role is one of {', '.join(access.ROLES)}")
    code = secrets.token_hex(16)
    invited = db.insert(
        invites,
        {
            "code_index": db.keys.index("invite", code),
            "name": db.keys.seal_by(code, "invites.name", name),
            "role": role,
            "area": area,
            "invited_at": db.now,
            "expires_at": db.now + timedelta(hours=INVITE_HOURS),
        },
    )
    audit.note(db, None, "invited", None, f"invite:{invited}:{role}:{area}")
    return code


def join(db: Db, person: Person, code: str) -> Officer:
    """Use an invitation. `Refused` when it is unknown, used or too old; the same answer for each (threat T6)."""
    taken = db.execute(
        update(invites)
        .where(
            invites.c.code_index == db.keys.index("invite", code),
            invites.c.used_by.is_(None),
            invites.c.expires_at > db.now,
        )
        .values(used_by=person.id, used_at=db.now)
        .returning(invites.c.name, invites.c.role, invites.c.area)
    ).first()
    if taken is None:
        raise Refused(_INVALID)
    try:
        name = db.keys.open_by(code, "invites.name", taken.name)
    except NoKey:  # an invitation of an earlier version
        raise Refused(_INVALID) from None
    row = {
        "person_id": person.id,
        "name": db.seal(person.id, "officers.name", name),
        "role": taken.role,
        "area": taken.area,
        "since": db.now,
        "revoked_at": None,
    }
    db.upsert(officers, ("person_id",), row)
    joined = Officer(person.id, name, taken.role, taken.area, db.now)
    audit.note(db, person.id, "joined", person.id, f"officer:{taken.role}:{taken.area}")
    told = t("{name} has joined the desk as {role}.", name=joined.name, role=joined.role)
    alert(db, told, origin=f"joined:{person.id}:{int(db.now.timestamp())}", but=person.id, about=person.id)
    return joined


def find(db: Db, person: Person) -> Officer | None:
    """The officer this person is now; None for everybody else, and from the moment of a revocation."""
    row = db.execute(select(officers).where(officers.c.person_id == person.id, officers.c.revoked_at.is_(None))).first()
    return _officer(db, row) if row else None


def listed(db: Db) -> list[Officer]:
    """The officers of now, by name."""
    rows = db.execute(select(officers).where(officers.c.revoked_at.is_(None)))
    return sorted((_officer(db, row) for row in rows), key=lambda officer: (officer.name, officer.person))


def _officer(db: Db, row: Any) -> Officer:
    return Officer(row.person_id, db.open(row.person_id, "officers.name", row.name), row.role, row.area, row.since)


def revoke(db: Db, person: int) -> bool:
    """Take an officer's rights away, at once. False when he had none."""
    row = update(officers).where(officers.c.person_id == person, officers.c.revoked_at.is_(None))
    if db.execute(row.values(revoked_at=db.now)).rowcount != 1:
        return False
    outbox.withhold(db, person, tuple(Lane))  # what was told to the officer isn't for whoever he is now
    audit.note(db, None, "revoked", person, "officer")
    return True


def alert(
    db: Db,
    words: Words,
    *,
    origin: str,
    buttons: tuple[Button, ...] = (),
    but: int | None = None,
    about: int | None = None,
    action: Action | None = None,
    village: str | None = None,
) -> int:
    """Tell every officer (except `but`), or with an `action` those who may do it in `village` (see `access.may`).

    How many are told; the same origin is told once. What is told `about` somebody goes with her, see `outbox.put`.
    """
    told = 0
    for officer in listed(db):
        contact = people.contact_of(db, officer.person)
        concerned = action is None or access.allows(officer.role, officer.area, action, village)
        if contact and concerned and officer.person != but:
            outbox.put(db, contact, Message((words,), buttons), f"alert:{origin}", Lane.ALERT, about=about)
            told += 1
    return told
