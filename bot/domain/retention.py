"""How long what nobody needs any more is kept; the numbers are [retention] in the settings (docs/privacy.md).

Inbox payloads, messages and files have their own: `bot.domain.inbox`, `bot.domain.outbox`, `bot.domain.media`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.chat.messages import Message
from bot.chat.text import Day, t
from bot.domain import audit, dated, outbox, people
from bot.domain.db import Db
from bot.domain.engine import is_sqlite, path_of
from bot.domain.tables import Lane, Received, Working, erasing, inbox, jobs, media, talks, tickets, wishes
from bot.domain.tables import people as table

_PIECE = 500
_COPY = re.compile(r"\.[0-9a-f]{4,12}\.(\d{8}-\d{6})")
_STAMP = "%Y%m%d-%H%M%S"
_ASIDE = (Received.QUARANTINED, Received.UNREADABLE)


def purge(db: Db, aside: timedelta, asked: timedelta, wished: timedelta, worked: timedelta) -> int:
    """Empty or delete what is older: what was set aside, closed tickets' words, wishes, done jobs. A piece of each at a
    time; how many."""
    return (
        _give_up(db, db.now - aside)
        + _empty_tickets(db, db.now - asked)
        + _delete(db, wishes, wishes.c.at < db.now - wished)
        + _delete(db, jobs, jobs.c.state.in_((Working.DONE, Working.FAILED)), jobs.c.done_at < db.now - worked)
    )


def _give_up(db: Db, before: datetime) -> int:
    """Drop what was set aside or couldn't be read, as `pendamping quarantine drop` does."""
    old = select(inbox.c.id).where(inbox.c.state.in_(_ASIDE), inbox.c.received_at < before).limit(_PIECE)
    dropped = update(inbox).where(inbox.c.id.in_(old.scalar_subquery()))
    return db.execute(dropped.values(state=Received.DROPPED, payload=None, done_at=db.now)).rowcount


def drop_days(db: Db, before: datetime) -> int:
    """Have the keys of days before an instant's destroyed, here and in the folder of the backups: what nobody could be
    told as hers is unreadable in all of them. How many. They are noted as erasures, which are tried until they are done
    (`erasure.destroy`)."""
    old = db.keys.days_before(before)
    for name in old:
        db.upsert(erasing, ("key_id",), {"key_id": name, "files": [], "at": db.now})
    return len(old)


def _empty_tickets(db: Db, before: datetime) -> int:
    old = select(tickets.c.id).where(tickets.c.closed_at < before, tickets.c.words.is_not(None)).limit(_PIECE)
    return db.execute(update(tickets).where(tickets.c.id.in_(old.scalar_subquery())).values(words=None)).rowcount


def _delete(db: Db, rows: Any, *old: Any) -> int:
    found = select(rows.c.id).where(*old).limit(_PIECE)
    return db.execute(delete(rows).where(rows.c.id.in_(found.scalar_subquery()))).rowcount


def drop_evidence(db: Db, kept: timedelta) -> int:
    """Forget photos of evidence after their time; what was decided by them stays. The sweep takes the files away."""
    return _delete(db, media, media.c.kind == "evidence", media.c.at < db.now - kept)


# People who have not been heard of for years


def years(db: Db, day: date) -> int:
    """How long people are kept after they were last heard of: what the text of consent promises them."""
    return int(dated.rule(db, "consent.text", day).value["years"])


def evidence_days(db: Db, day: date) -> int:
    """How long photos of evidence are kept, by the same text."""
    return round(30.44 * int(dated.rule(db, "consent.text", day).value["months"]))


def warn_idle(db: Db, kept: timedelta, notice: timedelta) -> int:
    """Tell owners whom nobody heard of for nearly as long as they are `kept` that they will be erased in `notice`.

    How many, a piece at a time. Whoever can't be told is erased on that day as well.
    """
    heard = func.coalesce(talks.c.touched_at, table.c.met_at)
    silent = (
        select(table.c.id)
        .outerjoin(talks, talks.c.person_id == table.c.id)
        .where(table.c.desk == "owners", table.c.erase_at.is_(None), heard < db.now - kept + notice)
        .limit(_PIECE)
    )
    until = db.now + notice
    found = list(db.execute(silent).scalars())
    for person in found:
        db.execute(update(table).where(table.c.id == person).values(erase_at=until))
        audit.note(db, None, "erasure.idle", person)
        if (contact := people.contact_of(db, person)) and people.reachable(db, person):
            words = t(
                "We haven't heard from you for a long time. As we promised, what we noted about you will be erased on "
                "{day}.\nTo keep it, please answer this message with any word, for example: halo",
                day=Day(until.date()),
            )
            outbox.put(db, contact, Message((words,)), f"idle:{until.date()}", Lane.ALERT, expires=until)
    return len(found)


def stay(db: Db, notice: timedelta) -> int:
    """Keep those who were heard of since they were told that they will be erased. How many."""
    told = (
        select(table.c.id, table.c.erase_at, talks.c.touched_at)
        .join(talks, talks.c.person_id == table.c.id)
        .where(table.c.erase_at.is_not(None), table.c.frozen_at.is_(None))
    )
    back = [row.id for row in db.execute(told).all() if row.touched_at > row.erase_at - notice]
    for person in back:
        db.execute(update(table).where(table.c.id == person).values(erase_at=None))
        audit.note(db, person, "erasure.stays", person)
    return len(back)


# Copies of the file from before upgrades


def old_copies(url: str, before: datetime) -> list[Path]:
    """The copies of a SQLite file that upgrades made before an instant."""
    if not is_sqlite(url):
        return []
    path = path_of(url)
    copies = ((copy, _COPY.fullmatch(copy.name.removeprefix(path.name))) for copy in path.parent.glob(f"{path.name}.*"))
    return [copy for copy, made in copies if made and made[1] < before.strftime(_STAMP)]
