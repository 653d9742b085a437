"""The store on SQLite: one thread writes, many works to one commit, each in a savepoint of its own."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.chat.seams import Clock
from bot.domain import engine
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Held, Misused
from bot.domain.keys import Keys
from bot.domain.prepared import Torn
from bot.post.items import Item, Queue, answer, batches, waiting
from bot.post.store import Work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")


class SqliteStore:
    """The writer thread of one database file. Made inside a running event loop, whose futures it answers."""

    def __init__(
        self,
        url: str,
        keys: Keys,
        clock: Clock,
        *,
        group: int = 64,
        on_commit: Callable[[int], None] | None = None,
        held: Held | None = None,
    ) -> None:
        """Lock and open an upgraded database. `on_commit` is told how many works each commit held; `held` is the lock,
        if it was taken before."""
        self._lock = held or engine.lock(url)
        self._url = url
        self._reads: AsyncEngine | None = None
        self._engine = engine.writing(url)
        self._keys = keys
        self._kept: dict[str, Any] = {}
        self._clock = clock
        self._group = group
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._queue: Queue = queue.SimpleQueue()
        self._began: float | None = None  # when the work at hand began
        self._begun = False  # whether any work of this transaction could begin
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def sole(self) -> bool:
        return True

    @property
    def reads(self) -> AsyncEngine:
        if self._reads is None:
            self._reads = engine.reading(self._url)
        return self._reads

    def write(self, work: Work[T], *, alone: bool = False) -> Awaitable[T]:
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closed:
            future.set_exception(StoreDown("closed"))
            return future
        self._queue.put(Item(work, alone, future))
        return future

    def turn(self, work: Work[T]) -> Awaitable[T]:
        return self.write(work)  # there is one writer, so turns share its commits

    def busy_for(self) -> float:
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    async def close(self) -> None:
        """Do what is waiting, fold the log into the file, give the lock back."""
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        if self._reads is not None:
            await self._reads.dispose()
        self._lock.close()

    # The writer thread

    def _run(self) -> None:
        connection: Connection | None = None
        stop = False
        while not stop:
            items, stop = waiting(self._queue, self._group)
            for batch in batches(items):
                connection = self._batch(connection, batch)
        if connection is not None:
            raw: Any = connection.connection.driver_connection
            with suppress(sqlite3.Error):  # on a full disk the log stays, to be folded in another time
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
        self._engine.dispose()

    def _batch(self, connection: Connection | None, items: list[Item]) -> Connection | None:
        """Do a batch in one commit; if that fails, each work by itself. Answers come after the commit."""
        connection = self._commit(connection, items)
        # If not even one could begin, each by itself would only wait as long again.
        if self._begun and len(items) > 1 and any(isinstance(item.error, StoreDown) for item in items):
            for item in items:
                connection = self._commit(connection, [item])
        self._began = None
        self._loop.call_soon_threadsafe(answer, items)
        return connection

    def _commit(self, connection: Connection | None, items: list[Item]) -> Connection | None:
        """One transaction. If the store fails in it, every item gets `StoreDown` and nothing was kept."""
        self._began, self._begun = None, False
        try:
            connection = connection or self._engine.connect()
            with connection.begin():
                raw: Any = connection.connection.driver_connection
                for item in items:
                    self._one(connection, raw, item)
                self._began = None  # a slow disk is no slow turn
                self._keys.commit()  # before what they sealed
                if not raw.in_transaction:
                    raise Torn
            if self._on_commit:
                self._on_commit(len(items))
        except Misused as error:
            self._forget()
            for item in items:  # alone it is that work's own failure; in a group each gets its own try
                item.value, item.error = None, error if len(items) == 1 else StoreDown("another work ended all")
            return _reset(connection)
        except (
            Torn,
            SQLAlchemyError,
            sqlite3.Error,
            OSError,
        ) as error:  # the keys and the savepoints speak to the driver
            self._forget()
            for item in items:
                item.value, item.error = None, StoreDown(type(error).__name__ + ": " + str(error.__cause__ or error))
            return _reset(connection)
        return connection

    def _forget(self) -> None:
        """What was remembered in a transaction that is rolled back may not be so."""
        self._keys.names.clear()
        self._kept.clear()

    def _one(self, connection: Connection, raw: Any, item: Item) -> None:
        """One work in its savepoint. Raises when the store failed, or the transaction is gone."""
        self._began, self._begun = time.monotonic(), True
        item.value = item.error = None
        raw.execute("SAVEPOINT work")
        db = Db(connection, self._keys, self._clock.now(), self._kept)
        try:
            connection.info[engine.WORKING] = True
            item.value = item.work(db)
            db.settle()
        except BaseException as error:  # also SystemExit: a handler must not end the only thread that writes
            if _is_stores(error):
                raise
            if engine.misused(connection.info):
                raise Misused from error
            if not raw.in_transaction:
                raise Torn from error
            self._forget()
            raw.execute("ROLLBACK TO work")
            item.error = error if isinstance(error, Exception) else RuntimeError(repr(error))
        finally:
            connection.info[engine.WORKING] = False
        if engine.misused(connection.info):
            raise Misused
        if not raw.in_transaction:
            raise Torn
        raw.execute("RELEASE work")


def _is_stores(error: BaseException) -> bool:
    """Whether the store failed (full, locked, broken), not the work: a wrong statement or a broken constraint."""
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, sqlite3.OperationalError):
        return getattr(found, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF != sqlite3.SQLITE_ERROR
    return isinstance(found, Torn) or type(found) is sqlite3.DatabaseError  # just that: the file is damaged


def _reset(connection: Connection | None) -> None:
    """Throw a connection away after a failure of the store; the next work opens a new one."""
    if connection is not None:
        connection.invalidate()
        connection.close()
