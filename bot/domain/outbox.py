"""The outbox: everything we say, kept in the turn that says it, sent afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    ScalarSelect,
    any_,
    bindparam,
    case,
    column,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from bot.chat.messages import BODY_VERSION, Message
from bot.domain.db import Db, insert_new
from bot.domain.keys import NoKey
from bot.domain.people import Contact
from bot.domain.prepared import Prepared
from bot.domain.tables import Lane, Outgoing, contacts, outbox, people

EXPIRY = {
    Lane.REPLY: timedelta(minutes=15),
    Lane.ALERT: timedelta(hours=24),
    Lane.REMINDER: timedelta(hours=12),
    Lane.BROADCAST: timedelta(hours=72),
}
"""After this long a message isn't sent any more, unless `put` is told otherwise."""
TRIES = 8


@dataclass(frozen=True, slots=True)
class Parcel:
    """An outbox row in the sender's hands."""

    id: int
    contact: int
    person: int
    address: str
    language: str
    lane: Lane
    message: Message
    replaces: str | None
    attempts: int
    after: tuple[str, ...] = ()  # the platform's ids of the bubbles of it that went out before


def put(
    db: Db,
    contact: Contact,
    message: Message,
    origin: str,
    lane: Lane = Lane.REPLY,
    *,
    due: datetime | None = None,
    expires: datetime | None = None,
    replaces: int | None = None,
    about: int | None = None,
) -> None:
    """Say something to a contact. The same `origin` for the same person is said once.

    What tells `about` somebody else is sealed with that person's key, and goes when she is erased.
    `replaces` is the row whose message an edit changes: it waits for that one, and takes the place of earlier edits
    that haven't gone out.
    """
    due = due or db.now
    if message.op == "edit" and replaces is not None:
        db.execute(_SUPERSEDE, {"replaced": replaces, "at": db.now})
    row = row_of(db, contact, message, origin, lane, due, expires, about)
    _PUT.later(db, **row, replaces=replaces, state=Outgoing.READY, attempts=0)
    db.put.add(contact.id)


def row_of(
    db: Db,
    contact: Contact,
    message: Message,
    origin: str,
    lane: Lane,
    due: datetime,
    expires: datetime | None,
    about: int | None = None,
) -> dict[str, Any]:
    return {
        "account_id": contact.account,
        "contact_id": contact.id,
        "person_id": contact.person,
        "about_id": about,
        "lane": lane,
        "op": message.op,
        "body": db.seal(about or contact.person, "outbox.body", message.to_json()),
        "body_version": BODY_VERSION,
        "origin": origin,
        "put_at": db.now,
        "due_at": due,
        "expires_at": expires or due + EXPIRY[lane],
    }


PUT_COLUMNS = (
    "account_id", "contact_id", "person_id", "about_id", "lane", "op", "body", "body_version", "origin", "replaces",
    "state", "attempts", "put_at", "due_at", "expires_at",
)  # fmt: skip
_PUT = Prepared(lambda dialect: insert_new(outbox, dialect), *PUT_COLUMNS)
_SUPERSEDE = (
    update(outbox)
    .where(outbox.c.replaces == bindparam("replaced"), outbox.c.op == "edit", outbox.c.state == Outgoing.READY)
    .values(state=Outgoing.EXPIRED, done_at=bindparam("at"), error="superseded")
)
_other = outbox.alias("other")
_original = outbox.alias("original")
_earlier = outbox.alias("earlier")
_BULK = (Lane.REMINDER, Lane.BROADCAST)


def first_of(*where: ColumnElement[bool]) -> ScalarSelect[int]:
    """1 if there is such a row. Not EXISTS: PostgreSQL would make a join of it, and with statistics from before the
    rows came that join is quadratic (measured for a claim among 1,000 rows: 428 ms, and 0.4 ms so)."""
    return select(literal_column("1", Integer)).where(*where).limit(literal_column("1", Integer)).scalar_subquery()


