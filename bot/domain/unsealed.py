"""What an earlier version kept open: sealed at the first start of this one, before anything is read."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import ColumnElement, Table, func, select, update

from bot.domain import inbox as received
from bot.domain import people
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import businesses, contacts, inbox, invites, officers, outbox, owners

_NAMES = ((owners, "person_id"), (businesses, "owner_id"), (officers, "person_id"))
_SEALED = b"\x01"
"""What everything sealed begins with, and no name does."""
_NOBODY = bytes(29)
"""What no code opens: whose invitation was made before has to be invited again."""


def seal(db: Db) -> int:
    """Seal what still lies open. How many."""
    count = _addresses(db)
    for table, person in _NAMES:
        key = next(iter(table.primary_key.columns))
        for row in db.execute(select(key, table.c[person].label("whose"), table.c.name).where(_open(table))).all():
            sealed = db.seal(row.whose, f"{table.name}.name", row.name.decode())
            db.execute(update(table).where(key == row[0]).values(name=sealed))
            count += 1
    db.execute(update(invites).where(_open(invites)).values(name=_NOBODY))
    return count


def _addresses(db: Db) -> int:
    """Addresses, and the platform's numbers of what was heard and said.

    All in one transaction, and the oldest rows are the open ones: where the first is sealed there are no others, so a
    start doesn't read them all.
    """
    address = db.execute(select(contacts.c.address).order_by(contacts.c.id).limit(1)).scalar()
    key = db.execute(select(inbox.c.key).order_by(inbox.c.id).limit(1)).scalar() or ""
    if ":" not in key and (address is None or address[:1] == _SEALED):
        return 0
    count = 0
    for row in db.execute(select(contacts).where(func.substr(contacts.c.address, 1, 1) != _SEALED)).all():
        plain = row.address.decode()
        values = {
            "address": db.seal(row.person_id, "contacts.address", plain),
            "address_index": people.address_index(db.keys, row.account_id, plain),
        }
        db.execute(update(contacts).where(contacts.c.id == row.id).values(values))
        count += 1
    for row in db.execute(select(inbox.c.id, inbox.c.account_id, inbox.c.key).where(inbox.c.key.like("%:%"))).all():
        hidden = received.row_key(db.keys, row.account_id, row.key)
        db.execute(update(inbox).where(inbox.c.id == row.id).values(key=hidden))
        count += 1
    unread = inbox.c.person_id.is_(None) & inbox.c.payload.is_not(None)
    for row in db.execute(select(inbox.c.id, inbox.c.payload).where(unread)).all():
        with suppress(NoKey):
            raw = db.open(None, "inbox.payload", row.payload)
            values = {"payload": received.seal_of_day(db, raw), "received_at": db.now}
            db.execute(update(inbox).where(inbox.c.id == row.id).values(values))
    said = select(outbox.c.id, outbox.c.person_id, outbox.c.ext_id)
    for row in db.execute(said.where(func.substr(outbox.c.ext_id, 1, 1) != _SEALED)).all():
        sealed = db.seal(row.person_id, "outbox.ext_id", row.ext_id.decode())
        db.execute(update(outbox).where(outbox.c.id == row.id).values(ext_id=sealed))
        count += 1
    return count


def _open(table: Table) -> ColumnElement[bool]:
    return func.substr(table.c.name, 1, 1).not_in((_SEALED, _NOBODY[:1]))
