"""The inbox: every update, kept before the platform is told that we have it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from bot.chat.messages import Incoming
from bot.domain import people
from bot.domain.db import Db, insert_new
from bot.domain.keys import Keys, NoKey, day_key
from bot.domain.people import Contact
from bot.domain.prepared import Prepared
from bot.domain.tables import Lane, Received, accounts, inbox

HOUSE = "house"
"""The account of our own happenings: due reminders, results of jobs."""


@dataclass(slots=True)
class Letter:
    """An inbox row on its way to its turn. `incoming` is there when it has just been read; `attempts` counts tries.

    `received` is when it came, where that is not now. `fresh`: kept by this process and not tried yet. `counted`: its
    last attempt was counted but found the store away. `person` and `contact` are 0 for what couldn't be read.
    """

    id: int
    account: int
    person: int
    contact: int
    slot: int
    kind: str
    attempts: int = 1
    incoming: Incoming | None = None
    received: datetime | None = None
    fresh: bool = False
    counted: bool = False


_ADD = {
    "person_id": None,
    "contact_id": None,
    "slot": 0,
    "kind": "unreadable",
    "payload": None,
    "state": Received.WAITING,
    "attempts": 1,
    "done_at": None,
    "said": None,
}


_MOST_ADDRESSES = 50

_COLUMNS_ADDED = ("account_id", "key", "received_at", "said_at", "error", *_ADD)
_INSERT = Prepared(lambda dialect: insert_new(inbox, dialect).returning(inbox.c.id), *_COLUMNS_ADDED)
_INSERT_AS = Prepared(insert(inbox), "id", *_COLUMNS_ADDED)


def row_key(keys: Keys, account: int, key: str) -> str:
    """What a row is deduped by instead of the platform's own key, which may hold a phone number: 32 hex digits."""
    return keys.index("update", f"{account}|{key}").hex()[:32]


def _insert(db: Db, row: Mapping[str, Any]) -> int | None:
    """The new row's id; None when it was here already."""
    row = {**_ADD, "error": None, "received_at": db.now, "said_at": db.now, **row}
    if "id" not in row:
        return _INSERT.scalar(db, **row)
    _INSERT_AS.new(db, **row)
    return row["id"]


def done_at(incoming: Incoming, now: datetime) -> datetime:
    """When a person did this: an outage brings many hours at once, and a tap doesn't tell its own time."""
    return now if incoming.kind == "button" else min(incoming.at, now)


def add(
    db: Db,
    contact: Contact,
    incoming: Incoming,
    raw: Mapping[str, Any],
    *,
    done: str | None = None,
    emptied: bool = False,
    id: int | None = None,
) -> Letter | None:
    """Keep an update; None for one we already have. This commit counts its first attempt.

    `done` is what was said, of one whose turn is kept in this same commit; `emptied` as in `done`. With an `id` for the
    row nobody waits to hear whether we have it: if so, the store does the work again (`Db.again`).
    """
    slot = people.slot(contact.person)
    row: dict[str, Any] = {
        "account_id": contact.account,
        "key": row_key(db.keys, contact.account, incoming.key),
        "person_id": contact.person,
        "contact_id": contact.id,
        "slot": slot,
        "kind": incoming.kind,
        "payload": db.seal(contact.person, "inbox.payload", raw),
        "said_at": done_at(incoming, db.now),
    }
    if done is not None:
        row |= {"payload": None} if emptied else {}
        row |= {"state": Received.DONE, "done_at": db.now, "said": _said(db, contact.person, done)}
    if id is not None:
        row["id"] = id
    id = _insert(db, row)
    if id is None:
        return None
    return Letter(id, contact.account, contact.person, contact.id, slot, incoming.kind, 1, incoming, fresh=True)


_HAS = Prepared(
    select(inbox.c.id).where(inbox.c.account_id == bindparam("account"), inbox.c.key == bindparam("update"))
)


