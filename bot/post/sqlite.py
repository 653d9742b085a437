"""The store on SQLite: works are done in the event loop, many to one commit; a thread waits for the disk.

Each work has a savepoint of its own. SQLite answers a statement in microseconds, from memory; a writer beside the loop
would only wait for the interpreter at every statement. What waits (a commit, a file that somebody else has locked) does
so in the thread, and the loop goes on with everything else.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.engine import RootTransaction
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.seams import Clock
from bot.domain import engine
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Held, Misused
from bot.domain.keys import Keys
from bot.domain.prepared import Torn
from bot.post.items import Item, answer, raised, together
from bot.post.store import Work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
log: structlog.stdlib.BoundLogger = structlog.get_logger()


class SqliteStore:
    """The writer of one database file. Made inside a running event loop, in which it works."""

    def __init__(
        self,
        url: str,
        keys: Keys,
        clock: Clock,
        *,
        group: int = 64,
        patience: float = 5.0,
        on_commit: Callable[[int], None] | None = None,
        held: Held | None = None,
    ) -> None:
        """Lock and open an upgraded database. `on_commit` is told how many works each commit held; `held` is the lock,
        if it was taken before; `patience`: seconds that are waited for somebody else's lock."""
        self._lock = held or engine.lock(url)
        self._url = url
        self._reads: AsyncEngine | None = None
        self._engine = engine.writing(url)
        self._keys = keys
        self._kept: dict[str, Any] = {}
        self._clock = clock
        self._group = group
        self._patience = patience
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._items: deque[Item] = deque()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._disk.submit(int).result()  # a machine that has no thread left says so now, to whoever starts us
        self._connection: Connection | None = None
        self._transaction: RootTransaction | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._began: float | None = None  # when the work at hand began
        self._begun = False  # whether any work of this transaction could begin
        self._closed = False

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
        self._items.append(Item(work, alone, future))
        if self._idle.is_set():
            self._idle.clear()
            self._loop.call_soon(self._next)
        return future

    def turn(self, work: Work[T], of: int = 0) -> Awaitable[T]:
        return self.write(work)  # there is one writer, so turns share its commits

    def busy_for(self) -> float:
        began = self._began
        return 0.0 if began is None else time.monotonic() - began

    async def close(self) -> None:
        """Do what is waiting, fold the log into the file, give the lock back."""
        self._closed = True
        await self._idle.wait()
        try:
            await self._loop.run_in_executor(self._disk, self._fold)
            if self._reads is not None:
                await self._reads.dispose()
        finally:
            self._disk.shutdown()
            self._lock.close()

    def _fold(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):  # on a full disk the log stays, to be folded in another time
                self._raw().execute("PRAGMA busy_timeout=5000")  # for who is reading
                self._raw().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.close()
        self._engine.dispose()

    # A transaction: begun in the loop, or in the thread where that may take long; worked in the loop; kept in the
    # thread.

    def _next(self) -> None:
        """Begin with what waits; one transaction at a time."""
        if not self._items:
            self._idle.set()
            return
        items = together(self._items, self._group)
        self._begun = False
        if self._begin_here():
            self._work(items)
        else:
            self._there(items, self._begin, self._work)

    def _begin_here(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._transaction = self._connection.begin()
        except Exception:
            return False  # somebody has locked it, or worse: it is begun again in the thread, whose step tells of it
        return True

    def _begin(self) -> None:
        self._connection = self._connection or self._engine.connect()
        self._raw().execute(f"PRAGMA busy_timeout={round(self._patience * 1000)}")
        # What a work's savepoint would need to undo it is otherwise written to a file, page by page, in every turn.
        self._raw().execute("PRAGMA temp_store=MEMORY")
        self._transaction = self._connection.begin()
        self._raw().execute("PRAGMA busy_timeout=0")

    def _work(self, items: list[Item]) -> None:
        if self._step(items, partial(self._each, items)):
            self._there(items, self._commit, self._kept_all)
        else:
            self._over(items)

    def _each(self, items: list[Item]) -> None:
        assert self._connection is not None
        raw = self._raw()
        for item in items:
            self._one(self._connection, raw, item)
        self._began = None  # a slow disk is no slow turn

    def _commit(self) -> None:
        assert self._transaction is not None
        self._keys.commit()  # before what they sealed
        if not self._raw().in_transaction:
            raise Torn
        self._transaction.commit()

    def _kept_all(self, items: list[Item]) -> None:
        try:
            if self._on_commit:
                self._on_commit(len(items))
        finally:
            self._over(items)

    def _over(self, items: list[Item]) -> None:
        """Answer everybody, or where the store failed under a group, have each of them done by itself."""
        self._began = None
        self._loop.call_soon(self._next)  # first: whatever happens here, the store goes on
        # If not even one could begin, each by itself would only wait as long again.
        if self._begun and len(items) > 1 and any(isinstance(item.error, StoreDown) for item in items):
            for item in reversed(items):
                item.alone = True
                self._items.appendleft(item)
        else:
            answer(items)

    def _there(self, items: list[Item], step: Callable[[], None], then: Callable[[list[Item]], None]) -> None:
        """Do a step in the thread that waits for the disk; then go on here."""

        def on(future: asyncio.Future[bool]) -> None:
            (then if future.result() else self._over)(items)

        self._loop.run_in_executor(self._disk, self._step, items, step).add_done_callback(on)

    def _step(self, items: list[Item], step: Callable[[], None]) -> bool:
        """Do a step of a transaction; False if the store fails in it: every item has its error, nothing was kept."""
        try:
            step()
            return True
        except Misused as error:
            for item in items:  # alone it is that work's own failure; in a group each gets its own try
                item.value, item.error = None, error if len(items) == 1 else StoreDown("another work ended all")
        except (
            Torn,
            SQLAlchemyError,
            sqlite3.Error,
            OSError,
        ) as error:  # the keys and the savepoints speak to the driver
            for item in items:
                item.value, item.error = None, StoreDown(type(error).__name__ + ": " + str(error.__cause__ or error))
        except Exception as error:  # nobody may wait for ever for an answer
            log.exception("store_broken", error=type(error).__name__)
            for item in items:
                item.value, item.error = None, StoreDown(f"{type(error).__name__}: {error}")
        self._forget()
        self._reset()
        return False

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
        except BaseException as error:  # also SystemExit: a handler must not end the loop
            if engine.is_stores(error):
                raise
            if engine.misused(connection.info):
                raise Misused from error
            if not raw.in_transaction:
                raise Torn from error
            self._forget()
            raw.execute("ROLLBACK TO work")
            item.error = raised(error)
        finally:
            connection.info[engine.WORKING] = False
        if engine.misused(connection.info):
            raise Misused
        if not raw.in_transaction:
            raise Torn
        raw.execute("RELEASE work")

    def _raw(self) -> Any:
        assert self._connection is not None
        return self._connection.connection.driver_connection

    def _reset(self) -> None:
        """Throw the connection away after a failure of the store; the next work opens a new one."""
        connection, self._connection, self._transaction = self._connection, None, None
        if connection is not None:
            connection.invalidate()
            connection.close()
