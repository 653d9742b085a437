"""What a business may send: the body of a message, held to the platform's limits and read into what a phone shows.

The result has the shape of a Telegram message (text, entities, photo, document, location, `reply_markup`), so that one
page draws both; beside it `wa` says what a tap becomes, `list` holds a list's sheet, `ask` what is asked to be shared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.simulator.cloud_refusal import CloudRefusal, missing, only, thing, things, words, wrong
from bot.simulator.cloud_text import joined, marked
from bot.simulator.cloud_things import Account
from bot.simulator.cloud_world import CloudWorld
from bot.simulator.pictures import picture_size
from bot.simulator.refusal import Json

MB = 1024 * 1024
DOCUMENTS = {
    "text/plain": "txt",
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}
LARGEST = {
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MB),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MB),
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MB),
    **dict.fromkeys(DOCUMENTS, 100 * MB),
    "image/webp": 500 * 1024,
}
"""The kinds of file that may be uploaded, and how big (bytes)."""

BODY, LIST_BODY, TEXT = 1024, 4096, 4096
HEADER = FOOTER = 60


class Unsent(Exception):
    """A message that is accepted and then fails: told in a status, whatever `late` says."""

    def __init__(self, refusal: CloudRefusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def file_of(cloud: CloudWorld, account: Account, given: Json, kind: str) -> Json:
    """A picture or document that a message names by `id` or `link`, as the phone shows it."""
    if ("id" in given) == ("link" in given):
        raise wrong(f"{kind}: exactly one of id and link is expected")
    if "link" in given:
        raise Unsent(CloudRefusal(131053, "The simulator fetches no links."))
    media = cloud.media.get(str(given["id"]))
    if media is None or media.account != account.id or media.ends < cloud.world.now():
        raise CloudRefusal(100, f"Param {kind}['id'] is not a valid whatsapp business account media attachment ID")
    stored, data = cloud.world.files[media.id], cloud.world.blobs[media.id]
    if kind == "document":
        name = words(given, "filename", "document.", 240, least=0) or media.name
        return {"document": {"file_id": media.id, "file_name": name, "mime_type": stored.mime, "file_size": len(data)}}
    size = picture_size(data)
    if stored.mime not in {"image/jpeg", "image/png"} or size is None:
        raise Unsent(CloudRefusal(131053, f"The file is no {kind} that can be shown: {stored.mime}."))
    shape = {"file_id": media.id, "file_unique_id": media.id, "file_size": len(data)}
    return {"photo": [{**shape, "width": size[0], "height": size[1]}]}


def _text(cloud: CloudWorld, account: Account, body: Json) -> Json:
    given = thing(body, "text", "", "body preview_url")
    said = given.get("body")
    if not isinstance(said, str) or not said.strip():
        raise missing("text.body")
    try:
        words(given, "body", "text.", TEXT)
    except CloudRefusal as refusal:
        raise CloudRefusal(100, "Param text['body'] must be at most 4096 characters long.") from refusal
    if not isinstance(given.get("preview_url", False), bool):
        raise CloudRefusal(100, "Param text['preview_url'] must be a boolean.")
    return _worded(said)


def _worded(said: str) -> Json:
    text, entities = marked(said)
    return {"text": text, **({"entities": entities} if entities else {})}


def _file(kind: str) -> Callable[[CloudWorld, Account, Json], Json]:
    def read(cloud: CloudWorld, account: Account, body: Json) -> Json:
        given = thing(body, kind, "", "id link caption" + (" filename" if kind == "document" else ""))
        caption = words(given, "caption", f"{kind}.", 1024, least=0)
        shown = file_of(cloud, account, given, kind)
        text, entities = marked(caption)
        if text:
            shown |= {"caption": text, **({"caption_entities": entities} if entities else {})}
        return shown

    return read


def _location(cloud: CloudWorld, account: Account, body: Json) -> Json:
    given = thing(body, "location", "", "latitude longitude name address")
    for key, most in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            if abs(float(given[key])) > most:
                raise ValueError
        except (KeyError, TypeError, ValueError):
            raise wrong(f"location.{key} is not valid") from None
    place = {"latitude": float(given["latitude"]), "longitude": float(given["longitude"])}
    named = "\n".join(part for part in (given.get("name", ""), given.get("address", "")) if part)
    return {"location": place, **({"text": named} if named else {})}


def _header(cloud: CloudWorld, account: Account, given: Json, allowed: str) -> tuple[str, Json]:
    """A header's text, and what it shows beside it."""
    if "header" not in given:
        return "", {}
    header = thing(given, "header", "interactive.", "type text image video document sub_text")
    kind = str(header.get("type", ""))
    if kind not in allowed.split():
        raise wrong(f"interactive.header.type is not valid: {kind}")
    if kind == "text":
        return words(header, "text", "interactive.header.", HEADER), {}
    return "", file_of(cloud, account, thing(header, kind, "interactive.header."), kind)


