"""A turn: one inbox row, one transaction. Talk, domain rows, outbox rows and the inbox row are kept together or not."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.chat.conversation import Conversation, Reply
from bot.chat.flow import Person
from bot.chat.messages import MORE, Incoming, Message
from bot.chat.seams import Raw
from bot.chat.talk import Talks
from bot.chat.text import t
from bot.domain import consents, engine, in_hand, inbox, linking, officers, outbox, people, reminders, talks
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.domain.outbox import Parcel
from bot.domain.people import Contact
from bot.domain.prepared import Torn
from bot.domain.tables import Lane
from bot.post.office import Office

NUDGE = "nudge"
"""The reminder, and the happening, of a talk that was left open."""


@dataclass(slots=True)
class Turned:
    """What a turn came to: for the log its outcome, flow, question, seconds without commit; for the senders what
    they of an account have in hand now, and the contacts for whom more was put (`bulk`: in the lanes of what the office
    starts); for the runner whether `jobs` were."""

    outcome: str
    flow: str = ""
    question: str = ""
    seconds: float = 0.0
    bulk: bool = False
    account: int = 0
    parcels: Sequence[Parcel] = ()
    put: Collection[int] = ()
    jobs: bool = False


def at_once(
    db: Db, contact: Contact, incoming: Incoming, raw: Raw, office: Office, sent: Sequence[outbox.Sent] = ()
) -> tuple[Letter, Turned | Exception | None] | None:
    """Keep an update and do its turn in one go; None for one we already have. Before that, note what was `sent`.

    What a flow raises is given back: then the update is kept, with one attempt counted, and waits. None instead of a
    turn: the address isn't that contact's any more, so it is kept for whose it is now. Raises `Gone` where that became
    so only under a turn that failed.
    """
    began = time.perf_counter()
    outbox.sent(db, sent)
    still, id = (people.still(db, contact), None) if db.sole or db.again else people.still_numbered(db, contact)
    if still is None:
        desk = office.channels[contact.account].desk
        met = people.meet(db, contact.account, incoming, desk, office.rules.catalogs.main)
        theirs = inbox.add(db, met, incoming, raw)
        return None if theirs is None else (theirs, None)
    person, reachable, kept, known = still
    officer = person.desk == "officers"
    words = said(incoming) if person.agreed and not officer else ""
    letter = inbox.add(db, contact, incoming, raw, done=words, emptied=officer, id=id)
    if letter is None:
        waiting = inbox.waits(db, contact.account, incoming.key)  # kept by a commit whose answer was lost
        return None if waiting is None else (waiting, None)
    try:
        return letter, _turn(db, letter, person, reachable, kept, known, incoming, None, office, began)
    except (StoreDown, Torn, people.Gone):
        raise
    except Exception as error:
        if engine.is_stores(error):
            raise  # PostgreSQL's own failures are seen by its store, whoever swallows them
        db.start_over()
        if people.still(db, contact) is None:
            raise people.Gone(f"contact {contact.id} of person {contact.person}") from error
        outbox.sent(db, sent)
        waits = inbox.add(db, contact, incoming, raw)
        if waits is None:
            raise
        return waits, error


class Moved(Exception):
    """The row is another person's since hers were joined: it has its turn in her slot."""

    def __init__(self, letter: Letter) -> None:
        super().__init__(f"row {letter.id}")
        self.letter = letter


def take(db: Db, letter: Letter, office: Office) -> Turned:
    """Do the turn of an inbox row. Doing it twice has no second effect. Raises `Moved`, and what a flow raises."""
    began = time.perf_counter()
    incoming: Incoming | None = letter.incoming
    event: dict[str, Any] | None = None
    if incoming is None:
        raw = inbox.payload(db, letter)
        if raw is None:
            return Turned("repeated")
        if letter.kind == "happening":
            event = raw
        else:
            channel = office.channels[letter.account]
            incoming = channel.heard(raw)
            if incoming and letter.kind == "unreadable":
                met = people.meet(db, letter.account, incoming, channel.desk, office.rules.catalogs.main)
                letter = inbox.mended(db, letter, met, incoming, raw)
    if not letter.person:
        # Nothing that a person did, as it turned out when it could be read.
        return Turned("nothing" if inbox.done(db, letter, "") else "repeated")
    still = None
    if incoming:
        still = people.still(db, Contact(letter.contact, letter.person, letter.account, incoming.address))
        there = None if still else people.known(db, letter.account, incoming.address)
        if there and there.id != letter.contact:  # parted while it waited: it is the other's now
            if (raw := inbox.payload(db, letter)) is None:
                return Turned("repeated")
            letter = inbox.mended(db, letter, there, incoming, raw)
    try:
        person, reachable, kept, known = still or _loaded(db, letter)
    except people.Gone:
        if moved := inbox.moved(db, letter):
            raise Moved(moved) from None
        raise
    officer = person.desk == "officers"
    words = said(incoming) if person.agreed and not officer else ""
    if not inbox.done(db, letter, words, emptied=officer):
        return Turned("repeated")
    return _turn(db, letter, person, reachable, kept, known, incoming, event, office, began)


