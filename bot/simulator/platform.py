"""Telegram as the bot sees it, in memory: what its Bot API answers, and what people do in their chats.

No sockets: `Platform.call` is the API (bot.simulator.server puts HTTP around it), and the other methods are people's
doings, each of which makes the update that Telegram would send. All of it belongs to one event loop's thread.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from bot.chat.seams import Clock
from bot.simulator import methods
from bot.simulator.cloud import Cloud
from bot.simulator.entities import TEXT_LIMIT, spoken_entities, units
from bot.simulator.faults import Dropped, Faults
from bot.simulator.pictures import picture_size, sizes
from bot.simulator.polling import get_updates
from bot.simulator.refusal import Files, Json, Params, Refusal, flood
from bot.simulator.things import Bot, Bubble, Chat, Query, User
from bot.simulator.world import FIRST_USER, World

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Platform(World):
    """The platform. Everywhere, `bot` may be left out where the first one is meant. `cloud` plays WhatsApp beside it.

    People's doings raise `LookupError` for what isn't there (person, message, button) and `ValueError` for what the
    app wouldn't do (an empty message, writing to a bot that one has blocked).
    """

    def __init__(
        self,
        store: Path | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        seed: int = 0,
    ) -> None:
        super().__init__(store, clock, monotonic)
        self.faults = Faults(seed)
        self.cloud = Cloud(self, seed)

    def hold(self, held: bool = True) -> None:
        super().hold(held)
        self.cloud.bell.ring()

    def forget(self) -> None:
        self.cloud.forget()
        super().forget()

    async def call(self, token: str, method: str, params: Params, files: Files | None = None) -> tuple[int, Json]:
        """One Bot API call: the HTTP status and the JSON envelope. Raises `Dropped` where the line is cut."""
        if self.held and method.lower() != "getupdates":
            raise Dropped(method)  # there is no line; getUpdates finds out by waiting
        fault = self.faults.draw(method)
        if fault and fault.trouble == "delay":
            await self.faults.wait(fault.seconds)
        if fault and fault.trouble == "error":
            return 500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}
        if fault and fault.trouble == "flood":
            refusal = flood(int(fault.seconds))
            return refusal.status, refusal.envelope()
        try:
            answer = 200, {"ok": True, "result": await self._result(token, method, params, files or {})}
        except Refusal as refusal:
            answer = refusal.status, refusal.envelope()
        self.save()
        if fault and fault.trouble == "hang":
            await self.faults.wait(None)
        if fault and fault.trouble == "drop":
            raise Dropped(method)
        return answer

    async def _result(self, token: str, method: str, params: Params, files: Files) -> object:
        bot = self.bots.get(token)
        if bot is None:
            raise Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found")
        if method.lower() == "getupdates":
            return await get_updates(self, bot, params)
        known = methods.METHODS.get(method.lower())
        if known is None:
            raise Refusal(404, "Not Found: method not found")
        return known(self, bot, params, files)

    def add_bot(self, token: str, username: str, name: str) -> Bot:
        """Make a bot known, or get the one kept under this token. `token` is ``<id>:<secret>``; ValueError if not."""
        if not _TOKEN.fullmatch(token):
            raise ValueError("a token looks like 123456:secret")
        bot = self.bots.get(token) or Bot(token, username, name, self.first_update())
        bot.username, bot.name = username, name
        self.keep_bot(bot)
        self.save()
        return bot

    def bot(self, username: str) -> Bot:
        """The bot of that user name; LookupError if there is none."""
        for bot in self.bots.values():
            if bot.username == username:
                return bot
        raise LookupError(f"no bot {username}")

    def add_user(self, first_name: str, *, phone: str | None = "", language_code: str = "id", id: int = 0) -> User:
        """A new person with the app on her phone; `id` 0 gives the next free one, `phone` None a number of her own."""
        number = id or self.count("user", FIRST_USER)
        invented = f"62812{number % 10**8:08d}"
        user = User(number, first_name, language_code, invented if phone is None else phone)
        self.keep_user(user)
        self.changed()
        self.save()
        return user

    def say(self, user: int, text: str, *, bot: Bot | None = None) -> int:
        """Write a message and return its id. A text over 4096 goes in several, as the app does it: then the last id."""
        chat = self._at(user, bot)
        rest = text.strip()
        if not rest:
            raise ValueError("an empty message")
        while units(rest) > TEXT_LIMIT:
            cut = TEXT_LIMIT
            while units(rest[:cut]) > TEXT_LIMIT:
                cut -= 1
            self._speak(chat, {"text": rest[:cut]})
            rest = rest[cut:]
        marked = spoken_entities(rest)
        return self._speak(chat, {"text": rest, "entities": marked} if marked else {"text": rest})

    def start(self, user: int, bot: Bot | None = None, payload: str = "") -> int:
        """Press START, or open a deep link with a payload; one that isn't 1..64 of ``A-Za-z0-9_-`` is dropped."""
        self.unblock(user, bot)
        return self.say(user, f"/start {payload}" if _PAYLOAD.fullmatch(payload) else "/start", bot=bot)

    def tap(self, user: int, message_id: int, choice: str, *, bot: Bot | None = None, forged: bool = False) -> str:
        """Tap the button with this label or data and return the callback query's id.

        `forged`: a tampered app sends `choice` as data whether there is such a button or not.
        """
        chat = self._at(user, bot)
        message = self._bubble(chat, message_id).message or {}
        rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
        keys = [key for row in rows for key in row if "callback_data" in key]
        found = [key["callback_data"] for key in keys if choice in (key["text"], key["callback_data"])]
        if not found and not forged:
            raise LookupError(f"no button {choice!r} under message {message_id}")
        number = str(4_000_000_000_000_000 + self.count("query"))
        query = Query(number, chat.bot, chat.id, message_id, found[0] if found else choice, self.now(), 0)
        self.keep_query(query)
        sender = self.users[user].json()
        body = {"id": number, "from": sender, "message": message, "chat_instance": str(chat.id), "data": query.data}
        self._bring(chat, "callback_query", body)
        return number

    def share_contact(
        self, user: int, phone: str = "", own: bool = True, *, first_name: str = "", bot: Bot | None = None
    ) -> int:
        """Share one's own number (of the account, unless given), or a card from the phone's address book."""
        person = self._user(user)
        contact: Json = {"phone_number": phone or person.phone, "first_name": first_name or person.first_name}
        if not contact["phone_number"]:
            raise ValueError("this person has no number")
        if own:
            contact["user_id"] = user
        return self._speak(self._at(user, bot), {"contact": contact})

    def press(self, user: int, label: str, *, bot: Bot | None = None) -> int:
        """Press a key of the bot's reply keyboard, also of a folded one, and return the id of the message it sends.

        A one-time keyboard folds; it goes only when the bot removes it or gives another. So does the app on Android.
        """
        chat = self._at(user, bot)
        board = chat.keyboard or {}
        keys = [key for row in board.get("keyboard", []) for key in row if key["text"] == label]
        if not keys:
            raise LookupError(f"no key {label!r} on the keyboard")
        number = self.share_contact(user, bot=bot) if keys[0].get("request_contact") else self.say(user, label, bot=bot)
        if board.get("one_time_keyboard"):
            self.fold(user, bot=bot)
        return number

    def fold(self, user: int, folded: bool = True, *, bot: Bot | None = None) -> None:
        """Put the reply keyboard away, or bring it back: the keyboard button beside the line of writing."""
        chat = self._at(user, bot)
        chat.folded = folded
        self.keep_chat(chat)
        self.save()

    def send_photo(self, user: int, data: bytes, caption: str = "", *, bot: Bot | None = None) -> int:
        """Send a picture (JPEG or PNG)."""
        chat = self._at(user, bot)
        size = picture_size(data)
        if size is None:
            raise ValueError("not a JPEG or PNG")
        content: Json = {"photo": sizes(self, self._bot(bot), data, size)}
        return self._speak(chat, {**content, "caption": caption} if caption else content)

    def send_document(
        self, user: int, name: str, data: bytes, mime: str = "application/octet-stream", *, bot: Bot | None = None
    ) -> int:
        """Send a file as it is."""
        chat = self._at(user, bot)
        stored = self.keep_file(self._bot(bot), "documents", "", mime, data)
        document = {"file_id": stored.id, "file_unique_id": stored.id.split("-")[0], "file_size": stored.size}
        return self._speak(chat, {"document": {**document, "file_name": name, "mime_type": mime}})

    def sticker(self, user: int, emoji: str = "👍", *, bot: Bot | None = None) -> int:
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._speak(
            self._at(user, bot), {"sticker": {**self._file_of(bot, "stickers"), **shape, "emoji": emoji}}
        )

    def voice(self, user: int, seconds: int = 3, *, bot: Bot | None = None) -> int:
        note = {"duration": seconds, "mime_type": "audio/ogg"}
        return self._speak(self._at(user, bot), {"voice": {**self._file_of(bot, "voice"), **note}})

    def location(self, user: int, latitude: float, longitude: float, *, bot: Bot | None = None) -> int:
        return self._speak(self._at(user, bot), {"location": {"latitude": latitude, "longitude": longitude}})

    def edit(self, user: int, message_id: int, text: str, *, bot: Bot | None = None) -> None:
        """Change the words of an earlier message of one's own."""
        chat = self._at(user, bot)
        bubble = self._bubble(chat, message_id)
        old = bubble.message or {}
        if old["from"]["id"] != user or "text" not in old or not text.strip():
            raise ValueError("only one's own text can be changed")
        marked = spoken_entities(text)
        new = {key: value for key, value in old.items() if key != "entities"}
        bubble.message = {**new, "text": text.strip(), "edit_date": int(self.now())}
        bubble.message |= {"entities": marked} if marked else {}
        self.keep_bubble(chat, bubble)
        self._bring(chat, "edited_message", bubble.message)

    def block(self, user: int, bot: Bot | None = None) -> None:
        """Block the bot; nothing happens where it is blocked already."""
        self._member(user, bot, blocked=True)

    def unblock(self, user: int, bot: Bot | None = None) -> None:
        self._member(user, bot, blocked=False)

    def deactivate(self, user: int) -> None:
        """The person has deleted her account."""
        person = self._user(user)
        person.deactivated = True
        self.keep_user(person)
        self.save()

    def group_message(
        self, user: int, text: str, *, group: int = -4_000_001, title: str = "Grup UMKM", bot: Bot | None = None
    ) -> int:
        """Write in a group that the bot is a member of; the first time, the bot is added to it by this person."""
        one, person = self._bot(bot), self._user(user)
        if group >= 0:
            raise ValueError("a group's id is negative")
        if (one.id, group) not in self.chats:
            chat = self.chat(one, group)
            chat.title, chat.started = title, True
            self.keep_chat(chat)
            self.bring(one, chat, "my_chat_member", self._membership(one, chat, person, "left", "member"))
        chat = self.chat(one, group)
        marked = spoken_entities(text)
        bubble = self.post(chat, person.json(), {"text": text, **({"entities": marked} if marked else {})})
        self._bring(chat, "message", bubble.message or {})
        return bubble.id

    def _bot(self, bot: Bot | None) -> Bot:
        if bot is None and not self.bots:
            raise LookupError("no bot has been added")
        return bot or next(iter(self.bots.values()))

    def _user(self, user: int) -> User:
        found = self.users.get(user)
        if found is None:
            raise LookupError(f"no person {user}")
        return found

    def _at(self, user: int, bot: Bot | None) -> Chat:
        """The person's chat with the bot, in which she is about to do something."""
        self._user(user)
        chat = self.chat(self._bot(bot), user)
        if chat.blocked:
            raise ValueError("the bot is blocked")
        return chat

    def _bubble(self, chat: Chat, message_id: int) -> Bubble:
        bubble = chat.bubbles.get(message_id)
        if bubble is None or bubble.message is None:
            raise LookupError(f"no message {message_id}")
        return bubble

    def _speak(self, chat: Chat, content: Json) -> int:
        chat.started = True
        bubble = self.post(chat, self.users[chat.id].json(), content)
        self._bring(chat, "message", bubble.message or {})
        return bubble.id

    def _bring(self, chat: Chat, kind: str, body: Json) -> None:
        bot = next(bot for bot in self.bots.values() if bot.id == chat.bot)
        self.bring(bot, chat, kind, body)
        self.save()

    def _file_of(self, bot: Bot | None, folder: Literal["stickers", "voice"]) -> Json:
        ending, mime = (".webp", "image/webp") if folder == "stickers" else (".oga", "audio/ogg")
        stored = self.keep_file(self._bot(bot), folder, ending, mime, b"nothing to see or hear")
        return {"file_id": stored.id, "file_unique_id": stored.id.split("-")[0], "file_size": stored.size}

    def _member(self, user: int, bot: Bot | None, *, blocked: bool) -> None:
        one, person = self._bot(bot), self._user(user)
        chat = self.chat(one, user)
        if chat.blocked == blocked:
            return
        chat.blocked = blocked
        self.keep_chat(chat)
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        self._bring(chat, "my_chat_member", self._membership(one, chat, person, old, new))

    def _membership(self, bot: Bot, chat: Chat, person: User, old: str, new: str) -> Json:
        return {
            "chat": self.chat_json(chat),
            "from": person.json(),
            "date": int(self.now()),
            "old_chat_member": {"user": bot.json(), "status": old} | ({"until_date": 0} if old == "kicked" else {}),
            "new_chat_member": {"user": bot.json(), "status": new} | ({"until_date": 0} if new == "kicked" else {}),
        }
