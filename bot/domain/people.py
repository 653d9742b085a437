"""People and the addresses they speak from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, literal_column, select, update

from bot.chat.flow import Person
from bot.chat.messages import Incoming
from bot.chat.reading import names
from bot.chat.seams import Desk
from bot.chat.talk import Talks
from bot.domain import talks as talks_at_rest
from bot.domain.db import Db
from bot.domain.keys import Keys, NoKey
from bot.domain.prepared import Prepared
from bot.domain.tables import accounts, consents, contacts, links, people, talks
from bot.domain.tables.kinds import Id

SLOTS = 64
PLATFORMS = {"telegram": "Telegram", "whatsapp": "WhatsApp"}


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's address on one channel account."""

    id: int
    person: int
    account: int
    address: str


def anybody(connection: Connection) -> bool:
    """Whether there are people in an upgraded database: then its keys must be there too."""
    return connection.execute(select(people.c.id).limit(1)).first() is not None


def slot(person: int) -> int:
    """Which of the 64 slots a person's updates are handled in; never changes."""
    return zlib.crc32(str(person).encode()) % SLOTS


def account(db: Db, name: str) -> int:
    """The id of a channel account (``telegram:123456789``), made when it is new."""
    db.execute(db.insert_new(accounts), {"name": name})
    return db.execute(select(accounts.c.id).where(accounts.c.name == name)).scalar_one()


def platform(db: Db, account: int) -> str:
    """What people call the platform of an account."""
    name = db.execute(select(accounts.c.name).where(accounts.c.id == account)).scalar_one()
    kind = str(name).partition(":")[0]
    return PLATFORMS.get(kind, kind)


_CONTACT = Prepared(
    select(contacts.c.id, contacts.c.person_id).where(
        contacts.c.account_id == bindparam("account"), contacts.c.address_index == bindparam("index")
    )
)


def address_index(keys: Keys, account: int, address: str) -> bytes:
    """What an address on an account is looked up by."""
    return keys.index("address", f"{account}|{address}")


def known(db: Db, account: int, address: str) -> Contact | None:
    """The contact of an address; None when we never heard from it."""
    row = _CONTACT.first(db, account=account, index=address_index(db.keys, account, address))
    return Contact(row.id, row.person_id, account, address) if row else None


def meet(db: Db, account: int, incoming: Incoming, desk: Desk, language: str) -> Contact:
    """The contact an update came from; a new person with a new key when we never heard from that address."""
    if contact := known(db, account, incoming.address):
        return contact
    if incoming.also and (contact := known(db, account, incoming.also)):  # "moved" is told again: she is there already
        return contact if incoming.kind == "moved" else move(db, contact, incoming.address)
    return add(db, account, incoming.address, desk, language)


_NEW_PERSON = Prepared(insert(people).returning(people.c.id), "key_id", "language", "desk", "met_at")
_NEW_CONTACT = Prepared(
    insert(contacts).returning(contacts.c.id), "account_id", "address", "address_index", "person_id", "reachable"
)


def add(db: Db, account: int, address: str, desk: Desk, language: str) -> Contact:
    """A new person with a new key, and this as her address."""
    key = db.keys.new()  # what the platform calls her isn't kept: she hasn't been asked yet
    person = _NEW_PERSON.scalar(db, key_id=key, language=language, desk=desk, met_at=db.now)
    db.keys.names[person] = key
    contact = _NEW_CONTACT.scalar(
        db,
        account_id=account,
        address=db.seal(person, "contacts.address", address),
        address_index=address_index(db.keys, account, address),
        person_id=person,
        reachable=True,
    )
    talks_at_rest.begin(db, person)
    return Contact(contact, person, account, address)


def move(db: Db, contact: Contact, address: str) -> Contact:
    """Her platform says that she has another address: WhatsApp's user id beside the number she was known by, or a new
    number. Where somebody else is known by it already, nothing is done: two people are never made one by this."""
    if known(db, contact.account, address):
        return contact
    values = {
        "address": db.seal(contact.person, "contacts.address", address),
        "address_index": address_index(db.keys, contact.account, address),
    }
    db.execute(update(contacts).where(contacts.c.id == contact.id).values(values))
    return replace(contact, address=address)


