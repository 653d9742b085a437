"""WhatsApp's limits: two thousand people chat with one number, more than may go through it, and some write in haste.

The simulator's Cloud API counts both ways, as the platform does, and refuses what is too much. What it tells of each
message (three statuses) must make no turn.
"""

from __future__ import annotations

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession

from bot.simulator.cloud_things import Account
from bot.simulator.cloud_webhooks import verify
from drill.desk import SAID
from drill.office import Place, place
from drill.scene import LIMITS, Result
from drill.stores import Store

NAME = "whatsapp's limits"
BREAKS = ("pace", "chats")
_NUMBER, _WABA, _OPEN = "100200300400500", "900800700600500", "drilled"
_CONFIG = """
[whatsapp]
phone_number_id = "{number}"
waba_id = "{waba}"
access_token = "{open}"
app_secret = "{open}"
verify_token = "{open}"
api_url = "{platform}"
"""
_MOST = 80.0
"""Messages a second through a number, both ways together."""
_HELD = 0.98
_WARM = 8.0
"""Seconds until more is asked for than may go through."""


@dataclass
class _Chats:
    """What people wrote, and whether they were answered."""

    office: Place
    number: Account
    chance: random.Random
    written: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def write(self, user: int) -> str:
        words = SAID.format(len(self.written))
        self.office.platform.cloud.say(user, f"/start count-n-{len(self.written)}", bot=self.number)
        self.written.append((user, words))
        return words

    def heard(self, user: int, words: str) -> int:
        return self.office.platform.heard[user][words]

    async def person(self, user: int, first: float, until: float) -> None:
        """She writes, waits for her answer, reads it, and writes again half a minute later."""
        chat, loop = self.office.platform.cloud.chat(self.number, user), asyncio.get_running_loop()
        await asyncio.sleep(self.chance.random() * first)
        while loop.time() < until:
            words = self.write(user)
            while not self.heard(user, words):
                if loop.time() > until or not await chat.bell.wait(max(until - loop.time(), 0.01)):
                    return
            self.office.platform.cloud.look(user, bot=self.number)
            await asyncio.sleep(min(15 + self.chance.random() * 30, max(until - loop.time(), 0.0)))

    async def hasty(self, user: int, times: int) -> None:
        """She waits for nothing."""
        for _ in range(times):
            self.write(user)
            await asyncio.sleep(0.15)


async def limits(store: Store, seed: int, *, quick: bool, broken: str = "") -> Result:
    """Run it once; never raises for what the desk did."""
    result = Result(NAME, store.name, seed, broken, shows="problems" if broken else None)
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="drill-", ignore_cleanup_errors=True)))
        url = stack.enter_context(store.database(folder))
        office = await stack.enter_async_context(
            place(folder, url, store.server, seed=seed, broken=broken, mode="polling", limits=LIMITS)
        )
        try:
            async with asyncio.timeout(150):
                result.done = await _chat(office, seed, result, quick=quick)
        except Exception as error:  # the table shows it, and the next drill is run all the same
            result.failed.append(f"{type(error).__name__} {error}")
    result.seconds = time.monotonic() - began
    return result


async def _chat(office: Place, seed: int, result: Result, *, quick: bool) -> str:
    cloud, loop = office.platform.cloud, asyncio.get_running_loop()
    cloud.batch = 8
    secrets = {"token": _OPEN, "secret": _OPEN, "verify": _OPEN}
    number = cloud.add_account(_NUMBER, phone="622112345678", name="Pendamping", waba=_WABA, **secrets)
    with (office.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write(_CONFIG.format(number=_NUMBER, waba=_WABA, open=_OPEN, platform=office.simulator.url))
    assert await office.start()
    assert cloud.get
    await verify(cloud, number, f"http://{office.listens}/whatsapp", _OPEN, cloud.get)
    chats = _Chats(office, number, random.Random(seed))
    many, lasts = 2000, 12.0 if office.broken else 20.0 if quick else 45.0
    if office.broken == "chats":
        many, lasts = 200, 14.0
    people = [office.platform.add_user(f"Orang {i}", phone=f"62812{i:07}").id for i in range(many + 4)]
    until = loop.time() + lasts
    hasty = 0 if office.broken == "pace" else 80 if office.broken else 52
    async with asyncio.TaskGroup() as group:
        for user in people[:many]:
            group.create_task(chats.person(user, lasts * 0.8, until))
        for user in people[many:]:
            group.create_task(chats.hasty(user, hasty))
        await asyncio.sleep(_WARM)
        before, at = _through(chats), loop.time()
        await asyncio.sleep(until - loop.time())
        rate = (_through(chats) - before) / (loop.time() - at)
    met = cloud.limits.met
    if not office.broken:
        await asyncio.sleep(1.0)  # what was written last is brought
        await _drained(chats)
        if rate < _MOST * _HELD:
            result.problems.append(f"{rate:.1f} messages/s, of {_MOST:.0f}")
    result.problems += [f"{times} times {code}" for code, times in sorted(met.items())]
    waited = office.log().count("enough was said to her")
    done = (
        f"{len({user for user, _ in chats.written})} people; {rate:.1f} messages/s both ways; refused for the number "
        f"{met.get(130429, 0)} times, for one person {met.get(131056, 0)} times ({waited} waited before)"
    )
    return done if office.broken else f"{done}; {await _statuses(chats, result)}"


def _through(chats: _Chats) -> int:
    """Messages so far, both ways."""
    return len(chats.written) + _sent(chats)


def _sent(chats: _Chats) -> int:
    return sum(sum(heard.values()) for heard in chats.office.platform.heard.values())


async def _drained(chats: _Chats) -> None:
    """Wait until everybody is answered; what is told of it meanwhile comes at once afterwards, after it is read."""
    cloud, office = chats.office.platform.cloud, chats.office
    url, chats.number.url = chats.number.url, ""
    async with asyncio.timeout(60):
        while await asyncio.to_thread(_waiting, office):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    for user in {user for user, _ in chats.written}:
        cloud.look(user, bot=chats.number)
    chats.number.url = url
    cloud.bell.ring()
    async with asyncio.timeout(30):
        while cloud.notices or await asyncio.to_thread(_waiting, office):  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def _waiting(office: Place) -> int:
    return int(office.look("SELECT count(*) FROM outbox WHERE state IN (0, 1)")[0][0])


async def _statuses(chats: _Chats, result: Result) -> str:
    """What each message came to, and how what was told of them was taken."""
    for user, words in chats.written:
        if (times := chats.heard(user, words)) != 1:
            (result.verdict.lost if times == 0 else result.verdict.doubled).append(f"{words}: {times} times")
    result.verdict.updates = len(chats.written)
    result.verdict.sends = _sent(chats)
    office = chats.office
    turns = office.look("SELECT count(*) FROM inbox")[0][0]
    read = office.look("SELECT count(*) FROM bubbles WHERE fate = 4")[0][0]
    if turns != len(chats.written):
        result.problems.append(f"{turns} turns for {len(chats.written)} messages of people")
    if read != _sent(chats):
        result.problems.append(f"{read} of {_sent(chats)} messages known as read")
    async with ClientSession() as session, session.get(f"http://{office.listens}/metrics") as answer:
        figures = dict(line.rsplit(" ", 1) for line in (await answer.text()).splitlines() if line[0] != "#")
    told, notes = (int(float(figures[f"pendamping_statuses_{what}"])) for what in ("sum", "count"))
    if told < 2.9 * _sent(chats) or notes >= told:
        result.problems.append(f"{told} statuses, noted {notes} times")
    return f"{told} statuses of {_sent(chats)} messages, noted {notes} times, none of them a turn"
