"""WhatsApp without a connection: its webhooks read, its refusals understood.

Pure, from plain JSON. Fields, limits and codes are those of Meta's Cloud API,
https://developers.facebook.com/documentation/business-messaging/whatsapp. What we say is drawn by
`whatsapp_drawing.py`.

One webhook call holds many things. `updates` takes it apart; what it gives (`Raw`) is kept and heard one by one:

- ``{"to": phone_number_id, "message": {…}, "contact": {…}}``: what one person did,
- ``{"to": phone_number_id, "status": {…}}``: what became of one message of ours,
- ``{"to": phone_number_id, "preference": {…}}``: that somebody wants (no) marketing, told in her phone's own menu,
- ``{"field": name, "value": {…}, "time": …}``: news of the account (templates…), read by `whatsapp_news.py`,
- ``{"unreadable": …}``: what has none of these shapes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from bot.channels.telegram import clean, patience
from bot.chat.messages import Fate, File, Incoming, Kind, Status
from bot.chat.seams import AccountRefused, Later, Never, Raw

_LONGEST_KEY = 110
"""Characters of a message's id that the inbox has room for; longer ones aren't documented, nor excluded."""
SIGNATURE_HEADER = "x-hub-signature-256"
_DIGITS = re.compile(r"[0-9]{6,20}")
_PICTURES = {"image": "photo", "document": "document"}
_UNUSED = ("video", "audio", "sticker")
_NOBODY_WAITS = ("reaction", "revoke", "request_welcome")
"""Done by a person who waits for no answer: each answer costs the office money."""


def signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether the raw bytes of a webhook call carry the app's signature, told in constant time."""
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE_HEADER), "")
    expected = "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()) and bool(secret)


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What proves to Meta that a webhook's address is ours; None for whoever doesn't know the token."""
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    known = hmac.compare_digest(given, verify_token.encode()) and bool(verify_token)
    return query.get("hub.challenge", "") if known and query.get("hub.mode") == "subscribe" else None


def proof(access_token: str, app_secret: str) -> str:
    """The `appsecret_proof` of a token: with it nobody can use a stolen token who hasn't the app's secret too."""
    return hmac.digest(app_secret.encode(), access_token.encode(), hashlib.sha256).hex()


def updates(envelope: Raw, number: str) -> tuple[list[Raw], int]:
    """What a webhook call holds for our phone number (its id), and how many things were for another number.

    Loses nothing of ours: what isn't understood comes as it is, to be kept as unreadable.
    """
    if "unreadable" in envelope:
        return [envelope], 0
    found: list[Raw] = []
    foreign = 0
    for change, time in _changes(envelope):
        value = change.get("value")
        if not isinstance(value, dict) or "field" not in change:
            found.append({"unreadable": change})
            continue
        inside = cast(dict[str, Any], value)
        to = inside.get("metadata")
        to = cast(dict[str, Any], to).get("phone_number_id") if isinstance(to, dict) else None
        things = [raw | {"time": time} if "field" in raw else raw for raw in _things(change, inside, to)]
        if to is None or to == number:
            found += things
        else:
            foreign += len(things)
    return found, foreign


def _changes(envelope: Raw) -> Iterator[tuple[dict[str, Any], Any]]:
    """The changes of a webhook call, each with the time that its entry tells."""
    entries: Any = envelope.get("entry")
    if not isinstance(entries, list) or not entries:
        yield {"envelope": dict(envelope)}, None
        return
    for entry in cast(list[Any], entries):
        known = cast(dict[str, Any], entry) if isinstance(entry, dict) else {}
        changes: Any = known.get("changes")
        for change in cast(list[Any], changes) if isinstance(changes, list) else [None]:
            yield cast(dict[str, Any], change) if isinstance(change, dict) else {"entry": entry}, known.get("time")


def _things(change: dict[str, Any], value: dict[str, Any], to: Any) -> Iterator[dict[str, Any]]:
    """The messages and statuses of one change; the change itself where it is about something else."""
    preferences: Any = value.get("user_preferences")
    if change["field"] == "user_preferences" and isinstance(preferences, list):
        for preference in cast(list[Any], preferences):
            yield {"to": to, "preference": preference}
        return
    if change["field"] != "messages":
        yield {"field": change["field"], "value": value}
        return
    contacts: list[Any] = value["contacts"] if isinstance(value.get("contacts"), list) else []
    for name, one in (("messages", "message"), ("statuses", "status")):
        listed: Any = value.get(name, [])
        for thing in cast(list[Any], listed) if isinstance(listed, list) else [listed]:
            if not isinstance(thing, dict) or to is None:
                yield {"unreadable": {one: thing}}
                continue
            raw: dict[str, Any] = {"to": to, one: thing}
            if one == "message" and (contact := _contact(cast(dict[str, Any], thing), contacts)):
                raw["contact"] = contact
            yield raw
    if "messages" not in value and "statuses" not in value:
        yield {"field": "messages", "value": value}  # errors of the account


def _contact(message: dict[str, Any], contacts: list[Any]) -> dict[str, Any] | None:
    """Who wrote a message, of those that came along with it."""
    known = [cast(dict[str, Any], contact) for contact in contacts if isinstance(contact, dict)]
    for id, one in (("from_user_id", "user_id"), ("from", "wa_id")):
        if id in message and (hers := next((c for c in known if c.get(one) == message[id]), None)):
            return hers
    return known[0] if len(known) == 1 else None


def heard(raw: Raw) -> Incoming | None:
    """What a person did, from one of the `updates`.

    None for statuses, news of the account, and what asks for no answer. The address is her user id (BSUID) where there
    is one: it outlives her phone number, which needn't be told. Raises `ValueError` on what is no update.
    """
    try:
        if "message" in raw:
            return _heard(raw["message"], raw.get("contact", {}))
        if "preference" in raw:
            return _preference(raw["preference"])
        if "status" in raw or "field" in raw:
            return None
        raise KeyError("message")
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError, ValueError) as error:
        raise ValueError(f"not a WhatsApp update: {type(error).__name__}") from error


def _heard(m: Mapping[str, Any], contact: Mapping[str, Any]) -> Incoming | None:
    what = _words(m, "type")
    if what in _NOBODY_WAITS:
        return None
    phone = _words(m, "from") or _words(contact, "wa_id")
    phone = phone if _DIGITS.fullmatch(phone) else ""
    address = _words(m, "from_user_id") or _words(contact, "user_id") or phone
    wamid = _words(m, "id")
    if not address or not wamid:
        raise KeyError("from" if wamid else "id")
    content: dict[str, Any] = {"kind": "group"} if "group_id" in m else _content(m, what, phone)
    if content["kind"] == "moved" and content["also"] in ("", address):
        return None  # news about her that changes no address
    fields: dict[str, Any] = {"also": phone if phone != address else ""}
    return Incoming(
        key=f"m:{wamid if len(wamid) <= _LONGEST_KEY else hashlib.sha256(wamid.encode()).hexdigest()}",
        address=address,
        at=_time(m),
        callback="" if content["kind"] in ("moved", "group") else wamid,
        message=wamid,
        name=_words(contact.get("profile", {}), "name"),
        number=f"+{phone}" if phone else "",
        **(fields | content),
    )


def _preference(told: Mapping[str, Any]) -> Incoming | None:
    """Whether somebody wants what is marketing; None for news of anything else."""
    kind = {"stop": "stopped", "resume": "resumed"}.get(_words(told, "value"))
    if kind is None or told.get("category") != "marketing_messages":
        return None
    phone = _words(told, "wa_id")
    address = _words(told, "user_id") or phone
    if not address:
        raise KeyError("user_id")
    at, also = _time(told), phone if phone != address else ""
    key = f"p:{address}:{int(at.timestamp())}:{kind}"[-_LONGEST_KEY:]
    return Incoming(key, address, cast(Kind, kind), at, also=also)


def _content(m: Mapping[str, Any], what: str, phone: str) -> dict[str, Any]:
    """The fields of `Incoming` for a message, by its type."""
    told = m.get(what, {})
    match what:
        case "text":
            return {"kind": "text", "text": _words(told, "body")}
        case "interactive":
            kind = _words(told, "type")
            if kind in ("button_reply", "list_reply"):
                return {"kind": "button", "button": _words(told[kind], "id")}
            return {"kind": "other", "what": kind}
        case "button":  # of a template; one without a payload of ours has its own words there
            words, payload = _words(told, "text"), _words(told, "payload")
            if payload and payload != words:
                return {"kind": "button", "button": payload}
            return {"kind": "text", "text": words}
        case "image" | "document":
            file = File(id=_words(told, "id"), mime=_words(told, "mime_type"))
            return {"kind": _PICTURES[what], "text": _words(told, "caption"), "file": file}
        case "location":
            return {"kind": "location", "latitude": float(told["latitude"]), "longitude": float(told["longitude"])}
        case "contacts":
            return _shared(told[0], phone)
        case "edit":
            changed = told["message"]
            words = _words(changed.get("text", {}), "body")
            return {"kind": "edited", "text": words} if words else {"kind": "other", "what": what}
        case "system":
            return {
                "kind": "moved",
                "also": _words(told, "user_id") or _words(told, "wa_id") or _words(told, "new_wa_id"),
            }
        case _:
            words = _words(told, "caption") if what in _UNUSED else ""
            voice = what == "audio" and told.get("voice") is True
            return {"kind": "text" if words else "other", "text": words, "what": "voice" if voice else what}


def _shared(card: Mapping[str, Any], phone: str) -> dict[str, Any]:
    """A contact card. It is her own where she tapped our request for it, or where it holds her own number."""
    told: Mapping[str, Any] = card["phones"][0] if card.get("phones") else {}
    number = _words(told, "wa_id") or _words(told, "phone")
    own = card.get("origin") == "contact_request" or (bool(phone) and number == phone)
    return {"kind": "contact", "phone": f"+{number}" if _DIGITS.fullmatch(number) else number, "own": own}


def status(raw: Raw) -> Status | None:
    """What became of a message of ours, from one of the `updates`; None for everything else.

    Raises `ValueError` on a status that can't be read.
    """
    if "status" not in raw:
        return None
    try:
        told = raw["status"]
        fate = cast(Fate, {"played": "read"}.get(told["status"], told["status"]))
        if fate not in ("sent", "delivered", "read", "failed"):
            return None  # "deleted", and what there may be one day
        price: Mapping[str, Any] = told.get("pricing") or {}
        return Status(
            id=_words(told, "id"),
            fate=fate,
            at=_time(told),
            address=_words(told, "recipient_user_id") or _words(told, "recipient_id"),
            mark=_words(told, "biz_opaque_callback_data"),
            billable=bool(price["billable"]) if "billable" in price else None,
            category=_words(price, "category"),
            tariff=_words(price, "type"),
            errors=tuple(_error(e) for e in told.get("errors") or ()),
        )
    except (KeyError, TypeError, AttributeError, OverflowError, OSError, ValueError) as error:
        raise ValueError(f"not a WhatsApp status: {type(error).__name__}") from error


def _error(told: Any) -> tuple[int, str]:
    """Code and words of an error; that it failed is told however little is said of it."""
    error: Mapping[str, Any] = cast(dict[str, Any], told) if isinstance(told, dict) else {}
    code: Any = error.get("code")
    return code if type(code) is int else NO_CODE, _said(error)[:200]


def _time(m: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(m["timestamp"]), UTC)


def _words(m: Mapping[str, Any], name: str) -> str:
    value = m.get(name, "")
    if type(value) is not str:
        raise TypeError(name)
    return clean(value)


def _said(error: Mapping[str, Any]) -> str:
    """The words of an error, as far as there are any: its details say most."""
    data: Any = error.get("error_data")
    details = cast(dict[str, Any], data).get("details") if isinstance(data, dict) else None
    return str(details or error.get("message") or error.get("title") or "")


def refusal(answer: object) -> tuple[int, str]:
    """The code and the words of an error that the Graph API answered; `NO_CODE` for what is no answer of its."""
    error: Any = cast(dict[str, Any], answer).get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return NO_CODE, ""
    told = cast(dict[str, Any], error)
    code: Any = told.get("code")
    return (code, _said(told)) if type(code) is int else (NO_CODE, _said(told))


NO_CODE = -1
_AWAY = {1, 2, 131000, 131016, 133004}
REFUSED = {0, 3, 10, 190, 368, 130497, 131031, 131042, *range(200, 300)}
PAIR = 131056
"""Too many messages to one person."""
_FILE = (100, 131009, 131052, 131053)
"""A parameter is wrong, which its file may be; or the file can't be had."""


