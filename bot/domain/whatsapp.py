"""What WhatsApp tells of our messages afterwards: which went out, which failed and why, what they cost.

A bubble carries its mark, ``<outbox row>.<attempt>.<place>``, and its statuses tell it back: several times, out of
order, and days later. What is noted of a bubble only ever grows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update

from bot.chat.messages import Status
from bot.chat.seams import Later
from bot.domain import costs, dated, outbox, standing, windows
from bot.domain.db import Db
from bot.domain.tables import Lane, Outgoing, bubbles
from bot.domain.tables import costs as _costs
from bot.domain.tables import outbox as rows
from bot.domain.verdicts import Outcome, Refused, Wrong, follow

LOST = "lost: "
"""Begins the reason of a row whose answer was lost: it waits for its status."""
WAITS = "whatsapp.waits"
"""The dated rule: how long a lost answer waits for its status, and how long an uploaded file is kept."""
_SENT, _FAILED, _DELIVERED, _READ = 1, 2, 3, 4
_FATES = {"sent": _SENT, "failed": _FAILED, "delivered": _DELIVERED, "read": _READ}
_MARK = re.compile(r"([0-9]{1,18})\.([0-9]{1,4})\.([0-9]{1,4})")
_MOST = 500  # rows asked for at once


@dataclass(frozen=True, slots=True)
class Told:
    """A status; of one that failed, also what that means for its sender."""

    status: Status
    wrong: Wrong | None = None


def mark(row: int, attempt: int) -> str:
    """What the bubbles of a row carry in an attempt; the channel adds their places."""
    return f"{row}.{attempt}"


def out(db: Db, row: int, after: tuple[str, ...]) -> tuple[str, ...]:
    """The bubbles of a row that went out: those we know by their ids, and those only a status has told of since."""
    told = {found.place: found for found in db.execute(_OF_ROW, {"row": row}) if found.fate != _FAILED}
    ids = list(after)
    while (found := told.get(len(ids))) is not None:
        ids.append(f"{row}.{found.attempt}.{found.place}")  # stands for the id, which nobody asks for
    return tuple(ids)


_OF_ROW = select(bubbles).where(bubbles.c.outbox_id == bindparam("row"))


def wait_for_status(db: Db, parcel: outbox.Parcel, lost: Later) -> bool:
    """The answer to a send was lost: it is sent again when no status has told of it for so long. As `put_back`."""
    known = lost.ids or parcel.after
    waits = float(dated.rule(db, WAITS, db.now.date()).value["lost_seconds"])
    seconds = 0.0 if len(out(db, parcel.id, known)) > len(known) else waits
    return outbox.put_back(db, parcel, seconds, LOST + lost.reason, True, known)


def note(db: Db, account: int, told: Sequence[Told], zone: ZoneInfo, budget: int = 0) -> Outcome:
    """Note what became of messages of an account; what failed waits, is given up, or goes another way.

    Officers hear of it when most of the month's `budget` (rupiah, 0 for none) is spent.
    """
    outcome, spent = Outcome(), Counter[tuple[Any, ...]]()
    taken: datetime | None = None  # when we sent last what has gone out since
    named = [(found, *(int(n) for n in m.groups())) for found in told if (m := _MARK.fullmatch(found.status.mark))]
    numbers = sorted({row for _, row, _, _ in named})
    for some in (numbers[i : i + _MOST] for i in range(0, len(numbers), _MOST)):
        ours = {row.id: row for row in db.execute(_ROWS, {"account": account, "rows": some})}
        before = {(row.outbox_id, row.place): row for row in db.execute(_KNOWN, {"rows": some})}
        now: dict[tuple[int, int], tuple[int, int, bool]] = {
            key: (row.attempt, row.fate, row.counted) for key, row in before.items()
        }
        failed: dict[tuple[int, int], Told] = {}
        for found, row, attempt, place in named:
            if row not in ours:
                continue
            key, status, new = (row, place), found.status, (attempt, _FATES[found.status.fate])
            old = now.get(key, (0, 0, False))
            grown = max(old[:2], new, key=_weight)
            priced = not old[2] and new[1] >= _DELIVERED and status.billable is not None
            if priced:
                spent[_cost(ours[row], status, zone)] += 1
            now[key] = (*grown, old[2] or priced)
            if new[1] == _FAILED and grown == new != old[:2]:
                failed[key] = found
            if new[1] != _FAILED and (sent := ours[row].done_at) and attempt == ours[row].attempts:
                taken = max(taken or sent, sent)
        for (row, place), (attempt, fate, counted) in now.items():
            was = before.get((row, place))
            if was is None or (was.attempt, was.fate, was.counted) != (attempt, fate, counted):
                values = {"outbox_id": row, "place": place, "attempt": attempt, "fate": fate, "counted": counted}
                db.upsert(bubbles, ("outbox_id", "place"), values | {"at": db.now})
            if fate != _FAILED and ours[row].state == Outgoing.READY and (ours[row].error or "").startswith(LOST):
                db.execute(_DUE, {"row": row, "at": db.now})
                outcome.due = True
        for (row, place), found in failed.items():
            if now[row, place][:2] == (ours[row].attempts, _FAILED) and found.wrong:
                _failed(db, account, ours[row], found.wrong, outcome)
    if taken and not outcome.refused:
        standing.mended(db, account, taken)
    for key, count in spent.items():
        _spend(db, account, key, count)
    if spent:
        outcome.due |= costs.warn(db, budget, zone)
    return outcome


def _weight(known: tuple[int, int]) -> tuple[int, int, int]:
    """Which of two (attempt, fate) tells more: what was delivered was, whichever attempt it came from."""
    attempt, fate = known
    return (fate if fate >= _DELIVERED else 0, attempt, fate)


_ROWS = select(
    rows.c.id,
    rows.c.person_id,
    rows.c.contact_id,
    rows.c.lane,
    rows.c.origin,
    rows.c.state,
    rows.c.attempts,
    rows.c.error,
    rows.c.done_at,
).where(rows.c.account_id == bindparam("account"), rows.c.id.in_(bindparam("rows", expanding=True)))
_KNOWN = select(bubbles).where(bubbles.c.outbox_id.in_(bindparam("rows", expanding=True)))
_DUE = update(rows).where(rows.c.id == bindparam("row"), rows.c.state == Outgoing.READY).values(due_at=bindparam("at"))
_OPEN = (Outgoing.LEASED, Outgoing.SENT)


def _failed(db: Db, account: int, row: Any, wrong: Wrong, outcome: Outcome) -> None:
    """A message that the platform had taken didn't go out: as if it had been refused at once."""
    waiting = row.state == Outgoing.READY and (row.error or "").startswith(LOST)
    if row.state not in _OPEN and not waiting:
        return
    lane = Lane(row.lane)
    template = windows.template(lane, row.origin) if lane != Lane.REPLY else None
    refused = Refused(row.id, row.person_id, row.contact_id, lane, template)
    follow(db, account, refused, wrong, partial(_again, db, row), outcome)