_SERVICE = (
    select(consents.c.given)
    .where(consents.c.person_id == people.c.id, consents.c.purpose == "service")
    .order_by(consents.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LOAD = (
    select(
        people.c.language,
        people.c.desk,
        people.c.frozen_at,
        people.c.erase_at,
        contacts.c.reachable,
        contacts.c.name,
        _SERVICE.label("service"),
    )
    .join(contacts, contacts.c.person_id == people.c.id)
    .where(people.c.id == bindparam("person"), contacts.c.id == bindparam("contact"))
)
_PERSON = Prepared(_LOAD)
_STILL = (
    _LOAD.add_columns(talks.c.person_id.label("talks"), talks.c.state)
    .join(talks, talks.c.person_id == people.c.id, isouter=True)
    .where(contacts.c.account_id == bindparam("account"), contacts.c.address_index == bindparam("index"))
)
_HERS = Prepared(_STILL)
_NUMBERED = Prepared(_STILL.add_columns(func.nextval(literal_column("'inbox_id_seq'"), type_=Id).label("row")))


class Gone(Exception):
    """A contact isn't that person's any more."""


def load(db: Db, person: int, contact: int) -> tuple[Person, bool]:
    """A person as conversations know her, and whether her contact is marked reachable. Raises `Gone`."""
    row = _PERSON.first(db, person=person, contact=contact)
    if row is None:
        raise Gone(f"contact {contact} of person {person}")
    return _loaded(db, person, contact, row), row.reachable


def still(db: Db, contact: Contact) -> tuple[Person, bool, Talks, bool] | None:
    """All that the turn of somebody we heard of begins with, in one look: as `load`, then as `talks.load`.

    None when that address isn't that contact's any more.
    """
    return None if (row := _look(_HERS, db, contact)) is None else _all(db, contact, row)


def still_numbered(db: Db, contact: Contact) -> tuple[tuple[Person, bool, Talks, bool] | None, int | None]:
    """As `still`, and the number that her new inbox row is to have. On PostgreSQL, where all that her turn writes can
    then be sent in one go."""
    row = _look(_NUMBERED, db, contact)
    return (None, None) if row is None else (_all(db, contact, row), row.row)


def _look(statement: Prepared, db: Db, contact: Contact) -> Any:
    index = address_index(db.keys, contact.account, contact.address)
    return statement.first(db, person=contact.person, contact=contact.id, account=contact.account, index=index)


def _all(db: Db, contact: Contact, row: Any) -> tuple[Person, bool, Talks, bool]:
    kept = talks_at_rest.opened(db, contact.person, row.state) if row.talks else Talks()
    return _loaded(db, contact.person, contact.id, row), row.reachable, kept, row.talks is not None


def _loaded(db: Db, person: int, contact: int, row: Any) -> Person:
    name = names.display(db.open(person, "contacts.name", row.name)) if row.name else ""
    agreed = row.desk == "officers" or bool(row.service)
    leaving = row.erase_at if row.frozen_at else None  # one who is only too long silent can speak up
    return Person(person, row.language, row.desk, contact, name, agreed, leaving)


_REACHABLE = update(contacts).where(contacts.c.id == bindparam("contact")).values(reachable=bindparam("value"))


def set_reachable(db: Db, contact: int, value: bool) -> None:
    """She has blocked us, or speaks to us again."""
    db.execute(_REACHABLE, {"contact": contact, "value": value})


_WANTED = case((links.c.contact_id == contacts.c.id, 0), else_=1)
_CONTACT_OF = (
    select(contacts.c.id, contacts.c.account_id, contacts.c.address)
    .join(links, links.c.person_id == contacts.c.person_id, isouter=True)
    .where(contacts.c.person_id == bindparam("person"))
    .order_by(contacts.c.reachable.desc(), _WANTED, contacts.c.id)
    .limit(1)
)


def contact_of(db: Db, person: int) -> Contact | None:
    """Where to reach a person when the office starts: on the chat she wants it on, else the oldest.

    None where there is no address, or no key for it any more.
    """
    row = db.execute(_CONTACT_OF, {"person": person}).first()
    if row is None:
        return None
    try:
        return Contact(row.id, person, row.account_id, db.open(person, "contacts.address", row.address))
    except NoKey:
        return None


def opt_out(db: Db, person: int, out: bool) -> None:
    """Stop, or allow again, what the office starts (invitations, announcements); answers go on."""
    db.execute(update(people).where(people.c.id == person).values(opted_out_at=db.now if out else None))


def set_language(db: Db, person: int, language: str) -> None:
    """The language she reads from now on, also in what waits to be sent to her."""
    db.execute(update(people).where(people.c.id == person).values(language=language))


def reachable(db: Db, person: int) -> bool:
    """Whether she has an address that isn't blocked."""
    found = select(contacts.c.id).where(contacts.c.person_id == person, contacts.c.reachable)
    return db.execute(found.limit(1)).first() is not None


def opted_out(db: Db, person: int) -> bool:
    """Whether she wants nothing that the office starts."""
    return db.execute(select(people.c.opted_out_at).where(people.c.id == person)).scalar_one() is not None