def _reply_buttons(action: Json) -> Json:
    only(action, "buttons", "interactive['action']")
    found = things(action, "buttons", "interactive.action.")
    if not 1 <= len(found) <= 3:
        raise wrong("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    rows: list[Json] = []
    for i, button in enumerate(found):
        where = f"interactive.action.buttons[{i}]."
        only(button, "type reply", where)
        if button.get("type") != "reply":
            raise wrong(f"{where}type must be reply")
        reply = thing(button, "reply", where, "id title")
        title = words(reply, "title", f"{where}reply.", 20)
        rows.append({"text": title.strip(), "callback_data": words(reply, "id", f"{where}reply.", 256)})
    _unlike(rows, "callback_data", "Duplicated button ids")
    _unlike(rows, "text", "Duplicated button titles")
    return {"reply_markup": {"inline_keyboard": [[row] for row in rows]}, "wa": "button_reply"}


def _list(action: Json) -> Json:
    only(action, "button sections", "interactive['action']")
    label = words(action, "button", "interactive.action.", 20)
    sections = things(action, "sections", "interactive.action.")
    if not 1 <= len(sections) <= 10:
        raise wrong("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    rows: list[Json] = []
    shown: list[Json] = []
    for i, section in enumerate(sections):
        where = f"interactive.action.sections[{i}]."
        only(section, "title rows product_items", where)
        title = words(section, "title", where, 24, least=1 if len(sections) > 1 else 0)
        mine: list[Json] = []
        for j, row in enumerate(things(section, "rows", where)):
            here = f"{where}rows[{j}]."
            only(row, "id title description", here)
            mine.append(
                {
                    "id": words(row, "id", here, 200),
                    "title": words(row, "title", here, 24),
                    "description": words(row, "description", here, 72, least=0),
                }
            )
        if not mine:
            raise wrong(f"{where}rows: a section needs a row")
        rows += mine
        shown.append({"title": title, "rows": mine})
    if len(rows) > 10:
        raise wrong("Total row count exceed max allowed count: 10")
    _unlike(rows, "id", "Duplicated row ids")
    keys = [[{"text": _label(row), "callback_data": row["id"]}] for row in rows]
    list_ = {"button": label, "sections": shown}
    return {"reply_markup": {"inline_keyboard": keys}, "list": list_, "wa": "list_reply"}


def _label(row: Json) -> str:
    """What a person calls a row: its title, or its description where that is the title without being cut."""
    title, about = str(row["title"]), str(row["description"])
    return about if title.endswith("…") and about.startswith(title[:-1]) else title


def _unlike(rows: list[Json], key: str, words: str) -> None:
    if len({row[key] for row in rows}) < len(rows):
        raise wrong(words)


def _link(action: Json) -> Json:
    only(action, "name parameters", "interactive['action']")
    given = thing(action, "parameters", "interactive.action.", "display_text url")
    url = words(given, "url", "interactive.action.parameters.", 2000)
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise wrong("interactive.action.parameters.url is not a web address")
    label = words(given, "display_text", "interactive.action.parameters.", 20)
    return {"reply_markup": {"inline_keyboard": [[{"text": label, "url": url}]]}}


def _asking(name: str, what: str) -> Callable[[Json], Json]:
    def read(action: Json) -> Json:
        only(action, "name", "interactive['action']")
        if action.get("name") != name:
            raise wrong(f"interactive.action.name must be {name}")
        return {"ask": what}

    return read


INTERACTIVE: dict[str, tuple[str, int, Callable[[Json], Json]]] = {
    "button": ("text image video document", BODY, _reply_buttons),
    "list": ("text", LIST_BODY, _list),
    "cta_url": ("text image video document", BODY, _link),
    "location_request_message": ("", BODY, _asking("send_location", "location")),
    "request_contact_info": ("", BODY, _asking("request_contact_info", "contact")),
}
"""By type: the headers it may have, the longest body, and how its action is read. Not played: flow, product, …"""


def _interactive(cloud: CloudWorld, account: Account, body: Json) -> Json:
    given = thing(body, "interactive", "", "type header body footer action")
    kind = str(given.get("type", ""))
    if kind not in INTERACTIVE:
        raise wrong(f"interactive.type is not valid: {kind}")
    headers, longest, read = INTERACTIVE[kind]
    top, shown = _header(cloud, account, given, headers)
    said = words(thing(given, "body", "interactive.", "text"), "text", "interactive.body.", longest)
    end = ""
    if "footer" in given:
        end = words(thing(given, "footer", "interactive.", "text"), "text", "interactive.footer.", FOOTER)
    text, entities = joined([(top, "bold"), (said, ""), (end, "footer")])
    content = {**shown, "text": text, **({"entities": entities} if entities else {})}
    return {**content, **read(thing(given, "action", "interactive."))}


KINDS: dict[str, Callable[[CloudWorld, Account, Json], Json]] = {
    "text": _text,
    "interactive": _interactive,
    "image": _file("image"),
    "document": _file("document"),
    "location": _location,
}
COMMON = "messaging_product recipient_type to recipient type context biz_opaque_callback_data"


def content_of(cloud: CloudWorld, account: Account, body: Json) -> Json:
    """What a phone shows of a message. Raises `CloudRefusal`, or `Unsent` for what is found out later only."""
    kind = str(body.get("type", "text"))
    if kind not in KINDS:
        raise CloudRefusal(131051, f"Message type is not supported here: {kind}")
    only(body, f"{COMMON} {kind}", "message")
    return KINDS[kind](cloud, account, body)


def recipient(body: Json) -> tuple[str, str]:
    """Whom a message is for: digits of a number, or a business-scoped id. A number needs its plus.

    Without it the platform puts the business's own country in front, which here makes a number that nobody has.
    """
    to, name = body.get("to"), body.get("recipient")
    if isinstance(to, str) and to:
        digits = re.sub(r"[+\-() ]", "", to)
        if not digits.isdigit():
            raise CloudRefusal(100, "Param to is not a valid phone number.")
        return (digits if to.lstrip().startswith("+") else f"62{digits}"), ""
    if isinstance(name, str) and re.fullmatch(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", name):
        return "", name
    raise missing("to")
