"""A database on PostgreSQL: its engines, what its errors mean, and the lock that keeps a second process away.

Only imported when a url says so; the driver (psycopg 3) is the extra ``postgresql``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.db import StoreDown
from bot.domain.engine import Locked, guard

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

_SETTINGS = {
    "synchronous_commit": "on",  # nothing that was committed is lost, whatever the server's default is
    "timezone": "UTC",
    "lock_timeout": "3s",  # shorter than the watchdog waits
    "idle_in_transaction_session_timeout": "60s",
    "plan_cache_mode": "force_custom_plan",  # a plan for any state can't use the index of one state
    "enable_seqscan": "off",  # what is read through whole conflicts with every other turn
    "enable_sort": "off",  # what is waited for lies in an index in its order, also when the planner knows of one row
    "jit": "off",
}
_CONNECT = {
    "application_name": "pendamping",
    "connect_timeout": 5,
    "keepalives_idle": 10,  # a server that is gone without a word is noticed in half a minute
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
_ONE_PROCESS = 0x50454E44
"""The key of the advisory lock of the process that has the database open: "PEND"."""


def _url(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _arguments(url: str, **more: str) -> dict[str, Any]:
    """What every connection is opened with; options in the url come before ours."""
    own = _url(url).query.get("options", "")
    settings = " ".join(f"-c {name}={value}" for name, value in (_SETTINGS | more).items())
    return {**_CONNECT, "options": f"{own} {settings}".strip()}


def writing(url: str, **settings: str) -> Engine:
    """An engine whose transactions are SERIALIZABLE; a connection is opened when it is asked for."""
    engine = create_engine(
        _url(url),
        poolclass=NullPool,
        isolation_level="SERIALIZABLE",
        connect_args=_arguments(url, **settings),
        use_native_hstore=False,  # we have none, and it is asked for at every start
        query_cache_size=1000,
        hide_parameters=True,
    )
    guard(engine)
    return engine


def working(url: str, **settings: str) -> Engine:
    """An engine for works in the event loop, each in a greenlet; they begin their transactions themselves."""
    engine = create_engine(
        _url(url).set(drivername="postgresql+psycopg_async"),  # not by `create_async_engine`, which brings the ORM
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        # The driver forgets what it has prepared after every rollback, and has the server forget it, ours as well.
        connect_args=_arguments(url, plan_cache_mode="auto", **settings) | {"prepare_threshold": None},
        use_native_hstore=False,
        query_cache_size=1000,
        hide_parameters=True,
    )
    guard(engine)
    return engine


def reading(url: str) -> AsyncEngine:
    """The engine for everything that only reads, asynchronously."""
    from sqlalchemy.ext.asyncio import create_async_engine  # it brings the ORM: only when something is read

    arguments = _arguments(url, default_transaction_read_only="on", enable_seqscan="on")
    return create_async_engine(
        _url(url), pool_size=4, max_overflow=0, pool_pre_ping=True, connect_args=arguments, hide_parameters=True
    )


_IN_FLIGHT = "uq_outbox_leased"  # one message of a chat: a turn and a claim may both be about to have one


def _constraint(error: BaseException) -> str | None:
    found = error.orig if isinstance(error, DBAPIError) else error
    return found.diag.constraint_name if isinstance(found, psycopg.Error) else None


def state_of(error: BaseException) -> str | None:
    """The SQLSTATE of an error of the driver, as it is or as SQLAlchemy wrapped it."""
    found = error.orig if isinstance(error, DBAPIError) else error
    return found.sqlstate if isinstance(found, psycopg.Error) else None


def in_the_way(error: BaseException) -> bool:
    """Whether other transactions were in the way of this one: doing it again is all that is needed."""
    state = state_of(error)
    return state in ("40001", "40P01") or (state == "23505" and _constraint(error) == _IN_FLIGHT)


def lost(error: BaseException) -> bool:
    """Whether the connection is gone: no word from the server, or its last one (57P01 and the like)."""
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, psycopg.InterfaceError):
        return True
    state = state_of(error)
    return isinstance(found, psycopg.OperationalError) and (state is None or state[:2] == "08" or state[:4] == "57P0")


def is_stores(error: BaseException) -> bool:
    """Whether the store failed (away, full, damaged, overloaded), not the work: a wrong statement, a broken rule."""
    state = state_of(error) or ""
    return lost(error) or in_the_way(error) or state[:2] in ("53", "58", "XX") or state in ("55P03", "25P03")


_TRY = text("SELECT pg_try_advisory_lock(:key)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:key)")
_PATIENCE = 2.0  # seconds


class Held:
    """The lock of the one process that has a database open, on a connection of its own."""

    def __init__(self, url: str) -> None:
        """Raises `Locked` when another process holds it, `StoreDown` when the database can't be reached."""
        self._name = named(url)
        self._engine = create_engine(_url(url), poolclass=NullPool, connect_args=_arguments(url))
        self._guard = threading.Lock()
        self._connection: Connection | None = None
        self._seen = 0.0
        self.renew()

    def renew(self) -> None:
        """Make sure that it is still ours, at most once a second; after the connection was lost, take it again."""
        with self._guard:
            if self.seen():
                return
            try:
                if self._connection is not None:
                    self._connection.exec_driver_sql("SELECT 1")
            except DBAPIError:
                self._drop()
            if self._connection is None:
                self._take()
            self._seen = time.monotonic()

    def seen(self) -> bool:
        """Whether it was seen within the last second that it is ours."""
        return self._connection is not None and time.monotonic() - self._seen < 1.0

    def _take(self) -> None:
        """Take it. A server may need a moment to see that the process which had it is gone."""
        until = time.monotonic() + _PATIENCE
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            while not connection.execute(_TRY, {"key": _ONE_PROCESS}).scalar():
                if time.monotonic() > until:
                    connection.close()
                    raise Locked(f"{self._name} is open in another process")
                time.sleep(0.05)
        except DBAPIError as error:
            raise StoreDown(f"{self._name}: {sentence(error)}") from error
        self._connection = connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        with self._guard:
            if self._connection is not None:
                with suppress(DBAPIError):  # it is gone with the connection; so it is gone at once
                    self._connection.execute(_GIVE_BACK, {"key": _ONE_PROCESS})
                self._drop()
            self._engine.dispose()


