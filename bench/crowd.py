"""The people of the bench: a hundred at once, each of whom answers as soon as she is asked, or when her time comes."""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
from collections import deque
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

from bench.form import ASKED, OLDEST, YOUNGEST
from bench.wire import BotApi, Webhook, parameters
from bot.chat.seams import SystemClock

PEOPLE = 100
PATIENCE = 15.0
"""Seconds until an answer counts as lost."""
UNTIMED = math.inf
"""Due at no instant that is looked at."""
_KEYS = tuple(ASKED)
_NUMBERS = count(1)
_BOT = {"id": 4242, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
_DATA = re.compile(r'"callback_data": *"([^"]+)"')
_NAMES = ("Siti Aminah", "Budi Santoso", "Wati Lestari", "Agus Salim", "Rini Astuti", "Joko Susilo", "Dewi Sartika")


class Failed(Exception):
    """Somebody got no answer, or the wrong one: what was measured is worth nothing."""


class Person:
    """One of those who are there at once: registers, and is then somebody else who registers."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self.address = 0
        self.step = 0
        """How many of her messages of this registration are answered."""
        self.heard = True
        self.taken = True
        self.due = 0.0
        self.age = 0
        self._buttons: list[str] = []
        self.webhook: Webhook | None = None

    def speak(self, due: float) -> None:
        """Send her next message; it was due at an instant of the loop."""
        crowd = self._crowd
        if self.step == 0:
            crowd.addresses.pop(self.address, None)
            self.address = crowd.stranger()
            while self.address in crowd.addresses:
                self.address = crowd.stranger()
            crowd.addresses[self.address] = self
            self.age = YOUNGEST + crowd.began % (OLDEST - YOUNGEST)
            crowd.began += 1
        self.heard = self.taken = False
        self.due = due
        assert self.webhook is not None
        self.webhook.post(json.dumps(self._update()).encode())

    def _update(self) -> dict[str, Any]:
        crowd, number = self._crowd, self._crowd.number()
        chat = {"id": self.address, "type": "private", "first_name": "Siti", "last_name": "Aminah"}
        sender = {"id": self.address, "is_bot": False, "first_name": "Siti", "last_name": "Aminah"}
        sender["language_code"] = "id"
        message: dict[str, Any] = {"message_id": number, "from": sender, "chat": chat, "date": crowd.now()}
        match _KEYS[self.step]:
            case "name":
                message["text"] = "/daftar"
                message["entities"] = [{"type": "bot_command", "offset": 0, "length": 7}]
            case "age":
                message["text"] = _NAMES[number % len(_NAMES)]
            case "city":
                message["text"] = str(self.age)
            case "phone":
                data = self._buttons[number % len(self._buttons)]
                message = {**message, "from": _BOT, "text": ASKED["city"]}
                tap = {"id": str(number), "from": sender, "chat_instance": "1", "message": message, "data": data}
                return {"update_id": number, "callback_query": tap}
            case "comment":
                phone = f"+62812{self.address % 10**8:08}"
                message["contact"] = {"phone_number": phone, "first_name": "Siti", "user_id": self.address}
            case _:
                message["text"] = "Kami jual keripik tempe sejak tahun lalu"
        return {"update_id": number, "message": message}

    def hears(self, said: Mapping[str, Any]) -> None:
        """A message came for her."""
        crowd, wanted = self._crowd, ASKED[_KEYS[self.step]]
        if self.heard or wanted not in said.get("text", ""):
            crowd.fail(f"step {_KEYS[self.step]}: {said.get('text', '')!r}, not {wanted!r}")
            return
        crowd.turns += 1
        if crowd.since <= self.due < crowd.until:
            crowd.seconds.append(crowd.loop.time() - self.due)
        markup: Any = said.get("reply_markup", "")
        self._buttons = _DATA.findall(markup if isinstance(markup, str) else json.dumps(markup))
        self.step += 1
        if self.step == len(_KEYS):
            self.step = 0
            crowd.registered += 1
            crowd.ages += self.age
        self.heard = True
        if self.taken:
            crowd.free(self)

    def answered(self, status: int, head: bytes, body: bytes) -> None:
        """The webhook answered her update; the answer itself may be a call of the Bot API."""
        if status != 200:
            self._crowd.fail(f"the webhook answered {status}")
            return
        self.taken = True
        if body and b"sendMessage" in body:
            self.hears(parameters(head, body))
        elif self.heard:
            self._crowd.free(self)


class Crowd:
    """The emulated platform and its people, for one process that is measured at a time.

    `stranger` gives the chat id of the next one who registers.
    """

    def __init__(self, stranger: Callable[[], int]) -> None:
        self.stranger = stranger
        self.loop = asyncio.get_running_loop()
        self.addresses: dict[int, Person] = {}
        self.began = self.registered = self.ages = self.turns = 0
        self.seconds: list[float] = []
        self.since, self.until = 0.0, float("inf")
        """The instants of the loop between which messages have to be due to be timed."""
        self.url = ""
        self._hook: asyncio.Future[str] = self.loop.create_future()
        self._people: list[Person] = []
        self._mode: Literal["closed", "open", "finish"] = "finish"
        self._free: list[Person] = []
        self._due: deque[float] = deque()
        self._number = 0
        self._wrong: asyncio.Future[None] = self.loop.create_future()
        self._now = 0

    async def open(self) -> None:
        """Begin to play the Bot API, at `url`."""
        self._server = await self.loop.create_server(lambda: BotApi(self._called), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def gather(self) -> None:
        """Wait until the webhook is set; then everybody has a line to it."""
        async with asyncio.timeout(30):
            url = urlsplit(await self._hook)
        assert url.hostname
        assert url.port
        for _ in range(PEOPLE):
            person = Person(self)
            webhook = Webhook(url.path, self._secret, person.answered)
            await self.loop.create_connection(lambda hook=webhook: hook, url.hostname, url.port)
            person.webhook = webhook
            self._people.append(person)
        self._free.extend(self._people)

    async def close(self) -> None:
        for person in self._people:
            if person.webhook:
                person.webhook.close()
        self._server.close()

    async def busy(self, seconds: float) -> float:
        """Everybody answers at once, for so long; turns a second."""
        self._mode = "closed"
        while self._free:
            self._free.pop().speak(self.loop.time())
        turns, began = self.turns, self.loop.time()
        await self._pass(seconds)
        return (self.turns - turns) / (self.loop.time() - began)

    async def paced(self, rate: float, seconds: float, awake: float = 0.0, seed: int = 0) -> list[float]:
        """So many messages a second, come what may; how long each waited for its answer, from when it was due. Those of
        the first seconds, in which the process gets `awake`, aren't timed. `seed`: of who writes when.

        What people say afterwards, all at once, to come to the end of their registrations isn't among them.
        """
        self._mode = "open"
        self.seconds = []
        chance = random.Random(4242 + seed)
        due = self.loop.time()
        self.since = due + awake
        self.until = self.since + seconds
        while due < self.until:
            await self._pass(max(0.0, due - self.loop.time()))
            now = min(self.loop.time(), self.until)
            while due <= now:
                if self._free:
                    self._somebody(chance).speak(due)
                else:
                    self._due.append(due)
                due += chance.expovariate(rate)
        await self._wait_until(lambda: len(self._free) == len(self._people))  # nobody waits beside what is not timed
        await self.finish()
        return self.seconds

    def _somebody(self, chance: random.Random) -> Person:
        """One who is free, by chance: in turn, all would come to the same question at the same time."""
        at = chance.randrange(len(self._free))
        self._free[at], self._free[-1] = self._free[-1], self._free[at]
        return self._free.pop()

    async def finish(self) -> None:
        """Let everybody come to the end of her registration. Raises `Failed` for an answer that doesn't come."""
        self._mode = "finish"
        for person in [person for person in self._free if person.step]:
            self._free.remove(person)
            person.speak(UNTIMED)
        await self._wait_until(lambda: len(self._free) == len(self._people))

    async def _wait_until(self, reached: Callable[[], bool]) -> None:
        longest = self.loop.time() + PATIENCE
        while not reached():
            await self._pass(0.01)
            if self.loop.time() > longest:
                lost = len(self._people) - len(self._free) + len(self._due)
                raise Failed(f"{lost} messages are still waiting for an answer")

    def free(self, person: Person) -> None:
        """She has her answer, and her update is taken: what now?"""
        if self._mode == "closed":
            person.speak(self.loop.time())
        elif self._mode == "open" and self._due:
            person.speak(self._due.popleft())
        elif self._mode == "finish" and person.step:
            person.speak(UNTIMED)
        else:
            self._free.append(person)

    def fail(self, why: str) -> None:
        if not self._wrong.done():
            self._wrong.set_exception(Failed(why))

    def number(self) -> int:
        """A number for an update or a message; no crowd uses one again, or an office would think it a repetition."""
        self._number = next(_NUMBERS)
        return self._number

    def now(self) -> int:
        """The second of the clock, read anew every hundred messages."""
        if self._number % 100 == 1 or not self._now:
            self._now = int(SystemClock().now().timestamp())
        return self._now

    async def _pass(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._look()

    def _look(self) -> None:
        if self._wrong.done():
            self._wrong.result()
        if any(person.webhook and person.webhook.lost for person in self._people):
            raise Failed("the process closed a connection")

    def _called(self, method: str, said: Mapping[str, Any]) -> bytes:
        match method.lower():
            case "sendmessage":
                chat = int(said["chat_id"])
                message = {"message_id": self.number(), "date": self.now(), "from": _BOT, "text": said["text"]}
                message["chat"] = {"id": chat, "type": "private", "first_name": "Siti"}
                if person := self.addresses.get(chat):
                    person.hears(said)
                else:
                    self.fail(f"a message for nobody: {chat}")
                return json.dumps({"ok": True, "result": message}).encode()
            case "setwebhook":
                self._secret = str(said.get("secret_token", ""))
                if not self._hook.done():
                    self._hook.set_result(said["url"])
            case "getme":
                return json.dumps({"ok": True, "result": _BOT}).encode()
            case _:
                pass
        return b'{"ok":true,"result":true}'
