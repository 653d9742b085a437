"""Dated rules: what the law or the office says, from a day on. Rows that the office can change, never an `if`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from bot.domain.db import Db
from bot.domain.tables import rules

SHIPPED = Path(__file__).parent / "data" / "rules.json"
"""What a new installation begins with: a list of {name, since, value, source}."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: in force since a day, from a source (law, letter)."""

    name: str
    since: date
    value: Any
    source: str


_ON = (
    select(rules)
    .where(rules.c.name == bindparam("rule"), rules.c.since <= bindparam("day"))
    .order_by(rules.c.since.desc())
    .limit(1)
)


def rule(db: Db, name: str, day: date) -> Rule:
    """The rule in force on a day of the office's calendar. Raises `LookupError` if there is none."""
    key = f"rule {name} {day}"
    if (found := db.kept.get(key)) is None:
        row = db.execute(_ON, {"rule": name, "day": day}).first()
        if row is None:
            raise LookupError(f"no rule {name!r} in force on {day}")
        found = db.kept[key] = Rule(row.name, row.since, row.value, row.source)
    return found


def ship(db: Db) -> int:
    """Add the shipped rules that aren't there; what the office has changed stays. How many were new."""
    new = 0
    for row in json.loads(SHIPPED.read_text(encoding="utf-8")):
        values = {**row, "since": date.fromisoformat(row["since"])}
        new += db.execute(db.insert_new(rules), values).rowcount
    return new


def put(db: Db, name: str, since: date, value: Any, source: str) -> None:
    """Add a rule, or correct the one of that name and day."""
    db.upsert(rules, ("name", "since"), {"name": name, "since": since, "value": value, "source": source})
    db.forget()


def listed(db: Db) -> list[Rule]:
    """Every rule, by name and day."""
    found = db.execute(select(rules).order_by(rules.c.name, rules.c.since))
    return [Rule(r.name, r.since, r.value, r.source) for r in found]
