"""Owners (pelaku usaha) and their businesses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from bot.chat.flow import Person, Refused
from bot.chat.reading import Invalid, plain
from bot.chat.text import t
from bot.domain import places
from bot.domain.db import Db
from bot.domain.tables import businesses, owners

_NAME = re.compile(r"[^\W\d_][^\W\d_.,'’\- ]*(?:[ .,'’\-]+[^\W\d_]+)*\.?")
_RESERVED = {"petugas", "admin", "administrator", "dinas", "pendamping"}


def person_name(text: str) -> str | Invalid:
    """A name as on the KTP: 3 to 60 letters, dots, commas, apostrophes and hyphens; no office's word as a name."""
    name = plain.clean(text)
    if not 3 <= len(name) <= 60 or not _NAME.fullmatch(name):
        return Invalid(t("A name has 3 to 60 letters."))
    if plain.fold(name).split()[0] in _RESERVED:
        return Invalid(t("That word is kept for the office. Please type your own name."))
    return name.title() if name.islower() or name.isupper() else name


def business_name(text: str) -> str | Invalid:
    """What a business is called: 2 to 60 characters with at least one letter."""
    name = plain.clean(text)
    if not 2 <= len(name) <= 60 or not any(c.isalpha() for c in name):
        return Invalid(t("A business name has 2 to 60 letters."))
    return name


@dataclass(frozen=True, slots=True)
class Business:
    """A business of an owner; `village` is the name of its kelurahan."""

    id: int
    name: str
    sector: str
    village: str


@dataclass(frozen=True, slots=True)
class Owner:
    """A registered person; `phone` is E.164."""

    person: int
    name: str
    phone: str
    businesses: tuple[Business, ...]


def known(db: Db, person: Person) -> bool:
    """Whether this person is registered."""
    return db.execute(_KNOWN, {"person": person.id}).first() is not None


_KNOWN = select(owners.c.person_id).where(owners.c.person_id == bindparam("person"))


def find(db: Db, person: Person) -> Owner | None:
    """A registered person with her businesses."""
    row = db.execute(select(owners).where(owners.c.person_id == person.id)).first()
    if row is None:
        return None
    found = db.execute(select(businesses).where(businesses.c.owner_id == person.id).order_by(businesses.c.id))
    phone = db.open(person.id, "owners.phone", row.phone) if row.phone else ""
    listed = tuple(Business(b.id, b.name, b.sector, places.name(db, b.village)) for b in found)
    return Owner(person.id, row.name, phone, listed)


def register(db: Db, person: Person, *, name: str, phone: str, village: str, business: str, sector: str) -> None:
    """Make a person an owner with one business. `Refused` if she is registered already (another device was faster)."""
    if known(db, person):
        raise Refused(t("You are registered already."))
    db.insert(
        owners,
        {
            "person_id": person.id,
            "name": name,
            "phone": db.seal(person.id, "owners.phone", phone),
            "phone_index": db.keys.index("phone", phone),
            "registered_at": db.now,
            "changed_at": db.now,
        },
    )
    db.insert(
        businesses,
        {
            "owner_id": person.id,
            "name": business,
            "sector": sector,
            "village": village,
            "registered_at": db.now,
            "changed_at": db.now,
        },
    )
