"""Whom WhatsApp lets the office write to, and how: freely within 24 hours of her last message, else by a template.

Templates are data (`data/templates.json`), as they are approved at the platform. Outside their windows only so many
people may be begun with in 24 hours; who doesn't fit waits, oldest promise first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, func, select

from bot.chat.messages import Template
from bot.domain import costs, standing
from bot.domain.db import Db
from bot.domain.outbox import Parcel
from bot.domain.tables import Lane, begun, contacts, inbox, outbox
from bot.domain.verdicts import WINDOW

SHIPPED = Path(__file__).parent / "data" / "templates.json"
OPEN = timedelta(hours=23, minutes=55)
"""How long after her last message we write freely: 24 hours, less what a send may take."""
DAY = timedelta(hours=24)
_AGAIN = 300.0  # seconds until it is looked again whether she has written
_HOUR = 3600.0
_BULK = (Lane.REMINDER, Lane.BROADCAST)
_NO_WORDS = ("happening", "unreadable", "erased", "stopped", "resumed", "moved")
"""Kinds of the inbox that are no message of hers: they open no window."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A template as the platform approves it, and what it stands for: lanes, and origins of messages."""

    name: str
    language: str
    category: str
    body: str
    footer: str = ""
    buttons: tuple[str, ...] = ()
    example: str = ""
    stands_for: tuple[str, ...] = field(default=())

    def components(self) -> list[dict[str, Any]]:
        """As the platform is given it."""
        body: dict[str, Any] = {"type": "BODY", "text": self.body}
        body |= {"example": {"body_text": [[self.example]]}} if self.example else {}
        found = [body]
        if self.footer:
            found.append({"type": "FOOTER", "text": self.footer})
        if self.buttons:
            found.append({"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": b} for b in self.buttons]})
        return found


@cache
def templates() -> tuple[Listed, ...]:
    """The catalog."""
    return tuple(
        Listed(
            row["name"], row["language"], row["category"], row["body"], row["footer"], tuple(row["buttons"]),
            row["example"], tuple(row["for"]),
        )
        for row in json.loads(SHIPPED.read_text(encoding="utf-8"))
    )  # fmt: skip


def template(lane: Lane, origin: str) -> Template | None:
    """What stands for a message of this origin, or else of this lane, outside the window."""
    for what in (origin.partition(":")[0], lane.name.lower()):
        for listed in templates():
            if what in listed.stands_for:
                return Template(listed.name, listed.language, "{{1}}" in listed.body)
    return None


@dataclass(frozen=True, slots=True)
class Way:
    """How a message goes: as it is, as a template, or later for a `reason`."""

    template: Template | None = None
    wait: float = 0.0
    reason: str = ""
    doubtful: bool = False
    """Its template was refused before: when it is taken now, that is over."""


def way(db: Db, parcel: Parcel, account: int, starts: int, budget: int, zone: ZoneInfo) -> Way:
    """How a message that the office starts may go now; `starts` is how many people it may begin with in 24 hours, where
    the platform hasn't told that itself.

    With the month's `budget` (rupiah, 0 for none) spent, reminders and announcements wait.
    """
    if parcel.lane in _BULK and costs.over(db, budget, zone):
        return Way(None, _HOUR, "the month's budget is spent")
    row = db.execute(_ROW, {"row": parcel.id}).one()
    heard = db.execute(_HEARD, {"person": parcel.person, "contact": parcel.contact, "account": account}).scalar()
    if heard is not None and db.now - heard < OPEN and row.error != WINDOW:
        return Way()
    found = template(parcel.lane, row.origin)
    if found is None:
        return Way(None, _AGAIN, "no template stands for it: it waits until she writes")
    if standing.stopped(db, account, found):
        return Way(None, _AGAIN, "its template is stopped")
    starts = standing.tier(db, account, starts)
    if wait := _begin(db, parcel.contact, account, starts):
        return Way(None, wait, "tier is full")
    return Way(found, doubtful=standing.doubtful(db, account, found))


_ROW = select(outbox.c.origin, outbox.c.error).where(outbox.c.id == bindparam("row"))
_HEARD = select(func.max(inbox.c.said_at)).where(
    inbox.c.person_id == bindparam("person"),
    inbox.c.contact_id == bindparam("contact"),
    inbox.c.account_id == bindparam("account"),
    inbox.c.kind.not_in(_NO_WORDS),
)


def _begin(db: Db, contact: int, account: int, starts: int) -> float:
    """Count a person whom the office writes first; where there is no room, the seconds until there is."""
    db.execute(delete(begun).where(begun.c.at <= db.now - DAY))
    if db.execute(select(begun.c.at).where(begun.c.contact_id == contact)).first():
        return 0.0
    ours = select(func.count().label("people"), func.min(begun.c.at).label("oldest")).join(
        contacts, contacts.c.id == begun.c.contact_id
    )
    held = db.execute(ours.where(contacts.c.account_id == account)).one()
    if held.people >= starts:
        return max((held.oldest + DAY - db.now).total_seconds(), 1.0)
    db.execute(db.insert_new(begun), {"contact_id": contact, "at": db.now})
    return 0.0