def _again(db: Db, row: Any, seconds: float, reason: str, counts: bool) -> bool:
    """Send a row once more, from its first bubble that isn't known to have gone out. False after its last try."""
    if counts and row.attempts >= outbox.TRIES:
        outbox.give_up(db, row.id, reason)
        return False
    values = {"due": db.now + timedelta(seconds=seconds), "reason": reason[:400]}
    db.execute(_AGAIN, {"row": row.id, **values})
    return True


_AGAIN = (
    update(rows)
    .where(rows.c.id == bindparam("row"))
    .values(state=Outgoing.READY, due_at=bindparam("due"), done_at=None, ext_id=None, error=bindparam("reason"))
)


def _cost(row: Any, status: Status, zone: ZoneInfo) -> tuple[Any, ...]:
    """What a delivered bubble is counted under; its origin names the flow or the happening that said it."""
    origin, _, rest = row.origin.partition(":")
    flow = origin if rest else ""
    day = status.at.astimezone(zone).date()
    return day, flow[:40], row.lane, status.category[:20], status.tariff[:40], bool(status.billable)


_COST = ("day", "flow", "lane", "category", "tariff", "billable")
_MORE = (
    update(_costs)
    .where(_costs.c.account_id == bindparam("to"), *(_costs.c[name] == bindparam(f"of_{name}") for name in _COST))
    .values(count=_costs.c.count + bindparam("more"))
)


def _spend(db: Db, account: int, key: tuple[Any, ...], count: int) -> None:
    where: Mapping[str, Any] = {f"of_{name}": value for name, value in zip(_COST, key, strict=True)}
    if db.execute(_MORE, {"to": account, "more": count, **where}).rowcount == 0:
        db.execute(_costs.insert(), {"account_id": account, "count": count, **dict(zip(_COST, key, strict=True))})
