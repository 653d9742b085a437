"""Stories: short transcripts that the simulator plays with new people, so that a page can open in the middle of things.

Each is a file in ``stories/``. A person's doing waits until the bot has said what the story says it says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bot.simulator import transcript
from bot.simulator.diary import said
from bot.simulator.platform import Platform
from bot.simulator.refusal import Json
from bot.simulator.things import Bot, Chat
from bot.simulator.transcript import Step

FOLDER = Path(__file__).parent / "stories"
PICTURE = Path(__file__).parent / "page" / "sample-shop.jpg"
PATIENCE = 10.0
"""Seconds that the bot may take to say a line."""
KAMPUNG = -7.9666, 112.6326

Invite = Callable[[str], Awaitable[str]]
"""Makes an invitation for an officer of that name, and returns the deep link (``…?bot=…&start=…-<code>``)."""


def told() -> dict[str, Path]:
    """The stories there are, by name."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.txt"))}


def payload_of(link: str) -> str:
    """What a deep link starts the bot with; empty when it holds nothing."""
    return parse_qs(urlsplit(link).query).get("start", [""])[0]


class Story:
    """One playing of a script. `chats` are its people in the order they come in: with which bot, as which user."""

    def __init__(self, platform: Platform, script: str, invite: Invite | None, patience: float = PATIENCE) -> None:
        self._platform = platform
        self._cast, self._steps = transcript.read(script)
        self._invite = invite
        self._patience = patience
        self._seen: dict[str, int] = {}
        self.chats: dict[str, tuple[Bot, int]] = {}

    async def play(self) -> Json:
        """Play it all: ``{"chats": [{"bot", "user"}…], "last": {"bot", "user"}}``; `last` is in whose chat it ends.

        ValueError names the line at which the bot didn't say what it should have.
        """
        for step in self._steps:
            bot, user = self._meet(step.who)
            if step.mark == "<":
                await self._hear(step, self._platform.chat(bot, user))
                continue
            self._seen = {who: self._platform.chat(*chat).last_message for who, chat in self.chats.items()}
            if step.mark == "~":
                self._platform.move(transcript.passing(step.lines[0]))
            else:
                await self._do(step, bot, user)
        chats: list[Json] = [{"bot": bot.username, "user": user} for bot, user in self.chats.values()]
        last = list(self.chats).index(self._steps[-1].who)
        return {"chats": chats, "last": chats[last]}

    def _meet(self, who: str) -> tuple[Bot, int]:
        if who not in self.chats:
            bots = list(self._platform.bots.values())
            person = self._platform.add_user(self._cast.get(who, who.title()), phone=None)
            self.chats[who] = bots[-1 if who.startswith("petugas") else 0], person.id
        return self.chats[who]

    async def _do(self, step: Step, bot: Bot, user: int) -> None:
        platform, text = self._platform, step.lines[0]
        if "{code}" in text:
            if self._invite is None:
                raise ValueError(f"line {step.number}: nobody here can invite an officer")
            payload = payload_of(await self._invite(self._cast.get(step.who, step.who.title())))
            text = text.replace("{code}", payload.rpartition("-")[2])
        word, _, rest = text[1:-1].partition(" ")
        if text.startswith("[") and text.endswith("]"):
            platform.tap(user, self._button(platform.chat(bot, user), text[1:-1], step.number), text[1:-1], bot=bot)
        elif not (text.startswith("(") and text.endswith(")")):
            platform.say(user, text, bot=bot)
        elif word == "nomor":
            self._share(bot, user, rest)
        elif word == "foto":
            platform.send_photo(user, PICTURE.read_bytes(), bot=bot)
        elif word == "stiker":
            platform.sticker(user, bot=bot)
        elif word == "suara":
            platform.voice(user, bot=bot)
        elif word == "lokasi":
            platform.location(user, *KAMPUNG, bot=bot)
        else:
            raise ValueError(f"line {step.number}: a story can't do {text}")

    def _share(self, bot: Bot, user: int, number: str) -> None:
        """Her own number by the key that asks for it, where there is one."""
        rows: list[list[Json]] = (self._platform.chat(bot, user).keyboard or {}).get("keyboard", [])
        asking = [key["text"] for row in rows for key in row if key.get("request_contact")]
        if asking and not number:
            self._platform.press(user, asking[0], bot=bot)
        else:
            self._platform.share_contact(user, number, bot=bot)

    def _button(self, chat: Chat, label: str, number: int) -> int:
        for bubble in reversed(chat.bubbles.values()):
            rows: list[list[Json]] = (bubble.message or {}).get("reply_markup", {}).get("inline_keyboard", [])
            if any(key["text"] == label for row in rows for key in row):
                return bubble.id
        raise ValueError(f"line {number}: there is no button [{label}]")

    async def _hear(self, step: Step, chat: Chat) -> None:
        try:
            async with asyncio.timeout(self._patience):
                while not self._heard(step, chat):
                    await chat.bell.wait()
        except TimeoutError:
            raise ValueError(f"line {step.number}: the bot didn't say {step.lines[0]!r}") from None

    def _heard(self, step: Step, chat: Chat) -> bool:
        new = [b.message for b in chat.bubbles.values() if b.id > self._seen.get(step.who, 0) and b.message]
        lines = [line for message in new if message["from"]["is_bot"] for line in said(message)]
        return all(any(transcript.fits(wanted, line) for line in lines) for wanted in step.lines)