def verdict(status: int, code: int, said: str, tries: int = 1) -> Later | Never | AccountRefused:
    """What a refused call, or a status "failed", means for its sender. `status` is the HTTP status (0 for a status).

    `tries` is how often in a row this was said about the same person, which makes the wait longer.
    """
    reason = f"{status if code == NO_CODE else code} {said}".strip()[:200]
    if code in REFUSED or (code == NO_CODE and status == 401):
        return AccountRefused(reason)
    if code == 100 and "does not exist" in said:  # the id of our number: no message is to blame
        return AccountRefused(reason)
    if code == PAIR:
        return Later(min(4.0 ** min(tries, 5), 900.0), reason, counts=False, alone=True)
    if code == 130429:
        return Later(patience(1), reason, counts=False, account=True)
    if code in (4, 80007, 131057):
        return Later(patience(5), reason, counts=False, account=True)
    if code in (131048, 131064):  # the office starts too much that people don't want; answers go on
        return Later(3600.0, reason, counts=False)
    if code == 131049:
        return Later(24 * 3600.0, reason)
    if code in (132001, 132015, 132016):  # not approved, paused, disabled: what would go by it waits for that
        return Later(3600.0, reason, counts=False, alone=True, because="template")
    if code == 131047:
        return Never(reason, because="window")
    if code == 131050:
        return Never(reason, because="opted_out")
    if code == 131026:
        return Never(reason, unreachable=True)
    if code in _FILE:
        return Never(reason, because="file")
    if code in _AWAY or (code == NO_CODE and (status == 429 or status >= 500 or status < 400)):
        return Later(patience(2), reason, counts=status != 429)
    return Never(reason)
