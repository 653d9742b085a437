"""Backups: a consistent copy of the database, the newest wrapped keys, the sealed files. Never the master key.

Only the newest copy of the wrapped keys is kept, so that taking a person's key away reaches every old copy of the
database as well.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.domain import jobs, media
from bot.domain.db import Db
from bot.domain.engine import is_sqlite, path_of
from bot.domain.tables import jobs as rows
from bot.domain.upgrade import copy

WORK = "bot.domain.backup:backup"
STAMP = "%Y%m%d-%H%M%S"


def backup(url: str, keys: str, folder: str, keep: int, stamp: str) -> dict[str, str]:
    """Copy database and wrapped keys into `folder`, keeping the newest `keep` copies. `stamp`: ``20261122-023000``.

    The sealed files beside the database (`media.folder`) are copied into ``media`` there; what is gone here goes there.

    Runs beside the working process; meant for a job. Answers where the copy lies: a SQLite file, or an archive of
    pg_dump. Raises `OSError` where there is no pg_dump, or it fails.
    """
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem, kind = _stem(url)
    part = into / f"{stem}-{stamp}.{kind}.part"
    if is_sqlite(url):
        copy(path_of(url), part)
    else:
        from bot.domain import postgres

        postgres.dump(url, part)
    _mirror(media.folder(url, Path(keys)), into / "media")
    # The keys last: a key is durable before what it sealed, so there is one for every person of the copy.
    renew_keys(Path(keys), into)
    done = part.rename(into / f"{stem}-{stamp}.{kind}")
    for old in sorted(into.glob(f"{stem}-*.{kind}"))[:-keep]:
        old.unlink()
    return {"copy": str(done)}


def renew_keys(keys: Path, folder: Path) -> None:
    """Put the newest wrapped keys into a folder with copies, where there is one: what was destroyed isn't in them."""
    if not folder.exists():
        return
    here = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(here, fcntl.LOCK_EX)  # or an older copy could be put over a newer one
        part = folder / "wrapped.db.part"
        part.unlink(missing_ok=True)
        copy(keys / "wrapped.db", part).rename(folder / "wrapped.db")
    finally:
        os.close(here)


def _mirror(source: Path, target: Path) -> None:
    """Make `target` hold the same files. What has a name never changes: it is named after what is in it."""
    if not source.is_dir() and not target.is_dir():
        return
    target.mkdir(exist_ok=True, mode=0o700)
    here = {path.name for path in source.glob("*") if path.is_file() and path.suffix != ".part"}
    there = {path.name for path in target.iterdir()}
    for name in there - here:
        (target / name).unlink(missing_ok=True)
    for name in here - there:
        part = target / f"{name}.part"
        with suppress(FileNotFoundError):  # taken away meanwhile
            shutil.copyfile(source / name, part)
            part.replace(target / name)


def _stem(url: str) -> tuple[str, str]:
    """What the name of a copy begins and ends with."""
    return (path_of(url).stem, "db") if is_sqlite(url) else (str(make_url(url).database), "dump")


def last_due(now: datetime, at: str) -> datetime:
    """When the daily copy was due last: `at` ("02:30") is a time of day in the zone of `now`."""
    due = datetime.combine(now.date(), time.fromisoformat(at), now.tzinfo)
    return due if due <= now else due - timedelta(days=1)


def copied(url: str, folder: str, since: datetime, now: datetime) -> bool:
    """Whether a copy of that time lies in `folder`, also one made by hand. Both in the office's zone."""
    stem, kind = _stem(url)
    name = re.compile(rf"{re.escape(stem)}-([0-9]{{8}}-[0-9]{{6}})\.{kind}")
    found = (name.fullmatch(path.name) for path in Path(folder).glob(f"*.{kind}"))
    return any(since.strftime(STAMP) <= match[1] <= now.strftime(STAMP) for match in found if match)


def put(db: Db, args: Mapping[str, Any], since: datetime) -> bool:
    """Have a copy made, unless one was asked for since then; one that failed isn't asked for again before the next."""
    # Not what a clock that stood wrong once wrote into the future: that would keep copies from being made until then.
    asked = rows.c.due_at.between(since, db.now + timedelta(hours=1))
    if db.execute(select(rows.c.id).where(rows.c.work == WORK, asked).limit(1)).first():
        return False
    jobs.put(db, WORK, args)
    return True
