"""The post without its office: a real store, a fake channel, and flows of one word each."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.chat.buttons import Buttons
from bot.chat.conversation import Rules
from bot.chat.flow import Chat, Flow, Flows, Happening
from bot.chat.text import Catalogs
from bot.domain import inbox, people
from bot.domain.db import Db
from bot.domain.inbox import Letter
from bot.domain.keys import Keys
from bot.metrics import Metrics
from bot.post.intake import Intake
from bot.post.jobs import Runner
from bot.post.office import Bounds, Office
from bot.post.pacing import Pacing
from bot.post.sender import Sender
from bot.post.slots import Slots
from bot.post.store import Store, opened
from tests.fakes import FakeChannel, update
from tests.office import MovedClock

LIMIT = 20.0  # seconds; nothing here takes one
WORDS = ("satu", "dua", "tiga", "empat", "lima", "racun")
QUICK = Bounds(flood_updates=1000, same_question=1000, retries=(0.01, 0.01), store_retry=0.01)


class Words:
    """Flows of one word: each notes that it ran, fails as often as ordered, writes, and says the word again."""

    def __init__(self) -> None:
        self.ran: list[tuple[int, str]] = []
        self.fails: dict[str, int] = {}
        self.happened: list[dict[str, Any]] = []
        self.look: Callable[[Db], object] = lambda db: None
        """Called first in every flow."""

    def flows(self) -> Flows:
        found: list[Flow | Happening] = [Flow(word, self._run(word), words=(word,)) for word in WORDS]
        return Flows([*found, Happening("happened", self._happen)])

    def _run(self, word: str) -> Callable[[Chat, Any], None]:
        def run(chat: Chat, db: Db) -> None:
            self.look(db)
            self.ran.append((chat.person.id, word))
            chat.say(word)
            if self.fails.get(word, 0) > 0:
                self.fails[word] -= 1
                people.account(db, f"written by {word}")  # to be undone
                raise RuntimeError(f"{word} can't be handled")

        return run

    def _happen(self, chat: Chat, db: Any, data: Any) -> None:
        self.happened.append(dict(data))
        chat.say("something happened")


class Station:
    """The stations around one store. `hear` brings updates in, `settled` waits until nothing is left to do."""

    def __init__(self, store: Store, keys: Keys, clock: MovedClock, words: Words, bounds: Bounds, files: Path) -> None:
        zone = ZoneInfo("Asia/Jakarta")
        rules = Rules(words.flows(), Buttons(keys.buttons), Catalogs({}, "id", zone), zone, "35.73")
        self.store, self.clock, self.words = store, clock, words
        self.channel = FakeChannel()
        self.office = Office(store, rules, clock, Metrics(), bounds, {}, media=files)
        self.slots = Slots(self.office, self.wake)
        self.runner = Runner(self.office, self.slots.put, seconds=20.0)
        self._tasks: list[asyncio.Task[None]] = []
        self.sender: Sender | None = None
        self._number = 0

    async def start(self, pacing: Pacing | None = None, channel: FakeChannel | None = None) -> None:
        """As the App does it: take up what was left, let the sender run."""
        self.channel = channel or self.channel
        self.account = await self.store.write(lambda db: people.account(db, self.channel.account))
        self.office = Office(self.store, self.office.rules, self.clock, self.office.metrics, self.office.bounds,
                             {self.account: self.channel}, media=self.office.media)  # fmt: skip
        self.slots = Slots(self.office, self.wake)
        self.intake = Intake(self.office, self.channel, self.account, self.slots, "id", self.wake)
        self.sender = Sender(self.office, self.channel, self.account, pacing)
        self.office.senders[self.account] = self.sender
        self.runner = Runner(self.office, self.slots.put, seconds=20.0)
        self.spawn(self.sender.run())

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def take_up(self) -> list[Letter]:
        """What the last process left."""
        found = await self.store.write(inbox.unfinished)
        self.slots.put(found)
        return found

    async def hear(self, sender: str | int, *texts: str) -> None:
        """Bring updates in, one after the other."""
        for text in texts:
            self._number += 1
            await self.intake.deliver([update(self._number, sender, text)])

    def wake(self, bulk: bool = True, jobs: bool = True, chats: Collection[int] | None = None) -> None:
        if self.sender:
            self.sender.wake(chats, bulk=bulk)
        if jobs:
            self.runner.wake()

    async def settled(self) -> None:
        await self.slots.settled()
        self.wake()
        assert self.sender
        await self.sender.settled()

    async def sent(self, count: int) -> None:
        """Wait until so many messages went out."""
        while len(self.channel.sent) < count:
            self.channel.news.clear()
            await self.channel.news.wait()

    async def stop(self) -> None:
        await self.slots.stop()
        if self.sender:
            await self.sender.stop(1.0)
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class Post:
    """A folder with a database, or with the keys of the one at `url`, on which stations come and go."""

    def __init__(self, folder: Path, empty: Path, url: str = "") -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder}/office.db"
        self.clock = MovedClock()
        self.words = Words()
        self.bounds = QUICK
        shutil.copy(empty, folder / "office.db")

    @asynccontextmanager
    async def station(self) -> AsyncGenerator[Station]:
        """An opened store with stations that aren't started."""
        keys = Keys(self.folder / "keys")
        store = opened(self.url, keys, self.clock)
        station = Station(store, keys, self.clock, self.words, self.bounds, self.folder / "media")
        try:
            yield station
        finally:
            await station.stop()
            await store.close()
            keys.close()

    def run(self, work: Callable[[Station], Coroutine[Any, Any, None]], *, started: bool = True) -> None:
        """One process: start, work, stop."""

        async def process() -> None:
            async with asyncio.timeout(LIMIT), self.station() as station:
                if started:
                    await station.start()
                await work(station)

        asyncio.run(process())

    def move(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))