def _claimable() -> Any:
    """Rows that may go out: due, fresh, nothing of that chat in flight, nothing earlier of that chat waiting to be
    tried again, what it replaces sent, and for what the office starts: reachable. With what the claim itself does
    with those of one who has opted out."""
    in_flight = first_of(_other.c.contact_id == outbox.c.contact_id, _other.c.state == Outgoing.LEASED)
    held = first_of(
        _earlier.c.contact_id == outbox.c.contact_id,
        _earlier.c.lane == outbox.c.lane,
        _earlier.c.id < outbox.c.id,
        _earlier.c.state == Outgoing.READY,
        _earlier.c.due_at > bindparam("now"),
        or_(_earlier.c.attempts > 0, _earlier.c.error.is_not(None)),
    )
    unsent = first_of(_original.c.id == outbox.c.replaces, _original.c.state.between(Outgoing.READY, Outgoing.LEASED))
    wanted: ColumnElement[bool] = or_(outbox.c.lane < min(_BULK), contacts.c.reachable)
    replaced = select(_other.c.ext_id).where(_other.c.id == outbox.c.replaces).scalar_subquery()
    return (
        select(
            outbox.c.id,
            outbox.c.contact_id,
            outbox.c.person_id,
            outbox.c.about_id,
            contacts.c.address,
            people.c.language,
            outbox.c.lane,
            outbox.c.body,
            replaced.label("replaced"),
            outbox.c.attempts,
            outbox.c.ext_id,
            func.coalesce(people.c.opted_out_at, people.c.frozen_at).label("opted_out_at"),
        )
        .join(contacts, contacts.c.id == outbox.c.contact_id)
        .join(people, people.c.id == outbox.c.person_id)
        .where(
            outbox.c.account_id == bindparam("account"),
            outbox.c.state == Outgoing.READY,
            outbox.c.lane.between(bindparam("first"), bindparam("last")),
            outbox.c.due_at <= bindparam("now"),
            outbox.c.expires_at > bindparam("now"),
            wanted,
            in_flight.is_(None),
            held.is_(None),
            unsent.is_(None),
        )
        .order_by(outbox.c.lane, outbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, of=outbox)  # what another transaction has in hand waits for the next claim
    )


_CLAIM = Prepared(_claimable())
_LEASED_NOW = literal_column(str(int(Outgoing.LEASED)), Integer)  # literal, for the index of what is leased


_LEASED = update(outbox).values(state=Outgoing.LEASED, attempts=outbox.c.attempts + 1)
_LEASE = Prepared(_LEASED.where(outbox.c.id == bindparam("row")))
_LEASE_ALL = Prepared(_LEASED.where(outbox.c.id == any_(bindparam("rows", type_=ARRAY(BigInteger)))))


def _lease(db: Db, rows: list[int]) -> None:
    if db.sole:
        for row in rows:
            _LEASE.later(db, row=row)
    elif rows:
        _LEASE_ALL.later(db, rows=rows)


_NOT_WANTED = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state=Outgoing.EXPIRED, done_at=bindparam("at"), error="opted out")
)


def claim(db: Db, account: int, lanes: Collection[Lane], most: int) -> list[Parcel]:
    """Take up to `most` rows of an account, in the lanes from the first to the last of these, one of each chat.

    What the office starts and she has opted out of since is not taken and expires: this is the last look before it is
    sent. What is taken is on its way, a pace's burst at most; if the platform has it tried again, it is claimed again.
    """
    first: dict[int, Any] = {}
    while (still := most - len(first)) > 0:
        found = _CLAIM.all(db, account=account, first=min(lanes), last=max(lanes), now=db.now, most=still)
        new: dict[int, Any] = {}
        for row in found:
            if row.opted_out_at is not None and row.lane in _BULK:
                db.execute(_NOT_WANTED, {"row": row.id, "at": db.now})
            else:
                new.setdefault(row.contact_id, row)
        _lease(db, [row.id for row in new.values()])
        first |= new
        if len(found) < still:
            break  # otherwise one chat with much to hear may have filled the answer: look behind it
    return [parcel for row in first.values() if (parcel := _parcel(db, row))]


_WAITING = Prepared(
    select(outbox.c.contact_id)
    .where(
        outbox.c.account_id == bindparam("account"),
        outbox.c.state == Outgoing.READY,
        outbox.c.lane.between(bindparam("first"), bindparam("last")),
    )
    .limit(bindparam("most"))
)


def waiting(db: Db, account: int, lanes: Collection[Lane], most: int) -> list[int]:
    """The contacts, one for each row, of up to `most` rows in these lanes that aren't taken, be it that they aren't due
    or wait behind another one."""
    found = _WAITING.all(db, account=account, first=min(lanes), last=max(lanes), most=most)
    return [row.contact_id for row in found]


