"""Consents (UU 27/2022 Pasal 20-24): what a person allowed or refused, one purpose a row, only ever added."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.chat.flow import Person
from bot.domain.db import Db
from bot.domain.tables import consents

SERVICE = "service"
"""The purpose of registration itself: being noted, trained and accompanied."""

_LAST = (
    select(consents.c.given, consents.c.version)
    .where(consents.c.person_id == bindparam("person"), consents.c.purpose == bindparam("what"))
    .order_by(consents.c.id.desc())
    .limit(1)
)


def given(db: Db, person: Person, purpose: str, version: str) -> bool:
    """Whether a person has allowed a purpose, having seen this version of the text."""
    row = db.execute(_LAST, {"person": person.id, "what": purpose}).first()
    return row is not None and row.given and row.version == version


def note(db: Db, person: Person, purpose: str, version: str, *, allowed: bool) -> None:
    """Add what a person has decided now."""
    row = {
        "person_id": person.id,
        "purpose": purpose,
        "given": allowed,
        "version": version,
        "contact_id": person.contact,
        "at": db.now,
    }
    db.insert(consents, row)
