"""Tests that read like chats.

    > /daftar                       she writes
    < Siapa nama lengkap …          the bot says (… stands for anything)
      Contoh: Siti Aminah           the next line of what it says
      [Daftar] [Menu]               the buttons under it; not compared where none are written
    > [Daftar]                      she taps a button
    > (nomor 081234567890)          shares her number; also (nomor orang lain 08…), (foto), (stiker), (suara), (lokasi),
                                    (blokir), (buka blokir), (ubah: new words)
    budi > halo                     somebody else; budi < … what he reads
    budi@telegram > halo            he, on a platform that isn't the transcript's own; also budi@whatsapp
    petugas > /start                a person at the officers' bot, always on Telegram
    ~ 25 jam                        time passes (menit, jam, hari), and what is due happens

Before every line the bot is restarted, and every update is delivered twice. What is marked `everywhere` runs with
each library for Telegram, on WhatsApp, and on each store.

On WhatsApp the same is written for buttons, rows of a list, choices further on in it (they are looked for) and
numbered choices (their number is typed). Only there: (pemasaran stop), (pemasaran mulai) of the phone's own menu, and
(ganti nomor 628…). Nobody there shows a number, so that people are asked for it as on Telegram; see `Chats.numbers`.
What the office starts there a day later goes as a template: its words aren't compared in a transcript from Telegram.
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
_LINE = re.compile(r"(?:(?P<who>[a-z]+(?:@[a-z]+)?) )?(?P<mark>[<>~]) ?(?P<text>.*)")
_UNITS = {"menit": "minutes", "jam": "hours", "hari": "days"}
_NUMBERED = re.compile(r"\n\n((?:\d+\. .+\n?)+)\n\nMohon jawab dengan nomornya\.$")
_TYPED = re.compile(r"\n\nAtau ketik: (.+)$")
_OTHERS, _PAGES = "Pilihan lain", 4
_BESIDE = ("Silakan pilih:", "Atau pilih:")
"""What Telegram needs a bubble of its own for: buttons that can't go with what takes the keyboard away or brings it."""
_TEMPLATE = "(templat)"
_ALIKE = str.maketrans("∗ˍ∼ˋ", "*_~`")
"""What stands on WhatsApp for signs that could be marks."""


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