def _parcel(db: Db, row: Any) -> Parcel | None:
    """A leased row with its message; one that can't be read any more (key or version gone) is given up."""
    try:
        message = Message.from_json(db.open(row.about_id or row.person_id, "outbox.body", row.body))
        address = db.open(row.person_id, "contacts.address", row.address)
        replaced, bubbles = (ext_id(db, row.person_id, sealed) for sealed in (row.replaced, row.ext_id))
    except (NoKey, ValueError, KeyError) as error:
        give_up(db, row.id, f"unreadable body: {type(error).__name__}")
        return None
    return Parcel(
        row.id,
        row.contact_id,
        row.person_id,
        address,
        row.language,
        Lane(row.lane),
        message,
        replaced,
        row.attempts + 1,
        tuple(bubbles.split(",")) if bubbles else (),
    )


def ext_id(db: Db, person: int, sealed: bytes | None) -> str | None:
    """The platform's id that a row keeps. Raises `NoKey`."""
    return None if sealed is None else db.open(person, "outbox.ext_id", sealed)


Sent = tuple[int, int, str]
"""A row that went out: its id, its person, the platform's id of the message, empty for none."""


_DESK = select(people.c.desk).where(people.c.id == outbox.c.person_id).scalar_subquery()
_KEPT = case((_DESK == "officers", literal(b"", LargeBinary)), else_=outbox.c.body)
"""What officers were told is about others: once it has gone out it isn't kept, so that no old copy holds it."""
_TAKEN = (
    update(outbox)
    .where(outbox.c.state == Outgoing.LEASED)
    .values(state=Outgoing.SENT, done_at=bindparam("at"), error=None, body=_KEPT)
)
_SENT = Prepared(_TAKEN.where(outbox.c.id == bindparam("row")).values(ext_id=bindparam("ext")))
_news = func.unnest(bindparam("rows", type_=ARRAY(BigInteger)), bindparam("exts", type_=ARRAY(LargeBinary)))
_new = _news.table_valued(column("id", BigInteger), column("ext", LargeBinary), name="new").render_derived()
_SENT_ALL = Prepared(_TAKEN.where(outbox.c.id == _new.c.id).values(ext_id=_new.c.ext))


def sent(db: Db, rows: Iterable[Sent]) -> None:
    """The platform has taken these rows."""
    found: dict[int, bytes | None] = {}
    for row, person, id in rows:
        with suppress(NoKey):  # she was erased meanwhile, and the row with her
            found[row] = _sealed_id(db, row, person, id)
    if db.sole:
        for row, ext in found.items():
            _SENT.later(db, row=row, ext=ext, at=db.now)
    elif found:
        _SENT_ALL.later(db, rows=list(found), exts=list(found.values()), at=db.now)


def _sealed_id(db: Db, row: int, person: int, id: str) -> bytes | None:
    """The platform's id, sealed with the key of whose row it is now: her chat may have been joined to another person's
    while it went out. Raises `NoKey`."""
    if not id:
        return None
    try:
        return db.seal(person, "outbox.ext_id", id)
    except NoKey:
        whose = db.execute(select(outbox.c.person_id).where(outbox.c.id == row)).scalar()
        return db.seal(whose, "outbox.ext_id", id) if whose else None


_LAST_SAID = (
    select(outbox.c.body)
    .where(outbox.c.person_id == bindparam("person"), outbox.c.contact_id == bindparam("contact"))
    .where(outbox.c.state == Outgoing.SENT, outbox.c.about_id.is_(None), outbox.c.op == "send")
    .order_by(outbox.c.id.desc())
    .limit(5)
)


def offering(db: Db, contact: Contact, place: int) -> Message | None:
    """The newest of the last messages in a chat that has a choice at this place (from 0)."""
    for row in db.execute(_LAST_SAID, {"person": contact.person, "contact": contact.id}):
        message = Message.from_json(db.open(contact.person, "outbox.body", row.body))
        if len(message.buttons) > place:
            return message
    return None


