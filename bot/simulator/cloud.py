"""WhatsApp as an office sees it, in memory: what its Cloud API answers, and what people do in their chats.

No sockets: `Cloud.call` is the API (bot.simulator.cloud_server puts HTTP around it). The other methods are people's
doings, with the names that Telegram's have in bot.simulator.platform, so that a test may drive either; `bot` is the
business number, the first one when left out. They raise `LookupError` for what isn't there and `ValueError` for what
the app wouldn't do.
"""

from __future__ import annotations

import re

from bot.simulator.cloud_api import Call, answer, callback_of, digest
from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.cloud_things import INBOUND_KEPT, Account, Contact
from bot.simulator.cloud_webhooks import Get, drain, verify
from bot.simulator.cloud_world import CloudWorld
from bot.simulator.entities import TEXT_LIMIT, spoken_entities, units
from bot.simulator.faults import Dropped
from bot.simulator.pictures import picture_size
from bot.simulator.refusal import Json
from bot.simulator.things import Bubble, Chat

_UNKNOWN = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
UNSUPPORTED: Json = {"errors": [{**_UNKNOWN, "error_data": {"details": "Message type is currently not supported."}}]}


class Cloud(CloudWorld):
    """The platform. `get` asks an address that wants webhooks for its challenge; None while nobody listens."""

    get: Get | None = None

    async def call(self, token: str, request: Call) -> tuple[int, Json]:
        """One call of the Graph API: HTTP status and JSON. Raises `Dropped` where the line is cut.

        A fault named ``flood`` is the code 130429; ``error`` is 131000 with a 500.
        """
        if self.world.held:
            raise Dropped(request.name)
        fault = self.faults.draw(request.name)
        if fault and fault.trouble == "delay":
            await self.faults.wait(fault.seconds)
        try:
            if fault and fault.trouble in {"error", "flood"}:
                raise CloudRefusal(131000 if fault.trouble == "error" else 130429)
            found = 200, await self._result(token, request)
        except CloudRefusal as refusal:
            self.limits.met[refusal.code] = self.limits.met.get(refusal.code, 0) + 1
            found = refusal.status, refusal.envelope()
        self.world.save()
        if fault and fault.trouble == "hang":
            await self.faults.wait(None)
        if fault and fault.trouble == "drop":
            raise Dropped(request.name)
        return found

    async def _result(self, token: str, request: Call) -> Json:
        mine = [account for account in self.accounts.values() if account.token == token]
        if not mine:
            raise CloudRefusal(190)
        account = next((one for one in mine if {one.phone_number_id, one.waba} & set(request.parts)), mine[0])
        if request.verb == "POST" and request.parts == [account.waba, "subscribed_apps"]:
            if request.body:
                url, proof = callback_of(request.body)
                if self.get is None:
                    raise CloudRefusal(2200, "The simulator isn't listening.")
                await verify(self, account, url, proof, self.get)
            return {"success": True}
        return answer(self, account, request)

    def download(self, token: str, name: str, ends: int) -> tuple[bytes, str] | None:
        """A file and its MIME type, from the address that its media id leads to; None where it isn't there any more.

        Raises `CloudRefusal` without the token of its business.
        """
        owners = {account.id for account in self.accounts.values() if account.token == token}
        if not owners:
            raise CloudRefusal(190)
        media = self.media.get(name)
        if media is None or media.account not in owners or self.world.now() > min(ends, media.ends):
            return None
        return self.world.blobs[name], self.world.files[name].mime

    def envelopes(self, bot: Account | None = None) -> list[tuple[dict[str, str], bytes]]:
        """What waits for a business, as headers and bodies of webhooks that count as taken: a desk without sockets."""
        return drain(self, self._account(bot))

    def chat(self, bot: Account | None, user: int) -> Chat:
        """A person's chat with a business, new if need be."""
        return self.chat_of(self._account(bot).id, user)

    # --- what people do

    def start(self, user: int, bot: Account | None = None, text: str = "") -> int:
        """Open a link ``wa.me/<number>?text=…`` and send the words that it has written already."""
        return self.say(user, text or "Halo", bot=bot)

    def say(self, user: int, text: str, *, bot: Account | None = None) -> int:
        """Write a message and return its number."""
        if not text.strip():
            raise ValueError("an empty message")
        if units(text) > 65_536:
            raise ValueError("the app takes no text as long as that")
        said = text.strip()
        shown: Json = {"text": said}
        if links := [one for one in spoken_entities(said) if one["type"] == "url"]:
            shown["entities"] = links
        return self._speak(user, bot, shown, "text", {"body": said[:TEXT_LIMIT]}, " ".join(said.split()))

    def tap(self, user: int, message_id: int, choice: str, *, bot: Account | None = None, forged: bool = False) -> int:
        """Tap the reply button, list row or template button with this label or id; the number of the answer it makes.

        `forged`: a tampered app sends `choice` as id whether there is such a button or not.
        """
        chat, _ = self._at(user, bot)
        bubble = self._bubble(chat, message_id).message or {}
        rows: list[list[Json]] = bubble.get("reply_markup", {}).get("inline_keyboard", [])
        keys = [key for row in rows for key in row if "callback_data" in key]
        found = next((key for key in keys if choice in (key["text"], key["callback_data"])), None)
        if found is None and not forged:
            raise LookupError(f"no button {choice!r} under message {message_id}")
        title, name = (found["text"], found["callback_data"]) if found else (choice[:20], choice)
        kind = bubble.get("wa") or "button_reply"
        line = f"[{title}]" if found else f"# a tap that no button holds: {choice}"
        quote = (bubble.get("text") or bubble.get("caption") or "").partition("\n")[0][:80]
        shown: Json = {"text": title, "quoted": message_id, "quote": quote}
        context = {"from": self._account(bot).phone, "id": self.message_id(chat, message_id)}
        if kind == "button":
            return self._speak(user, bot, shown, "button", {"payload": name, "text": title}, line, context)
        reply: Json = {"id": name, "title": title}
        rows_of = [row for one in bubble.get("list", {}).get("sections", []) for row in one["rows"]]
        if row := next((one for one in rows_of if one["id"] == name), None):
            reply |= {"title": row["title"], **({"description": row["description"]} if row["description"] else {})}
        return self._speak(user, bot, shown, "interactive", {"type": kind, kind: reply}, line, context)

    def press(self, user: int, label: str, *, bot: Account | None = None) -> int:
        """WhatsApp has no keyboard of the bot's."""
        raise LookupError(f"no key {label!r}: there are no such keyboards on WhatsApp")

    def share_contact(
        self, user: int, phone: str = "", own: bool = True, *, first_name: str = "", bot: Account | None = None
    ) -> int:
        """Share one's own card, or somebody else's from the address book."""
        chat, contact = self._at(user, bot)
        digits = re.sub(r"\D", "", phone) or (contact.phone if own else "")
        name = first_name or (self.world.users[user].first_name if own else "Kenalan")
        card: Json = {"name": {"formatted_name": name, "first_name": name}}
        card |= {"phones": [{"phone": f"+{digits}", "wa_id": digits, "type": "CELL"}]}
        asked = self._asked(chat, "contact") if own else None
        card |= {"origin": "contact_request"} if asked else {}
        shown: Json = {"contact": {"phone_number": digits, "first_name": name, **({"user_id": user} if own else {})}}
        line = f"(nomor {digits})" if own else f"(nomor orang lain {digits})"
        return self._speak(user, bot, shown, "contacts", [card], line, asked)

    def location(self, user: int, latitude: float, longitude: float, *, bot: Account | None = None) -> int:
        """Share a place; it answers the business's request where the newest message is one."""
        chat, _ = self._at(user, bot)
        place: Json = {"latitude": latitude, "longitude": longitude}
        return self._speak(user, bot, {"location": place}, "location", place, "(lokasi)", self._asked(chat, "location"))

    def send_photo(self, user: int, data: bytes, caption: str = "", *, bot: Account | None = None) -> int:
        """Send a picture (JPEG or PNG)."""
        size = picture_size(data)
        if size is None:
            raise ValueError("not a JPEG or PNG")
        mime = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
        media, wire = self._inbound(bot, data, mime, "photo")
        shape = {"file_id": media, "file_unique_id": media, "width": size[0], "height": size[1]}
        more = {"caption": caption} if caption else {}
        return self._speak(user, bot, {"photo": [shape], **more}, "image", {**wire, **more}, "(foto)")

    def send_document(
        self, user: int, name: str, data: bytes, mime: str = "application/pdf", *, bot: Account | None = None
    ) -> int:
        """Send a file as it is."""
        media, wire = self._inbound(bot, data, mime, name)
        shown: Json = {"document": {"file_id": media, "file_name": name, "mime_type": mime, "file_size": len(data)}}
        return self._speak(user, bot, shown, "document", {**wire, "filename": name}, "# a document was sent")

    def sticker(self, user: int, emoji: str = "👍", *, bot: Account | None = None) -> int:
        _, wire = self._inbound(bot, b"nothing to see", "image/webp", "sticker")
        shown: Json = {"sticker": {"emoji": emoji}}
        return self._speak(user, bot, shown, "sticker", {**wire, "animated": False}, "(stiker)")

    def voice(self, user: int, seconds: int = 3, *, bot: Account | None = None) -> int:
        _, wire = self._inbound(bot, b"nothing to hear", "audio/ogg; codecs=opus", "voice")
        shown: Json = {"voice": {"duration": seconds}}
        return self._speak(user, bot, shown, "audio", {**wire, "voice": True}, "(suara)")

    def react(self, user: int, message_id: int, emoji: str, *, bot: Account | None = None) -> None:
        """Put an emoji on a message; none takes it away."""
        chat, _ = self._at(user, bot)
        self._bubble(chat, message_id)
        body = {"message_id": self.message_id(chat, message_id), **({"emoji": emoji} if emoji else {})}
        self._tell(user, bot, "reaction", body, f"# reacted with {emoji or 'nothing'}")

    def edit(self, user: int, message_id: int, text: str, *, bot: Account | None = None) -> None:
        """Change the words of an earlier message of one's own.

        Only a number that coexists with the WhatsApp Business app is told the words; others of something unsupported.
        """
        chat, _ = self._at(user, bot)
        bubble = self._bubble(chat, message_id)
        old = bubble.message or {}
        if old["from"]["id"] != user or "text" not in old or not text.strip():
            raise ValueError("only one's own text can be changed")
        bubble.message = {**old, "text": text.strip(), "edit_date": int(self.world.now())}
        self.world.keep_bubble(chat, bubble)
        line = f"(ubah: {' '.join(text.split())})"
        if self.coexisting:
            now: Json = {"context": {}, "type": "text", "text": {"body": text.strip()}}
            what: Json = {"original_message_id": self.message_id(chat, message_id), "message": now}
            self._tell(user, bot, "edit", what, line)
        else:
            self._tell(user, bot, "unsupported", UNSUPPORTED, line)

    def unsupported(self, user: int, *, bot: Account | None = None) -> int:
        """Send something that businesses can't have: a poll, a picture to be seen once."""
        return self._speak(user, bot, {"text": "📊 Jajak pendapat"}, "unsupported", UNSUPPORTED, "# a poll was sent")

    def marketing(self, user: int, wanted: bool, *, bot: Account | None = None) -> None:
        """Stop the business's marketing, or take it again, in the phone's own menu."""
        _, contact = self._at(user, bot)
        contact.stopped = not wanted
        self._set(contact)
        who = {key: value for key, value in self.identity(contact).items() if key != "profile"}
        body: Json = {
            **who,
            "detail": f"User requested to {'resume' if wanted else 'stop'} marketing messages",
            "category": "marketing_messages",
            "value": "resume" if wanted else "stop",
            "timestamp": int(self.world.now()),
        }
        account = self._account(bot)
        self.world.note(account.id, user, ">", ["(terima pemasaran)" if wanted else "(stop pemasaran)"])
        self.bring(account, user, "user_preferences", "user_preferences", body, [self.identity(contact)])
        self.world.save()

    def change_number(self, user: int, phone: str) -> None:
        """Take another number: her business-scoped ids are new ones then, and the businesses she knows hear of it."""
        digits = re.sub(r"\D", "", phone)
        if not digits:
            raise ValueError("a number is expected")
        for contact in [one for one in self.contacts.values() if one.user == user]:
            old = self.identity(contact)
            before, contact.phone = contact.phone, digits
            contact.generation += 1
            self.keep_contact(contact)
            system: Json = {"type": "user_changed_user_id" if contact.hidden else "user_changed_number"}
            name = self.world.users[user].first_name
            if not contact.hidden:
                system |= {"body": f"User {name} changed from {before} to {digits}", "wa_id": digits}
            system |= {"user_id": contact.user_id, "previous_user_id": old["user_id"]}
            account = self.accounts[contact.account]
            item = {"from_user_id": old["user_id"], "type": "system", "system": system, **self._stamp(account, user)}
            if not contact.hidden:
                item["from"] = before
            self.world.note(account.id, user, ">", [f"(ganti nomor {digits})"])
            self.bring(account, user, "messages", "messages", item)
        person = self.world.users[user]
        person.phone = digits
        self.world.keep_user(person)
        self.world.changed()
        self.world.save()

    def hide(self, user: int, hidden: bool = True, *, bot: Account | None = None) -> None:
        """Take a user name and show no number, or show it again."""
        contact = self.contact(self._account(bot), user)
        contact.hidden = hidden
        self._set(contact)

    def offline(self, user: int, offline: bool = True, *, bot: Account | None = None) -> None:
        """The phone is off: what is sent to it stays ``sent`` until it is on again."""
        contact = self.contact(self._account(bot), user)
        contact.offline = offline
        self._set(contact)
        if not offline:
            self.arrived(contact)
            self.world.save()

    def absent(self, user: int, absent: bool = True, *, bot: Account | None = None) -> None:
        """The number isn't on WhatsApp."""
        contact = self.contact(self._account(bot), user)
        contact.absent = absent
        self._set(contact)

    def look(self, user: int, *, bot: Account | None = None) -> None:
        """Open the chat and read what is in it."""
        contact = self.contact(self._account(bot), user)
        if not contact.offline:
            self.seen(contact)
            self.world.save()

    def block(self, user: int, bot: Account | None = None) -> None:
        """Block the business; nobody tells it."""
        self._blocked(user, bot, True)

    def unblock(self, user: int, bot: Account | None = None) -> None:
        self._blocked(user, bot, False)

    def group_message(self, user: int, text: str, *, bot: Account | None = None) -> int:
        """There are no groups with a business number here."""
        raise ValueError("a business number is in no group")

    def _set(self, contact: Contact) -> None:
        """Keep what a person has set, and show it on her phone."""
        self.keep_contact(contact)
        self.world.keep_chat(self.chat_of(contact.account, contact.user))
        self.world.save()

    def _account(self, bot: Account | None) -> Account:
        if bot is None and not self.accounts:
            raise LookupError("no business number has been added")
        return bot or next(iter(self.accounts.values()))

    def _at(self, user: int, bot: Account | None) -> tuple[Chat, Contact]:
        """The person's chat, in which she is about to do something."""
        account = self._account(bot)
        contact = self.contact(account, user)
        chat = self.chat_of(account.id, user)
        if chat.blocked:
            raise ValueError("the business is blocked")
        if contact.absent or contact.offline:
            raise ValueError("this phone has no WhatsApp now")
        return chat, contact

    def _bubble(self, chat: Chat, message_id: int) -> Bubble:
        bubble = chat.bubbles.get(message_id)
        if bubble is None or bubble.message is None:
            raise LookupError(f"no message {message_id}")
        return bubble

    def _asked(self, chat: Chat, what: str) -> Json | None:
        """The context of an answer to the newest message, where that asks for it."""
        newest = next((one for one in reversed(chat.bubbles.values()) if one.message), None)
        if newest is None or newest.message is None or newest.message.get("ask") != what:
            return None
        return {"from": self.accounts[chat.bot].phone, "id": self.message_id(chat, newest.id)}

    def _inbound(self, bot: Account | None, data: bytes, mime: str, name: str) -> tuple[str, Json]:
        """A file that a person sends: its id, and how a webhook names it."""
        media = self.put_media(self._account(bot), data, mime, name, INBOUND_KEPT)
        return media.id, {"id": media.id, "mime_type": mime, "sha256": digest(data)}

    def _stamp(self, account: Account, user: int) -> Json:
        """Id and time of something that leaves no bubble."""
        chat = self.chat_of(account.id, user)
        chat.last_message += 1
        self.world.keep_chat(chat)
        return {"id": self.message_id(chat, chat.last_message), "timestamp": str(int(self.world.now()))}

    def _speak(
        self,
        user: int,
        bot: Account | None,
        shown: Json,
        kind: str,
        wire: object,
        line: str,
        context: Json | None = None,
    ) -> int:
        """Put a person's message into the chat and tell the business."""
        chat, _ = self._at(user, bot)
        bubble = self.world.post(chat, self.world.users[user].json(), shown)
        item: Json = {"id": self.message_id(chat, bubble.id), "timestamp": str(int(self.world.now()))}
        self._send(user, bot, {**item, **({"context": context} if context else {})}, kind, wire, line, bubble.id)
        return bubble.id

    def _tell(self, user: int, bot: Account | None, kind: str, wire: object, line: str) -> None:
        self._send(user, bot, self._stamp(self._account(bot), user), kind, wire, line, 0)

    def _send(
        self, user: int, bot: Account | None, item: Json, kind: str, wire: object, line: str, message: int
    ) -> None:
        account = self._account(bot)
        chat, contact = self._at(user, bot)
        self.seen(contact)
        contact.spoke = self.world.now()
        self.keep_contact(contact)
        chat.started, chat.spoke = True, self.world.monotonic()
        self.limits.heard(account.id, self.world.monotonic())
        body: Json = {} if contact.hidden else {"from": contact.phone}
        body |= {"from_user_id": contact.user_id, **item, "type": kind}
        body |= UNSUPPORTED if kind == "unsupported" else {kind: wire}
        self.world.note(account.id, user, ">", [line])
        self.bring(account, user, "messages", "messages", body, [self.identity(contact)], message)
        self.world.save()

    def _blocked(self, user: int, bot: Account | None, blocked: bool) -> None:
        chat = self.chat_of(self._account(bot).id, user)
        if chat.blocked != blocked:
            chat.blocked = blocked
            self.world.note(chat.bot, user, ">", ["(blokir)" if blocked else "(buka blokir)"])
            self.world.keep_chat(chat)
            self.world.save()
