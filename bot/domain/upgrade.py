"""Bring a database to this version. There is no way back but the copy that is made before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from bot.domain.engine import path_of

MIGRATIONS = Path(__file__).parent / "migrations"


class UpgradeFailed(Exception):
    """The database could not be upgraded; its copy tells where the old one lies."""


def head() -> str:
    """The newest revision. Raises if there are two."""
    from alembic.script import ScriptDirectory  # 0.5 s to import: only where it is used

    found = ScriptDirectory(MIGRATIONS).get_current_head()
    assert found is not None
    return found


def current(url: str) -> str | None:
    """The revision a database is at; None for a new one. Cheap: no Alembic is imported."""
    path = path_of(url)
    if not path.exists():
        return None
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return None
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None


LATEST = "0002"
"""The newest revision, so that a start on an upgraded database needs no Alembic; a test holds it to `head()`."""


def upgrade(url: str, now: datetime, to: str = "head") -> Path | None:
    """Upgrade a database file; returns the copy that was made of it before, if there was something to copy.

    Raises `UpgradeFailed`; the file is then as it was.
    """
    before = current(url)
    if before == LATEST and to == "head":
        return None
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = copy(path, path.with_name(f"{path.name}.{before}.{now:%Y%m%d-%H%M%S}")) if before else None
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    try:
        with engine.begin() as connection:
            _run(connection, to)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise UpgradeFailed(f"rows point nowhere after the upgrade: {broken[:3]}")
    except UpgradeFailed:
        raise
    except Exception as error:
        raise UpgradeFailed(f"{path}: {error} (the copy before the upgrade: {copied})") from error
    return copied


def _connected(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # our BEGIN, not the driver's
    dbapi.execute("PRAGMA foreign_keys=OFF")  # Alembic's batch mode makes tables anew


def _begun(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _run(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def copy(source: Path, target: Path) -> Path:
    """A consistent copy of a database file, also of one in use."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as db,
        closing(sqlite3.connect(target)) as out,
    ):
        db.backup(out)
    return target
