"""Bring a database to this version. There is no way back but the copy that is made before."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from bot.domain.engine import is_sqlite, looking, named, path_of, writing
from bot.domain.keys import NoKey, held

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
    if is_sqlite(url) and not path_of(url).exists():
        return None
    with looking(url) as connection:
        if connection.exec_driver_sql(_UPGRADED[connection.dialect.name]).first() is None:
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


_UPGRADED = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'",
    "postgresql": "SELECT 1 FROM pg_class WHERE oid = to_regclass('alembic_version')",
}
LATEST = "0008"
"""The newest revision, so that a start on an upgraded database needs no Alembic; a test holds it to `head()`."""


def begin(url: str, keys: Path, now: datetime) -> Path | None:
    """`upgrade` for a desk: also raises `NoKey` where the keys in `keys` are of people whose database isn't here."""
    if told := strange(url, keys):
        raise NoKey(told)
    return upgrade(url, now)


def strange(url: str, keys: Path) -> str:
    """What is wrong where a database has no tables of ours, and the keys in `keys` are of people; else empty."""
    if current(url) is None and (count := held(keys)):
        return f"{named(url)} holds nothing of ours, but {keys} the keys of {count} people: is it the right database?"
    return ""


def upgrade(url: str, now: datetime, to: str = "head") -> Path | None:
    """Upgrade a database; returns the copy that was made of a file before, if there was something to copy.

    Raises `UpgradeFailed`; the database is then as it was.
    """
    before = current(url)
    if before == LATEST and to == "head":
        return None
    if not is_sqlite(url):
        _upgrade(writing(url), to, named(url))
        return None
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = copy(path, path.with_name(f"{path.name}.{before}.{now:%Y%m%d-%H%M%S}")) if before else None
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    _upgrade(engine, to, f"{path} (the copy before the upgrade: {copied})")
    return copied


def _upgrade(engine: Engine, to: str, what: str) -> None:
    """All of it in one transaction."""
    try:
        with engine.begin() as connection:
            _run(connection, to)
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise UpgradeFailed(f"rows point nowhere after the upgrade: {broken[:3]}")
    except UpgradeFailed:
        raise
    except Exception as error:
        raise UpgradeFailed(f"{what}: {error}") from error


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
