"""After a breach (UU 27/2022 Pasal 46): who is affected, by the audit, and the notice to them and to the agency.

The notice says what was disclosed, when and how, and what is done about it, within 3 x 24 hours. What happened is typed
by the office; it goes through the outbox, paced, once to each person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.chat.messages import Message
from bot.chat.reading.phone import phone_masked
from bot.chat.text import Moment, Text, t
from bot.domain import audit, outbox, people
from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import Lane, officers, owners
from bot.domain.tables import audit as rows
from bot.domain.tables import people as table

HOURS = 72
"""The law's time for the notice, from when the office knew."""
LOOKS = ("listed", "seen", "unmasked", "exported")
"""What discloses somebody to an officer."""
PAGE = 500
"""People at a time: nobody's turn waits longer for it."""
A_SECOND = 10
"""Notices to a second: answers go on beside them."""
_EXPIRES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Affected:
    """Somebody affected: how often she was looked at, when last, her phone masked (empty where there is none)."""

    person: int
    looks: int
    last: datetime
    phone: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What the law wants told, in the office's words: what was disclosed, when and how, the remedy, whom to ask."""

    what: str
    how: str
    remedy: str
    contact: str
    since: datetime
    until: datetime


def by_looks(
    db: Db, since: datetime, until: datetime, officer: int | None = None, after: int = 0, limit: int = PAGE
) -> list[Affected]:
    """Whom officers (or one of them) looked at between two instants (`until` excluded), behind person `after`."""
    found = (
        select(rows.c.person_id, func.count().label("looks"), func.max(rows.c.at).label("last"))
        .join(table, table.c.id == rows.c.person_id)
        .where(rows.c.action.in_(LOOKS), rows.c.at >= since, rows.c.at < until, rows.c.person_id > after)
        .group_by(rows.c.person_id)
        .order_by(rows.c.person_id)
        .limit(limit)
    )
    if officer is not None:
        found = found.where(rows.c.actor_id == officer)
    return [_affected(db, row.person_id, row.looks, row.last) for row in db.execute(found).all()]


def did(db: Db, officer: int) -> bool:
    """Whether there is such an officer, or was: who left is noted in the audit."""
    is_one = select(officers.c.person_id).where(officers.c.person_id == officer)
    noted = select(rows.c.id).where(rows.c.actor_id == officer).limit(1)
    return any(db.execute(found).first() for found in (is_one, noted))


def everybody(db: Db, until: datetime, after: int = 0, limit: int = PAGE) -> list[Affected]:
    """Everybody who was known then (the whole database was taken), behind person `after`."""
    known = (table.c.desk == "owners") & (table.c.met_at < until) & (table.c.id > after)
    found = db.execute(select(table.c.id, table.c.met_at).where(known).order_by(table.c.id).limit(limit))
    return [_affected(db, row.id, 0, row.met_at) for row in found.all()]


def _affected(db: Db, person: int, looks: int, last: datetime) -> Affected:
    sealed = db.execute(select(owners.c.phone).where(owners.c.person_id == person)).scalar()
    try:
        phone = phone_masked(db.open(person, "owners.phone", sealed)) if sealed else ""
    except NoKey:
        phone = ""
    return Affected(person, looks, last, phone, people.reachable(db, person))


def to_person(story: Story) -> Text:
    """The notice to somebody affected."""
    return t(
        "*An important notice about your data*\nBetween {since} and {until} data about you was seen by somebody who "
        "had no right to it.\nWhat: {what}\nHow: {how}\nWhat we do: {remedy}\nYou can ask us: {contact}\n"
        "Please take care with calls and messages that ask for codes or money. We are sorry.",
        since=Moment(story.since), until=Moment(story.until), what=story.what, how=story.how, remedy=story.remedy,
        contact=story.contact,
    )  # fmt: skip


def to_agency(story: Story, count: int, unreached: int, known: datetime) -> Text:
    """The notice to the agency that looks after the law; how many are affected, and by when it has to be there."""
    return t(
        "*Notice of a failure to protect personal data (UU 27/2022 Article 46)*\nFrom: {since}. Until: {until}. "
        "Known since: {known}. To be told by: {due}.\nPersons affected: {count}, of them not reachable in chat: "
        "{lost}.\nData disclosed: {what}\nWhen and how: {how}\nHandling and recovery: {remedy}\nContact: {contact}",
        since=Moment(story.since), until=Moment(story.until), known=Moment(known),
        due=Moment(known + timedelta(hours=HOURS)), count=count, lost=unreached, what=story.what, how=story.how,
        remedy=story.remedy, contact=story.contact,
    )  # fmt: skip


def notify(db: Db, story: Story, persons: Sequence[int], begin: int = 0) -> int:
    """Put the notice for these people, once to each however often it is asked for; how many could be told.

    It goes also to those who want no news from us: the law wants it told. `begin` is how many were put before, for the
    pace over several calls.
    """
    words = to_person(story)
    origin = f"breach:{story.since:%Y%m%d%H%M}:{story.until:%Y%m%d%H%M}"
    told = 0
    for person in persons:
        contact = people.contact_of(db, person)
        if contact is None or not people.reachable(db, person):
            continue
        due = db.now + timedelta(seconds=(begin + told) / A_SECOND)
        outbox.put(db, contact, Message((words,)), origin, Lane.ALERT, due=due, expires=due + _EXPIRES)
        audit.note(db, None, "breach.told", person)
        told += 1
    return told