def dump(url: str, target: Path) -> None:
    """Write an archive of a whole database with pg_dump. Raises `OSError` if there is none, or with what it said."""
    if (program := shutil.which("pg_dump")) is None:
        raise OSError("pg_dump isn't installed (on Debian: apt install postgresql-client)")
    made = make_url(url)
    env = os.environ | ({"PGPASSWORD": str(made.password)} if made.password else {})  # not on the command line
    place = made.set(drivername="postgresql", password=None).render_as_string()
    command = [program, "--format=custom", "--no-password", f"--file={target}", f"--dbname={place}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode != 0:
        target.unlink(missing_ok=True)
        raise OSError((done.stderr.strip().splitlines() or ["pg_dump failed"])[-1])


def vacuum(url: str, tables: Sequence[str]) -> None:
    """Have what was deleted from these tables taken out of their files, as far as a server does that."""
    engine = create_engine(_url(url), poolclass=NullPool, connect_args=_arguments(url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")
    except DBAPIError as error:
        raise StoreDown(f"{named(url)}: {sentence(error)}") from error
    finally:
        engine.dispose()


def sentence(error: BaseException) -> str:
    """What the driver said, in one line."""
    found = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(found).split())


def named(url: str) -> str:
    """A database as an operator knows it: without password, ``postgresql://host/name``."""
    made = make_url(url)
    return f"postgresql://{made.host or made.query.get('host') or 'localhost'}/{made.database}"
