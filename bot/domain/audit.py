"""The audit: who did or looked at what, only ever added to, with ids only; and the chain of seals over it.

A seal closes the committed rows after the one before it: it marks each of them (`marks`: id and keyed HMAC) and is
itself a keyed HMAC over the seal before and all that stands in it. The newest is also kept outside the database, beside
the keys, so that nobody can cut off the end unseen. Why so: docs/decisions/0013-audit.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, literal_column, select, text

from bot.domain.db import Db
from bot.domain.keys import NoKey
from bot.domain.tables import audit, audit_seals

HEAD = "audit.head"
"""The file beside the keys that holds the newest seal; further lines are ends that a database has lost."""
BATCH = 1000
"""Rows to one seal, at most."""
_MARK = 16  # bytes: eight of a row's id, eight of its HMAC


def note(db: Db, actor: int | None, action: str, person: int | None, object: str = "", reason: str = "") -> int:
    """Note that `actor` (a person; None: the house or its operator) did something about a person. The row's id.

    `action` is a word of ours ("seen", "unmasked"), at most 40 characters; `object` is ``table:id`` or a word of ours,
    never anybody's words. A `reason` in words is sealed with the key of the person it is about.
    """
    row: dict[str, Any] = {
        "at": db.now,
        "actor_id": actor,
        "action": action,
        "person_id": person,
        "object": object,
        "detail": None,
    }
    if reason:
        row["detail"] = db.seal(person, "audit.detail", reason)
    return db.insert(audit, row)


_COUNT = (
    select(func.count())
    .select_from(audit)
    .where(
        audit.c.actor_id == bindparam("actor"), audit.c.at >= bindparam("since"), audit.c.action == bindparam("what")
    )
)


def count(db: Db, actor: int, action: str, since: datetime) -> int:
    """How often somebody did something since an instant."""
    return db.execute(_COUNT, {"actor": actor, "since": since, "what": action}).scalar_one()


@dataclass(frozen=True, slots=True)
class Noted:
    """One row as it is shown; `reason` is None where the key of the person it is about is gone."""

    id: int
    at: datetime
    actor: int | None
    action: str
    person: int | None
    object: str
    reason: str | None


def noted(
    db: Db,
    *,
    person: int | None = None,
    actor: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    limit: int = 1000,
) -> list[Noted]:
    """Rows about a person, of an actor, of a time (`until` excluded), behind row `after`; the oldest first."""
    query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
    for column, value in ((audit.c.person_id, person), (audit.c.actor_id, actor)):
        query = query if value is None else query.where(column == value)
    query = query if since is None else query.where(audit.c.at >= since)
    query = query if until is None else query.where(audit.c.at < until)
    return [
        Noted(r.id, r.at, r.actor_id, r.action, r.person_id, r.object, _reason(db, r.person_id, r.detail))
        for r in db.execute(query)
    ]


def _reason(db: Db, person: int | None, detail: bytes | None) -> str | None:
    if detail is None:
        return ""
    try:
        return db.open(person, "audit.detail", detail)
    except NoKey:  # she was erased: that something happened stays, what was said of her doesn't
        return None


# The chain


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: its newest seal, the last row that covers, its digest (hexadecimal)."""

    seal: int
    last: int
    digest: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify` found: how many rows are sealed, how many are too new for it, and what is wrong first."""

    sealed: int
    unsealed: int
    wrong: str


_AUDIT = ("id", "at", "actor_id", "action", "person_id", "object", "detail")
_SEAL = ("id", "last_id", "count", "marks", "digest", "at")


def _untyped(name: str) -> Any:
    return literal_column(name).label(name)  # pyright: ignore[reportUnknownVariableType]


# Without the columns' types: a row that somebody made unreadable must be found, too, not raise.
_ROWS: Any = (
    select(*(_untyped(name) for name in _AUDIT))
    .select_from(audit)
    .where(audit.c.id <= bindparam("last"))
    .order_by(audit.c.id)
)
_SEALS: Any = select(*(_untyped(name) for name in _SEAL)).select_from(audit_seals).order_by(audit_seals.c.id)
_NEWEST = select(audit_seals).order_by(audit_seals.c.id.desc()).limit(1)


def seal(db: Db, kept: Sequence[Head]) -> list[Head] | None:
    """Seal up to `BATCH` of the rows that aren't sealed yet; what is to be kept outside from now on (see `keep`).

    `kept` is what is kept outside now: an end that isn't in this database's chain stays there for `verify` to tell.
    None when there was nothing to seal. There is one sealer, and its transaction is its own. While somebody's row stays
    uncommitted for longer than a moment, the store says `StoreDown`; the next time will do.
    """
    _settle(db)
    newest = db.execute(_NEWEST).first()
    last, before, number = (newest.last_id, newest.digest, newest.id) if newest else (0, b"", 0)
    fresh = db.execute(select(audit.c.id).where(audit.c.id > last).order_by(audit.c.id).limit(BATCH)).scalars().all()
    if not fresh:
        return None
    rows = db.execute(_ROWS.where(audit.c.id > last), {"last": fresh[-1]}).all()
    row: dict[str, Any] = {
        "id": number + 1,
        "last_id": fresh[-1],
        "count": len(rows),
        "marks": b"".join(_mark(db, row) for row in rows),
        "at": db.now,
    }
    row["digest"] = _digest(db, before, row)
    ends = [head for head in kept if not _holds(db, head)]
    db.execute(audit_seals.insert(), row)
    return [*ends, Head(number + 1, fresh[-1], row["digest"].hex())]


def _settle(db: Db) -> None:
    """See to it that no row with a number is still uncommitted: one that came later would fall behind its seal.

    PostgreSQL gives numbers before it commits, so there the table is locked against writers for the moment of sealing;
    whoever writes has it locked against that. It must be the first statement: what is read comes after the lock.
    """
    if db.connection.dialect.name != "sqlite":
        db.execute(text("SET LOCAL lock_timeout = '500ms'"))
        db.execute(text("LOCK TABLE audit IN SHARE MODE"))


def _holds(db: Db, head: Head) -> bool:
    """Whether this end is in the database's chain."""
    found = db.execute(select(audit_seals.c.digest).where(audit_seals.c.id == head.seal)).scalar()
    return isinstance(found, bytes) and found.hex() == head.digest


def _mark(db: Db, row: Any) -> bytes:
    """What a seal holds of a row."""
    said = db.keys.index("audit", json.dumps([_plain(value) for value in row]))
    return int(row.id).to_bytes(8, "big", signed=True) + said[: _MARK - 8]


def _digest(db: Db, before: bytes, row: dict[str, Any]) -> bytes:
    """The keyed HMAC of a seal over the one before and all that stands in it."""
    return db.keys.index("audit seal", json.dumps([before.hex(), *(_plain(row[n]) for n in _SEAL if n != "digest")]))


def _plain(value: Any) -> Any:
    """A value as both databases, and their drivers without types, give it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.hex() if isinstance(value, bytes) else value


def verify(db: Db, kept: Sequence[Head]) -> Verified:
    """Go through the whole chain. `kept` must have been read before: it may only be older than the database."""
    sealed, last, before, number = 0, None, b"", 0
    for found in db.execute(_SEALS).mappings().all():
        number += 1
        if found["id"] != number:
            return Verified(sealed, 0, f"seal {number} was removed")
        if _digest(db, before, dict(found)) != found["digest"]:
            return Verified(sealed, 0, f"seal {number} was edited, or the one before it exchanged")
        query = _ROWS if last is None else _ROWS.where(audit.c.id > last)
        if wrong := _compare(db, found["marks"], db.execute(query, {"last": found["last_id"]}).all()):
            return Verified(sealed, 0, wrong)
        sealed, last, before = sealed + found["count"], found["last_id"], found["digest"]
    for head in kept:
        if not _holds(db, head):
            return Verified(sealed, 0, f"the end was cut off: seal {head.seal}, up to row {head.last}, isn't there")
    if number and not kept:
        return Verified(sealed, 0, f"{HEAD} beside the keys is missing: whether the end was cut off can't be told")
    unsealed = db.execute(select(func.count()).select_from(audit).where(audit.c.id > (last or 0))).scalar_one()
    return Verified(sealed, unsealed, "")


def _compare(db: Db, marks: bytes, rows: Sequence[Any]) -> str:
    """What is wrong first with the rows under a seal; empty when they are as they were."""
    sealed = {int.from_bytes(m[:8], "big", signed=True): m for m in map(bytes, _parts(marks))}
    there = {row.id: row for row in rows}
    for id in sorted(sealed.keys() | there.keys()):
        if id not in there:
            return f"row {id} was removed"
        if id not in sealed:
            return f"row {id} was added"
        if _mark(db, there[id]) != sealed[id]:
            return f"row {id} was edited"
    return ""


def _parts(marks: bytes) -> list[bytes]:
    return [marks[i : i + _MARK] for i in range(0, len(marks), _MARK)]


# The end of the chain, outside the database


def heads(folder: Path) -> list[Head]:
    """The ends that are kept outside, the newest last. Raises `ValueError` for a file nobody of us wrote."""
    path = folder / HEAD
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return [Head(**json.loads(line)) for line in lines]


def keep(folder: Path, ends: Sequence[Head]) -> None:
    """Keep ends outside, in the place of those that were."""
    part = folder / f"{HEAD}.part"
    with part.open("w", encoding="ascii") as file:
        file.writelines(json.dumps(asdict(end)) + "\n" for end in ends)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / HEAD)
