"""Engines on a database, with the settings that make its promises hold. PostgreSQL's are in `bot.domain.postgres`.

A SQLite file: WAL with `synchronous=FULL`, so nothing that was committed is lost in a power cut. Writers take the lock
at once (`BEGIN IMMEDIATE`), readers can't write at all (`query_only`). No memory map: with SQLite before 3.51.3 it is
part of a known corruption race, as is a second process, which is why the lock file exists.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.db import StoreDown
from bot.domain.prepared import Torn

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "mmap_size=0",
    f"journal_size_limit={64 << 20}",
    "secure_delete=ON",
    "trusted_schema=OFF",
)


class Locked(Exception):
    """Another process has this database open."""


class Held(Protocol):
    """The lock of the one process that has a database open, until `close`."""

    def close(self) -> None: ...


class Misused(Exception):
    """A work ended the transaction itself (commit, rollback). The store does that, for everything that is in it."""


def is_stores(error: BaseException) -> bool:
    """Whether SQLite failed (full, locked, broken), not the work: a wrong statement or a broken constraint. Of
    PostgreSQL `bot.domain.postgres` tells."""
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, sqlite3.OperationalError):
        return getattr(found, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF != sqlite3.SQLITE_ERROR
    return isinstance(found, Torn) or type(found) is sqlite3.DatabaseError  # just that: the file is damaged


WORKING = "working"
"""Set in a connection's `info` while a work runs in its transaction."""


def misused(info: dict[Any, Any]) -> bool:
    """Whether the work that ran last tried to end the transaction, by its connection's `info`; asking forgets it."""
    return bool(info.pop("misused", False))


def is_sqlite(url: str) -> bool:
    """Whether a url names a file; otherwise it is a PostgreSQL database. Raises `StoreDown` if that has no driver."""
    if url.startswith("sqlite:"):
        return True
    if find_spec("psycopg") is None:
        raise StoreDown("PostgreSQL needs the driver psycopg, which is in requirements.lock")
    return False


def named(url: str) -> str:
    """A database as an operator knows it: its file, or its url without the password."""
    if is_sqlite(url):
        return str(path_of(url))
    from bot.domain import postgres

    return postgres.named(url)


def path_of(url: str) -> Path:
    """The file of a ``sqlite:///…`` url."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ValueError("[database] url: name a file, for example sqlite:///data/pendamping.db")
    return Path(database)


def lock(url: str) -> Held:
    """Keep other processes away from a database. Raises `Locked`, or `StoreDown` if it can't be reached."""
    if not is_sqlite(url):
        from bot.domain import postgres

        return postgres.Held(url)
    path = path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise Locked(f"{path} is open in another process") from error
    return file


def writing(url: str) -> Engine:
    """The engine for a connection that writes. A transaction of it never meets another writer (`BEGIN IMMEDIATE`), or
    is undone when it did (SERIALIZABLE)."""
    if not is_sqlite(url):
        from bot.domain import postgres

        return postgres.writing(url)
    engine = create_engine(url, query_cache_size=1000, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # our BEGIN, not the driver's
        for pragma in PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "before_cursor_execute")
    def inside(
        connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _executemany: bool
    ) -> None:
        if not connection.connection.driver_connection.in_transaction and not statement.startswith(("BEGIN", "PRAGMA")):
            raise Torn  # or this statement would commit by itself

    guard(engine)
    return engine


def guard(engine: Engine) -> None:
    """Let no work end the transaction it runs in."""

    def ended(connection: Any) -> None:
        if not connection.invalidated and connection.info.get(WORKING):
            connection.info["misused"] = True
            raise Misused("a flow doesn't commit or roll back: raise Refused, or anything else, to undo it")

    event.listen(engine, "commit", ended)
    event.listen(engine, "rollback", ended)


@contextmanager
def looking(url: str) -> Generator[Connection]:
    """A connection that only reads, also from a database that is in use. A SQLite file must be there."""
    if is_sqlite(url):
        uri = f"sqlite:///file:{path_of(url)}?mode=ro&uri=true"
        engine = create_engine(uri, poolclass=NullPool, hide_parameters=True)
    else:
        from bot.domain import postgres

        engine = postgres.writing(url, default_transaction_read_only="on")
    with engine.connect() as connection:
        if is_sqlite(url):
            connection.exec_driver_sql("BEGIN")  # all that is read is of one moment; and `Prepared` wants a transaction
        yield connection


def reading(url: str) -> AsyncEngine:
    """The engine for everything that only reads, asynchronously."""
    if not is_sqlite(url):
        from bot.domain import postgres

        return postgres.reading(url)
    from sqlalchemy.ext.asyncio import create_async_engine  # it brings the ORM: only when something is read

    engine = create_async_engine(make_url(url).set(drivername="sqlite+aiosqlite"), pool_size=4, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def connect(dbapi: Any, _record: Any) -> None:
        cursor = dbapi.cursor()
        for pragma in ("busy_timeout=5000", "mmap_size=0", "trusted_schema=OFF", "query_only=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine
