"""Answers to what owners ask: data of the office, each in force from a day ("berlaku per").

One that isn't sure (M or L) is shown only after the office has approved it; until then the one before it holds on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import and_, func, select, update

from bot.chat.reading import plain
from bot.domain.db import Db
from bot.domain.tables import faqs

SHIPPED = Path(__file__).parent / "data" / "faqs.json"
_Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,19}$")]


class Row(BaseModel):
    """One answer as the office edits it. `words` are beginnings of words that speak for it among those of its topic."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: _Code
    since: date
    topic: _Code
    place: int
    title: Annotated[str, Field(min_length=1, max_length=20)]
    question: Annotated[str, Field(min_length=1, max_length=120)]
    answer: Annotated[str, Field(min_length=1, max_length=1000)]
    words: Annotated[str, Field(max_length=300)]
    sure: Literal["H", "M", "L"]
    source: Annotated[str, Field(min_length=1, max_length=300)]


@dataclass(frozen=True, slots=True)
class Faq:
    """An answer; whether it may be `shown`."""

    code: str
    since: date
    topic: str
    title: str
    question: str
    answer: str
    words: tuple[str, ...]
    shown: bool = True


def read(rows: Any) -> list[Row]:
    """The answers of a JSON document. Raises `ValueError` naming the answer and what is wrong with it."""
    if not isinstance(rows, list):
        raise ValueError("the document: a list of answers")
    found: list[Row] = []
    for number, row in enumerate(cast("list[Any]", rows), 1):
        try:
            found.append(Row.model_validate_json(json.dumps(row)))
        except ValidationError as error:
            name = cast("dict[str, Any]", row).get("code", number) if isinstance(row, dict) else number
            wrong = error.errors()[0]
            raise ValueError(f"{name}.{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}") from None
    return found


def ship(db: Db) -> int:
    """Add the shipped answers that aren't there; what the office has changed stays. How many were new."""
    there = {(row.code, row.since) for row in db.execute(select(faqs.c.code, faqs.c.since))}
    missing = [row for row in _shipped() if (row.code, row.since) not in there]
    return sum(db.execute(db.insert_new(faqs), row.model_dump()).rowcount for row in missing)


@cache
def _shipped() -> list[Row]:
    return read(json.loads(SHIPPED.read_text(encoding="utf-8")))


def put(db: Db, rows: Sequence[Row]) -> int:
    """Add answers, or correct those of the same code and day, which then need approval again. How many are changed."""
    changed = 0
    for row in rows:
        values = row.model_dump()
        there = db.execute(select(faqs).where(faqs.c.code == row.code, faqs.c.since == row.since)).mappings().first()
        if there is None or any(there[name] != value for name, value in values.items()):
            db.upsert(faqs, ("code", "since"), values | {"approved_at": None, "approved_by": None})
            changed += 1
    db.forget()
    return changed


def approve(db: Db, codes: Sequence[str], by: str) -> int:
    """Let the newest answers of these codes be shown; how many weren't yet. `ValueError`: no such code, or nobody."""
    if not 1 <= len(by.strip()) <= 80:
        raise ValueError("who approves it, in 1 to 80 characters")
    last = select(faqs.c.code, func.max(faqs.c.since).label("since")).group_by(faqs.c.code)
    newest: dict[str, date] = {row.code: row.since for row in db.execute(last)}
    if unknown := sorted(set(codes) - set(newest)):
        raise ValueError(f"no such answer: {', '.join(unknown)}. `pendamping faq list` shows them.")
    done = 0
    for code in dict.fromkeys(codes):
        mine = and_(faqs.c.code == code, faqs.c.since == newest[code], faqs.c.approved_at.is_(None))
        done += db.execute(update(faqs).where(mine).values(approved_at=db.now, approved_by=by.strip())).rowcount
    db.forget()
    return done


def listed(db: Db) -> list[dict[str, Any]]:
    """Every answer as a row, in its order; `shown` says whether it may be."""
    rows = db.execute(select(faqs).order_by(faqs.c.place, faqs.c.code, faqs.c.since)).mappings()
    return [{**row, "shown": row["sure"] == "H" or row["approved_at"] is not None} for row in rows]


def shown(db: Db, day: date) -> list[Faq]:
    """The answers that may be shown on a day of the office's calendar, in their order."""
    return [faq for faq in _in_force(db, day) if faq.shown]


def hidden(db: Db, day: date) -> list[Faq]:
    """Those of which none may be shown yet."""
    return [faq for faq in _in_force(db, day) if not faq.shown]


def _in_force(db: Db, day: date) -> list[Faq]:
    key = f"faqs {day}"
    if (found := db.kept.get(key)) is None:
        newest: dict[str, Faq] = {}
        for row in listed(db):
            before = newest.get(row["code"])
            if row["since"] <= day and (row["shown"] or before is None or not before.shown):
                newest[row["code"]] = Faq(
                    row["code"], row["since"], row["topic"], row["title"], row["question"], row["answer"],
                    tuple(row["words"].split()), row["shown"],
                )  # fmt: skip
        found = db.kept[key] = list(newest.values())
    return found


def meant(found: Iterable[Faq], heard: str) -> Faq | None:
    """The answer that somebody's words ask for, among those of a topic; None when two do as well, or none does."""
    said = plain.fold(heard).split()
    scored = sorted(
        ((sum(any(word.startswith(w) for word in said) for w in faq.words), faq) for faq in found),
        key=lambda pair: -pair[0],
    )
    if not scored or scored[0][0] == 0 or (len(scored) > 1 and scored[1][0] == scored[0][0]):
        return None
    return scored[0][1]
