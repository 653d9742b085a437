"""The store on PostgreSQL: one connection writes for the stations, many works to a commit; a few do turns, one to each.

A turn is one SERIALIZABLE transaction, run again when others were in its way. Whatever else is written goes through one
connection in the order it came, grouped in REPEATABLE READ: nobody's change is overwritten unseen, and it doesn't take
part in the conflicts of turns.

All of it is done in the event loop. A work is a plain function, in a greenlet of its own; where it asks the server
something, the greenlet waits and the loop goes on with everything else (as in SQLAlchemy's asyncio extension).
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
import structlog
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import await_, greenlet_spawn

from bot.chat.seams import Clock
from bot.domain import engine, postgres
from bot.domain.db import Db, StoreDown
from bot.domain.engine import Held, Locked, Misused
from bot.domain.keys import Keys
from bot.domain.sockets import Sockets
from bot.post.hand import MARKED, Away, Hand
from bot.post.items import Item, answer, failed, raised, together
from bot.post.store import Work

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
log: structlog.stdlib.BoundLogger = structlog.get_logger()
_RERUNS, _PATIENCE = 5, 2.0  # so often and so many seconds others may be in a transaction's way before it is put off
_PAUSE = 0.1  # seconds, the longest before it is run again
_DOUBT = 10.0  # seconds to find out whether a commit came through whose answer was lost
_STATEMENT = "10s"  # no turn needs as much


class PostgresStore:
    """The connections of one process to its database. Made inside a running event loop, in which it works."""

    def __init__(
        self,
        url: str,
        keys: Keys,
        clock: Clock,
        *,
        group: int = 32,
        turns: int = 8,
        on_commit: Callable[[int], None] | None = None,
        held: Held | None = None,
    ) -> None:
        """Lock and open an upgraded database. `turns` are done side by side; the rest is as in `store.opened`."""
        self._held = held if isinstance(held, postgres.Held) else postgres.Held(url)
        self._renewal: asyncio.Task[None] | None = None
        self._url = url
        self._reads: AsyncEngine | None = None
        self._keys = keys
        self._clock = clock
        self._group = group  # kept apart, each work has a subtransaction or two; over 64 of them cost everybody time
        self._on_commit = on_commit
        self._loop = asyncio.get_running_loop()
        self._closed = False
        self._age = 0  # how often what processes remember has changed
        self._tasks: set[asyncio.Task[None]] = set()
        self._writes: deque[Item] = deque()
        self._writing = False  # whether a task is at them
        self._ready: deque[tuple[int, Item]] = deque()  # turns that may begin, and whose they are
        self._behind: dict[int, deque[Item]] = {}  # whose turn is ready or at work -> hers that wait for it
        engine = postgres.working(url, statement_timeout=_STATEMENT)
        self._sockets = Sockets()
        self._writer = Hand(postgres.working(url), self._sockets, "REPEATABLE READ", number=1)
        self._alone = Hand(engine, self._sockets, number=2)
        self._free = [Hand(engine, self._sockets) for _ in range(turns)]
        self._hands = [self._writer, self._alone, *self._free]

    @property
    def sole(self) -> bool:
        return False

    @property
    def reads(self) -> AsyncEngine:
        if self._reads is None:
            self._reads = postgres.reading(self._url)
        return self._reads

    def write(self, work: Work[T], *, alone: bool = False) -> Awaitable[T]:
        item = Item(work, alone, self._loop.create_future())
        if self._taken(item):
            self._writes.append(item)
            if not self._writing:
                self._writing = True
                self._spawn(self._write())
        return item.future

    def turn(self, work: Work[T], of: int = 0) -> Awaitable[T]:
        item = Item(work, True, self._loop.create_future())
        if self._taken(item):
            if of in self._behind:
                self._behind[of].append(item)
            else:
                if of:
                    self._behind[of] = deque()
                self._ready.append((of, item))
                if self._free:
                    self._spawn(self._turn(self._free.pop()))
        return item.future

    def _taken(self, item: Item) -> bool:
        if self._closed:
            item.future.set_exception(StoreDown("closed"))
        return not self._closed

    def busy_for(self) -> float:
        return max(hand.busy_for() for hand in self._hands)

    async def close(self) -> None:
        """Do what is waiting, then close the connections and give the lock back."""
        self._closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)
        for hand in self._hands:
            await greenlet_spawn(hand.close)
        self._sockets.close()
        if self._reads is not None:
            await self._reads.dispose()
        await asyncio.to_thread(self._held.close)

    # What the tasks do

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self) -> None:
        while self._writes:
            items = together(self._writes, self._group)
            hand = self._alone if items[0].alone else self._writer
            await greenlet_spawn(self._do, hand, items)
            # One that the store fails under, by what it asks of it, mustn't take the others along.
            error = items[0].error
            if len(items) > 1 and isinstance(error, StoreDown) and not isinstance(error, Away):
                for item in items:
                    await greenlet_spawn(self._do, hand, [item])
            answer(items)
        self._writing = False

    async def _turn(self, hand: Hand) -> None:
        """Turns, one after the other, while there are any."""
        while self._ready:
            of, item = self._ready.popleft()
            await greenlet_spawn(self._do, hand, [item])
            answer([item])
            if hers := self._behind.get(of):
                self._ready.append((of, hers.popleft()))
            else:
                self._behind.pop(of, None)
        self._free.append(hand)

    # A transaction

    def _do(self, hand: Hand, items: list[Item]) -> None:
        """One transaction, as often as others are in its way. Afterwards every item has its value or its error."""
        losses = 0
        apart = False  # a savepoint for each work costs as much as the work: only once one of them is known to fail
        until = time.monotonic() + _PATIENCE
        for tried in count():
            if tried > _RERUNS and time.monotonic() > until:
                break
            try:
                self._once(hand, items, apart=apart, again=tried > 0)
            except _Failing:
                if apart:  # at its COMMIT, which doesn't tell of whom: each by itself, to find out
                    failed(items, StoreDown("one of them failed at its end"))
                    return
                apart = True
                continue
            except _Again as again:
                losses += again.lost
                if losses < 2:
                    if tried > 1:  # one that waits for its COMMIT's disk stays in the way as long as that takes
                        await_(asyncio.sleep(min(0.001 * 2 ** min(tried, 10), _PAUSE) * random.uniform(0.5, 1.0)))
                    continue
                failed(items, StoreDown("the connection was lost twice"))
            except StoreDown as error:
                failed(items, error)
            except Exception as error:  # a driver in the middle of a dying server raises anything; the store goes on
                log.exception("store_broken", error=type(error).__name__)
                hand.drop()
                failed(items, StoreDown(f"{type(error).__name__}: {error}"))
            return
        failed(items, Away("others were in the way"))

    def _once(self, hand: Hand, items: list[Item], *, apart: bool, again: bool) -> None:
        """One try, with a savepoint for each work if they are to be kept `apart`.

        Raises `_Failing` or `_Again` when nothing was kept and another try may do, `StoreDown` when none will.
        """
        mark = 0
        forgot = False
        try:
            connection = self._open(hand)
            try:
                mark = hand.begin()
                for item in items:
                    forgot |= self._one(hand, connection, item, apart=apart, again=again)
                    if item.error is not None and not apart:
                        raise _Failing
                if self._keys.new_ones:  # before what they sealed
                    await_(asyncio.to_thread(self._keys.commit))
                self._commit(hand, items)
            except BaseException:
                hand.undo()
                raise
            if connection.in_nested_transaction():  # a savepoint that a work has left open
                hand.undo()
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
            if not self._came_through(hand, error, mark):
                hand.drop()  # whatever state it may be in
                raise StoreDown(postgres.sentence(error)) from error
        if forgot:
            self._age += 1
        if self._on_commit:
            self._on_commit(len(items))

    def _commit(self, hand: Hand, items: list[Item]) -> None:
        """Raises `_Failing` where what a work asked for last turns out to be wrong only now."""
        try:
            await_(hand.line.commit())
        except psycopg.Error as error:
            if postgres.is_stores(error):
                raise
            items[0].value, items[0].error = None, raised(error)
            raise _Failing from error

    def _one(self, hand: Hand, connection: Connection, item: Item, *, apart: bool, again: bool) -> bool:
        """One work, maybe in a savepoint of its own; whether it made untrue what is remembered. Raises the store's
        errors; the work's own are in the item, and what it did is undone if it was kept `apart`."""
        raw: Any = connection.connection.driver_connection
        item.value = item.error = None
        if apart:
            await_(hand.line.tell(b"SAVEPOINT work"))
        db = Db(connection, self._keys, self._clock.now(), hand.kept)
        db.again = again
        info = connection.info  # a connection that is lost has none any more
        try:
            info[engine.WORKING] = True
            hand.starts()
            item.value = item.work(db)
            db.settle()
            if raw.pgconn.transaction_status == TransactionStatus.INERROR:
                raise RuntimeError("a statement failed and the work went on: what may fail needs a savepoint")
            if apart:
                await_(hand.line.tell(b"RELEASE work"))  # and what it left to be asked later
        except BaseException as error:  # also SystemExit: a handler must not end the loop
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
        if hand.line.begun and raw.pgconn.transaction_status == TransactionStatus.IDLE:
            raise Misused from item.error  # with a word that SQLAlchemy didn't see
        if apart and item.error is not None:
            hand.kept.clear()
            hand.line.forget()
            await_(hand.line.tell(b"ROLLBACK TO work"))
        return item.error is None and db.forgot

    def _came_through(self, hand: Hand, error: Exception, mark: int) -> bool:
        """After an error: True if all was kept nevertheless, False if the store can't. Raises `_Again`."""
        if postgres.in_the_way(error):
            raise _Again(lost=False)
        if not postgres.lost(error):
            return False
        hand.drop()
        if not mark:  # there was nothing to keep, or it may be done again, or it didn't come as far
            raise _Again(lost=True)
        until = time.monotonic() + _DOUBT
        while (kept := self._kept(hand)) is None:  # the server may not know yet that we are gone
            if time.monotonic() > until:
                return False
            await_(asyncio.sleep(0.1))
        if kept != mark:
            raise _Again(lost=True)
        return True

    def _kept(self, hand: Hand) -> int | None:
        """The mark of the last transaction of a hand that was kept; None while that can't be told."""
        try:
            return self._open(hand).execute(MARKED, {"hand": hand.number}).scalar() or 0
        except (SQLAlchemyError, psycopg.Error, StoreDown):
            hand.drop()
            return None

    def _open(self, hand: Hand) -> Connection:
        """A hand's connection, and nothing in its memory that others have made untrue. Raises `StoreDown`."""
        if not self._held.seen():
            try:
                await_(self._renewed())
            except (Locked, StoreDown) as error:
                raise Away(str(error)) from error
        if hand.age != self._age:
            hand.age = self._age  # before the transaction: what it reads is at least as new
            hand.kept.clear()
        return hand.connect()

    def _renewed(self) -> asyncio.Task[None]:
        """One look at the lock, for everybody who waits for it."""
        if self._renewal is None or self._renewal.done():
            self._renewal = self._loop.create_task(asyncio.to_thread(self._held.renew))
        return self._renewal


class _Again(Exception):
    """Nothing was kept; do it again. `lost`: because the connection was."""

    def __init__(self, *, lost: bool) -> None:
        self.lost = lost


class _Failing(Exception):
    """A work has failed, and with it all of the transaction."""
