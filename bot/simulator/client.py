"""A headless phone for tests and drills: people who chat with the bot through a running simulator's page API.

async with Client(url) as phones:
    siti = await phones.person("Siti Aminah", phone="6281234567890")
    await siti.start()
    await siti.hears("nama lengkap")
    await siti.say("Siti Aminah")
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import ClientSession, ClientTimeout

Json = dict[str, Any]


class NotHeard(AssertionError):
    """The bot hasn't said that in time; the message shows the end of the chat."""


class Client:
    """The simulator at `url`, in this process or another one."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Client:
        self._session = ClientSession(timeout=ClientTimeout(total=60))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def get(self, path: str, **query: str | int | float) -> Json:
        """Read from the page API. Raises ValueError with the server's words when it refuses."""
        assert self._session
        async with self._session.get(f"{self._url}/phone/{path}", params=query) as answer:
            if answer.status != 200:
                raise ValueError(await answer.text())
            return cast(Json, await answer.json())

    async def post(self, path: str, body: Json) -> Any:
        """Do something through the page API; its result. Raises ValueError with the server's words."""
        assert self._session
        async with self._session.post(f"{self._url}/phone/{path}", json=body) as answer:
            if answer.status != 200:
                raise ValueError(await answer.text())
            return await answer.json()

    async def send_picture(self, user: int, bot: str, data: bytes, caption: str) -> None:
        assert self._session
        kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        query = {"user": str(user), "bot": bot, "caption": caption}
        path = f"{self._url}/phone/photo"
        async with self._session.post(path, params=query, data=data, headers={"Content-Type": kind}) as answer:
            if answer.status != 200:
                raise ValueError(await answer.text())

    async def person(self, first_name: str, *, phone: str = "", bot: str = "", language_code: str = "id") -> Person:
        """A new person, about to chat with `bot` (its user name; the first one when left out)."""
        body = {"first_name": first_name, "phone": phone, "language_code": language_code}
        found = await self.post("person", body)
        return Person(self, int(found["id"]), bot or await self._first_bot())

    async def known(self, user: int, bot: str = "") -> Person:
        """A person who is there already, for instance after the simulator came back."""
        return Person(self, user, bot or await self._first_bot())

    async def forget(self) -> None:
        """Forget everybody and everything said."""
        await self.post("forget", {})

    async def _first_bot(self) -> str:
        return str((await self.get("people"))["bots"][0]["username"])