def has(db: Db, account: int, key: str) -> bool:
    """Whether an update of this key is kept already."""
    return _HAS.first(db, account=account, update=row_key(db.keys, account, key)) is not None


def add_unreadable(db: Db, account: int, key: str, raw: Mapping[str, Any], error: str) -> int | None:
    """Keep an update that can't be read, to be replayed when the reader is mended.

    It is sealed with the key of the person whose address it tells; else with the day's, which is destroyed when what is
    set aside has had its time: then it can't be read in any backup either.
    """
    row: dict[str, Any] = {"account_id": account, "key": row_key(db.keys, account, key), "error": error[:400]}
    if contact := _whose(db, account, raw):
        with suppress(NoKey):
            row["payload"] = db.seal(contact.person, "inbox.payload", raw)
            row |= {"person_id": contact.person, "contact_id": contact.id, "slot": people.slot(contact.person)}
    if "payload" not in row:
        row["payload"] = seal_of_day(db, raw)
    return _insert(db, {**row, "state": Received.UNREADABLE})


_ADDRESSES = {"id", "from", "chat_id", "user_id", "from_user_id", "wa_id"}
"""What platforms call an address."""


def _whose(db: Db, account: int, raw: Mapping[str, Any]) -> Contact | None:
    """The one person we know whose address an update tells; None where it tells none, or those of several."""
    found: dict[str, None] = {}
    open_: list[Any] = [raw]
    while open_ and len(found) < _MOST_ADDRESSES:
        thing = open_.pop()
        if isinstance(thing, Mapping):
            named = cast(Mapping[str, Any], thing)
            found |= {
                str(named[name]): None for name in _ADDRESSES & named.keys() if isinstance(named[name], int | str)
            }
            open_.extend(named.values())
        elif isinstance(thing, list):
            open_.extend(cast(list[Any], thing))
    met = {contact.person: contact for address in found if (contact := people.known(db, account, address))}
    return next(iter(met.values())) if len(met) == 1 else None


def seal_of_day(db: Db, raw: Mapping[str, Any]) -> bytes:
    """A payload sealed with the key of today."""
    return db.keys.seal(db.keys.of_day(db.now), "inbox.payload", json.dumps(dict(raw)).encode())


def opened(db: Db, person: int | None, received: datetime, payload: bytes) -> dict[str, Any]:
    """A payload as it came. Raises `NoKey`."""
    if person is not None:
        return db.open(person, "inbox.payload", payload)
    return json.loads(db.keys.open(day_key(received), "inbox.payload", payload))


def add_happening(
    db: Db, person: int, key: str, name: str, data: Mapping[str, Any], lane: Lane = Lane.REPLY
) -> Letter | None:
    """Make something that happens to a person (a due reminder, a job's result) an inbox row of hers.

    What is said to it goes in `lane`.
    """
    contact = people.contact_of(db, person)
    if contact is None:
        return None
    slot, account = people.slot(person), people.account(db, HOUSE)
    row = {
        "account_id": account,
        "key": row_key(db.keys, account, key),
        "person_id": person,
        "contact_id": contact.id,
        "slot": slot,
        "kind": "happening",
        "payload": db.seal(person, "inbox.payload", {"happening": name, "data": dict(data), "lane": lane}),
    }
    id = _insert(db, row)
    return None if id is None else Letter(id, account, person, contact.id, slot, "happening", fresh=True)


_COLUMNS = (
    inbox.c.id,
    inbox.c.account_id,
    inbox.c.person_id,
    inbox.c.contact_id,
    inbox.c.slot,
    inbox.c.kind,
    inbox.c.attempts,
)


def _letter(row: Row[Any]) -> Letter:
    return Letter(row.id, row.account_id, row.person_id or 0, row.contact_id or 0, row.slot, row.kind, row.attempts)


