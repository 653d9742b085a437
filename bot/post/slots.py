"""Slots: one person's rows in order, different people's side by side.

64 slots, each a queue with at most one row at work. A row whose turn failed holds only its own person back until it is
done or set aside; the slot goes on with the others.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from bot.domain import inbox, people
from bot.domain.db import Db, StoreDown
from bot.domain.inbox import Letter
from bot.domain.people import SLOTS
from bot.post import turn
from bot.post.loops import Loops
from bot.post.office import Office

log: structlog.stdlib.BoundLogger = structlog.get_logger()
_TRIES = 3
Wake = Callable[[bool, bool, Collection[int] | None], None]
"""Called when there may be something to send (first True: also bulk) to these contacts (None: to anybody), or, second
True, to work on."""


class Slots:
    """The rows that wait for their turn."""

    def __init__(self, office: Office, wake: Wake) -> None:
        self._office = office
        self._wake = wake
        self._queues: list[deque[Letter]] = [deque() for _ in range(SLOTS)]
        self._busy: dict[int, int] = {}  # slot -> whose row is at work
        self._at_once: set[int] = set()  # whose turn is done at once
        self._none_at_once = asyncio.Event()
        self._held: dict[int, Letter] = {}
        self._here: set[int] = set()  # the rows that wait or are at work
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._stops = asyncio.Event()
        self.loops = Loops(office.bounds.same_question)
        self.waiting = 0
        """Rows that are not done yet."""

    def put(self, letters: Iterable[Letter]) -> None:
        """New rows, in the order they came."""
        for letter in letters:
            self.waiting += 1
            self._idle.clear()
            self._here.add(letter.id)
            self._queues[letter.slot].append(letter)
            self._next(letter.slot)

    def has(self, letter: Letter) -> bool:
        """Whether a row waits here already, or is at work."""
        return letter.id in self._here

    def begin(self, person: int) -> bool:
        """Let a person's turn be done at once, beside her slot; False when anything of hers waits or is under way.

        Until `end` nothing of hers is begun here.
        """
        slot = people.slot(person)
        waits = any(letter.person == person for letter in self._queues[slot])
        if waits or self.under_way(person) or self._stopping:
            return False
        self.waiting += 1
        self._idle.clear()
        self._at_once.add(person)
        self._none_at_once.clear()
        return True

    def end(self, person: int) -> None:
        self._at_once.discard(person)
        if not self._at_once:
            self._none_at_once.set()
        self._over()
        self._next(people.slot(person))

    def under_way(self, person: int) -> bool:
        """Whether a turn of hers is at work, or waits to be tried again."""
        return self._busy.get(people.slot(person)) == person or person in self._held or person in self._at_once

    def turned(self, letter: Letter, turned: turn.Turned) -> None:
        """Tell of a turn that is kept: the log, and whoever sends."""
        self._here.discard(letter.id)
        self._tell(letter, turned)
        if turned.parcels or turned.put:
            self.loops.asked(letter.person, f"{turned.flow}.{turned.question}", self._office.clock.now())
        if turned.parcels:
            self._office.senders[turned.account].take(turned.parcels)
        if turned.put or turned.jobs:
            self._wake(turned.bulk, turned.jobs, turned.put)

    def failed(self, letter: Letter, error: Exception) -> None:
        """The first attempt of a row failed before it was kept: it goes on as any other whose turn failed."""
        self.waiting += 1
        self._idle.clear()
        self._here.add(letter.id)
        self._note_failure(letter, error)
        self._hold_back(letter)

    async def settled(self) -> None:
        """Wait until nothing is left to do."""
        await self._idle.wait()

    async def stop(self) -> None:
        """Let the turns at work end; what waits is found again at the next start."""
        self._stopping = True
        self._stops.set()
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self._at_once:
            await self._none_at_once.wait()

    def _next(self, slot: int) -> None:
        """Begin the first row of a slot whose person isn't held back."""
        if slot in self._busy or self._stopping:
            return
        queue = self._queues[slot]
        for letter in queue:
            if letter.person not in self._held and letter.person not in self._at_once:
                queue.remove(letter)
                self._busy[slot] = letter.person
                self._spawn(self._run(letter), "turn")
                return

    async def _run(self, letter: Letter) -> None:
        try:
            done = await self._try(letter)
        finally:
            del self._busy[letter.slot]
        if done:
            self._over()
        self._next(letter.slot)

    async def _try(self, letter: Letter) -> bool:
        """One attempt; True when the row is done or set aside, False when it was held back to be tried again."""
        try:
            if letter.fresh:
                turned = await self._office.store.turn(partial(turn.take, letter=letter, office=self._office))
            elif letter.attempts >= _TRIES and not letter.counted:
                await self._set_aside(letter, "the process ended while this was handled")
                return True
            else:
                turned = await self._alone(letter)
        except StoreDown as error:
            log.warning("store_down", row=letter.id, error=str(error))
            self._hold(letter, self._office.bounds.store_retry)
            return False
        except turn.Moved as moved:
            self.put([moved.letter])
            return True
        except Exception as error:
            return await self._failed(letter, error)
        self.turned(letter, turned)
        return True

    async def _alone(self, letter: Letter) -> turn.Turned:
        """Count a further attempt in a commit of its own, and do the turn right behind it.

        Both are given to the store at once: if the turn ends the process, no other row was counted in between. An
        attempt that was counted and then found the store away is not counted again.
        """
        wanted = letter.attempts + (not letter.counted)

        def take(db: Db) -> turn.Turned:
            attempts = inbox.attempts(db, letter.id)
            if attempts is not None and attempts < wanted:
                raise StoreDown("the attempt could not be counted")
            return turn.take(db, letter, self._office)

        write = self._office.store.write
        works: list[Awaitable[Any]] = []
        if not letter.counted:
            works.append(write(partial(inbox.attempt, row=letter.id), alone=True))
        works.append(write(take, alone=True))
        *counting, turned = await asyncio.gather(*works, return_exceptions=True)
        if counting and isinstance(counting[0], int):
            letter.attempts, letter.counted = counting[0], True
        if isinstance(turned, BaseException):
            raise turned
        return turned

    async def _failed(self, letter: Letter, error: Exception) -> bool:
        """A turn raised: try again by itself after a pause, or set the row aside after the third time."""
        self._note_failure(letter, error)
        if letter.attempts >= _TRIES:
            try:
                await self._set_aside(letter, _where(error))
            except StoreDown:
                self._hold(letter, self._office.bounds.store_retry)
                return False
            return True
        self._hold_back(letter)
        return False

    def _note_failure(self, letter: Letter, error: Exception) -> None:
        log.error("turn_failed", row=letter.id, attempts=letter.attempts, error=_where(error))
        self._office.metrics.turned("failed").inc()
        letter.incoming, letter.fresh, letter.counted = None, False, False

    def _hold_back(self, letter: Letter) -> None:
        pauses = self._office.bounds.retries
        self._hold(letter, pauses[min(letter.attempts - 1, len(pauses) - 1)])

    async def _set_aside(self, letter: Letter, error: str) -> None:
        write = self._office.store.write
        try:
            await write(lambda db: turn.set_aside(db, letter, error), alone=True)
        except StoreDown:
            raise
        except Exception as broken:  # nobody can be told (her key or contact is gone): without a word, then
            log.error("set_aside_silently", row=letter.id, error=_where(broken))
            await write(lambda db: inbox.set_aside(db, letter.id, error), alone=True)
        self._here.discard(letter.id)
        self._office.metrics.quarantines.inc()
        log.error("quarantined", row=letter.id, attempts=letter.attempts, error=error)
        self._wake(False, False, None)

    def _hold(self, letter: Letter, seconds: float) -> None:
        """Keep a person's rows back while one of them waits to be tried again."""
        self._held[letter.person] = letter
        if self._stopping:
            return  # the next start finds it
        self._spawn(self._again(letter, seconds), "held")

    async def _again(self, letter: Letter, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stops.wait()
                return  # the next start finds it
        if await self._try(letter):
            self._held.pop(letter.person, None)
            self._over()
            self._next(letter.slot)

    def _over(self) -> None:
        self.waiting -= 1
        if self.waiting == 0:
            self._idle.set()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self, letter: Letter, turned: turn.Turned) -> None:
        self._office.metrics.turned(turned.outcome).inc()
        self._office.metrics.turn_seconds.observe(turned.seconds)
        late = turned.seconds > self._office.bounds.turn_warn
        (log.warning if late else log.info)(
            "turn",
            row=letter.id,
            account=letter.account,
            contact=letter.contact,
            kind=letter.kind,
            flow=turned.flow,
            question=turned.question,
            outcome=turned.outcome,
            ms=round(turned.seconds * 1000, 2),
        )


def _where(error: Exception) -> str:
    """An error by kind and place, without its words (they may hold what a person typed)."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames[-3:]]
    return f"{type(error).__name__} at {' < '.join(reversed(places))}"[:400]
