"""Consents (UU 27/2022 Pasal 20-24): what a person allowed or refused, one purpose a row, only ever added.

What rests on a purpose asks `given` each time. A new version of a purpose's text is another question: until she has
answered it she has allowed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, or_, select

from bot.chat.flow import Person
from bot.domain import dated, outbox, people
from bot.domain.db import Db
from bot.domain.prepared import Prepared
from bot.domain.tables import Lane, consents, inbox, talks, used_buttons
from bot.domain.tables import people as people_table

SERVICE = "service"
"""The purpose of registration itself: being noted, trained and accompanied."""
NEWS = "news"
"""Being told of trainings, programmes and invitations."""
GALLERY = "gallery"
"""Products shown publicly."""
PROVINCE = "province"
"""Facts about the business sent to province and centre."""
PURPOSES = (SERVICE, NEWS, GALLERY, PROVINCE)
BULK = (Lane.REMINDER, Lane.BROADCAST)
"""What the office starts."""
APART = timedelta(hours=20)
"""By itself the chat asks one further leave at most in this time."""
_ASKED = "asked:"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided last about a purpose, having seen this version of the text; `since`: when she gave it last,
    None if never."""

    given: bool
    version: str
    at: datetime
    since: datetime | None = None


_OF = Prepared(select(consents).where(consents.c.person_id == bindparam("person")).order_by(consents.c.id))
_MESSAGE = (
    select(inbox.c.key)
    .where(inbox.c.person_id == bindparam("person"), inbox.c.done_at == bindparam("at"))
    .order_by(inbox.c.id.desc())
    .limit(1)
)


def text(db: Db, purpose: str, day: date) -> dated.Rule:
    """A purpose's text in force on a day of the office's calendar: its value holds the `version`."""
    return dated.rule(db, "consent.text" if purpose == SERVICE else f"consent.text.{purpose}", day)


def decisions(db: Db, person: Person) -> dict[str, Decision]:
    """What she decided last about each purpose she was asked about."""
    found: dict[str, Decision] = {}
    for row in _OF.all(db, person=person.id):
        before = found.get(row.purpose)
        since = row.at if row.given else before.since if before else None
        found[row.purpose] = Decision(row.given, row.version, row.at, since)
    return found


def given(db: Db, person: Person, purpose: str, day: date | None = None) -> bool:
    """Whether a person allows a purpose now, having seen the text in force.

    `day` is the office's; without it the UTC one counts, which in Indonesia is never ahead.
    """
    decided = decisions(db, person).get(purpose)
    if decided is None or not decided.given:
        return False
    return decided.version == text(db, purpose, day or db.now.date()).value["version"]


def withdrawn(db: Db, person: int) -> bool:
    """Whether she has taken back her leave to be noted."""
    hers = select(consents.c.given).where(consents.c.person_id == person, consents.c.purpose == SERVICE)
    return db.execute(hers.order_by(consents.c.id.desc()).limit(1)).scalar() is False


def not_withdrawn(person: ColumnElement[int]) -> ColumnElement[bool]:
    """The same for queries: the condition that the person of a column hasn't taken back her leave to be noted."""
    of_service = select(func.max(consents.c.id)).where(consents.c.purpose == SERVICE).group_by(consents.c.person_id)
    return person.not_in(select(consents.c.person_id).where(consents.c.id.in_(of_service), ~consents.c.given))


def note(db: Db, person: Person, purpose: str, version: str, *, allowed: bool, at: datetime | None = None) -> None:
    """Add what a person has decided: now, or `at` the turn of an earlier message of hers.

    What she has decided before is not added a second time.
    """
    last = decisions(db, person).get(purpose)
    if last is not None and (last.given, last.version) == (allowed, version):
        return
    at = at or db.now
    row = {
        "person_id": person.id,
        "purpose": purpose,
        "given": allowed,
        "version": version,
        "contact_id": person.contact,
        "message": db.execute(_MESSAGE, {"person": person.id, "at": at}).scalar(),
        "at": at,
    }
    db.insert(consents, row)


def take_back(db: Db, person: Person, purpose: str) -> None:
    """She allows a purpose no longer, effective at once: also what waits to be sent for it isn't sent."""
    last = decisions(db, person).get(purpose)
    if last is None or not last.given:
        return
    note(db, person, purpose, last.version, allowed=False)
    if purpose == NEWS:
        outbox.withhold(db, person.id, [Lane.BROADCAST])


def stop(db: Db, person: Person) -> None:
    """She wants nothing more that the office starts; what waits of it isn't sent."""
    if not people.opted_out(db, person.id):
        people.opt_out(db, person.id, out=True)
    outbox.withhold(db, person.id, BULK)
    take_back(db, person, NEWS)


def go_on(db: Db, person: Person) -> None:
    """She wants to hear from the office again: as before `stop`, which may have taken her leave for news."""
    since = db.execute(_OUT_SINCE, {"person": person.id}).scalar()
    people.opt_out(db, person.id, out=False)
    last = decisions(db, person).get(NEWS)
    if last is not None and not last.given and last.at == since:
        note(db, person, NEWS, last.version, allowed=True)


_OUT_SINCE = select(people_table.c.opted_out_at).where(people_table.c.id == bindparam("person"))


# Asking one after the other


def next_to_ask(db: Db, person: Person, day: date) -> str | None:
    """The purpose she may be asked about by itself now; None when there is none, or she was asked lately.

    Asked is what she hasn't decided on, or has allowed under an earlier text; once a text.
    """
    decided = decisions(db, person)
    service = decided.get(SERVICE)
    if service is None or not service.given:
        return None
    asked = {row.button: row.used_at for row in db.execute(_ASKED_BEFORE, {"person": person.id})}
    if asked and db.now - max(asked.values()) < APART:
        return None
    out = people.opted_out(db, person.id)
    for purpose in PURPOSES:
        last, version = decided.get(purpose), text(db, purpose, day).value["version"]
        open_ = last is None or (last.given and last.version != version)
        if open_ and _mark(purpose, version) not in asked and not (out and purpose == NEWS):
            return purpose
    return None


def asked(db: Db, person: Person, purpose: str, version: str) -> None:
    """She is asked about a purpose now, by itself."""
    db.once(person.id, _mark(purpose, version))


def asked_last(db: Db, person: Person, within: timedelta | None = None) -> str | None:
    """The purpose she was asked about last, by itself: ever, or in this time."""
    found = sorted(db.execute(_ASKED_BEFORE, {"person": person.id}), key=lambda row: row.used_at)
    if not found or (within is not None and db.now - found[-1].used_at > within):
        return None
    return found[-1].button.split(":")[1]


def _mark(purpose: str, version: str) -> str:
    return f"{_ASKED}{purpose}:{version}"


_ASKED_BEFORE = select(used_buttons.c.button, used_buttons.c.used_at).where(
    used_buttons.c.person_id == bindparam("person"), used_buttons.c.button.like(f"{_ASKED}%")
)


# Before the choice

_STRANGERS = select(people_table.c.id).where(
    people_table.c.desk == "owners",
    ~exists().where(consents.c.person_id == people_table.c.id, consents.c.purpose == SERVICE),
)


def purge(db: Db, before: datetime) -> int:
    """Forget what strangers' talks still hold of their words: those that are over and were touched before an instant,
    and two days later those that have waited for a choice about their data since. How many."""
    words = or_(
        talks.c.flow.is_(None),
        talks.c.waiting.like("consent-%") & (talks.c.touched_at < before - timedelta(days=2)),
    )
    old = talks.c.touched_at < before
    return db.execute(delete(talks).where(old, words, talks.c.person_id.in_(_STRANGERS))).rowcount
