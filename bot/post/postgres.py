"""The store on PostgreSQL: one thread writes for the stations, many works to one commit; a few do turns, one to each.

A turn is one SERIALIZABLE transaction, run again when others were in its way. Whatever else is written goes through one
thread in the order it came, grouped in REPEATABLE READ: nobody's change is overwritten unseen, and it doesn't take part
in the conflicts of turns.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
import structlog
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from bot.chat.seams import Clock
from bot.domain import engine, postgres
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Held, Locked, Misused
from bot.domain.keys import Keys
from bot.post.items import Item, Queue, answer, batches, failed, raised, waiting
from bot.post.store import Work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
log: structlog.stdlib.BoundLogger = structlog.get_logger()
_RERUNS = 30  # times that others may be in the way of one transaction before it is put off
_DOUBT = 10.0  # seconds to find out whether a commit came through whose answer was lost
_STATEMENT = "10s"  # no turn needs as much


class PostgresStore:
    """The connections of one process to its database. Made inside a running event loop, whose futures it answers."""

    def __init__(
        self,
        url: str,
        keys: Keys,
        clock: Clock,
        *,
        group: int = 32,
        turns: int = 4,
        on_commit: Callable[[int], None] | None = None,
        held: Held | None = None,
    ) -> None:
        """Lock and open an upgraded database. `turns` are done side by side; the rest is as in `store.opened`."""
        self._held = held if isinstance(held, postgres.Held) else postgres.Held(url)
        self._url = url
        self._reads: AsyncEngine | None = None
        self._keys = keys
        self._clock = clock
        self._group = group  # each work has a subtransaction or two; over 64 of them cost everybody time
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._age = 0  # how often what processes remember has changed
        self._writes: Queue = queue.SimpleQueue()
        self._turns: Queue = queue.SimpleQueue()
        serial = postgres.writing(url, statement_timeout=_STATEMENT)
        self._writer = _Hand(postgres.writing(url, "REPEATABLE READ"))
        self._alone = _Hand(serial)
        self._hands = [self._writer, self._alone]
        self._threads = [threading.Thread(target=self._write, name="writer", daemon=True)]
        for i in range(turns):
            self._hands.append(hand := _Hand(serial, again=True))
            self._threads.append(threading.Thread(target=self._turn, args=(hand,), name=f"turns {i}", daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def sole(self) -> bool:
        return False

    @property
    def reads(self) -> AsyncEngine:
        if self._reads is None:
            self._reads = postgres.reading(self._url)
        return self._reads

    def write(self, work: Work[T], *, alone: bool = False) -> Awaitable[T]:
        return self._put(self._writes, work, alone)

    def turn(self, work: Work[T]) -> Awaitable[T]:
        return self._put(self._turns, work, True)

    def _put(self, items: Queue, work: Work[T], alone: bool) -> Awaitable[T]:
        future: asyncio.Future[T] = self._loop.create_future()
        if self._closed:
            future.set_exception(StoreDown("closed"))
        else:
            items.put(Item(work, alone, future))
        return future

    def busy_for(self) -> float:
        return max(hand.busy_for() for hand in self._hands)

    async def close(self) -> None:
        """Do what is waiting, then close the connections and give the lock back."""
        self._closed = True
        self._writes.put(None)
        for _ in self._threads[1:]:
            self._turns.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        if self._reads is not None:
            await self._reads.dispose()
        self._held.close()

    # The threads

    def _write(self) -> None:
        stop = False
        while not stop:
            items, stop = waiting(self._writes, self._group)
            for batch in batches(items):
                hand = self._alone if batch[0].alone else self._writer
                self._do(hand, batch)
                # One that the store fails under, by what it asks of it, mustn't take the others along.
                error = batch[0].error
                if len(batch) > 1 and isinstance(error, StoreDown) and not isinstance(error, _Away):
                    for item in batch:
                        self._do(hand, [item])
                self._loop.call_soon_threadsafe(answer, batch)
        self._alone.close()
        self._writer.close()

    def _turn(self, hand: _Hand) -> None:
        while (item := self._turns.get()) is not None:
            self._do(hand, [item])
            self._loop.call_soon_threadsafe(answer, [item])
        hand.close()

    # A transaction

    def _do(self, hand: _Hand, items: list[Item]) -> None:
        """One transaction, as often as others are in its way. Afterwards every item has its value or its error."""
        losses = 0
        apart = (
            False  # a savepoint for each work costs as much as the work: only once it is known that one of them fails
        )
        for _ in range(_RERUNS):
            try:
                self._once(hand, items, apart=apart)
            except _Failing:
                apart = True
                continue
            except _Again as again:
                losses += again.lost
                if losses < 2:
                    continue
                failed(items, StoreDown("the connection was lost twice"))
            except StoreDown as error:
                failed(items, error)
            except Exception as error:  # a driver in the middle of a dying server raises anything; its thread goes on
                log.exception("store_broken", error=type(error).__name__)
                hand.drop()
                failed(items, StoreDown(f"{type(error).__name__}: {error}"))
            return
        failed(items, StoreDown("others were in the way"))

    def _once(self, hand: _Hand, items: list[Item], *, apart: bool) -> None:
        """One try, with a savepoint for each work if they are to be kept `apart`.

        Raises `_Failing` or `_Again` when nothing was kept and another try may do, `StoreDown` when none will.
        """
        xid: str | None = None
        forgot = False
        try:
            connection = self._open(hand)
            with connection.begin():
                for item in items:
                    forgot |= self._one(hand, connection, item, apart=apart)
                    if item.error is not None and not apart:
                        raise _Failing
                self._keys.commit()  # before what they sealed
                if not hand.again:
                    raw: Any = connection.connection.driver_connection
                    xid = raw.execute("SELECT pg_current_xact_id_if_assigned()").fetchone()[0]
        except _Failing:
            hand.kept.clear()
            if len(items) > 1:
                raise
            return
        except Misused as error:
            hand.drop()
            failed(items, error if len(items) == 1 else StoreDown("another work ended all"))
            return
        except (SQLAlchemyError, psycopg.Error, sqlite3.Error, OSError) as error:
            hand.kept.clear()
            if not self._came_through(hand, error, xid):
                hand.drop()  # whatever state it may be in
                raise StoreDown(postgres.sentence(error)) from error
        if forgot:
            self._age += 1
        if self._on_commit:
            self._on_commit(len(items))

    def _one(self, hand: _Hand, connection: Connection, item: Item, *, apart: bool) -> bool:
        """One work, maybe in a savepoint of its own; whether it made untrue what is remembered. Raises the store's
        errors; the work's own are in the item, and what it did is undone if it was kept `apart`."""
        raw: Any = connection.connection.driver_connection
        item.value = item.error = None
        if apart:
            raw.execute("SAVEPOINT work")
        db = Db(connection, self._keys, self._clock.now(), hand.kept)
        info = connection.info  # a connection that is lost has none any more
        try:
            info[engine.WORKING] = True
            hand.starts()
            item.value = item.work(db)
            db.settle()
        except BaseException as error:  # also SystemExit: a handler must not end a thread of ours
            if postgres.is_stores(error):
                raise
            item.error = raised(error)
        finally:
            hand.stops()
            info[engine.WORKING] = False
        if engine.misused(info):
            raise Misused from item.error
        if hand.broke:
            raise hand.broke  # the work has caught what it can't mend
        if item.error is None and raw.info.transaction_status == TransactionStatus.INERROR:
            item.error = RuntimeError("a statement failed and the work went on: what may fail needs a savepoint")
        if apart and item.error is not None:
            hand.kept.clear()
            raw.execute("ROLLBACK TO work")
        elif apart:
            raw.execute("RELEASE work")
        return item.error is None and db.forgot

    def _came_through(self, hand: _Hand, error: Exception, xid: str | None) -> bool:
        """After an error: True if all was kept nevertheless, False if the store can't. Raises `_Again`."""
        if postgres.in_the_way(error):
            raise _Again(lost=False)
        if not postgres.lost(error):
            return False
        hand.drop()
        if xid is None:  # there was nothing to keep, or it may be done again, or it didn't come as far
            raise _Again(lost=True)
        until = time.monotonic() + _DOUBT
        while (status := self._status(hand, xid)) == "in progress":  # the server may not know yet that we are gone
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        if status == "aborted":
            raise _Again(lost=True)
        return status == "committed"

    def _status(self, hand: _Hand, xid: str) -> str | None:
        """What has become of a transaction, as the server knows it."""
        try:
            with (connection := self._open(hand)).begin():
                return connection.execute(_STATUS, {"xid": xid}).scalar()
        except (SQLAlchemyError, psycopg.Error, StoreDown):
            hand.drop()
            return "in progress"

    def _open(self, hand: _Hand) -> Connection:
        """A thread's connection, and nothing in its memory that others have made untrue. Raises `StoreDown`."""
        if not hand.again:
            try:
                self._held.renew()
            except (Locked, StoreDown) as error:
                raise _Away(str(error)) from error
        if hand.age != self._age:
            hand.age = self._age  # before the transaction: what it reads is at least as new
            hand.kept.clear()
        return hand.connect()


