"""WhatsApp's state beside Telegram's, on the same people, clock, chats and shelf; what has to be told waits here."""

from __future__ import annotations

import heapq
from typing import Any

from bot.simulator.bell import Bell
from bot.simulator.cloud_limits import CloudLimits
from bot.simulator.cloud_refusal import CloudRefusal
from bot.simulator.cloud_things import WINDOW, Account, Contact, Media, Notice, Template, wamid
from bot.simulator.faults import Faults
from bot.simulator.refusal import Json
from bot.simulator.things import Chat, Stored, kept
from bot.simulator.world import World

FREE_SERVICES = 1000
"""Service messages of a number that cost nothing in a month; third parties say so, not the platform's own pages."""

Key = tuple[int, int]
"""A business number and a person (0: about no person)."""


class CloudWorld:
    """What WhatsApp knows. The switches of the world (held, twice, shuffled) hold here too. Its own:

    - `late`: what can't be delivered is accepted first and told as ``failed``, as in the field; else refused at once.
    - `batch`: how many things one webhook may carry.
    - `approving`: templates are approved as soon as they are made.
    - `coexisting`: the number is on the WhatsApp Business app too, and is told what people edit.
    """

    def __init__(self, world: World, seed: int = 0) -> None:
        self.world = world
        self.faults = Faults(seed)
        self.limits = CloudLimits()
        self.late = True
        self.batch = 1
        self.coexisting = False
        self.approving = True
        self.accounts: dict[int, Account] = {}
        self.contacts: dict[Key, Contact] = {}
        self._reached: dict[tuple[int, str], Contact] = {}  # by number and by business-scoped id
        self.templates: dict[str, Template] = {}
        self.media: dict[str, Media] = {}
        self.bell = Bell()
        self.queues: dict[Key, list[int]] = {}
        self.stirred: dict[Key, None] = {}  # the keys that have something to bring, in order
        self.later: list[tuple[float, int]] = []  # a heap: when a notice is tried again
        self.notices: dict[int, Notice] = {}
        self.on_the_way: dict[Key, set[int]] = {}  # bubbles that the business hasn't taken yet
        self.given_up = 0
        self.orders: list[tuple[int, int, bool]] = []  # code, how many more, whether it is told as failed
        self._load()

    def add_account(
        self, phone_number_id: str, *, phone: str, name: str, token: str, secret: str, verify: str, waba: str = ""
    ) -> Account:
        """Make a business number known, or get the one kept under this id with new secrets. Ids are digits."""
        account = self.accounts.get(int(phone_number_id))
        if account is None:
            account = Account(phone_number_id, waba or f"9{phone_number_id}", phone, name, token, secret, verify)
        account.phone, account.name, account.token = phone, name, token
        account.secret, account.verify = secret, verify
        self.keep_account(account)
        self.world.changed()
        self.world.save()
        return account

    def account(self, name: str) -> Account:
        """The business number of that id; LookupError if there is none."""
        for account in self.accounts.values():
            if account.phone_number_id == name:
                return account
        raise LookupError(f"no business number {name}")

    def keep_account(self, account: Account) -> None:
        self.accounts[account.id] = account
        self.world.put("wa_account", account.id, kept(account))

    def contact(self, account: Account, user: int) -> Contact:
        """A person as the number knows her, new if need be. ValueError for one who has no number: no WhatsApp."""
        found = self.contacts.get((account.id, user))
        if found is None:
            person = self.world.users.get(user)
            if person is None:
                raise LookupError(f"no person {user}")
            if not person.phone:
                raise ValueError("this person has no number, so no WhatsApp")
            found = Contact(account.id, user, person.phone.lstrip("+"))
            self.keep_contact(found)
        return found

    def keep_contact(self, contact: Contact) -> None:
        self._know(contact)
        self.world.put("wa_contact", f"{contact.account}:{contact.user}", kept(contact))

    def find(self, account: Account, phone: str = "", user_id: str = "") -> Contact | None:
        """Who is reached by a number (digits) or a business-scoped id."""
        found = self._reached.get((account.id, phone or user_id))
        if found and (found.phone == phone if phone else found.user_id == user_id):
            return found
        for user in self.world.users.values():
            if phone and user.phone.lstrip("+") == phone and (account.id, user.id) not in self.contacts:
                return self.contact(account, user.id)
        return None

    def chat_of(self, account: int, user: int) -> Chat:
        """The number's chat with a person, new if need be."""
        found = self.world.chats.get((account, user))
        if found is None:
            found = self.world.chats[account, user] = Chat(account, user)
        return found

    def settings(self, chat: Chat) -> Json | None:
        """How a person has set her WhatsApp for this chat; None where it is no chat of WhatsApp's."""
        if chat.bot not in self.accounts:
            return None
        contact = self.contacts.get(chat.key)
        return {key: bool(contact and getattr(contact, key)) for key in ("stopped", "hidden", "offline")}

    def open_window(self, contact: Contact) -> bool:
        """Whether the business may write freely."""
        return contact.spoke > 0 and self.world.now() - contact.spoke < WINDOW

    def put_media(self, account: Account, data: bytes, mime: str, name: str, lasts: float) -> Media:
        """Keep a file for `lasts` seconds."""
        number = str(800_000_000_000_000 + self.world.count("wa_media"))
        media = Media(number, account.id, name, self.world.now() + lasts)
        self.world.put_file(Stored(number, account.id, name, mime, len(data)), data)
        self.media[number] = media
        self.world.put("wa_media", number, kept(media))
        return media

    def drop_media(self, media: Media) -> None:
        self.media.pop(media.id, None)
        self.world.drop("wa_media", media.id)

    def keep_template(self, template: Template) -> None:
        self.templates[template.id] = template
        self.world.put("wa_template", template.id, kept(template))

    def template(self, waba: str, name: str, language: str) -> Template | None:
        """The template of that name and language."""
        found = (one for one in self.templates.values() if one.waba == waba and one.name == name)
        return next((one for one in found if one.language == language), None)

    def judge(self, template: Template, status: str, reason: str = "NONE") -> None:
        """Give a template a new status (APPROVED, REJECTED, PAUSED, DISABLED…) and tell the business."""
        template.status, template.reason = status, reason
        self.keep_template(template)
        body: Json = {
            "event": status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "reason": reason,
        }
        account = next(one for one in self.accounts.values() if one.waba == template.waba)
        self.bring(account, 0, "message_template_status_update", "", body)
        self.world.save()

    def refuse(self, code: int, next: int = 1, *, late: bool = False) -> None:
        """Refuse the `next` messages with a code, or (`late`) accept them and tell of it as ``failed``."""
        self.orders.append((code, next, late))

    def ordered(self, late: bool) -> CloudRefusal | None:
        """The refusal that the next message meets by order."""
        for i, (code, left, when) in enumerate(self.orders):
            if when == late:
                self.orders[i : i + 1] = [(code, left - 1, when)] if left > 1 else []
                return CloudRefusal(code)
        return None

    def identity(self, contact: Contact) -> Json:
        """Who she is in a webhook's `contacts`."""
        shown: Json = {"profile": {"name": self.world.users[contact.user].first_name}}
        if contact.hidden:
            shown["profile"]["username"] = f"{shown['profile']['name'].lower()}.{contact.user % 1000}"
        else:
            shown["wa_id"] = contact.phone
        return {**shown, "user_id": contact.user_id}

    def status(self, contact: Contact, state: str, about: Json, error: CloudRefusal | None = None) -> None:
        """Tell what became of a message of the business; `about` holds its id, callback data and pricing."""
        body: Json = {"id": about["id"], "status": state, "timestamp": str(int(self.world.now()))}
        if not contact.hidden:
            body["recipient_id"] = contact.phone
        body["recipient_user_id"] = contact.user_id
        if about.get("callback"):
            body["biz_opaque_callback_data"] = about["callback"]
        if error:
            body["errors"] = [error.told()]
        elif about.get("pricing") and (state != "read" or about.get("skipped")):
            body["pricing"] = about["pricing"]
        known = {key: value for key, value in self.identity(contact).items() if key != "profile"}
        account = self.accounts[contact.account]
        self.bring(account, contact.user, "messages", "statuses", body, [] if error else [known])

    def arrived(self, contact: Contact) -> None:
        """What was sent to her has reached her phone."""
        waiting, contact.undelivered = contact.undelivered, []
        for about in waiting:
            self.status(contact, "delivered", about)
        contact.unread += waiting
        self.keep_contact(contact)

    def seen(self, contact: Contact) -> None:
        """She has looked at the chat. What hadn't reached her phone is told as read only: that says enough."""
        for about in contact.unread:
            self.status(contact, "read", about)
        for about in contact.undelivered:
            self.status(contact, "read", {**about, "skipped": True})
        if contact.unread or contact.undelivered:
            contact.unread, contact.undelivered = [], []
            self.keep_contact(contact)

    def pricing(self, account: Account, category: str) -> Json:
        """What a delivered message costs, as its statuses say it; service messages are free up to a monthly number."""
        free = False
        if category == "service":
            month = f"{self.world.clock.now():%Y-%m}"
            account.served = account.served + 1 if account.month == month else 1
            account.month = month
            free = account.served <= FREE_SERVICES
            self.keep_account(account)
        kind = "free_customer_service" if free else "regular"
        return {"billable": not free, "pricing_model": "PMP", "type": kind, "category": category}

    def bring(
        self,
        account: Account,
        user: int,
        field: str,
        key: str,
        body: Json,
        contacts: list[Json] | None = None,
        message: int = 0,
    ) -> None:
        """Have the business told of something."""
        number = self.world.count("wa_notice")
        notice = Notice(number, account.id, user, field, key, body, contacts or [], message, self.world.now())
        self.keep_notice(notice)
        self._queue(notice)

    def keep_notice(self, notice: Notice) -> None:
        self.notices[notice.number] = notice
        self.world.put("wa_notice", notice.number, kept(notice))

    def again(self, notice: Notice, due: float) -> None:
        """Try a notice again at that time of day (seconds since 1970)."""
        self.keep_notice(notice)
        heapq.heappush(self.later, (due, notice.number))

    def confirm(self, notice: Notice) -> None:
        """The business has it, or it is given up."""
        if self.notices.pop(notice.number, None) is None:
            return
        self.world.drop("wa_notice", notice.number)
        key = notice.account, notice.user
        if notice.message and key in self.world.chats:
            self.on_the_way.get(key, set()).discard(notice.message)
            self.world.keep_chat(self.world.chats[key])  # its message now shows two ticks

    def ready(self, busy: set[Key]) -> list[Notice]:
        """What goes into the next webhook: at most `batch` notices of one number, of people who aren't `busy`."""
        found: list[Notice] = []
        for key in list(self.stirred):
            if key in busy or not self.accounts[key[0]].url or (found and found[0].account != key[0]):
                continue
            queue = self.queues.get(key, [])
            while queue and len(found) < self.batch:
                notice = self.notices.get(queue.pop(-1 if self.world.shuffled else 0))
                if notice:
                    found.append(notice)
            if not queue:
                self.stirred.pop(key, None)
                self.queues.pop(key, None)
            if len(found) >= self.batch:
                break
        return found

    def due_again(self, *, all_of_one: bool = False) -> float | None:
        """Queue what is due to be tried again; seconds to the next one, None where nothing waits.

        `all_of_one` queues the next one also before its time: the clock stands still, and its wait is over.
        """
        while self.later and (self.later[0][0] <= self.world.now() or all_of_one):
            notice = self.notices.get(heapq.heappop(self.later)[1])
            if notice:
                self._queue(notice)
                all_of_one = False
        return max(0.0, self.later[0][0] - self.world.now()) if self.later else None

    def forget(self) -> None:
        """Everybody and everything said is gone; numbers and templates stay."""
        for kind, found in (("wa_contact", self.contacts), ("wa_media", self.media), ("wa_notice", self.notices)):
            for name in found:
                self.world.drop(kind, ":".join(map(str, name)) if isinstance(name, tuple) else name)
            found.clear()
        for one in (self.queues, self.stirred, self.later, self.on_the_way, self._reached):
            one.clear()

    def message_id(self, chat: Chat, number: int) -> str:
        return wamid(chat.bot, chat.id, number)

    def _know(self, contact: Contact) -> None:
        self.contacts[contact.key] = contact
        self._reached[contact.account, contact.phone] = self._reached[contact.account, contact.user_id] = contact

    def _queue(self, notice: Notice) -> None:
        key = notice.account, notice.user
        self.queues.setdefault(key, []).append(notice.number)
        self.stirred[key] = None
        if notice.message:
            self.on_the_way.setdefault(key, set()).add(notice.message)
        self.bell.ring()

    def _load(self) -> None:
        def all_of(kind: str) -> list[Any]:
            return [body for _, body in self.world.kept(kind)]

        for body in all_of("wa_account"):
            account = Account(**body)
            self.accounts[account.id] = account
        for body in all_of("wa_contact"):
            self._know(Contact(**body))
        self.templates = {one.id: one for one in (Template(**body) for body in all_of("wa_template"))}
        self.media = {one.id: one for one in (Media(**body) for body in all_of("wa_media"))}
        for notice in sorted((Notice(**body) for body in all_of("wa_notice")), key=lambda one: one.number):
            self.notices[notice.number] = notice
            self._queue(notice)
