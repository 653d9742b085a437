"""Dated rules: what the law or the office says, from a day on. Rows that the office can change, never an `if`."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from sqlalchemy import bindparam, select

from bot.domain.db import Db
from bot.domain.tables import rules

SHIPPED = Path(__file__).parent / "data" / "rules.json"
"""What a new installation begins with: a list of {name, since, value, source}."""

_COLOR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)


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
    """Add a rule, or correct the one of that name and day. What somebody typed goes through `check` first."""
    db.upsert(rules, ("name", "since"), {"name": name, "since": since, "value": value, "source": source})
    db.forget()


def check(name: str, value: Any) -> None:
    """Raises `ValueError` where no rule of that name ships, or the value hasn't the shape of the one that does."""
    shipped = {row["name"]: row["value"] for row in json.loads(SHIPPED.read_text(encoding="utf-8"))}
    if name not in shipped:
        raise ValueError(f"There is no rule {name}: `pendamping rules list` shows those there are.")
    if not _alike(value, shape := shipped[name]):
        raise ValueError(f"{name} must look like {json.dumps(shape, ensure_ascii=False)}")


def _alike(value: Any, shape: Any) -> bool:
    """Whether a value has the type of another, and all inside it: the same keys, elements like those there are; no
    number below 0; a colour where there is one."""
    if isinstance(shape, float):
        return type(value) in (int, float) and 0 <= value < math.inf
    if type(value) is not type(shape):
        return False
    if isinstance(shape, dict):
        pairs = cast(dict[str, Any], shape)
        return value.keys() == pairs.keys() and all(_alike(value[key], each) for key, each in pairs.items())
    if isinstance(shape, list):
        parts = cast(list[Any], shape)
        if len({type(part).__name__ for part in parts}) > 1:  # each at its place
            return len(value) == len(parts) and all(map(_alike, value, parts))
        return all(any(_alike(each, part) for part in parts) for each in value)
    if isinstance(shape, str):
        return bool(value) and (not _COLOR.fullmatch(shape) or bool(_COLOR.fullmatch(value)))
    return bool(0 <= value < 10**15)


def listed(db: Db) -> list[Rule]:
    """Every rule, by name and day."""
    found = db.execute(select(rules).order_by(rules.c.name, rules.c.since))
    return [Rule(r.name, r.since, r.value, r.source) for r in found]