@dataclass
class Person:
    """One person's chat with one bot. Deeds return after the platform took them, not after the bot has answered."""

    client: Client
    user: int
    bot: str
    _messages: dict[int, Json] = field(default_factory=dict[int, Json])
    _taps: dict[str, Json] = field(default_factory=dict[str, Json])
    _keyboard: Json | None = None
    _life: str = ""
    _now: int = -1
    _heard: int = 0  # seq of the last change that `hears` has told
    _seqs: dict[int, int] = field(default_factory=dict[int, int])

    def at(self, bot: str) -> Person:
        """The same person's chat with another bot."""
        return Person(self.client, self.user, bot)

    async def start(self, payload: str = "") -> None:
        await self._do("start", payload=payload)

    async def say(self, text: str) -> int:
        """Write a message; its id."""
        return int((await self._do("say", text=text))["result"])

    async def tap(self, choice: str) -> None:
        """Tap the newest button with this label (or data), or the key of the reply keyboard. LookupError if none."""
        await self._look(0)
        for number in sorted(self._messages, reverse=True):
            rows = self._messages[number].get("reply_markup", {}).get("inline_keyboard", [])
            if any(choice in (key["text"], key.get("callback_data")) for row in rows for key in row):
                await self._do("tap", message_id=number, choice=choice)
                return
        rows = (self._keyboard or {}).get("keyboard", [])
        if not any(choice == key["text"] for row in rows for key in row):
            raise LookupError(f"no button {choice!r} on the screen\n{self._tail()}")
        await self._do("press", label=choice)

    async def forge(self, message_id: int, data: str) -> None:
        """Send a tap that no button holds, as a tampered app can."""
        await self._do("tap", message_id=message_id, choice=data, forged=True)

    async def share_contact(self, phone: str = "", *, own: bool = True, first_name: str = "") -> None:
        """Share the account's own number, or (`own` False) a card of somebody else."""
        await self._do("contact", phone=phone, own=own, first_name=first_name)

    async def photo(self, data: bytes, caption: str = "") -> None:
        await self.client.send_picture(self.user, self.bot, data, caption)

    async def sticker(self) -> None:
        await self._do("sticker")

    async def voice(self) -> None:
        await self._do("voice")

    async def location(self, latitude: float, longitude: float) -> None:
        await self._do("location", latitude=latitude, longitude=longitude)

    async def edit(self, message_id: int, text: str) -> None:
        await self._do("edit", message_id=message_id, text=text)

    async def react(self, message_id: int, emoji: str) -> None:
        """WhatsApp: put an emoji on a message; none takes it away."""
        await self._do("react", message_id=message_id, emoji=emoji)

    async def marketing(self, *, wanted: bool) -> None:
        """WhatsApp: stop the business's marketing in the phone's own menu, or take it again."""
        await self._do("marketing", wanted=wanted)

    async def change_number(self, phone: str) -> None:
        """WhatsApp: take another number."""
        await self._do("number", phone=phone)

    async def hide(self, hidden: bool = True) -> None:
        """WhatsApp: show no number."""
        await self._do("hide", hidden=hidden)

    async def offline(self, offline: bool = True) -> None:
        """WhatsApp: turn the phone off, or on again."""
        await self._do("offline", offline=offline)

    async def block(self) -> None:
        await self._do("block")

    async def unblock(self) -> None:
        await self._do("unblock")

    async def hears(self, words: str = "", within: float = 10.0) -> list[Json]:
        """What the bot said or changed since the last `hears`, waiting until there is something.

        With `words`, until one of them holds these words. Raises `NotHeard` after `within` seconds.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + within
        wait = 0.0
        while True:
            await self._look(wait)
            new = [
                self._messages[number]
                for number, seq in sorted(self._seqs.items())
                if seq > self._heard and self._messages[number]["from"]["is_bot"]
            ]
            if any(words in text_of(message) for message in new):
                self._heard = self._now
                return new
            wait = min(ends - loop.time(), 20.0)
            if wait <= 0:
                raise NotHeard(f"waited {within} s for {words or 'anything'!r}\n{self._tail()}")

    async def history(self) -> list[Json]:
        """The chat's messages as the Bot API writes them, oldest first."""
        await self._look(0)
        return [self._messages[number] for number in sorted(self._messages)]

    async def answers(self) -> list[Json]:
        """The taps with how the bot answered them: ``data, answered, text, alert``."""
        await self._look(0)
        return list(self._taps.values())

    async def _do(self, deed: str, **what: Any) -> Json:
        return await self.client.post(deed, {"user": self.user, "bot": self.bot, **what})

    async def _look(self, wait: float) -> None:
        shown = await self.client.get(
            "chat", user=self.user, bot=self.bot, since=self._now, life=self._life, wait=max(wait, 0.0)
        )
        if shown["life"] != self._life:
            self._messages.clear()
            self._seqs.clear()
            self._taps.clear()
        self._life, self._now, self._keyboard = shown["life"], shown["now"], shown["keyboard"]
        for change in shown["messages"]:
            number = change["message_id"]
            if change["message"] is None:
                self._messages.pop(number, None)
                self._seqs.pop(number, None)
            else:
                self._messages[number], self._seqs[number] = change["message"], change["seq"]
        for tap in shown["taps"]:
            self._taps[tap["id"]] = tap

    def _tail(self) -> str:
        last = [self._messages[number] for number in sorted(self._messages)[-6:]]
        return "\n".join(f"{'<' if m['from']['is_bot'] else '>'} {text_of(m)}" for m in last)


def text_of(message: Json) -> str:
    """A message's words: text, or caption."""
    return str(message.get("text") or message.get("caption") or "")