class _Again(Exception):
    """Nothing was kept; do it again. `lost`: because the connection was."""

    def __init__(self, *, lost: bool) -> None:
        self.lost = lost


class _Away(StoreDown):
    """The database can't be reached, or is another process's now."""


class _Failing(Exception):
    """A work has failed, and with it everything since the last savepoint."""


class _Hand:
    """What one thread works with: its connection, its memory, its stopwatch. `again`: its works may be done again."""

    def __init__(self, engine: Engine, *, again: bool = False) -> None:
        self.again = again
        self.connection: Connection | None = None
        self.kept: dict[str, Any] = {}
        self.age = 0
        self.broke: psycopg.Error | None = None  # the store's own error that came last, in case a work swallows it
        self._engine = engine
        self._began: float | None = None  # when the work at hand began, later by what the server took
        self._asked: float | None = None  # when the server was asked for what it hasn't answered yet

    def connect(self) -> Connection:
        """Its connection, opened if there is none. Raises `StoreDown`."""
        if self.connection is None:
            try:
                self.connection = self._engine.connect()
            except SQLAlchemyError as error:
                raise _Away(postgres.sentence(error)) from error
            raw: Any = self.connection.connection.driver_connection
            raw.cursor_factory, raw.hand = _Cursor, self
        return self.connection

    def drop(self) -> None:
        """Throw the connection away; the next work opens a new one."""
        self.kept.clear()
        if self.connection is not None:
            self.connection.invalidate()
            self.connection.close()
            self.connection = None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self._engine.dispose()

    # A server that takes long is no stuck turn: its statements end by their own limit.

    def starts(self) -> None:
        self.broke, self._asked, self._began = None, None, time.monotonic()

    def stops(self) -> None:
        self._began = None

    def __enter__(self) -> None:
        self._asked = time.monotonic()

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        asked, began = self._asked, self._began
        if asked is not None and began is not None:
            self._began = began + time.monotonic() - asked
        self._asked = None
        if isinstance(error, psycopg.Error) and postgres.is_stores(error):
            self.broke = error

    def busy_for(self) -> float:
        asked, began = self._asked, self._began
        return 0.0 if began is None else max(0.0, (time.monotonic() if asked is None else asked) - began)


_STATUS = text("SELECT pg_xact_status(CAST(:xid AS xid8))")


class _Cursor(psycopg.Cursor[Any]):
    """Lets a hand know while it waits for the server, and what the store itself failed with: whoever asks, the driver's
    own words, SQLAlchemy's or `Prepared`'s."""

    def execute(self, *asked: Any, **how: Any) -> Self:
        with self._waiting():
            return super().execute(*asked, **how)

    def executemany(self, *asked: Any, **how: Any) -> None:
        with self._waiting():
            super().executemany(*asked, **how)

    def _waiting(self) -> _Hand:
        connection: Any = self.connection
        return connection.hand