def put_back(db: Db, parcel: Parcel, seconds: float, reason: str, counts: bool, after: tuple[str, ...] = ()) -> bool:
    """Try again later; False when that was the last try and the row is dead. An uncounted wait is no attempt.

    `after` are the bubbles of it that did go out.
    """
    if counts and parcel.attempts >= TRIES:
        give_up(db, parcel.id, reason)
        return False
    row = update(outbox).where(outbox.c.id == parcel.id, outbox.c.state == Outgoing.LEASED)
    values = {
        "state": Outgoing.READY,
        "attempts": parcel.attempts if counts else parcel.attempts - 1,
        "due_at": db.now + timedelta(seconds=seconds),
        "error": reason[:400],
        "ext_id": _sealed_id(db, parcel.id, parcel.person, ",".join(after)),
    }
    db.execute(row.values(values))
    return True


def give_up(db: Db, row: int, reason: str) -> None:
    """It can't be sent: a dead letter, to be seen by the operator."""
    statement = update(outbox).where(outbox.c.id == row)
    db.execute(statement.values(state=Outgoing.DEAD, done_at=db.now, error=reason[:400]))


_ON_THEIR_WAY = Prepared(
    select(outbox.c.id, outbox.c.contact_id.label("contact")).where(
        outbox.c.state == _LEASED_NOW, outbox.c.account_id == bindparam("account")
    )
)


def on_their_way(db: Db, account: int) -> dict[int, int]:
    """The rows of an account that are leased, and the chat of each."""
    return {row.id: row.contact for row in _ON_THEIR_WAY.all(db, account=account)}


def let_go(db: Db, rows: Collection[int]) -> None:
    """What is leased and in nobody's hands waits again."""
    leased = update(outbox).where(outbox.c.id.in_(rows), outbox.c.state == Outgoing.LEASED)
    db.execute(leased.values(state=Outgoing.READY))


def release(db: Db) -> int:
    """At start: what was in flight when the process died is sent again. How many rows.

    Not a ninth time: a message that can't be drawn without killing the process would keep it from ever running.
    """
    leased = update(outbox).where(outbox.c.state == Outgoing.LEASED)
    deadly = {"state": Outgoing.DEAD, "done_at": db.now, "error": "the process ended while this was sent"}
    db.execute(leased.where(outbox.c.attempts >= TRIES).values(deadly))
    return db.execute(leased.values(state=Outgoing.READY)).rowcount


def expire(db: Db) -> int:
    """Mark what is too old to be of use. How many rows."""
    old = update(outbox).where(outbox.c.state == Outgoing.READY, outbox.c.expires_at <= db.now)
    return db.execute(old.values(state=Outgoing.EXPIRED, done_at=db.now)).rowcount


def withhold(db: Db, person: int, lanes: Collection[Lane]) -> int:
    """Let what waits for a person in these lanes expire: she wants it no longer. How many rows."""
    hers = update(outbox).where(outbox.c.person_id == person, outbox.c.state == Outgoing.READY)
    values = {"state": Outgoing.EXPIRED, "done_at": db.now, "error": "no longer wanted"}
    return db.execute(hers.where(outbox.c.lane.in_(lanes)).values(values)).rowcount


def withhold_about(db: Db, person: int) -> int:
    """Let what waits to be told to others about a person expire: she asked to be erased. How many rows."""
    about = update(outbox).where(outbox.c.about_id == person, outbox.c.state == Outgoing.READY)
    return db.execute(about.values(state=Outgoing.EXPIRED, done_at=db.now, error="no longer wanted")).rowcount


def depth(db: Db) -> list[tuple[Lane, int, datetime]]:
    """How many rows wait in each lane, and since when the oldest is due."""
    columns = (outbox.c.lane, func.count().label("rows"), func.min(outbox.c.due_at).label("oldest"))
    ready = select(*columns).where(outbox.c.state == Outgoing.READY)
    found = db.execute(ready.group_by(outbox.c.lane).order_by(outbox.c.lane))
    return [(Lane(row.lane), row.rows, row.oldest) for row in found]


def purge(db: Db, before: datetime, limit: int = 1000) -> int:
    """Delete what was done before an instant, at most `limit` rows at a time."""
    over = (Outgoing.SENT, Outgoing.DEAD, Outgoing.EXPIRED)
    old = select(outbox.c.id).where(outbox.c.done_at < before, outbox.c.state.in_(over)).limit(limit)
    return db.execute(delete(outbox).where(outbox.c.id.in_(old.scalar_subquery()))).rowcount
