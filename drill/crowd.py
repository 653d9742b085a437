"""People who keep a desk busy: each sends a few messages at a time, and goes on when they are answered."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

from bot.simulator.things import Bot
from drill.desk import SAID
from drill.office import Watched
from tests.faults.checker import Deed
from tests.faults.load import steps

_JOBS = 0.06
"""The share of what people do that needs a job."""


@dataclass
class Crowd:
    """So many people; `deeds` is everything they did. Who isn't answered within `patience` seconds goes on all the
    same, and is counted as `unheard`. `rest` is the longest pause between what a person does, in seconds."""

    platform: Watched
    bot: Bot
    people: int
    seed: int
    patience: float
    register: bool = False
    jobs: bool = True
    rest: float = 0.15
    users: list[int] = field(default_factory=list[int])
    deeds: list[Deed] = field(default_factory=list[Deed])
    waits: list[float] = field(default_factory=list[float])
    unheard: int = 0
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def during(self, what: Callable[[], Awaitable[object]]) -> None:
        """Let everybody go about her day while something happens; her last deed is after it."""
        over = asyncio.Event()
        while len(self.users) < self.people:
            self.users.append(self.platform.add_user(f"Orang {len(self.users)}").id)
        async with asyncio.TaskGroup() as group:
            for place, user in enumerate(self.users):
                group.create_task(self._live(user, place, over, random.Random(self.seed * 1000 + place)))
            try:
                await what()
            finally:
                over.set()

    def do(self, user: int, flow: str = "count", *, effect: bool = True) -> str:
        """One deed; its number. The effects of jobs come in any order."""
        number = str(next(self._numbers))
        update = self.bot.next_update
        self.platform.say(user, f"/start {flow}-n-{number}", bot=self.bot)
        if effect:
            self.deeds.append(Deed(update, user, number, ordered=flow == "count"))
        return number

    async def hears(self, user: int, words: str) -> None:
        """Wait until something with these words was said to her."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        chat, heard = self.platform.chat(self.bot, user), self.platform.heard[user]
        while not heard[words] and not any(words in said for said in heard):
            left = began + self.patience - loop.time()
            if left <= 0:
                self.unheard += 1
                return
            await chat.bell.wait(min(left, 1.0))
        self.waits.append(loop.time() - began)

    async def _live(self, user: int, place: int, over: asyncio.Event, chance: random.Random) -> None:
        if self.register and place % 3 == 0:
            await self._registers(user, place, chance)
        while True:
            last = over.is_set()
            await asyncio.sleep(chance.random() * self.rest)
            numbers = [
                self.do(user, "work" if self.jobs and chance.random() < _JOBS else "count")
                for _ in range(chance.randint(1, 3))
            ]
            for number in numbers:
                await self.hears(user, SAID.format(number))
            if last:
                return

    async def _registers(self, user: int, place: int, chance: random.Random) -> None:
        """The product's own conversation, an answer at a time."""
        for words, wanted in steps(place):
            await asyncio.sleep(chance.random() * self.rest)
            self.platform.say(user, words, bot=self.bot)
            await self.hears(user, wanted)
