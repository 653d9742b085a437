"""Telegram without a library: its updates read, its messages drawn, its refusals understood.

Pure, from plain JSON to plain JSON, so that every library's adapter shares it. Fields and limits are those of the
Bot API, https://core.telegram.org/bots/api.
"""

from __future__ import annotations

import hmac
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from bot.chat.messages import Attachment, File, Incoming, Kind, Message
from bot.chat.seams import AccountRefused, Later, Never
from bot.chat.text import Catalogs, Drawn, Span, Words, t

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
TEXT_LIMIT = 4096
"""UTF-16 units in one message."""
CAPTION_LIMIT = 1024
"""UTF-16 units under a picture or a document."""
TOAST_LIMIT = 200
"""Characters in the answer to a tap."""

_MEDIA_WORDS = """
    animation sticker voice video_note video audio paid_media poll dice game story checklist invoice giveaway
    giveaway_winners
"""
_MEDIA = tuple(_MEDIA_WORDS.split())  # looked for first: an animation also carries a document, for old clients
_SERVICE_WORDS = """
    new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo group_chat_created
    supergroup_chat_created channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id
    migrate_from_chat_id pinned_message successful_payment refunded_payment users_shared chat_shared gift unique_gift
    gift_upgrade_sent connected_website write_access_allowed passport_data proximity_alert_triggered boost_added
    chat_background_set checklist_tasks_done checklist_tasks_added direct_message_price_changed forum_topic_created
    forum_topic_edited forum_topic_closed forum_topic_reopened general_forum_topic_hidden giveaway_created
    general_forum_topic_unhidden giveaway_completed paid_message_price_changed suggested_post_approved
    suggested_post_approval_failed suggested_post_declined suggested_post_paid suggested_post_refunded web_app_data
    video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
"""
_SERVICE = frozenset(_SERVICE_WORDS.split())  # told by Telegram, done by nobody who waits for an answer
_UNFIT = re.compile("[\0\ud800-\udfff]")


def heard(raw: Mapping[str, Any]) -> Incoming | None:
    """What a person did, from an update as JSON.

    None for what nobody did to us: channel posts, other bots, service messages, kinds we never asked for. `at` is
    Telegram's time; for a tap it gives none, so there it is the time of the message that holds the button.
    Raises `ValueError` on what is no update.
    """
    try:
        return _heard(raw)
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError) as error:
        raise ValueError(f"not a Telegram update: {type(error).__name__}") from error


def _heard(raw: Mapping[str, Any]) -> Incoming | None:
    number = raw["update_id"]
    if type(number) is not int:
        raise TypeError("update_id")
    key = f"u:{number}"
    if message := raw.get("message"):
        return _said(key, message)
    if tap := raw.get("callback_query"):
        return _tapped(key, tap)
    if message := raw.get("edited_message"):
        return _changed(key, message)
    if member := raw.get("my_chat_member"):
        return _membership(key, member)
    return None


def _said(key: str, m: Mapping[str, Any]) -> Incoming | None:
    sender = m.get("from")
    if sender is None:
        return None
    if "text" in m:
        return _by(key, m, sender, "text", text=_words(m, "text"))
    if not _SERVICE.isdisjoint(m):
        return None
    return _by(key, m, sender, **_content(m, sender))