def unfinished(db: Db) -> list[Letter]:
    """What was left when the process stopped, oldest first."""
    rows = db.execute(select(*_COLUMNS).where(inbox.c.state == Received.WAITING))
    return sorted(map(_letter, rows), key=lambda letter: letter.id)  # ORDER BY id would read the whole table


def waits(db: Db, account: int, key: str) -> Letter | None:
    """The row of an update that is kept and waits for its turn."""
    hers = inbox.c.account_id == account, inbox.c.key == row_key(db.keys, account, key)
    row = db.execute(select(*_COLUMNS).where(*hers, inbox.c.state == Received.WAITING)).first()
    return None if row is None else _letter(row)


_PAYLOAD = select(inbox.c.payload, inbox.c.state, inbox.c.received_at).where(inbox.c.id == bindparam("row"))


def payload(db: Db, letter: Letter) -> dict[str, Any] | None:
    """The JSON of a row that waits for its turn; None when its turn is already done."""
    row = db.execute(_PAYLOAD, {"row": letter.id}).first()
    if row is None or row.state != Received.WAITING or row.payload is None:
        return None
    letter.received = row.received_at
    return opened(db, letter.person or None, row.received_at, row.payload)


def mended(db: Db, letter: Letter, contact: Contact, incoming: Incoming, raw: Mapping[str, Any]) -> Letter:
    """An update that couldn't be read once can be read now: it becomes its person's, sealed with her key."""
    slot = people.slot(contact.person)
    values = {
        "person_id": contact.person,
        "contact_id": contact.id,
        "slot": slot,
        "kind": incoming.kind,
        "payload": db.seal(contact.person, "inbox.payload", raw),
    }
    db.execute(update(inbox).where(inbox.c.id == letter.id).values(values))
    return Letter(letter.id, letter.account, contact.person, contact.id, slot, incoming.kind, letter.attempts)


def moved(db: Db, letter: Letter) -> Letter | None:
    """A row that waits, of somebody who has become another person since (`bot.domain.linking`); None for others."""
    waits = select(*_COLUMNS).where(inbox.c.id == letter.id, inbox.c.state == Received.WAITING)
    row = db.execute(waits).first()
    return _letter(row) if row and row.person_id and row.person_id != letter.person else None


_ATTEMPT = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == Received.WAITING)
    .values(attempts=inbox.c.attempts + 1)
    .returning(inbox.c.attempts)
)


def attempt(db: Db, row: int) -> int | None:
    """Count a further attempt, in a commit of its own before it runs. None when the row no longer waits."""
    return db.execute(_ATTEMPT, {"row": row}).scalar()


_ATTEMPTS = select(inbox.c.attempts).where(inbox.c.id == bindparam("row"), inbox.c.state == Received.WAITING)


def attempts(db: Db, row: int) -> int | None:
    """How many attempts are counted; None when the row no longer waits."""
    return db.execute(_ATTEMPTS, {"row": row}).scalar()


_DONE = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == Received.WAITING)
    .values(state=Received.DONE, done_at=bindparam("at"), said=bindparam("text"))
)


_DONE_EMPTIED = Prepared(
    update(inbox)
    .where(inbox.c.id == bindparam("row"), inbox.c.state == Received.WAITING)
    .values(state=Received.DONE, done_at=bindparam("at"), said=bindparam("text"), payload=None)
)


def done(db: Db, letter: Letter, said: str, *, emptied: bool = False) -> bool:
    """The turn is over; False when it was over before. `said` is kept, sealed, for an officer to read.

    `emptied`: the update itself isn't kept any longer. So it is with officers': what they type is about others.
    """
    statement = _DONE_EMPTIED if emptied else _DONE
    return statement.changed(db, row=letter.id, at=db.now, text=_said(db, letter.person or None, said)) == 1


def _said(db: Db, person: int | None, said: str) -> bytes | None:
    return db.seal(person, "inbox.said", said) if said else None


