"""Tests that read like chats.

    > /daftar                       she writes
    < Siapa nama lengkap …          the bot says (… stands for anything)
      Contoh: Siti Aminah           the next line of what it says
      [Daftar] [Menu]               the buttons under it; not compared where none are written
    > [Daftar]                      she taps a button
    > (nomor 081234567890)          shares her number; also (nomor orang lain 08…), (foto), (stiker), (suara), (lokasi),
                                    (blokir), (buka blokir), (ubah: new words)
    budi > halo                     somebody else; budi < … what he reads
    petugas > /start                a person at the officers' bot
    ~ 25 jam                        time passes (menit, jam, hari), and what is due happens

Before every line the bot is restarted, and every update is delivered twice. What is marked `everywhere` runs with
each library for Telegram, and on each store.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.office import OFFICERS, OWNERS, Desk

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc40014000100000000"
    "000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054dfffd9"
)
_LINE = re.compile(r"(?:(?P<who>[a-z]+) )?(?P<mark>[<>~]) ?(?P<text>.*)")
_UNITS = {"menit": "minutes", "jam": "hours", "hari": "days"}


@dataclass(slots=True)
class Line:
    """One step: who, what kind, and its lines."""

    who: str
    mark: str
    lines: list[str]
    number: int


def parse(script: str) -> list[Line]:
    """The steps of a script."""
    steps: list[Line] = []
    for number, raw in enumerate(script.splitlines(), 1):
        text = raw.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text)
        if match:
            steps.append(Line(match["who"] or "siti", match["mark"], [match["text"]], number))
        elif steps and steps[-1].mark == "<":
            steps[-1].lines.append(text)
        else:
            raise ValueError(f"line {number}: {text!r}")
    return steps


class Telegram:
    """Plays transcripts on a `Desk`; keeps its people between calls."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.people: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._heard: dict[str, list[str]] = {}

    def __call__(self, script: str) -> None:
        asyncio.run(self._play(parse(script)))

    async def _play(self, steps: list[Line]) -> None:
        for i, step in enumerate(steps):
            if step.mark == "<":
                self._expect(step)
                last = i + 1 == len(steps) or steps[i + 1].mark != "<" or steps[i + 1].who != step.who
                if last:
                    rest = self._heard.get(step.who, [])
                    assert not rest, f"line {step.number}: the bot also said {rest}"
                continue
            self._heard = {}
            if step.mark == "~":
                await self._pass(step.lines[0])
            else:
                self._do(step)
                await self.desk.round()
            self._hear()

    async def _pass(self, text: str) -> None:
        amount, unit = text.split()
        self.desk.clock.move(timedelta(**{_UNITS[unit]: float(amount)}))
        await self.desk.round(tick=True)

    def _do(self, step: Line) -> None:
        self.desk.clock.move(timedelta(seconds=1))
        platform, text = self.desk.platform, step.lines[0]
        officer = step.who.startswith("petugas")
        bot = platform.bots[OFFICERS if officer else OWNERS]
        user = self._person(step.who)
        inside = text[1:-1]
        if text.startswith("[") and text.endswith("]"):
            bubble = next(b for b in reversed(self._bubbles(step.who)) if _buttons(b) and inside in _buttons(b))
            platform.tap(user, bubble["message_id"], inside, bot=bot)
        elif text.startswith("(") and text.endswith(")"):
            word, _, rest = inside.partition(" ")
            match word:
                case "nomor" if rest.startswith("orang lain"):
                    platform.share_contact(user, rest.removeprefix("orang lain").strip(), own=False, bot=bot)
                case "nomor":
                    platform.share_contact(user, rest, bot=bot)
                case "foto":
                    platform.send_photo(user, JPEG, bot=bot)
                case "stiker":
                    platform.sticker(user, bot=bot)
                case "suara":
                    platform.voice(user, bot=bot)
                case "lokasi":
                    platform.location(user, -7.98, 112.63, bot=bot)
                case "blokir":
                    platform.block(user, bot)
                case "buka":
                    platform.unblock(user, bot)
                case "ubah:":
                    own = [b for b in self._all(step.who) if b["from"]["id"] == user and "text" in b]
                    platform.edit(user, own[-1]["message_id"], rest, bot=bot)
                case "grup":
                    platform.group_message(user, rest, bot=bot)
                case _:
                    raise ValueError(f"line {step.number}: ({inside})")
        else:
            platform.say(user, text, bot=bot)

    def _person(self, who: str) -> int:
        if who not in self.people:
            self.people[who] = self.desk.platform.add_user(who.title(), phone="6281234567890").id
        return self.people[who]

    def _all(self, who: str) -> list[dict[str, Any]]:
        bot = self.desk.platform.bots[OFFICERS if who.startswith("petugas") else OWNERS]
        chat = self.desk.platform.chat(bot, self._person(who))
        return [bubble.message for bubble in chat.bubbles.values() if bubble.message]

    def bubbles(self, who: str) -> list[dict[str, Any]]:
        """What a bot has sent somebody."""
        return self._bubbles(who)

    def _bubbles(self, who: str) -> list[dict[str, Any]]:
        return [message for message in self._all(who) if message["from"].get("is_bot")]

    def _hear(self) -> None:
        """Note what everybody's phone shows that is new since the last step."""
        for who in list(self.people):
            bubbles = self._bubbles(who)
            new = [b for b in bubbles if b["message_id"] > self._read.get(who, 0)]
            if new:
                self._read[who] = new[-1]["message_id"]
            lines: list[str] = []
            for bubble in new:
                words = bubble.get("text") or bubble.get("caption", "")
                lines += [line for line in words.splitlines() if line.strip()]
                if buttons := _buttons(bubble):
                    lines.append(" ".join(f"[{b}]" for b in buttons))
            self._heard[who] = lines

    def _expect(self, step: Line) -> None:
        heard = self._heard.setdefault(step.who, [])
        for wanted in step.lines:
            if wanted == "(diam)":
                assert not heard, f"line {step.number}: the bot said {heard}"
                continue
            while heard and heard[0].startswith("[") and not wanted.startswith("["):
                heard.pop(0)
            assert heard, f"line {step.number}: the bot said nothing (more), not {wanted!r}"
            pattern = ".*".join(re.escape(part) for part in wanted.split("…"))
            assert re.fullmatch(pattern, heard[0]), f"line {step.number}:\n  {wanted!r}\n  {heard[0]!r}"
            heard.pop(0)
        while heard and heard[0].startswith("["):
            heard.pop(0)


def _buttons(message: dict[str, Any]) -> list[str]:
    rows: list[list[dict[str, Any]]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [key["text"] for row in rows for key in row]
