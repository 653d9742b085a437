"""The calls of the Cloud API that are played: messages, media, templates, webhook subscription, the number itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.simulator import cloud_templates
from bot.simulator.cloud_messages import DOCUMENTS, LARGEST, Unsent, content_of, recipient
from bot.simulator.cloud_refusal import CloudRefusal, missing, only, thing, words, wrong
from bot.simulator.cloud_things import UPLOAD_KEPT, Account, Contact, Media, place, wamid
from bot.simulator.cloud_world import CloudWorld
from bot.simulator.refusal import Files, Json
from bot.simulator.things import Sent

TYPING_LASTS = 25.0
URL_LASTS = 300
_NOWHERE = "Object does not exist, cannot be loaded due to missing permissions, or does not support this operation."


@dataclass
class Call:
    """One request: its verb, the parts of its path after the version, its parameters and uploads.

    `base` is the address that the platform is reached at: what media urls begin with.
    """

    verb: str
    parts: list[str]
    body: Json = field(default_factory=dict[str, object])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Files = field(default_factory=dict[str, tuple[str, bytes, str]])
    base: str = ""

    @property
    def name(self) -> str:
        """What faults are ordered by: ``messages``, ``media``, ``message_templates``, … ``get`` and ``delete``."""
        return self.parts[1] if len(self.parts) > 1 else self.verb.lower()


def answer(cloud: CloudWorld, account: Account, call: Call) -> Json:
    """Carry out a call with an account's token. Raises `CloudRefusal`."""
    match call.verb, call.parts:
        case "POST", [account.phone_number_id, "messages"]:
            return messages(cloud, account, call.body)
        case "POST", [account.phone_number_id, "media"]:
            return upload(cloud, account, call)
        case "GET", [account.phone_number_id]:
            return _number(cloud, account)
        case "GET", [account.waba, "message_templates"]:
            return cloud_templates.listing(cloud, account.waba, call.query)
        case "POST", [account.waba, "message_templates"]:
            return cloud_templates.create(cloud, account.waba, call.body)
        case "DELETE", [account.waba, "message_templates"]:
            return cloud_templates.remove(cloud, account.waba, call.query.get("name", ""))
        case verb, [name] if (media := cloud.media.get(name)) and media.account == account.id:
            if media.ends < cloud.world.now():
                raise CloudRefusal(100, _NOWHERE, 33)
            return _media(cloud, media, verb, call.base)
        case _:
            raise CloudRefusal(100, _NOWHERE, 33)


