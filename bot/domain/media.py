"""Files people sent or asked for: a row each, and the content sealed with the person's key in a folder of its own.

A file is written before its row: under a name of its own, synced, renamed. A crash between the two leaves a file
without a row, which `strays` finds an hour later. Rows go in a transaction, files after it (`remove`, or the next
sweep): never a row whose file was taken away before the commit. On the disk there is only what is sealed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam, delete, select

from bot.domain import dated
from bot.domain.db import Db
from bot.domain.engine import is_sqlite
from bot.domain.keys import Keys
from bot.domain.tables import media, uploads
from bot.files import EXPORT, MOST, RESULT

EXPORT_KEPT = timedelta(hours=24)
"""How long the files of DATA SAYA and of a check are kept to be sent: they can be made again."""
STRAY = timedelta(hours=1)
"""A file without a row that is older than this was left by a crash."""


class TooLarge(Exception):
    """A file has more than `bot.files.MOST` bytes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: the name of its person's key, its name in the folder, what it is for, its type, its size in bytes."""

    key: str
    name: str
    kind: str
    mime: str
    size: int


def folder(url: str, keys: Path) -> Path:
    """Where the files of a database lie: beside its file, for PostgreSQL beside its `keys`."""
    if is_sqlite(url):
        file = Path(url.removeprefix("sqlite:///"))
        return file.with_name(f"{file.name}.media")
    return keys.with_name(f"{keys.name}.media")


# Files


def write(keys: Keys, place: Path, key: str, content: bytes, now: datetime) -> str:
    """Seal content with the key `key` into the folder; its name there, the same for the same content.

    Raises `TooLarge`, `NoKey`, `OSError`. Outside any transaction, and not on the event loop.
    """
    if len(content) > MOST:
        raise TooLarge(f"{len(content)} bytes")
    name = keys.index("media", f"{key}|{hashlib.sha256(content).hexdigest()}").hex()
    sealed = keys.seal(key, f"media.{name}", content)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = place / f"{name}.{secrets.token_hex(4)}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    os.utime(part, (now.timestamp(), now.timestamp()))  # our clock's time, which a sweep compares with
    part.replace(place / name)
    shelf = os.open(place, os.O_RDONLY)
    try:
        os.fsync(shelf)
    finally:
        os.close(shelf)
    return name


def read(keys: Keys, place: Path, kept: Kept) -> bytes:
    """What is in a file. Raises `FileNotFoundError`, and `NoKey` where its person was erased."""
    return keys.open(kept.key, f"media.{kept.name}", (place / kept.name).read_bytes())


def remove(place: Path, names: Iterable[str]) -> None:
    """Take files away that have no row any more."""
    for name in names:
        (place / name).unlink(missing_ok=True)


def strays(place: Path, now: datetime) -> list[str]:
    """The names of files that are old enough to have a row; those that have none (`known`) were left by a crash."""
    if not place.is_dir():
        return []
    before = (now - STRAY).timestamp()
    return [entry.name for entry in os.scandir(place) if entry.is_file() and entry.stat().st_mtime < before]


# Rows

_ROW = select(media).where(media.c.id == bindparam("row"), media.c.person_id == bindparam("person"))
_UPLOADED = select(uploads.c.ext_id).where(
    uploads.c.account_id == bindparam("account"),
    uploads.c.media_id == bindparam("row"),
    uploads.c.at > bindparam("since"),
)
_NAMED = select(media.c.id).where(media.c.person_id == bindparam("person"), media.c.name == bindparam("name"))


def put(db: Db, person: int, name: str, kind: str, mime: str, size: int) -> int:
    """Note a file that was written for a person; its row. The same content again is the same row, with a new time."""
    row = {"person_id": person, "name": name, "kind": kind, "mime": mime, "size": size, "at": db.now}
    db.upsert(media, ("person_id", "name"), row)
    return int(db.execute(_NAMED, {"person": person, "name": name}).scalar_one())


def find(db: Db, person: int, row: int) -> Kept | None:
    """A person's file; None where it isn't kept any more. Raises `NoKey` where she was erased."""
    found = db.execute(_ROW, {"person": person, "row": row}).first()
    return None if found is None else Kept(db.key_of(person), found.name, found.kind, found.mime, found.size)


def uploaded(db: Db, account: int, row: int) -> str:
    """A platform's id of the file of a row, if it is kept there still (the dated rule ``whatsapp.waits``); else empty.

    The row of a file that has gone takes it along: the platform forgets it by itself.
    """
    days = int(dated.rule(db, "whatsapp.waits", db.now.date()).value["upload_days"])
    found = db.execute(_UPLOADED, {"account": account, "row": row, "since": db.now - timedelta(days=days)})
    return str(found.scalar() or "")


def upload(db: Db, account: int, row: int, id: str) -> None:
    """The file of a row was brought to a platform, which calls it `id`."""
    if db.execute(select(media.c.id).where(media.c.id == row)).first():  # else it has gone meanwhile
        where = {"account_id": account, "media_id": row}
        db.upsert(uploads, ("account_id", "media_id"), where | {"ext_id": id, "at": db.now})


def forget_upload(db: Db, account: int, row: int) -> None:
    """The platform doesn't know it any more."""
    db.execute(delete(uploads).where(uploads.c.account_id == account, uploads.c.media_id == row))


def erase(db: Db, person: int) -> list[str]:
    """Delete the rows of a person; the names of her files, to be removed after the commit."""
    gone = delete(media).where(media.c.person_id == person).returning(media.c.name)
    return list(db.execute(gone).scalars())


def expire(db: Db) -> list[str]:
    """Delete the rows of what was made to be sent, and kept long enough; the names of their files."""
    old = (
        delete(media)
        .where(media.c.kind.in_((EXPORT, RESULT)), media.c.at < db.now - EXPORT_KEPT)
        .returning(media.c.name)
    )
    return list(db.execute(old).scalars())


def known(db: Db, names: Collection[str]) -> set[str]:
    """Which of these files have a row; at most a few hundred at a time."""
    return set(db.execute(select(media.c.name).where(media.c.name.in_(names))).scalars())