class Chats:
    """Plays transcripts on a `Desk`; keeps its people between calls."""

    def __init__(self, desk: Desk, usual: str = "telegram", *, numbers: bool = False) -> None:
        """`usual`: where people are who don't say. `numbers`: WhatsApp tells everybody's number."""
        self.desk = desk
        self.usual = usual
        self.numbers = numbers
        self.people: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._heard: dict[str, list[str]] = {}
        self.photos: dict[str, bytes] = {}
        """What (foto name) sends; one without a name is a single dot."""

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
                await self._do(step)
                await self.desk.round()
            self._hear()

    async def _pass(self, text: str) -> None:
        amount, unit = text.split()
        self.desk.clock.move(timedelta(**{_UNITS[unit]: float(amount)}))
        await self.desk.round(tick=True)

    async def _do(self, step: Line) -> None:
        self.desk.clock.move(timedelta(seconds=1))
        text, user = step.lines[0], self._person(step.who)
        phone, bot = self._phone(step.who)
        inside = text[1:-1]
        if text.startswith("[") and text.endswith("]"):
            await self._choose(step.who, inside)
        elif text.startswith("(") and text.endswith(")"):
            word, _, rest = inside.partition(" ")
            match word:
                case "nomor" if rest.startswith("orang lain"):
                    phone.share_contact(user, rest.removeprefix("orang lain").strip(), own=False, bot=bot)
                case "nomor":
                    phone.share_contact(user, rest, bot=bot)
                case "foto":
                    phone.send_photo(user, self.photos.get(rest, JPEG), bot=bot)
                case "stiker":
                    phone.sticker(user, bot=bot)
                case "suara":
                    phone.voice(user, bot=bot)
                case "lokasi":
                    phone.location(user, -7.98, 112.63, bot=bot)
                case "blokir":
                    phone.block(user, bot)
                case "buka":
                    phone.unblock(user, bot)
                case "ubah:":
                    own = [b for b in self._all(step.who) if b["from"]["id"] == user and "text" in b]
                    phone.edit(user, own[-1]["message_id"], rest, bot=bot)
                case "grup":
                    phone.group_message(user, rest, bot=bot)
                case "pemasaran":
                    phone.marketing(user, rest == "mulai", bot=bot)
                case "ganti":
                    phone.change_number(user, rest.removeprefix("nomor").strip())
                case _:
                    raise ValueError(f"line {step.number}: ({inside})")
        else:
            phone.say(user, text, bot=bot)

    async def tap(self, who: str, label: str) -> None:
        """Tap a button, and bring it nowhere yet."""
        self.desk.clock.move(timedelta(seconds=1))
        await self._choose(who, label)

    async def _choose(self, who: str, label: str) -> None:
        """Tap a button or row; where it isn't shown yet, ask for the others; where it is only named, type it."""
        user = self._person(who)
        phone, bot = self._phone(who)
        for _ in range(_PAGES):
            bubble = self._offering(who, label, _OTHERS)
            text, labels = shown(bubble)
            if label in labels:
                break
            phone.tap(user, bubble["message_id"], _OTHERS, bot=bot)
            await self.desk.round()
            self._read[who] = self._bubbles(who)[-1]["message_id"]
            self.desk.clock.move(timedelta(seconds=1))
        else:  # not in this list: a tap further up
            bubble = self._offering(who, label)
            text, labels = shown(bubble)
        if label in _buttons(bubble):
            phone.tap(user, bubble["message_id"], label, bot=bot)
        else:
            numbered = text != bubble["text"] and not bubble.get("ask")
            phone.say(user, str(labels.index(label) + 1) if numbered else label, bot=bot)

    def _offering(self, who: str, *labels: str) -> dict[str, Any]:
        """The newest bubble with one of these choices."""
        for bubble in reversed(self._bubbles(who)):
            if any(label in shown(bubble)[1] for label in labels):
                return bubble
        raise LookupError(f"nobody offers {labels}")

    def _phone(self, who: str) -> tuple[Any, Any]:
        """What is done with on somebody's phone, and with which account of ours: Telegram's bots, or our number."""
        platform = self.desk.platform
        if who.startswith("petugas"):
            return platform, platform.bots[OFFICERS]
        if (who.partition("@")[2] or self.usual) == "whatsapp":
            return platform.cloud, self.desk.number
        return platform, platform.bots[OWNERS]

    def _person(self, who: str) -> int:
        if who not in self.people:
            name = who.partition("@")[0]
            known = [id for other, id in self.people.items() if other.partition("@")[0] == name]
            self.people[who] = known[0] if known else self._made(name)
            phone, number = self._phone(who)
            if phone is self.desk.platform.cloud and not self.numbers:
                phone.hide(self.people[who], bot=number)
        return self.people[who]

    def _made(self, name: str) -> int:
        """A new person. On WhatsApp no two have the same number."""
        others = len(self.people) if self.desk.number else 0
        return self.desk.platform.add_user(name.title(), phone=f"{6281234567890 + others}").id

    def _all(self, who: str) -> list[dict[str, Any]]:
        phone, bot = self._phone(who)
        return [bubble.message for bubble in phone.chat(bot, self._person(who)).bubbles.values() if bubble.message]

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
                words, labels = shown(bubble)
                if "template" in bubble and not self.numbers and "@" not in who:
                    lines.append(_TEMPLATE)
                    continue
                lines += [line for line in words.splitlines() if line.strip()]
                if labels:
                    lines.append(" ".join(f"[{b}]" for b in labels))
            self._heard[who] = lines

    def _expect(self, step: Line) -> None:
        heard = self._heard.setdefault(step.who, [])
        if heard[:1] == [_TEMPLATE]:
            heard.clear()
            assert step.lines != ["(diam)"], f"line {step.number}: a template went out"
            return
        for wanted in step.lines:
            if wanted == "(diam)":
                assert not heard, f"line {step.number}: the bot said {heard}"
                continue
            if wanted in _BESIDE and self._phone(step.who)[0] is self.desk.platform.cloud:
                continue
            while heard and heard[0].startswith("[") and not wanted.startswith("["):
                heard.pop(0)
            assert heard, f"line {step.number}: the bot said nothing (more), not {wanted!r}"
            assert _like(wanted, heard[0]), f"line {step.number}:\n  {wanted!r}\n  {heard[0]!r}"
            heard.pop(0)
        while heard and heard[0].startswith("["):
            heard.pop(0)


def _like(wanted: str, heard: str) -> bool:
    """Whether a line is as it was wanted. Of a list with others further on, only the first ones are compared."""
    first, others, _ = heard.rpartition(f" [{_OTHERS}]")
    if others:
        begins, goes_on, _ = wanted.partition("…")
        return wanted.startswith(first) or (bool(goes_on) and first.startswith(begins))
    return bool(re.fullmatch(".*".join(re.escape(part) for part in wanted.split("…")), heard))


def shown(message: dict[str, Any]) -> tuple[str, list[str]]:
    """A bubble's words without the choices in them, and its choices: buttons, rows, or what is to be typed."""
    words: str = message.get("text") or message.get("caption", "")
    words = words.translate(_ALIKE)
    if found := _NUMBERED.search(words):
        return words[: found.start()], [line.partition(". ")[2] for line in found[1].splitlines()]
    if message.get("ask") and (found := _TYPED.search(words)):
        return words[: found.start()], found[1].split(", ")
    return words, _buttons(message)


def _buttons(message: dict[str, Any]) -> list[str]:
    rows: list[list[dict[str, Any]]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [key["text"] for row in rows for key in row]


Telegram = Chats
"""What plays a transcript whose people are on Telegram, where nothing else is said."""