def _content(m: Mapping[str, Any], sender: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `Incoming` for a message without text, by what it holds."""
    caption = _words(m, "caption")
    for what in _MEDIA:
        if what in m:
            return {"kind": "text" if caption else "other", "text": caption, "what": what}
    if contact := m.get("contact"):
        own = "user_id" in contact and contact["user_id"] == sender["id"]
        return {"kind": "contact", "phone": _words(contact, "phone_number"), "own": own}
    if sizes := m.get("photo"):
        return {"kind": "photo", "text": caption, "file": _file(max(sizes, key=_area))}
    if document := m.get("document"):
        return {"kind": "document", "text": caption, "file": _file(document)}
    if place := m.get("location"):  # also of a venue
        return {"kind": "location", "latitude": float(place["latitude"]), "longitude": float(place["longitude"])}
    return {"kind": "text" if caption else "other", "text": caption, "what": "unknown"}


def _tapped(key: str, tap: Mapping[str, Any]) -> Incoming | None:
    message = tap.get("message")
    if message is None:  # a button under an inline result: we send none, and there is no chat to answer in
        return None
    return _by(key, message, tap["from"], "button", button=_words(tap, "data"), callback=_words(tap, "id"))


def _changed(key: str, m: Mapping[str, Any]) -> Incoming | None:
    words = _words(m, "text") or _words(m, "caption")
    if not words or m["chat"]["type"] != "private":  # a live location moving on, or talk between others
        return None
    if "edit_date" in m:
        m = {**m, "date": m["edit_date"]}
    return _by(key, m, m.get("from"), "edited", text=words)


def _membership(key: str, member: Mapping[str, Any]) -> Incoming | None:
    status = member["new_chat_member"]["status"]
    kind: Kind
    if member["chat"]["type"] != "private":
        if status not in ("member", "administrator"):
            return None
        kind = "group"
    elif status == "kicked":
        kind = "blocked"
    elif status == "member":
        kind = "unblocked"
    else:
        return None
    return _by(key, member, member["from"], kind)


def _by(
    key: str, place: Mapping[str, Any], sender: Mapping[str, Any] | None, kind: Kind, **more: Any
) -> Incoming | None:
    """The `Incoming` of one sender in one chat; None where no person speaks."""
    chat = place["chat"]
    where = chat["type"]
    if sender is None or sender.get("is_bot") or where == "channel":
        return None
    name, last = _words(sender, "first_name"), _words(sender, "last_name")
    return Incoming(
        key=key,
        address=str(_whole(chat, "id")),
        kind=kind if where == "private" else "group",
        at=datetime.fromtimestamp(_whole(place, "date"), UTC),
        message=str(_whole(place, "message_id")) if "message_id" in place else "",
        name=f"{name} {last}" if last else name,
        language=_words(sender, "language_code"),
        **more,
    )


def _file(m: Mapping[str, Any]) -> File:
    return File(
        id=_words(m, "file_id"),
        size=_whole(m, "file_size") if "file_size" in m else 0,
        mime=_words(m, "mime_type"),
        width=_whole(m, "width") if "width" in m else 0,
        height=_whole(m, "height") if "height" in m else 0,
    )


def _area(m: Mapping[str, Any]) -> int:
    return _whole(m, "width") * _whole(m, "height")


def _words(m: Mapping[str, Any], name: str) -> str:
    value = m.get(name, "")
    if type(value) is not str:
        raise TypeError(name)
    return clean(value)


def _whole(m: Mapping[str, Any], name: str) -> int:
    value = m[name]
    if type(value) is not int:
        raise TypeError(name)
    return value


def clean(text: str) -> str:
    """The text as every store and wire can hold it: NUL and halves of surrogate pairs replaced, one by one."""
    return _UNFIT.sub("\ufffd", text)


def signed(headers: Mapping[str, str], secret: str) -> bool:
    """Whether a webhook call carries our secret, told in constant time; never where we have none."""
    given = headers.get(SECRET_HEADER)  # as a web server gives them, their names are found in any case
    if given is None:
        given = next((value for name, value in headers.items() if name.lower() == SECRET_HEADER), "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()) and bool(secret)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Bot API. Of one that `may_fail` nobody waits for the outcome.

    A file to be uploaded stands among the `params` as its `Attachment`.
    """

    method: str
    params: dict[str, Any]
    may_fail: bool = False


def spoken(
    message: Message, language: str, catalogs: Catalogs, address: str, replaces: str | None = None
) -> list[Call]:
    """A message as calls of the Bot API, in order.

    - Styles go as entities, never as `parse_mode`: nobody's words can become markup.
    - A text over 4096 UTF-16 units goes in several messages, its buttons under the last.
    - Telegram takes one keyboard a message. Where a message has both, the phone keyboard goes with the text and the
      buttons follow under a line of their own.
    - The phone keyboard is `one_time`: it folds away when used. Where a later message takes it off the screen, its
      buttons follow in a message of their own, with its last paragraph.
    - An edit whose message never went out (no `replaces`), that asks for the phone or brings a file, is sent as a new
      message.
    - A file carries the text as its caption, up to 1024 UTF-16 units, and the buttons. What is longer, or goes with the
      phone keyboard, follows the file as a message of its own, with the buttons.
    """
    chat = _id(address)
    calls: list[Call] = []
    if message.op == "typing":
        return [Call("sendChatAction", {"chat_id": chat, "action": "typing"})]
    if message.callback:
        calls.append(_answer(message, language, catalogs))
    if message.op == "answer":
        return calls
    if message.op == "unbutton":
        if replaces:
            calls.append(Call("editMessageReplyMarkup", {"chat_id": chat, "message_id": _id(replaces)}))
        return calls

    inline, keys = _inline(message, language, catalogs), _keys(message, language, catalogs)
    if message.file is not None:
        text = _drawn(message.parts, language, catalogs)
        if (alone := not keys and units(text.text) <= CAPTION_LIMIT) or not text.text.strip():
            return [*calls, _upload(chat, message.file, text, inline if alone else keys or inline)]
        calls.append(_upload(chat, message.file, Drawn(""), None))
    texts: list[tuple[Words, ...]] = [message.parts]
    if inline and keys:
        if message.no_keys and len(message.parts) > 1:
            texts = [message.parts[:-1], message.parts[-1:]]
        elif message.parts:
            texts.append((t("Please choose:") if message.no_keys else t("Or choose:"),))
    bodies = [[_body(chat, piece) for piece in split(_drawn(parts, language, catalogs))] for parts in texts]
    for group, markup in ((bodies[0], keys), (bodies[-1], inline)):
        if markup and group:
            group[-1]["reply_markup"] = markup
    fresh = bool(message.share_phone or message.share_place) or message.no_keys or message.file is not None
    edited = message.op == "edit" and replaces is not None and not fresh
    for number, body in enumerate(chain.from_iterable(bodies)):
        if edited and number == 0:
            calls.append(Call("editMessageText", {**body, "message_id": _id(replaces or "")}))
        else:
            calls.append(Call("sendMessage", body))
    return calls


def _answer(message: Message, language: str, catalogs: Catalogs) -> Call:
    params: dict[str, Any] = {"callback_query_id": message.callback}
    alone = message.op == "answer"
    if alone and message.parts:
        params["text"] = _drawn(message.parts, language, catalogs).text[:TOAST_LIMIT]
    return Call("answerCallbackQuery", params, may_fail=not alone)


def _drawn(parts: Sequence[Words], language: str, catalogs: Catalogs) -> Drawn:
    """The paragraphs as one text, a blank line between them."""
    whole = catalogs.join((catalogs.draw(part, language) for part in parts), "\n\n")
    return Drawn(clean(whole.text), whole.spans)


def _body(chat: int | str, drawn: Drawn) -> dict[str, Any]:
    body: dict[str, Any] = {"chat_id": chat, "text": drawn.text, "link_preview_options": {"is_disabled": True}}
    if drawn.spans:
        body["entities"] = _entities(drawn)
    return body


def _upload(chat: int | str, file: Attachment, caption: Drawn, markup: dict[str, Any] | None) -> Call:
    what = "photo" if file.kind == "image" else "document"
    body: dict[str, Any] = {"chat_id": chat, what: file}
    if caption.text.strip():
        body["caption"] = caption.text
        if caption.spans:
            body["caption_entities"] = _entities(caption)
    if markup:
        body["reply_markup"] = markup
    return Call(f"send{what.title()}", body)


def _entities(drawn: Drawn) -> list[dict[str, Any]]:
    return [
        {
            "type": s.style,
            "offset": units(drawn.text[: s.start]),
            "length": units(drawn.text[s.start : s.start + s.length]),
        }
        for s in drawn.spans
    ]


MANY, SHORT = 8, 20
"""More buttons than this stand two a row under the first, so that the text above stays on a small screen, if their
labels are no longer than this."""


def _inline(message: Message, language: str, catalogs: Catalogs) -> dict[str, Any] | None:
    keys = [{"text": clean(catalogs.draw(b.label, language).text), "callback_data": b.data} for b in message.buttons]
    if len(keys) <= MANY or any(len(key["text"]) > SHORT for key in keys[1:]):
        return {"inline_keyboard": [[key] for key in keys]} if keys else None
    return {"inline_keyboard": [keys[:1], *(keys[i : i + 2] for i in range(1, len(keys), 2))]}


def _keys(message: Message, language: str, catalogs: Catalogs) -> dict[str, Any] | None:
    """The keyboard in place of the letters: what shares the phone number or the place, or its removal."""
    shared = [(message.share_phone, "request_contact"), (message.share_place, "request_location")]
    rows = [[{"text": clean(catalogs.draw(label, language).text), what: True}] for label, what in shared if label]
    if not rows:
        return {"remove_keyboard": True} if message.no_keys else None
    return {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}


def _id(text: str) -> int | str:
    """An id as Telegram's JSON has it; a foreign one stays as it is, to be refused by Telegram."""
    try:
        return int(text)
    except ValueError:
        return text


def units(text: str) -> int:
    """The length of a text in UTF-16 units, in which Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def split(drawn: Drawn, limit: int = TEXT_LIMIT) -> list[Drawn]:
    """A text as messages of at most `limit` UTF-16 units (at least 2); none for a blank text.

    Cut at a line, else at a space, else where it is full; not inside a style unless that alone is too long.
    """
    text = drawn.text
    if units(text) <= limit:
        return [drawn] if text.strip() else []
    pieces: list[Drawn] = []
    start = 0
    while rest := text[start:].lstrip():
        start = len(text) - len(rest)
        full = start + len(rest[:limit].encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))
        end = full if full == len(text) else _cut(drawn, start, full)
        piece = text[start:end].rstrip()
        pieces.append(Drawn(piece, tuple(_clipped(drawn.spans, start, start + len(piece)))))
        start = end
    return pieces


def _cut(drawn: Drawn, start: int, full: int) -> int:
    """Where to end a piece that begins at `start` and has room up to `full`."""
    for mark in "\n", " ":
        at = drawn.text.rfind(mark, start + 1, full + 1)
        while at > start and (span := _around(drawn.spans, at)):
            at = drawn.text.rfind(mark, start + 1, span.start + 1)
        if at > start:
            return at
    span = _around(drawn.spans, full)
    return span.start if span and span.start > start else full


def _around(spans: Sequence[Span], at: int) -> Span | None:
    return next((s for s in spans if s.start < at < s.start + s.length), None)


def _clipped(spans: Sequence[Span], begin: int, end: int) -> Iterator[Span]:
    for s in spans:
        first, last = max(s.start, begin), min(s.start + s.length, end)
        if first < last:
            yield Span(first - begin, last - first, s.style)


def verdict(status: int, description: str, retry_after: float = 0.0) -> Later | Never | AccountRefused | None:
    """What a refused call means for its sender; None: nothing, the call has done what was wanted.

    `status` is the HTTP status (0: no answer came), `description` Telegram's words, `retry_after` in seconds.
    """
    said = description.lower()
    reason = f"{status} {description}"[:200]  # a gateway may answer with a whole page
    if status == 429:
        return Later(retry_after or patience(2), reason, counts=False)
    if status in (401, 404):
        return AccountRefused(reason)
    if status == 403:
        return Never(reason, unreachable=True)
    if status == 400:
        if any(words in said for words in _HARMLESS):
            return None
        return Never(reason, unreachable=any(words in said for words in _NOBODY))
    return Later(patience(2), reason)


_HARMLESS = ("message is not modified", "query is too old", "query id is invalid")
_NOBODY = ("chat not found", "user not found", "peer_id_invalid", "migrated to supergroup", "upgraded to a supergroup")


def entities_refused(description: str) -> bool:
    """Whether Telegram refused the styles of a text rather than the text: a bug of ours, the text can go plain."""
    said = description.lower()
    return "can't parse entities" in said or "entity_" in said


def patience(tries: int) -> float:
    """Seconds to wait after so many failed tries: about doubling up to 30, jittered so that nobody knocks in step."""
    return random.uniform(0.5, 1.0) * min(30.0, 2.0 ** min(tries, 5))