def _loaded(db: Db, letter: Letter) -> tuple[Person, bool, Talks, bool]:
    """As `people.still`, for a person whose address doesn't matter. Raises `Gone`."""
    return *people.load(db, letter.person, letter.contact), *talks.load(db, letter.person)


def _turn(
    db: Db,
    letter: Letter,
    person: Person,
    reachable: bool,
    kept: Talks,
    known: bool,
    incoming: Incoming | None,
    event: dict[str, Any] | None,
    office: Office,
    began: float,
) -> Turned:
    contact = Contact(letter.contact, letter.person, letter.account, incoming.address if incoming else "")
    if event is not None:
        contact = people.contact_of(db, letter.person) or contact
    if incoming and reachable == (incoming.kind == "blocked"):
        people.set_reachable(db, contact.id, not reachable)
    if incoming:
        person, contact = _told(db, person, contact, incoming)
    before = kept.open
    conversation = Conversation(office.rules, person, kept, db, db.now, letter.received)
    if event is not None:
        reply = conversation.happen(event["happening"], event["data"])
    else:
        reply = conversation.hear(incoming) if incoming else Reply(outcome="nothing")
        if incoming and incoming.button.startswith(MORE) and not _shows_more(reply):
            reply = _others(db, contact, incoming) or reply
    db.unmark()
    lane = Lane(event.get("lane", Lane.REPLY)) if event else Lane.REPLY
    if db.became is not None:
        contact, kept, known = linking.after(db, letter.person, kept)
    talks.save(db, contact.person, kept, known)
    _watch(db, contact.person, before.number if before else 0, kept, office)
    expires = db.now + office.bounds.reply_expires if lane == Lane.REPLY else None
    parcels: list[Parcel] = []
    by = event["happening"] if event else reply.flow
    for i, message in enumerate(reply.messages):
        origin = f"{by}:i{letter.id}.{i}" if by else f"i{letter.id}.{i}"
        sender = office.senders.get(contact.account)
        if i == 0 and expires and sender and message.op == "send":
            in_hand.answer(db, contact, message, origin, expires, sender.free, parcels.append)
        else:
            outbox.put(db, contact, message, origin, lane, expires=expires)
    seconds, bulk = time.perf_counter() - began, lane != Lane.REPLY
    told = reply.outcome, reply.flow, reply.question
    return Turned(*told, seconds, bulk, contact.account, parcels, db.put, db.jobs)


def _shows_more(reply: Reply) -> bool:
    """Whether the open question has the other choices that were asked for."""
    return reply.outcome == "more" and any(message.first < len(message.buttons) for message in reply.messages)


def _others(db: Db, contact: Contact, incoming: Incoming) -> Reply | None:
    """The other choices under what was said last, where they answer no open question."""
    first = incoming.button.removeprefix(MORE)
    if not re.fullmatch("[0-9]{1,3}", first) or (said := outbox.offering(db, contact, int(first))) is None:
        return None
    again = Message((t("Other choices"),), said.buttons, callback=incoming.callback, first=int(first))
    return Reply([again], outcome="more")


def _told(db: Db, person: Person, contact: Contact, incoming: Incoming) -> tuple[Person, Contact]:
    """What her platform tells of her, whatever she says: her number, a new address, that she wants to hear no more."""
    if incoming.number:
        person = replace(person, number=incoming.number)
    match incoming.kind:
        case "moved":
            contact = people.move(db, contact, incoming.also)
        case "stopped":
            consents.stop(db, person)
        case "resumed":
            consents.go_on(db, person)
        case _:
            pass
    return person, contact


def _watch(db: Db, person: int, before: int, kept: Talks, office: Office) -> None:
    """Set the one gentle nudge of a talk when it is opened, and take it away when it is over."""
    now = kept.open.number if kept.open else 0
    if before == now:
        return
    still = {talk.number for talk in (kept.open, kept.parked) if talk}
    if before and before not in still:
        reminders.drop(db, person, NUDGE, str(before))
    if now and kept.open and kept.open.opened == db.now:
        due = reminders.polite(db.now + office.rules.patience, office.rules.zone)
        reminders.put(db, person, NUDGE, str(now), due, {"talk": now})


def said(incoming: Incoming | None) -> str:
    """What an officer may read later of a message: her words, or what kind of thing it was. Kept once she agreed."""
    if incoming is None:
        return ""
    if incoming.kind == "button":
        return "[button]"
    return incoming.text or f"[{incoming.what or incoming.kind}]"


def set_aside(db: Db, letter: Letter, error: str) -> None:
    """After the third failure: quarantine, an apology to the person, an alert to the officers."""
    if not inbox.set_aside(db, letter.id, error):
        return
    contact = people.contact_of(db, letter.person) if letter.kind == "happening" else None
    contact = contact or Contact(letter.contact, letter.person, letter.account, "")
    if letter.kind != "happening" and letter.person:
        sorry = t("Sorry, something went wrong on our side with your last message. Your earlier answers are kept.")
        outbox.put(db, contact, Message((sorry,)), f"sorry:{letter.id}")
    told = t("Message {id} could not be handled and was set aside. The operator can see it with: {command}",
             id=letter.id, command=f"pendamping quarantine show {letter.id}")  # fmt: skip
    officers.alert(db, told, origin=f"quarantine:{letter.id}")