def set_aside(db: Db, row: int, error: str) -> bool:
    """Put a row that failed three times into quarantine; False when it no longer waits."""
    statement = update(inbox).where(inbox.c.id == row, inbox.c.state == Received.WAITING)
    values = {"state": Received.QUARANTINED, "done_at": db.now, "error": error[:400]}
    return db.execute(statement.values(values)).rowcount == 1


@dataclass(frozen=True, slots=True)
class Aside:
    """A row in quarantine, without what it says."""

    id: int
    account: str
    kind: str
    state: Received
    attempts: int
    received_at: datetime
    error: str


_ASIDE = inbox.c.state.in_(
    bindparam("states", [int(Received.QUARANTINED), int(Received.UNREADABLE)], expanding=True, literal_execute=True)
)  # as the index ix_inbox_aside has it


def aside(db: Db) -> list[Aside]:
    """What is in quarantine or couldn't be read, oldest first."""
    columns = (inbox.c.id, accounts.c.name, inbox.c.kind, inbox.c.state, inbox.c.attempts, inbox.c.received_at)
    query = select(*columns, inbox.c.error).join(accounts).where(_ASIDE).order_by(inbox.c.id)
    return [
        Aside(r.id, r.name, r.kind, Received(r.state), r.attempts, r.received_at, r.error or "")
        for r in db.execute(query)
    ]


def aside_payload(db: Db, row: int) -> dict[str, Any] | None:
    """The JSON of a row in quarantine, for an operator who mends a bug; None for any other row."""
    columns = (inbox.c.person_id, inbox.c.received_at, inbox.c.payload)
    found = db.execute(select(*columns).where(inbox.c.id == row, _ASIDE)).first()
    return opened(db, found.person_id, found.received_at, found.payload) if found and found.payload else None


def aside_person(db: Db, row: int) -> int | None:
    """Whose a row in quarantine is; None for what couldn't be read and tells of nobody we know."""
    return db.execute(select(inbox.c.person_id).where(inbox.c.id == row, _ASIDE)).scalar()


def replay(db: Db, rows: Sequence[int]) -> int:
    """Let quarantined rows wait for a turn again, with new attempts. How many there were."""
    statement = update(inbox).where(inbox.c.id.in_(rows), _ASIDE)
    return db.execute(statement.values(state=Received.WAITING, attempts=0, done_at=None, error=None)).rowcount


def drop(db: Db, rows: Sequence[int]) -> int:
    """Give quarantined rows up. How many there were."""
    statement = update(inbox).where(inbox.c.id.in_(rows), _ASIDE)
    return db.execute(statement.values(state=Received.DROPPED, payload=None, done_at=db.now)).rowcount


def oldest_waiting(db: Db, accounts: Collection[int]) -> datetime | None:
    """Since when the oldest row of these accounts waits; one of an account without settings may wait for ever."""
    waiting = select(func.min(inbox.c.received_at)).where(inbox.c.state == Received.WAITING)
    return db.execute(waiting.where(inbox.c.account_id.in_(accounts))).scalar()


def purge(db: Db, payload_before: datetime, said_before: datetime, row_before: datetime, limit: int = 1000) -> int:
    """Empty payloads done before one instant, and what was said before another; delete rows done before a third.

    At most `limit` of each at a time; how many.
    """
    done = select(inbox.c.id).where(inbox.c.state.in_((Received.DONE, Received.DROPPED)))
    count = 0
    for column, before in ((inbox.c.payload, payload_before), (inbox.c.said, said_before)):
        old = done.where(column.is_not(None), inbox.c.done_at < before).limit(limit)
        emptied = update(inbox).where(inbox.c.id.in_(old.scalar_subquery())).values({column: None})
        count += db.execute(emptied).rowcount
    gone = done.where(inbox.c.done_at < row_before).limit(limit)
    return count + db.execute(delete(inbox).where(inbox.c.id.in_(gone.scalar_subquery()))).rowcount