def _number(cloud: CloudWorld, account: Account) -> Json:
    tiers = {250: "TIER_250", 2000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", 0: "TIER_UNLIMITED"}
    return {
        "id": account.phone_number_id,
        "verified_name": account.name,
        "display_phone_number": f"+{account.phone}",
        "quality_rating": "GREEN",
        "whatsapp_business_manager_messaging_limit": tiers.get(cloud.limits.tier, "TIER_250"),
        "throughput": {"level": "STANDARD"},
    }


def upload(cloud: CloudWorld, account: Account, call: Call) -> Json:
    """Keep a file for thirty days. Raises `CloudRefusal`."""
    if call.body.get("messaging_product") != "whatsapp":
        raise CloudRefusal(100, "The parameter messaging_product is required.")
    if "file" not in call.files:
        raise CloudRefusal(100, "The parameter file is required.")
    name, data, said = call.files["file"]
    mime = str(call.body.get("type") or said).partition(";")[0].strip()
    if mime not in LARGEST:
        raise CloudRefusal(100, f"Param file must be a file with one of the following types: {', '.join(LARGEST)}.")
    if not data or len(data) > LARGEST[mime]:
        raise CloudRefusal(100, f"Param file must be between 1 and {LARGEST[mime]} bytes.")
    media = cloud.put_media(account, data, mime, name or f"file.{DOCUMENTS.get(mime, 'bin')}", UPLOAD_KEPT)
    return {"id": media.id}


def _media(cloud: CloudWorld, media: Media, verb: str, base: str) -> Json:
    if verb == "DELETE":
        cloud.drop_media(media)
        return {"success": True}
    if verb != "GET":
        raise CloudRefusal(100, _NOWHERE, 33)
    data = cloud.world.blobs[media.id]
    return {
        "messaging_product": "whatsapp",
        "url": f"{base}/whatsapp-media/{media.id}?ext={int(cloud.world.now()) + URL_LASTS}",
        "mime_type": cloud.world.files[media.id].mime,
        "sha256": hashlib.sha256(data).hexdigest(),
        "file_size": len(data),
        "id": media.id,
    }


def digest(data: bytes) -> str:
    """A file's SHA-256 as webhooks write it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def messages(cloud: CloudWorld, account: Account, body: Json) -> Json:
    """Send a message, a reaction, or say that one was read. Raises `CloudRefusal`."""
    if body.get("messaging_product") != "whatsapp":
        raise CloudRefusal(100, "The parameter messaging_product is required.")
    if body.get("status") is not None:
        return _read(cloud, account, body)
    if ordered := cloud.ordered(late=False):
        raise ordered
    if body.get("recipient_type", "individual") != "individual":
        raise CloudRefusal(100, "Param recipient_type must be one of {individual}.")
    callback = words(body, "biz_opaque_callback_data", "", 512, least=0)
    phone, user_id = recipient(body)
    if phone == account.phone:
        raise CloudRefusal(131021)
    failure: CloudRefusal | None = None
    content: Json = {}
    category = "service"
    if body.get("type") == "reaction":
        return _react(cloud, account, body, phone, user_id)
    try:
        if body.get("type") == "template":
            template, content = cloud_templates.filled(cloud, account, body)
            category = template.category.lower()
        else:
            content = content_of(cloud, account, body)
    except Unsent as unsent:
        failure = unsent.refusal
    contact = cloud.find(account, phone, user_id)
    if "context" in body:
        quoted = place(words(thing(body, "context", "", "message_id"), "message_id", "context.", 256))
        content["quoted"] = quoted[2] if quoted else 0
    cloud.limits.take(account.id, contact.user if contact else 0, cloud.world.monotonic())
    reason = _undeliverable(cloud, account, contact, category, "template" in content, user_id)
    if reason and not cloud.late:
        raise reason
    failure = failure or reason or cloud.ordered(late=True)
    if contact is None:
        number = wamid(account.id, 0, cloud.world.count("wa_nobody"))
        _fail_unknown(cloud, account, number, phone, user_id, callback, failure or CloudRefusal(131026))
        return _accepted(phone, user_id, number, body)
    return _accepted(phone, user_id, _deliver(cloud, account, contact, content, category, callback, failure), body)


def _deliver(
    cloud: CloudWorld,
    account: Account,
    contact: Contact,
    content: Json,
    category: str,
    callback: str,
    failure: CloudRefusal | None,
) -> str:
    """Put a message on the phone and tell what becomes of it; its id."""
    chat = cloud.chat_of(account.id, contact.user)
    if failure:
        chat.last_message += 1  # ids are never used twice
        cloud.world.keep_chat(chat)
        name = cloud.message_id(chat, chat.last_message)
        cloud.status(contact, "failed", {"id": name, "callback": callback}, failure)
        return name
    chat.typing = 0.0
    bubble = cloud.world.post(chat, account.json(), content)
    cloud.world.sent.append(Sent("messages", chat.bot, chat.id, bubble.id, content, cloud.world.monotonic()))
    about: Json = {"id": cloud.message_id(chat, bubble.id), "callback": callback}
    about["pricing"] = cloud.pricing(account, category)
    cloud.status(contact, "sent", about)
    if not chat.blocked:  # who has blocked the number tells nobody: it stays sent
        contact.undelivered.append(about)
        cloud.keep_contact(contact)
        if not contact.offline:
            cloud.arrived(contact)
    return about["id"]


def _undeliverable(
    cloud: CloudWorld, account: Account, contact: Contact | None, category: str, template: bool, user_id: str
) -> CloudRefusal | None:
    """Why a message won't reach her."""
    if contact is None or contact.absent:
        return CloudRefusal(131026, "Message undeliverable.")
    if user_id and category == "authentication":
        return CloudRefusal(131062)
    if category == "marketing" and contact.stopped:
        return CloudRefusal(131050)
    if cloud.open_window(contact):
        return None
    if not template:
        return CloudRefusal(131047, "More than 24 hours have passed since the customer last replied to this number.")
    try:
        cloud.limits.begin(account.waba, contact.user, cloud.world.now())
    except CloudRefusal as refusal:
        return refusal
    return None


def _fail_unknown(
    cloud: CloudWorld, account: Account, number: str, phone: str, user_id: str, callback: str, reason: CloudRefusal
) -> None:
    """Tell that a message to a number that nobody has went nowhere."""
    body: Json = {"id": number, "status": "failed", "timestamp": str(int(cloud.world.now()))}
    body |= {"recipient_id": phone} if phone else {"recipient_user_id": user_id}
    if callback:
        body["biz_opaque_callback_data"] = callback
    cloud.bring(account, 0, "messages", "statuses", {**body, "errors": [reason.told()]})


def _accepted(phone: str, user_id: str, number: str, body: Json) -> Json:
    known = {"input": body.get("to"), "wa_id": phone} if phone else {"input": user_id, "user_id": user_id}
    message = {"id": number, **({"message_status": "accepted"} if body.get("type") == "template" else {})}
    return {"messaging_product": "whatsapp", "contacts": [known], "messages": [message]}


def _react(cloud: CloudWorld, account: Account, body: Json, phone: str, user_id: str) -> Json:
    """Put an emoji on a message of hers, or take it away. It is told as sent only."""
    given = thing(body, "reaction", "", "message_id emoji")
    emoji = words(given, "emoji", "reaction.", 16, least=0)
    contact = cloud.find(account, phone, user_id)
    at = place(words(given, "message_id", "reaction.", 256))
    chat = cloud.chat_of(account.id, contact.user) if contact else None
    bubble = chat.bubbles.get(at[2]) if chat and at and at[:2] == chat.key else None
    if contact is None or chat is None or bubble is None or bubble.message is None:
        raise wrong("reaction.message_id is not a message of this chat")
    if not cloud.open_window(contact):
        raise CloudRefusal(131047)
    cloud.limits.take(account.id, contact.user, cloud.world.monotonic())
    bubble.message = {key: value for key, value in bubble.message.items() if key != "reaction"}
    bubble.message |= {"reaction": emoji} if emoji else {}
    cloud.world.keep_bubble(chat, bubble)
    chat.last_message += 1
    cloud.world.keep_chat(chat)
    number = cloud.message_id(chat, chat.last_message)
    cloud.status(contact, "sent", {"id": number, "callback": body.get("biz_opaque_callback_data", "")})
    return _accepted(phone, user_id, number, body)


def _read(cloud: CloudWorld, account: Account, body: Json) -> Json:
    """A read receipt: this and everything before it shows two blue ticks; with the typing indicator it also types."""
    only(body, "messaging_product status message_id typing_indicator", "message")
    if body["status"] != "read":
        raise CloudRefusal(100, "Param status must be one of {read}.")
    at = place(words(body, "message_id", "", 256))
    chat = cloud.world.chats.get(at[:2]) if at and at[0] == account.id else None
    if at is None or chat is None or at[2] not in chat.bubbles:
        raise CloudRefusal(100, "Param message_id is not a message that this number received.")
    if body.get("typing_indicator") is not None:
        if thing(body, "typing_indicator", "", "type").get("type") != "text":
            raise missing("typing_indicator.type")
        chat.typing = cloud.world.monotonic() + TYPING_LASTS
    for bubble in chat.bubbles.values():
        message = bubble.message
        if bubble.id <= at[2] and message and not message["from"]["is_bot"] and message.get("ticks") != "read":
            bubble.message = {**message, "ticks": "read"}
            cloud.world.keep_bubble(chat, bubble)
    cloud.world.keep_chat(chat)
    return {"success": True}


def callback_of(body: Json) -> tuple[str, str]:
    """The address and token of a webhook that is to be subscribed. Raises `CloudRefusal` for one elsewhere."""
    url, token = str(body.get("override_callback_uri", "")), str(body.get("verify_token", ""))
    if urlsplit(url).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise CloudRefusal(2200, "The simulator only calls this machine.")
    return url, token
