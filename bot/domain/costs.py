"""What delivered messages cost the office: counted from what the platform tells, priced by dated tariffs, per month."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from bot.chat.text import t
from bot.domain import dated, officers
from bot.domain.db import Db
from bot.domain.tables import Lane, costs

TARIFFS = "whatsapp.tariffs"
"""The dated rule: rupiah of a billable message by its category."""
WARNED = (70, 90, 100)
"""Percent of the month's budget at which officers are told, once each."""


def rupiah(db: Db, month: date) -> int:
    """What the messages of a month cost; `month` is any day of it."""
    counted = select(costs.c.day, costs.c.category, func.sum(costs.c.count).label("bubbles"))
    found = db.execute(counted.where(*_in(month), costs.c.billable).group_by(costs.c.day, costs.c.category))
    return sum(int(row.bubbles) * _tariff(db, row.day, row.category) for row in found)


def _in(month: date) -> tuple[ColumnElement[bool], ...]:
    until = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return costs.c.day >= month.replace(day=1), costs.c.day < until


def of_month(db: Db, month: date) -> list[dict[str, Any]]:
    """Delivered messages of a month by day, flow, lane and category, each with its rupiah."""
    columns = costs.c.day, costs.c.flow, costs.c.lane, costs.c.category, costs.c.billable
    counted = select(*columns, func.sum(costs.c.count).label("bubbles"))
    found = db.execute(counted.where(*_in(month)).group_by(*columns).order_by(*columns))
    return [
        {
            "day": row.day.isoformat(),
            "flow": row.flow,
            "lane": Lane(row.lane).name.lower(),
            "category": row.category,
            "billable": bool(row.billable),
            "count": int(row.bubbles),
            "rupiah": int(row.bubbles) * _tariff(db, row.day, row.category) if row.billable else 0,
        }
        for row in found
    ]


def _tariff(db: Db, day: date, category: str) -> int:
    """Rupiah of a message; of a category that the tariffs don't know, the dearest: a budget isn't exceeded so."""
    tariffs: dict[str, int] = dated.rule(db, TARIFFS, day).value
    return int(tariffs.get(category, max(tariffs.values())))


def over(db: Db, budget: int, zone: ZoneInfo) -> bool:
    """Whether the budget (rupiah, 0 for none) of the month is spent, by the office's calendar."""
    return budget > 0 and rupiah(db, _today(db, zone)) >= budget


def _today(db: Db, zone: ZoneInfo) -> date:
    return db.now.astimezone(zone).date()


def warn(db: Db, budget: int, zone: ZoneInfo) -> bool:
    """Tell officers how much of the month's budget is spent, once at each of `WARNED`. Whether something was said."""
    if budget <= 0:
        return False
    today = _today(db, zone)
    percent = 100 * rupiah(db, today) // budget
    reached = max((step for step in WARNED if percent >= step), default=0)
    if not reached:
        return False
    if reached == 100:
        told = t("This month's budget for WhatsApp is spent. Reminders and announcements there wait until next month; "
                 "people are still answered.")  # fmt: skip
    else:
        told = t("{percent}% of this month's budget for WhatsApp is spent.", percent=reached)
    return bool(officers.alert(db, told, origin=f"budget:{today:%Y-%m}:{reached}"))
