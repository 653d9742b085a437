"""The platform's state and its few rules of movement: messages get numbers, updates wait until they are confirmed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from bot.chat.seams import Clock, SystemClock
from bot.simulator import diary
from bot.simulator.bell import Bell
from bot.simulator.clock import MovedClock
from bot.simulator.diary import Note
from bot.simulator.limits import Limits
from bot.simulator.refusal import Json
from bot.simulator.shelf import Shelf
from bot.simulator.things import Bot, Bubble, Chat, Query, Sent, Stored, User, Waiting, kept
from bot.simulator.transcript import told

GATHER = 1.5
"""Seconds that a shuffled platform waits for more before it hands anything to a bot that polls."""
UPDATE_KEPT = 24 * 3600
TAP_KEPT = 150
"""Seconds that an update, or the update of a tap, waits for its bot before it is given up."""

FIRST_USER = 700_000_001
_EPOCH_2020 = 1_577_836_800

UNSAVED = 1_000
"""Changes that a page may have seen and a killed process not saved: what comes after must have higher numbers."""


class World:
    """Everything the platform knows. With a `store` it is kept there, and `save` has to follow every change.

    `clock` is the platform's time of day, `monotonic` measures rates and the times of `sent`; tests may move both.
    """

    def __init__(
        self, store: Path | None = None, clock: Clock | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.monotonic = monotonic
        self.limits = Limits()
        self.sent: list[Sent] = []
        self.bots: dict[str, Bot] = {}
        self.users: dict[int, User] = {}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, Stored] = {}
        self.blobs: dict[str, bytes] = {}
        self.waiting: dict[int, dict[int, Waiting]] = {}
        self.brought: set[tuple[int, int]] = set()  # chats with something new for a webhook
        self.courier = Bell()
        self.held = False
        self.twice = False  # bring every update twice
        self.shuffled = False  # bring a chat's newest waiting update first; polling: see `polling`
        self.gather = GATHER
        self.diary: dict[int, Note] = {}
        self.screen = Bell()  # something changed that is no chat's own: people, switches, the time of day
        self.changes = 0
        self.closed = False
        self.life = secrets.token_hex(8)
        self.seq = 0
        self.counted: dict[str, int] = {}
        self._shelf = Shelf(store)
        self._load()

    def now(self) -> float:
        """The platform's time in seconds since 1970."""
        return self.clock.now().timestamp()

    def count(self, what: str, start: int = 1) -> int:
        """The next number of a kind; numbers are never used twice, also not after `forget`."""
        found = self.counted.get(what, start)
        self.counted[what] = found + 1
        self._shelf.put("count", what, found + 1)
        return found

    def first_update(self) -> int:
        """Where a new bot's update ids start: a fresh platform must not repeat those of an earlier one."""
        return int((self.now() - _EPOCH_2020) * 1000)

    def changed(self) -> None:
        """Tell who looks that people, switches or the time of day have changed."""
        self.changes += 1
        self.screen.ring()

    def move(self, by: timedelta) -> None:
        """Put the clock forward. ValueError where the platform's clock can't be moved, or not that way."""
        if not isinstance(self.clock, MovedClock):
            raise ValueError("this clock can't be moved")
        self.clock.move(by)
        self._shelf.put("clock", "ahead", self.clock.ahead.total_seconds())
        self.note(0, 0, "~", [told(by)])
        self.changed()
        self.save()

    def switch(self, name: str, on: bool) -> None:
        """Turn a trouble of the line on or off: ``held``, ``twice``, ``shuffled``. LookupError for another name."""
        if name == "held":
            self.hold(on)
        elif name == "twice":
            self.twice = on
        elif name == "shuffled":
            self.shuffled = on
        else:
            raise LookupError(f"no switch {name}")
        self.changed()

    def note(self, bot: int, user: int, mark: Literal[">", "<", "~"], lines: list[str]) -> None:
        """Write into the diary."""
        number = self.count("note")
        self.diary[number] = Note(self.now(), bot, user, mark, lines)
        self._shelf.put("note", number, kept(self.diary[number]))
        if self.diary.pop(number - diary.LONGEST, None):
            self._shelf.drop("note", number - diary.LONGEST)

    def keep_bot(self, bot: Bot) -> None:
        self.bots[bot.token] = bot
        self.waiting.setdefault(bot.id, {})
        self._shelf.put("bot", bot.token, kept(bot))

    def keep_user(self, user: User) -> None:
        self.users[user.id] = user
        self._shelf.put("user", user.id, kept(user))

    def chat(self, bot: Bot, chat_id: int) -> Chat:
        """The bot's chat of that id, new if need be."""
        found = self.chats.get((bot.id, chat_id))
        if found is None:
            found = self.chats[bot.id, chat_id] = Chat(bot.id, chat_id)
        return found

    def keep_chat(self, chat: Chat) -> None:
        """Note that a chat has changed, and wake who looks at it."""
        self.seq += 1
        chat.seq = self.seq
        self._shelf.put("chat", f"{chat.bot}:{chat.id}", kept(chat))
        chat.bell.ring()

    def keep_bubble(self, chat: Chat, bubble: Bubble) -> None:
        self.seq += 1
        bubble.seq = self.seq
        chat.bubbles[bubble.id] = bubble
        self._shelf.put("bubble", f"{chat.bot}:{chat.id}:{bubble.id}", kept(bubble))
        chat.bell.ring()

    def keep_query(self, query: Query) -> None:
        self.seq += 1
        query.seq = self.seq
        if query.id not in self.queries:
            self.queries[query.id] = query
            self.chats[query.bot, query.chat].taps.append(query)
        self._shelf.put("query", query.id, kept(query))
        self.chats[query.bot, query.chat].bell.ring()

    def keep_file(self, bot: Bot, folder: str, ending: str, mime: str, data: bytes) -> Stored:
        """Put a file by for `getFile`."""
        number = self.count("file")
        name = f"F{number}-{secrets.token_urlsafe(16)}"
        stored = Stored(name, bot.id, f"{folder}/file_{number}{ending}", mime, len(data))
        self.put_file(stored, data)
        return stored

    def put_file(self, stored: Stored, data: bytes) -> None:
        self.files[stored.id] = stored
        self.blobs[stored.id] = data
        self._shelf.put("file", stored.id, kept(stored))
        self._shelf.put("blob", stored.id, data)

    def put(self, kind: str, key: object, body: Any) -> None:
        """Keep something of another platform that is played beside this one."""
        self._shelf.put(kind, key, body)

    def drop(self, kind: str, key: object) -> None:
        self._shelf.drop(kind, key)

    def kept(self, kind: str) -> Iterator[tuple[str, Any]]:
        """What was kept of that kind."""
        return self._shelf.all(kind)

    def post(self, chat: Chat, sender: Json, content: Json, *, editable: bool = True) -> Bubble:
        """Put a new message into a chat."""
        chat.last_message += 1
        message = {
            "message_id": chat.last_message,
            "from": sender,
            "chat": self.chat_json(chat),
            "date": int(self.now()),
            **content,
        }
        bubble = Bubble(chat.last_message, 0, message, editable)
        self.keep_bubble(chat, bubble)
        self.keep_chat(chat)
        if sender["is_bot"] and chat.private:
            self.note(chat.bot, chat.id, "<", diary.said(content))
        return bubble

    def chat_json(self, chat: Chat) -> Json:
        if chat.private:
            return {"id": chat.id, "first_name": self.users[chat.id].first_name, "type": "private"}
        return {"id": chat.id, "title": chat.title, "type": "group"}

    def bring(self, bot: Bot, chat: Chat, kind: str, body: Json) -> int:
        """Make an update for the bot and return its id; 0 when the bot doesn't want this kind."""
        chat.spoke = self.monotonic()
        self.note(chat.bot, body["from"]["id"], ">", [diary.done(kind, body)])
        if bot.allowed and kind not in bot.allowed:
            return 0
        number = bot.next_update
        bot.next_update += 1
        self.keep_bot(bot)
        lasts = TAP_KEPT if kind == "callback_query" else UPDATE_KEPT
        waiting = Waiting({"update_id": number, kind: body}, chat.id, self.now() + lasts)
        self.waiting[bot.id][number] = waiting
        self._shelf.put("update", f"{bot.id}:{number}", kept(waiting))
        chat.waiting.append(number)
        if bot.url:
            self.brought.add(chat.key)
            self.courier.ring()
        bot.bell.ring()
        return number

    def confirm(self, bot: Bot, number: int) -> None:
        """The bot has this update; it is not brought again."""
        waiting = self.waiting[bot.id].pop(number, None)
        if waiting is None:
            return
        chat = self.chats[bot.id, waiting.chat]
        chat.waiting.remove(number)
        self._shelf.drop("update", f"{bot.id}:{number}")
        self.keep_chat(chat)  # its message now shows as read

    def renumber(self, bot: Bot, number: int, waiting: Waiting) -> None:
        """Give an update that waits another's number."""
        old = self.waiting[bot.id][number]
        if old.chat != waiting.chat:
            before, after = self.chats[bot.id, old.chat], self.chats[bot.id, waiting.chat]
            before.waiting.remove(number)
            after.waiting = sorted([*after.waiting, number])
        update = {**waiting.update, "update_id": number}
        self.waiting[bot.id][number] = Waiting(update, waiting.chat, waiting.expires)
        self._shelf.put("update", f"{bot.id}:{number}", kept(self.waiting[bot.id][number]))

    def due(self, bot: Bot) -> Iterator[tuple[int, Waiting]]:
        """The updates that wait for a bot, in order; those that waited too long are given up on the way."""
        now = self.now()
        for number, waiting in list(self.waiting[bot.id].items()):
            if waiting.expires < now:
                self.confirm(bot, number)
            else:
                yield number, waiting

    def hold(self, held: bool = True) -> None:
        """No network between platform and bot until ``hold(False)``: updates wait, and what the bot calls is lost."""
        self.held = held
        self.courier.ring()
        for bot in self.bots.values():
            bot.bell.ring()

    def forget(self) -> None:
        """Everybody and everything said is gone; the bots stay."""
        for chat in self.chats.values():
            for number in list(chat.bubbles):
                self._shelf.drop("bubble", f"{chat.bot}:{chat.id}:{number}")
            for number in chat.waiting:
                self._shelf.drop("update", f"{chat.bot}:{number}")
            chat.waiting.clear()
            self._shelf.drop("chat", f"{chat.bot}:{chat.id}")
            chat.bell.ring()
        users_and_more = ("user", self.users), ("query", self.queries), ("file", self.files), ("note", self.diary)
        for kind, things in (*users_and_more, ("blob", self.blobs)):
            for key in things:
                self._shelf.drop(kind, key)
            things.clear()
        self.chats.clear()
        self.brought.clear()
        self.sent.clear()
        for number in self.waiting:
            self.waiting[number] = {}
        self.life = secrets.token_hex(8)
        self._shelf.put("life", "", self.life)
        self.changed()

    def save(self) -> None:
        """Keep what has changed."""
        self._shelf.save()

    def open(self) -> None:
        """Take calls that wait, again."""
        self.closed = False

    def close(self) -> None:
        """Let everybody go who waits, and close the store. `open` goes on."""
        self.closed = True
        self.courier.ring()
        for bot in self.bots.values():
            bot.bell.ring()
        for chat in self.chats.values():
            chat.bell.ring()
        self.screen.ring()
        self._shelf.close()

    def _load(self) -> None:
        for what, number in self._shelf.all("count"):
            self.counted[what] = number
        for _, life in self._shelf.all("life"):
            self.life = life
        self._shelf.put("life", "", self.life)
        for token, body in self._shelf.all("bot"):
            self.bots[token] = Bot(**body)
            self.waiting[self.bots[token].id] = {}
        for _, body in self._shelf.all("user"):
            self.users[body["id"]] = User(**body)
        for _, body in self._shelf.all("chat"):
            self.chats[body["bot"], body["id"]] = Chat(**body)
        for key, body in self._shelf.all("bubble"):
            bot, chat, _ = map(int, key.split(":"))
            self.chats[bot, chat].bubbles[body["id"]] = Bubble(**body)
        for chat in self.chats.values():
            chat.bubbles = dict(sorted(chat.bubbles.items()))
        for key, body in self._shelf.all("query"):
            query = self.queries[key] = Query(**body)
            self.chats[query.bot, query.chat].taps.append(query)
        for key, body in self._shelf.all("file"):
            self.files[key] = Stored(**body)
        self.blobs.update(self._shelf.all("blob"))
        for number, body in sorted(self._shelf.all("note"), key=lambda one: int(one[0])):
            self.diary[int(number)] = Note(**body)
        for _, seconds in self._shelf.all("clock"):
            if isinstance(self.clock, MovedClock):
                self.clock.ahead = timedelta(seconds=seconds)
        self._load_updates()
        self.seq = max((seq for chat in self.chats.values() for seq in self._seqs(chat)), default=0)
        self.seq = max(self.seq, max((query.seq for query in self.queries.values()), default=0)) + UNSAVED
        self.save()

    def _seqs(self, chat: Chat) -> Iterator[int]:
        yield chat.seq
        yield from (bubble.seq for bubble in chat.bubbles.values())

    def _load_updates(self) -> None:
        found = [(*map(int, key.split(":")), body) for key, body in self._shelf.all("update")]
        for bot, number, body in sorted(found, key=lambda one: one[:2]):
            waiting = Waiting(**body)
            self.waiting[bot][number] = waiting
            chat = self.chats[bot, waiting.chat]
            chat.waiting.append(number)
            self.brought.add(chat.key)
            known = next(one for one in self.bots.values() if one.id == bot)
            known.handed = max(known.handed, number)  # perhaps not, but nobody knows
